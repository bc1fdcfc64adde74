"""The Lark parsers of both languages: tables made of a grammar, fed with the tokens of a scanner of our own.

Lark is imported when the first text is parsed. Making the tables takes 20 ms; where a folder for them is known
(:func:`keep_in`) they are kept there as a pickle, and the next process reads them in 3.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lark import Lark

_folder: Path | None = None


def keep_in(folder: Path) -> None:
    """Keep the tables of this process's parsers in ``folder``, which must belong to the person alone.

    A file that cannot be read or written, or is of another version, only costs the time to make the tables.
    """
    global _folder
    _folder = folder


def build(name: str, grammar: str, *, start: str, nodes: Any) -> Lark:
    """The parser of one language; ``nodes`` has a method for each rule. Give its ``parse`` an iterable of tokens."""
    from stcore.grammars.stream import parser_of

    return parser_of(grammar, start=start, nodes=nodes, cache=None if _folder is None else _folder / name)
