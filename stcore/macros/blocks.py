"""Pairs opening and closing tags (spec/macros.md section 6.1).

The rule reads "from each opener look right for its closer", on every level anew; done literally that is quadratic
twice. Here one pass from the right notes for every opener which closers are free for it, and each level walks along
its own items only: a tag that a block hides is looked at when the content of that block is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from stcore.macros.syntax import Call, Node


class Block(NamedTuple):
    """An opening tag, its content, and the closing tag."""

    opener: Call
    content: Level
    closer: Call


class Verbatim(NamedTuple):
    """A tag that belongs to nothing: text exactly as written."""

    start: int
    end: int


Item = Node | Block | Verbatim

TakesBlock = Callable[[Call], bool]


class _Closer:
    """A closing tag that no opener right of here takes; ``beyond`` is the next such tag of its name further right."""

    __slots__ = ("beyond", "index")

    def __init__(self, index: int, beyond: _Closer | None) -> None:
        self.index, self.beyond = index, beyond


class _Tags(NamedTuple):
    """What is known about a node list: the nearest free closer of each opener, who takes blocks, and what macros that
    control evaluation noted about it."""

    nearest: dict[int, _Closer]
    capable: set[int]
    notes: dict[str, Any]


class Level:
    """A stretch of a node list on which tags pair up: a document, an argument, the content of a block, a branch."""

    __slots__ = ("_tags", "high", "low", "nodes")

    def __init__(self, nodes: Sequence[Node], tags: _Tags, low: int, high: int) -> None:
        self.nodes, self._tags, self.low, self.high = nodes, tags, low, high

    @classmethod
    def of(cls, nodes: Sequence[Node], takes_block: TakesBlock) -> Level:
        """The whole list as a level."""
        return cls(nodes, _read_tags(nodes, takes_block), 0, len(nodes))

    def part(self, low: int, high: int) -> Level:
        """``nodes[low:high]`` as a level of its own."""
        return Level(self.nodes, self._tags, low, high)

    @property
    def notes(self) -> dict[str, Any]:
        """A place for what is computed once for the whole node list, shared by all levels on it."""
        return self._tags.notes

    def items(self) -> Iterator[Item]:
        """The items from left to right; a block is one item."""
        nearest, capable = self._tags.nearest, self._tags.capable
        taken: dict[_Closer, _Closer | None] = {}
        as_text: set[int] = set()
        index = self.low
        while index < self.high:
            node = self.nodes[index]
            if not isinstance(node, Call):
                yield node
            elif node.closes or index in as_text:
                yield Verbatim(node.start, node.end)
            elif (closer := _free(nearest.get(index), taken)) is None or closer.index >= self.high:
                yield node
            else:
                taken[closer] = closer.beyond
                if index in capable:
                    closing_tag = self.nodes[closer.index]
                    assert isinstance(closing_tag, Call)
                    yield Block(node, self.part(index + 1, closer.index), closing_tag)
                    index = closer.index
                else:
                    as_text.add(closer.index)
                    yield Verbatim(node.start, node.end)
            index += 1


def _read_tags(nodes: Sequence[Node], takes_block: TakesBlock) -> _Tags:
    """From right to left: an opener that can take a block takes the nearest closer away, another only notes it."""
    tags = _Tags({}, set(), {})
    closing = {node.name.lower() for node in nodes if isinstance(node, Call) and node.closes}
    if not closing:
        return tags
    free: dict[str, _Closer | None] = {}
    for index in range(len(nodes) - 1, -1, -1):
        node = nodes[index]
        if not isinstance(node, Call) or (name := node.name.lower()) not in closing:
            continue
        nearest = free.get(name)
        if node.closes:
            free[name] = _Closer(index, nearest)
        elif nearest is not None:
            tags.nearest[index] = nearest
            if takes_block(node):
                tags.capable.add(index)
                free[name] = nearest.beyond
    return tags


def _free(closer: _Closer | None, taken: dict[_Closer, _Closer | None]) -> _Closer | None:
    """``closer``, or the next one beyond it that this level has not taken; long ways are shortened for the next."""
    first = closer
    while closer is not None and closer in taken:
        closer = taken[closer]
    while first is not None and first is not closer:
        taken[first], first = closer, taken[first]
    return closer
