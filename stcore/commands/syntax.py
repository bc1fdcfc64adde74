"""What a script looks like once it is read: small frozen nodes with places in the source.

Places are indexes of characters (code points) in the source text, end exclusive. Where spec/stscript.md speaks of
offsets in UTF-16 units, :func:`stcore.macros.numbers.utf16_offset` converts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stcore.commands.declaration import Command


@dataclass(frozen=True, slots=True)
class Flags:
    """The parser flags in force at one place of a script (section 6). A fresh host has both on."""

    strict_escaping: bool = True
    replace_getvar: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """A piece of text, source escapes already undone; macros in it are not expanded yet."""

    value: str
    quoted: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Argument:
    """``name=value``: a named argument of a command, or an argument that a closure declares."""

    name: str
    value: Part
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class CommandNode:
    """One command as written. ``inject`` says whether a missing unnamed argument is filled with the pipe (7.2)."""

    command: Command
    name: str
    named: tuple[Argument, ...]
    parts: tuple[Part, ...]
    inject: bool
    flags: Flags
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class BreakNode:
    """``/break`` with its value (12.6)."""

    parts: tuple[Part, ...]
    flags: Flags
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class ClosureNode:
    """The body between ``{:`` and ``:}``, or the whole script; ``body_start`` and ``body_end`` leave the marks out."""

    declarations: tuple[Argument, ...]
    statements: tuple[Statement, ...]
    immediate: bool
    start: int
    end: int
    body_start: int
    body_end: int


@dataclass(frozen=True, slots=True, eq=False)
class BreakpointNode:
    """``/breakpoint``: a debugger pauses before the statement that comes next (14.4)."""

    start: int
    end: int


Part = Text | ClosureNode
Statement = CommandNode | BreakNode | BreakpointNode


@dataclass(frozen=True, slots=True, eq=False)
class Script:
    """A whole script: its source and its body as the implicit root closure."""

    source: str
    root: ClosureNode


def closures_in(root: ClosureNode) -> Iterator[ClosureNode]:
    """A closure and all closures written in it, without recursion: they may nest deeply."""
    waiting = [root]
    while waiting:
        closure = waiting.pop()
        yield closure
        parts: list[Part] = [argument.value for argument in closure.declarations]
        for statement in closure.statements:
            if isinstance(statement, BreakpointNode):
                continue
            parts += statement.parts
            if isinstance(statement, CommandNode):
                parts += [argument.value for argument in statement.named]
        waiting += [part for part in parts if isinstance(part, ClosureNode)]


def commands_in(root: ClosureNode) -> Iterator[CommandNode]:
    """All commands of a closure and of those written in it."""
    for closure in closures_in(root):
        yield from (statement for statement in closure.statements if isinstance(statement, CommandNode))
