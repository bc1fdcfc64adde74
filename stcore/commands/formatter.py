"""Lays a script out: a statement on each line, closures indented; what it says stays the same.

Only the space between things moves. Texts, quotes, lists, escapes and comments are taken over as they are written, so
reading the result gives the same program (:func:`same_program`; ``/closure-serialize`` of it shows the new spacing).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from stcore.commands.registry import Registry
from stcore.commands.scanner import Scanner
from stcore.commands.syntax import (
    Argument,
    BreakNode,
    BreakpointNode,
    ClosureNode,
    CommandNode,
    Flags,
    Part,
    Statement,
    Text,
)
from stcore.commands.tokens import Lexeme
from stcore.macros.text import WHITESPACE

WIDTH = 100
"""Columns up to which a closure of one statement stays on its line."""

DEEPEST = 200
"""Closures deeper than this stay as they are written."""

_INDENT = "  "
_STARTERS = frozenset(("COMMAND", "RUN", "BREAK", "BREAKPOINT", "FLAG", "COMMENT", "PLAIN"))
_OWN_PIPE = frozenset(("COMMENT", "BREAKPOINT"))
"""What must be followed by a pipe, also at the end."""


class _Row(NamedTuple):
    """A line of the result. The text may go on over several lines: those are the script's own and not indented."""

    level: int
    text: str


@dataclass
class _Piece:
    """A token, or a closure that is laid out already, with its place in the source."""

    rows: list[_Row]
    start: int
    end: int
    is_text: bool = False
    """Whether space around it does not belong to it; at the end of a word it may be escaped and does."""


@dataclass
class _Block:
    """The inside of a closure, or the whole script, while it is read."""

    start: int = 0
    declaring: bool = True
    declarations: list[_Piece] = field(default_factory=list)
    statement: list[_Piece] = field(default_factory=list)
    kind: str = ""
    rows: list[_Row] = field(default_factory=list)
    open_pipe: str = ""
    """What parts the last statement from one that may follow."""
    needs_pipe: bool = False
    first_pipe: bool = False
    """Whether a pipe stands before the first statement."""


def format_script(source: str, registry: Registry, flags: Flags | None = None) -> str:
    """``source`` laid out, with a line break at the end. Raises :class:`ParseError` for what cannot be read."""
    scanner = Scanner(source, flags or Flags(), registry.find, registry.suggest)
    rows = _Formatter(source).format(scanner.tokens())
    text = "\n".join(f"{_INDENT * row.level}{row.text}" for row in rows)
    # Behind a backslash at the very end a line break would be escaped by it.
    return text if not text or source.endswith("\\") else f"{text}\n"


