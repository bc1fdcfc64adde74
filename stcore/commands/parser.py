"""From text to syntax nodes. Lark is imported and its tables are built when the first script is read.

The tables are built once per process; what was read is kept by (text, flags) in a bounded cache, because a loop with a
string as its body reads the same text again and again (section 12.1).
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stcore import grammars
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
    Script,
    Statement,
    Text,
)
from stcore.commands.tokens import Head, Lexeme
from stcore.errors import ParseError

if TYPE_CHECKING:
    from lark import Lark

_CACHED_SCRIPTS = 512
_LONGEST_CACHED = 20_000


class Parser:
    """Reads scripts against the commands of one registry."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._cached = lru_cache(_CACHED_SCRIPTS)(self._parse)

    def parse(self, text: str, flags: Flags) -> Script:
        """The syntax of ``text``; raises :class:`ParseError`. Nothing is run and no macro is expanded."""
        if len(text) > _LONGEST_CACHED:
            return self._parse(text, flags, self.registry.version)
        return self._cached(text, flags, self.registry.version)

    def _parse(self, text: str, flags: Flags, _version: int) -> Script:
        scanner = Scanner(text, flags, self.registry.find, self.registry.suggest)
        try:
            root: Any = _grammar().parse(scanner.tokens())  # a stream, not a text
        except _unexpected_token() as error:
            raise _misplaced(scanner, error.token) from None
        # The body of a script is all of its text, with what stands behind its last statement.
        return Script(text, replace(root, end=len(text), body_end=len(text)))


def _misplaced(scanner: Scanner, token: Lexeme) -> ParseError:
    """The scanner only lets one thing through that the grammar refuses: text behind ``/:name``."""
    hint = "/:name takes only named arguments: /:name key=value"
    return scanner.fail("Unexpected text behind the call of a closure.", token.start_pos, token.end_pos, hint=hint)


@lru_cache(1)
def _grammar() -> Lark:
    source = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return grammars.build("commands", source, start="script", nodes=_Builder())


@lru_cache(1)
def _unexpected_token() -> Any:
    from lark import UnexpectedToken

    return UnexpectedToken


class _Builder:
    """Makes syntax nodes while Lark reduces: one method per rule of the grammar, bottom up, no recursion."""

    def script(self, children: list[Any]) -> ClosureNode:
        declarations, statements = children
        return ClosureNode(declarations, statements, False, 0, 0, 0, 0)

    def closure(self, children: list[Any]) -> ClosureNode:
        opened, declarations, statements, closed = children
        start, body_start = opened.start_pos, opened.end_pos
        body_end, end = closed.start_pos, closed.end_pos
        return ClosureNode(declarations, statements, closed.value, start, end, body_start, body_end)

    def declarations(self, children: list[Argument]) -> tuple[Argument, ...]:
        return tuple(children)

    def argument(self, children: list[Any]) -> Argument:
        name, value = children[0], _part(children[1])
        return Argument(name.value, value, name.start_pos, value.end)

    def statements(self, children: list[Any]) -> tuple[Statement, ...]:
        return tuple([child for child in children if not isinstance(child, Lexeme)])

    def command(self, children: list[Any]) -> CommandNode:
        token = children[0]
        head: Head = token.value
        named = tuple([child for child in children if isinstance(child, Argument)])
        parts = tuple([_part(child) for child in children[1 + len(named) :]])
        end = parts[-1].end if parts else named[-1].end if named else token.end_pos
        return CommandNode(head.command, head.name, named, parts, head.inject, head.flags, token.start_pos, end)

    def run(self, children: list[Any]) -> CommandNode:
        token, name, *named = children
        head: Head = token.value
        end = named[-1].end if named else name.end_pos
        return CommandNode(
            head.command, head.name, tuple(named), (_part(name),), False, head.flags, token.start_pos, end
        )

    def break_(self, children: list[Any]) -> BreakNode:
        token, *rest = children
        parts = tuple([_part(child) for child in rest])
        return BreakNode(parts, token.value, token.start_pos, parts[-1].end if parts else token.end_pos)

    def breakpoint(self, children: list[Any]) -> BreakpointNode:
        token = children[0]
        return BreakpointNode(token.start_pos, token.end_pos)


# A rule may be called "break", a method may not.
setattr(_Builder, "break", _Builder.break_)


def _part(child: Lexeme | ClosureNode) -> Part:
    if isinstance(child, ClosureNode):
        return child
    return Text(child.value, child.type == "QUOTED", child.start_pos, child.end_pos)
