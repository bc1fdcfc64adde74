"""Turns syntax nodes into renderers, once per text (spec/macros.md sections 6 and 7).

Texts nest as deep as their writers like, and Python's stack is shallow. So a method that needs a nested piece compiled
does not call, it *yields* the task of compiling it and is handed the result; :func:`run_task` keeps the stack of tasks.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, NamedTuple, TypeVar

from stcore.macros.blocks import Block, Item, Level, Verbatim
from stcore.macros.calls import CallSite, Content, Origin
from stcore.macros.depth import MAX_DEPTH, SHALLOW, make_room
from stcore.macros.registry import Registry
from stcore.macros.run import Compiled, Renderer, join
from stcore.macros.shorthand import compile_variable
from stcore.macros.syntax import Call, Document, Fragment, Problem, Text, Variable

T = TypeVar("T")

Task = Generator["Task[Any]", Any, T]
"""Compiling something: yields the tasks it depends on, returns what it is for."""


class Part(NamedTuple):
    """A part of a text that is resolved by the whole pipeline when its owner asks for it (section 2)."""

    start: int
    end: int
    compiled: Compiled


def run_task(task: Task[T]) -> T:
    """Run a task and those it depends on."""
    stack: list[Task[Any]] = [task]
    result: Any = None
    while stack:
        try:
            stack.append(stack[-1].send(result))
            result = None
        except StopIteration as done:
            stack.pop()
            result = done.value
    value: T = result
    return value


class Compiler:
    """Compiles one text; ``problems`` collects what stays as text because of a limit."""

    def __init__(self, document: Document, registry: Registry) -> None:
        self.source = document.source
        self.problems: list[Problem] = []
        self._nodes = document.nodes
        self._registry = registry
        self._depth = 0

    def compile(self) -> Compiled:
        return run_task(self.level(Level.of(self._nodes, self._takes_block), Origin(self.source)))

    def level(self, level: Level, origin: Origin) -> Task[Compiled]:
        """Compile a level: its items one after the other."""
        parts: list[Compiled] = []
        for item in level.items():
            if isinstance(item, Text):
                parts.append(item.text)
            else:
                parts.append((yield self._item(item, origin)))
        return join(parts)

    def part(self, level: Level, start: int, end: int, owner: CallSite) -> Task[Part]:
        """Compile a stretch of the source that ``owner`` resolves itself; positions in it count from its start."""
        compiled = yield self.level(level, Origin(self.source, start, owner))
        return Part(start, end, compiled)

    def whole(self, fragment: Fragment) -> Level:
        """The nodes of an argument as a level."""
        return Level.of(fragment.nodes, self._takes_block)

    def _takes_block(self, call: Call) -> bool:
        macro = self._registry.resolve(call.name)
        return macro is None or macro.takes_block(len(call.arguments))

    def _item(self, item: Item, origin: Origin) -> Task[Compiled]:
        start, end = (item.opener.start, item.closer.end) if isinstance(item, Block) else (item.start, item.end)
        if isinstance(item, Text):
            return item.text
        if isinstance(item, Verbatim):
            return self.source[start:end]
        if self._depth == SHALLOW:
            make_room()
        if self._depth >= MAX_DEPTH:
            self.problems.append(Problem(f"Macros deeper than {MAX_DEPTH} levels stay as text.", start, end))
            return self.source[start:end]
        self._depth += 1
        compiled: Compiled = yield self._macro(item, origin)
        self._depth -= 1
        return compiled

    def _macro(self, item: Call | Variable | Block, origin: Origin) -> Task[Compiled]:
        if isinstance(item, Variable):
            return self._variable(item, origin)
        if isinstance(item, Block):
            return self._call(item.opener, item, origin)
        return self._call(item, None, origin)

    def _variable(self, node: Variable, origin: Origin) -> Task[Compiled]:
        """A shorthand; tags do not pair up in its value (quirk Q7), so each macro in it stands for itself."""
        parts: list[Compiled] = []
        for item in node.value.nodes if node.value else ():
            is_closing = isinstance(item, Call) and item.closes
            parts.append((yield self._item(Verbatim(item.start, item.end) if is_closing else item, origin)))
        return compile_variable(node, join(parts), self.source)

    def _call(self, node: Call, block: Block | None, origin: Origin) -> Task[Renderer]:
        macro = self._registry.find(node.name)
        content = Content(node.end, block.closer.start, block.content) if block is not None else None
        site = CallSite(node, macro, content, origin)
        if macro is not None and macro.compile is not None:
            special: Renderer | None = yield macro.compile(self, site)
            return special or site
        if not site.is_delayed:
            for argument in node.arguments:
                site.arguments.append((yield self.level(self.whole(argument), origin)))
            if block is not None:
                site.arguments.append((yield self.level(block.content, origin)))
        return site