class _Formatter:
    """Lays blocks out when they end, innermost first, so that deep nesting needs no recursion."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._blocks = [_Block()]

    def format(self, tokens: Iterator[Lexeme]) -> list[_Row]:
        for token in tokens:
            match token.type:
                case "OPEN":
                    self._blocks.append(_Block(token.start_pos))
                case "CLOSE":
                    self._close(token)
                case "PIPE":
                    self._end_statement(token.start_pos, self._source[token.start_pos : token.end_pos])
                case _:
                    self._add(token)
        self._end_statement(len(self._source), "")
        block = self._blocks[0]
        _close_last(block)
        head = _joined(block.declarations)
        return [*head, *block.rows] if block.declarations else block.rows

    def _add(self, token: Lexeme) -> None:
        block = self._blocks[-1]
        start = token.start_pos - {"COMMAND": 1, "BREAK": 1, "FLAG": 1, "RUN": 2}.get(token.type, 0)
        text = self._source[start : token.end_pos]
        if token.type in _STARTERS:
            block.declaring = False
            block.kind = token.type
            text = text.strip(WHITESPACE)
        self._put(block, _Piece([_Row(0, text)], start, token.end_pos, is_text=token.type == "TEXT"))

    def _put(self, block: _Block, piece: _Piece) -> None:
        (block.declarations if block.declaring else block.statement).append(piece)

    def _end_statement(self, at: int, pipe: str) -> None:
        """The statement being read goes among the rows; ``at`` is the place of the pipe or of the end."""
        block = self._blocks[-1]
        if not block.statement:
            block.first_pipe = block.first_pipe or not block.rows
            if pipe == "||" and block.open_pipe:
                block.open_pipe = block.open_pipe.rstrip("|") + "||"  # "| ||" counts as "||"
            return
        block.declaring = False
        if block.open_pipe:
            _append(block.rows, block.open_pipe)
        rows = _joined(block.statement)
        if block.first_pipe and not block.rows and block.kind == "PLAIN":
            rows[0] = _Row(0, f"| {rows[0].text}")  # without it "name=" would declare an argument
        block.rows += rows
        # A backslash that touched the pipe escapes, or is escaped, by touching it.
        touching = rows[-1].text.endswith("\\") and self._source[at - 1 : at] == "\\"
        written = rows[-1].text.endswith("*|") and block.kind == "COMMENT"
        block.open_pipe = "" if written else ("" if touching else " ") + (pipe or "|")
        block.needs_pipe = block.kind in _OWN_PIPE and not written
        block.statement, block.kind = [], ""

    def _close(self, token: Lexeme) -> None:
        self._end_statement(token.start_pos, "")
        block = self._blocks.pop()
        _close_last(block)
        if len(self._blocks) > DEEPEST:
            rows = [_Row(0, self._source[block.start : token.end_pos])]
        else:
            touching = self._source[token.start_pos - 1 : token.start_pos] == "\\"
            rows = _closure(block, ":}()" if token.value else ":}", touching=touching)
        self._put(self._blocks[-1], _Piece(rows, block.start, token.end_pos))


def _close_last(block: _Block) -> None:
    if block.needs_pipe:
        _append(block.rows, block.open_pipe)


def _append(rows: list[_Row], text: str) -> None:
    rows[-1] = _Row(rows[-1].level, rows[-1].text + text)


def _joined(pieces: Sequence[_Piece]) -> list[_Row]:
    """Pieces one after the other: what touched still touches, anything else is parted by one space."""
    rows = [_Row(0, "")]
    before: _Piece | None = None
    for piece in pieces:
        first, *others = piece.rows
        text = first.text
        if before is not None and before.end != piece.start:
            _strip(rows, before)
            text = " " + (text.lstrip(WHITESPACE) if piece.is_text else text)
        _append(rows, text)
        rows += others
        before = piece
    _strip(rows, before)
    return rows


def _strip(rows: list[_Row], piece: _Piece | None) -> None:
    """Take the space behind a text away."""
    if piece is not None and piece.is_text:
        rows[-1] = _Row(rows[-1].level, rows[-1].text.rstrip(WHITESPACE))


def _closure(block: _Block, end: str, *, touching: bool) -> list[_Row]:
    """A closure on one line when it holds one short statement, else with its statements indented."""
    rows = _joined(block.declarations)
    rows[0] = _Row(0, "{: " + rows[0].text if block.declarations else "{:")
    if len(rows) == 1 and len(block.rows) <= 1:
        body = block.rows[0].text if block.rows else ""
        space = "" if touching else " "
        single = f"{rows[0].text} {body}{space}{end}" if body else f"{rows[0].text} {end}"
        if touching or ("\n" not in single and len(single) <= WIDTH and not block.needs_pipe):
            return [_Row(0, single)]
    rows += [_Row(row.level + 1, row.text) for row in block.rows]
    if touching:
        _append(rows, end)
    else:
        rows.append(_Row(0, end))
    return rows


# -- comparing -------------------------------------------------------------------------------------------------------


def same_program(left: ClosureNode, right: ClosureNode) -> bool:
    """Whether two readings say the same, wherever in their sources."""
    waiting: list[tuple[ClosureNode, ClosureNode]] = [(left, right)]
    while waiting:
        one, other = waiting.pop()
        parts = (_facts(one), _facts(other))
        if parts[0][0] != parts[1][0] or len(parts[0][1]) != len(parts[1][1]):
            return False
        waiting += zip(parts[0][1], parts[1][1], strict=True)
    return True


def _facts(closure: ClosureNode) -> tuple[list[object], list[ClosureNode]]:
    """What a closure says on its own level, and the closures in it."""
    facts: list[object] = [closure.immediate]
    inner: list[ClosureNode] = []
    for argument in closure.declarations:
        facts += _argument(argument, inner)
    for statement in closure.statements:
        facts += _statement(statement, inner)
    return facts, inner


def _statement(statement: Statement, inner: list[ClosureNode]) -> Iterator[object]:
    if isinstance(statement, BreakpointNode):
        yield "breakpoint"
        return
    yield statement.flags
    if isinstance(statement, BreakNode):
        yield "break"
    elif isinstance(statement, CommandNode):
        yield statement.name, statement.command.name, statement.inject
        for argument in statement.named:
            yield from _argument(argument, inner)
    for part in statement.parts:
        yield _part(part, inner)


def _argument(argument: Argument, inner: list[ClosureNode]) -> Iterator[object]:
    yield argument.name
    yield _part(argument.value, inner)


def _part(part: Part, inner: list[ClosureNode]) -> object:
    if isinstance(part, Text):
        return part.value, part.quoted
    inner.append(part)
    return "closure"
