"""Reading one piece of source text: where it ends, and what it says once its source escapes are undone.

spec/stscript.md section 5: a backslash escapes only a symbol that is looked for at its place, so every kind of piece
has its own set of symbols. All functions are linear in the length of the piece.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from stcore.macros.text import SPACE_CLASS

_BRACES = re.compile(r"\{\{|\}\}")
_TEXT = re.compile(r"\||\{:")
_TEXT_IN_CLOSURE = re.compile(r"\||\{:|:\}")
_BARE = re.compile(rf"[{SPACE_CLASS}]|\|")
_BARE_IN_CLOSURE = re.compile(rf"[{SPACE_CLASS}]|\||:\}}")
_PLAIN = re.compile(r"\|")
_PLAIN_IN_CLOSURE = re.compile(r"\||:\}")
_QUOTE = re.compile(r'"')
_QUOTE_LAX = re.compile(r'"|\|')
_QUOTE_LAX_IN_CLOSURE = re.compile(r'"|\||:\}')
_LIST_END = re.compile(r"\]")
_COMMENT_MARK = re.compile(r"\*\||/\*")
_ESCAPED_QUOTE = re.compile(r'(\\+)"')
_ESCAPED_OPENER = re.compile(r'(\\+)(\{:|"|\[)')

NAME_END = re.compile(rf"[{SPACE_CLASS}|]")
NAME_END_IN_CLOSURE = re.compile(rf"[{SPACE_CLASS}|]|:\}}")
SPACES = re.compile(rf"[{SPACE_CLASS}]*")


class Piece(NamedTuple):
    """What was read: its text, where reading stopped, and the symbol found there (empty at the end of the source)."""

    value: str
    end: int
    symbol: str


class MacroBraces:
    """Whether a place lies inside open macro braces (section 2.6).

    Counting goes forward only. Comments and quoted values are stepped over, so that an unbalanced ``{{`` in one of
    them cannot swallow later pipes (quirk Q3, mended for these two).
    """

    __slots__ = ("_at", "_depth", "_next", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0
        self._next = text.find("{{")

    def skip_to(self, place: int, start: int) -> None:
        """Leave ``start`` to ``place`` out of the count."""
        if self._next >= 0:
            self._count_to(start)
            self._at = place

    def around(self, place: int) -> bool:
        """Whether ``place`` (never before an earlier one) is inside open braces."""
        if self._next < 0 or place < self._next:
            return False
        self._count_to(place)
        return self._depth > 0

    def _count_to(self, place: int) -> None:
        for match in _BRACES.finditer(self._text, self._at, place):
            self._depth = self._depth + 1 if match.group() == "{{" else max(0, self._depth - 1)
            self._at = match.end()


class Reader:
    """Reads pieces of one source text. ``strict`` is STRICT_ESCAPING, ``nested`` whether ``:}`` is a symbol."""

    __slots__ = ("braces", "nested", "strict", "text")

    def __init__(self, text: str, *, strict: bool) -> None:
        self.text = text
        self.strict = strict
        self.nested = False
        self.braces = MacroBraces(text)

    def skip_space(self, at: int) -> int:
        match = SPACES.match(self.text, at)
        return match.end() if match else at

    def free_text(self, at: int, *, first: bool) -> Piece:
        """Unsplit text up to ``|``, ``{:`` or the ``:}`` around it; a leading ``\\"`` is a quote when ``first``."""
        symbols = _TEXT_IN_CLOSURE if self.nested else _TEXT
        return self._read(at, symbols, _ESCAPED_QUOTE if first else None)

    def plain(self, at: int) -> Piece:
        """Text that is no command, up to the end of the statement."""
        return self._read(at, _PLAIN_IN_CLOSURE if self.nested else _PLAIN, None)

    def bare(self, at: int) -> Piece:
        """A word up to white space or the end of the statement; a leading escaped ``"``, ``[`` or ``{:`` is text."""
        return self._read(at, _BARE_IN_CLOSURE if self.nested else _BARE, _ESCAPED_OPENER)

    def name(self, at: int) -> int:
        """Where the name of a command that begins at ``at`` ends."""
        pattern = NAME_END_IN_CLOSURE if self.nested else NAME_END
        match = pattern.search(self.text, at)
        while match and match.group() == "|" and self.braces.around(match.start()):
            match = pattern.search(self.text, match.end())
        return match.start() if match else len(self.text)

    def quoted(self, at: int) -> Piece:
        """What follows an opening quote; ``end`` is behind the closing one, or at a symbol that must not be there."""
        if self.strict:
            symbols = _QUOTE
        else:
            symbols = _QUOTE_LAX_IN_CLOSURE if self.nested else _QUOTE_LAX
        piece = self._read(at, symbols, None, braces=False)
        if piece.symbol != '"':
            return piece
        self.braces.skip_to(piece.end + 1, at - 1)
        return Piece(piece.value, piece.end + 1, piece.symbol)

    def bracketed(self, at: int) -> Piece:
        """A list from its ``[`` to the first unescaped ``]``, both included."""
        piece = self._read(at, _LIST_END, None, braces=False)
        return Piece(piece.value + "]", piece.end + 1, "]") if piece.symbol else piece

    def line_comment(self, at: int) -> int | None:
        """The place of the pipe that ends a line comment, ``None`` when nothing does."""
        piece = self._read(at, _PLAIN, None, braces=False)
        if not piece.symbol:
            return None
        self.braces.skip_to(piece.end, at)
        return piece.end

    def block_comment(self, at: int) -> int | None:
        """The place behind the ``*|`` that ends the block comment opened at ``at``, ``None`` when nothing does."""
        depth, place = 1, at + 2
        while depth:
            piece = self._read(place, _COMMENT_MARK, None, braces=False)
            if not piece.symbol:
                return None
            depth += 1 if piece.symbol == "/*" else -1
            place = piece.end + 2
        self.braces.skip_to(place, at)
        return place

    def _read(self, at: int, symbols: re.Pattern[str], opener: re.Pattern[str] | None, *, braces: bool = True) -> Piece:
        text = self.text
        chunks: list[str] = []
        if opener is not None and text.startswith("\\", at) and (escaped := opener.match(text, at)):
            kept = len(escaped.group(1)) // 2 if self.strict else len(escaped.group(1)) - 1
            chunks.append("\\" * kept + text[escaped.end(1)])
            at = escaped.end(1) + 1
        search = symbols.search
        start = seek = at
        while match := search(text, seek):
            place = match.start()
            if braces and text[place] == "|" and self.braces.around(place):
                seek = place + 1
                continue
            escapes = self._escapes_before(place, start)
            if not escapes:
                chunks.append(text[start:place])
                return Piece("".join(chunks), place, match.group())
            literal = not self.strict or escapes % 2 == 1
            kept = escapes // 2 if self.strict else escapes - 1
            chunks.append(text[start : place - escapes + kept])
            if not literal:
                return Piece("".join(chunks), place, match.group())
            chunks.append(text[place])
            start = seek = place + 1
        chunks.append(text[start:])
        return Piece("".join(chunks), len(text), "")

    def _escapes_before(self, place: int, start: int) -> int:
        first = place
        while first > start and self.text[first - 1] == "\\":
            first -= 1
        return place - first
