"""Turns syntax nodes into renderers, once per text (spec/macros.md sections 6 and 7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from stcore.macros.blocks import Block, Item, Verbatim, pair
from stcore.macros.calls import CallSite, Content, Origin, written
from stcore.macros.registry import Registry
from stcore.macros.run import Compiled, join
from stcore.macros.shorthand import compile_variable
from stcore.macros.syntax import Call, Fragment, Node, Problem, Text, Variable

MAX_DEPTH = 200
"""Levels of macros inside macros; what lies deeper stays as text."""


class Part(NamedTuple):
    """A part of a text that is resolved by the whole pipeline when a delayed macro asks for it (section 2)."""

    text: str
    compiled: Compiled


class Compiler:
    """Compiles the levels of one text; ``problems`` collects what stays as text because of a limit."""

    def __init__(self, source: str, registry: Registry) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self._registry = registry
        self._depth = 0

    def level(self, nodes: Sequence[Node], origin: Origin) -> Compiled:
        """A document, an argument, the content of a block: tags pair up here."""
        return join([self._item(item, origin) for item in pair(nodes, self._takes_block)])

    def part(self, nodes: Sequence[Node], start: int, end: int, owner: CallSite) -> Part:
        """A stretch that ``owner`` resolves itself; positions in it count from its start."""
        return Part(self.source[start:end], self.level(nodes, Origin(self.source, start, owner)))

    def _takes_block(self, call: Call) -> bool:
        macro = self._registry.resolve(call.name)
        return macro is None or macro.takes_block(len(call.arguments))

    def _item(self, item: Item, origin: Origin) -> Compiled:
        if isinstance(item, Text):
            return item.text
        start, end = (item.opener.start, item.closer.end) if isinstance(item, Block) else (item.start, item.end)
        if isinstance(item, Verbatim):
            return self.source[start:end]
        if self._depth >= MAX_DEPTH:
            self.problems.append(Problem(f"Macros deeper than {MAX_DEPTH} levels stay as text.", start, end))
            return self.source[start:end]
        self._depth += 1
        try:
            if isinstance(item, Variable):
                return self._variable(item, origin)
            if isinstance(item, Block):
                return self._call(item.opener, origin, item)
            return self._call(item, origin)
        finally:
            self._depth -= 1

    def _variable(self, node: Variable, origin: Origin) -> Compiled:
        """A shorthand; tags do not pair up in its value (quirk Q7), so each macro in it stands for itself."""
        nodes = node.value.nodes if node.value else ()
        items = [Verbatim(n.start, n.end) if isinstance(n, Call) and n.closes else n for n in nodes]
        return compile_variable(node, join([self._item(item, origin) for item in items]), self.source)

    def _call(self, node: Call, origin: Origin, block: Block | None = None) -> CallSite:
        macro = self._registry.find(node.name)
        is_delayed = macro is not None and macro.delayed
        arguments = [self._argument(argument, origin, is_delayed) for argument in node.arguments]
        content = None
        if block is not None:
            start, end = node.end, block.closer.start
            compiled = self.source[start:end] if is_delayed else self.level(block.content, origin)
            content = Content(start, end, block.content, compiled)
        site = CallSite(node, macro, arguments, content, origin)
        if macro is not None and macro.compile is not None:
            site.special = macro.compile(self, site)
        return site

    def _argument(self, argument: Fragment, origin: Origin, is_delayed: bool) -> Compiled:
        return written(argument, self.source) if is_delayed else self.level(argument.nodes, origin)
