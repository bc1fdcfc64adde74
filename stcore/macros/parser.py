"""Parses a text to syntax nodes: the scanner finds the tokens, Lark builds the nodes after ``grammar.lark``."""

from __future__ import annotations

from functools import cache
from pkgutil import get_data
from typing import TYPE_CHECKING, Any

from stcore import grammars
from stcore.macros.scanner import Scan, Token
from stcore.macros.syntax import Call, Document, Fragment, Node, Text, Variable
from stcore.macros.text import WHITESPACE

if TYPE_CHECKING:
    from lark import Lark


def parse(source: str) -> Document:
    """The nodes of ``source``. Never fails: what is no macro is text. Linear in time, without recursion."""
    scan = Scan(source)
    nodes: Any = _parser().parse(scan)
    return Document(source, nodes, tuple(scan.problems))


@cache
def _parser() -> Lark:
    """The parser of this process, built when the first macro is met."""
    grammar = get_data("stcore.macros", "grammar.lark")
    assert grammar is not None  # it lies beside this module
    return grammars.build("macros", grammar.decode(), start="document", nodes=_Nodes())


class _Nodes:
    """One method per rule of the grammar."""

    def document(self, children: list[Any]) -> tuple[Node, ...]:
        return tuple(map(_node, children))

    def argument(self, children: list[Any]) -> tuple[Node, ...]:
        return _trimmed([_node(child) for child in children])

    def value(self, children: list[Any]) -> tuple[Node, ...]:
        return tuple(map(_node, children))

    def call(self, children: list[Any]) -> Call:
        head, close = children[0], children[-1]
        arguments = tuple(
            _fragment(children[index + 1], children[index].end, children[index + 2].start)
            for index in range(1, len(children) - 2, 2)
        )
        return Call(head.start, close.end, head.flags, head.value, head.name_start, arguments)

    def variable(self, children: list[Any]) -> Variable:
        head, close = children[0], children[-1]
        operator = children[1].value if len(children) > 2 else ""
        value = Fragment(children[1].end, close.start, children[2]) if len(children) > 3 else None
        return Variable(head.start, close.end, head.flags == "$", head.value, operator, value)


def _node(child: Token | Node) -> Node:
    return Text(child.start, child.end, child.value) if type(child) is Token else child  # type: ignore[return-value]


def _trimmed(nodes: list[Node]) -> tuple[Node, ...]:
    """``nodes`` without the whitespace of the source around them; what macros produce is not looked at."""
    if nodes and isinstance(first := nodes[0], Text):
        text = first.text.lstrip(WHITESPACE)
        nodes[:1] = [Text(first.end - len(text), first.end, text)] if text else []
    if nodes and isinstance(last := nodes[-1], Text):
        text = last.text.rstrip(WHITESPACE)
        nodes[-1:] = [Text(last.start, last.start + len(text), text)] if text else []
    return tuple(nodes)


def _fragment(nodes: tuple[Node, ...], start: int, end: int) -> Fragment:
    """The argument between two delimiters; an empty one is placed right behind its separator."""
    return Fragment(nodes[0].start, nodes[-1].end, nodes) if nodes else Fragment(start, start, nodes)
