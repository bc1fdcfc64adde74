"""Pairs opening and closing tags on one level of a text (spec/macros.md section 6.1).

The rule reads "from each opener look right for its closer"; done literally that is quadratic. One pass from the right
gives the same answer: for each name it keeps the closers that no opener in between has taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from stcore.macros.syntax import Call, Node


class Block(NamedTuple):
    """An opening tag, the nodes of its content, and the closing tag."""

    opener: Call
    content: Sequence[Node]
    closer: Call


class Verbatim(NamedTuple):
    """A tag that belongs to nothing: text exactly as written."""

    start: int
    end: int


Item = Node | Block | Verbatim

TakesBlock = Callable[[Call], bool]


class _Closer:
    """A closing tag no block has taken yet; ``beyond`` is the next one of its name further right."""

    __slots__ = ("beyond", "index", "is_used")

    def __init__(self, index: int, beyond: _Closer | None) -> None:
        self.index, self.beyond, self.is_used = index, beyond, False


def pair(nodes: Sequence[Node], takes_block: TakesBlock) -> Iterator[Item]:
    """The items of a level, from left to right; the content of a block is a level of its own."""
    closing = {node.name.lower() for node in nodes if isinstance(node, Call) and node.closes}
    if not closing:
        yield from nodes
        return
    candidates = _candidates(nodes, closing, takes_block)
    as_text: set[int] = set()
    index = 0
    while index < len(nodes):
        node = nodes[index]
        if not isinstance(node, Call):
            yield node
        elif node.closes or index in as_text:
            yield Verbatim(node.start, node.end)
        elif (closer := _unused(candidates.get(index))) is None:
            yield node
        else:
            closer.is_used = True
            closing_tag = nodes[closer.index]
            assert isinstance(closing_tag, Call)
            if takes_block(node):
                yield Block(node, nodes[index + 1 : closer.index], closing_tag)
                index = closer.index
            else:
                as_text.add(closer.index)
                yield Verbatim(node.start, node.end)
        index += 1


def _candidates(nodes: Sequence[Node], closing: set[str], takes_block: TakesBlock) -> dict[int, _Closer]:
    """For each opener the closer that it would find; one that cannot take a block leaves it to others as well."""
    found: dict[int, _Closer] = {}
    free: dict[str, _Closer | None] = {}
    for index in range(len(nodes) - 1, -1, -1):
        node = nodes[index]
        if not isinstance(node, Call) or (name := node.name.lower()) not in closing:
            continue
        nearest = free.get(name)
        if node.closes:
            free[name] = _Closer(index, nearest)
        elif nearest is not None:
            found[index] = nearest
            if takes_block(node):
                free[name] = nearest.beyond
    return found


def _unused(closer: _Closer | None) -> _Closer | None:
    """``closer``, or the next one beyond it that is not used; used ones are skipped for good."""
    first = closer
    while closer is not None and closer.is_used:
        closer = closer.beyond
    while first is not None and first is not closer:
        first.beyond, first = closer, first.beyond
    return closer
