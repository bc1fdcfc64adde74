"""What needs Lark to be imported: the lexer that hands on tokens, and the parser over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lark import Lark
from lark.lexer import Lexer


class TokenStream(Lexer):
    """Hands a scanner's tokens to Lark; what Lark calls the text is the iterable of tokens.

    It stands in a module, not in a function, because it is part of the pickled tables.
    """

    __future_interface__ = 2

    def __init__(self, conf: object) -> None: ...

    def lex(self, lexer_state: Any, parser_state: object) -> Iterator[Any]:
        return iter(lexer_state.text)


def parser_of(grammar: str, *, start: str, nodes: Any, cache: Path | None) -> Lark:
    """A LALR parser; ``cache`` is the file of its tables."""
    kept: Any = str(cache) if cache is not None else False
    return Lark(grammar, parser="lalr", lexer=TokenStream, start=start, transformer=nodes, cache=kept)
