"""The tables that Lark makes of ``grammar.lark``. Imported, with Lark, when the first script is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lark import Lark, UnexpectedToken as UnexpectedToken
from lark.lexer import Lexer


class TokenStream(Lexer):
    """Hands the scanner's tokens to Lark; what Lark calls the text is the scanner."""

    def __init__(self, lexer_conf: Any) -> None:
        pass

    def lex(self, scanner: Any) -> Iterator[Any]:  # type: ignore[override]
        tokens: Iterator[Any] = scanner.tokens()
        return tokens


def build(nodes: Any, cache: Path | None) -> Lark:
    """The parser; ``nodes`` makes syntax nodes of its rules.

    With ``cache`` the finished tables are kept in that file (a pickle: it must belong to the person alone), which
    saves 17 of 19 ms in every later process. A file that cannot be read or written, or is of another version, costs
    only that time.
    """
    source = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    kept: Any = str(cache) if cache is not None else False
    return Lark(source, parser="lalr", lexer=TokenStream, start="script", transformer=nodes, cache=kept)
