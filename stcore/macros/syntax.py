"""The nodes of a parsed text: small, frozen, each with its place in the source (half-open character offsets)."""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    """Characters that are copied."""

    start: int
    end: int
    text: str


class Fragment(NamedTuple):
    """A stretch of source with the nodes in it: an argument (trimmed), a value, the content of a block."""

    start: int
    end: int
    nodes: tuple[Node, ...]


class Call(NamedTuple):
    """A complete macro call: ``{{ flags name::argument::argument }}``; comments are calls of ``//``.

    ``inner`` is where the source between the braces starts; ``name_start`` where the name does.
    """

    start: int
    end: int
    flags: str
    name: str
    name_start: int
    arguments: tuple[Fragment, ...]

    @property
    def inner(self) -> int:
        return self.start + 2

    @property
    def closes(self) -> bool:
        """Whether this is a closing tag."""
        return "/" in self.flags

    @property
    def preserves(self) -> bool:
        """Whether the content of the block keeps its whitespace."""
        return "#" in self.flags


class Variable(NamedTuple):
    """A shorthand: ``{{.name}}``, ``{{$name += value}}``. ``operator`` is "" for a plain read."""

    start: int
    end: int
    is_global: bool
    name: str
    operator: str
    value: Fragment | None


Node = Text | Call | Variable


class Problem(NamedTuple):
    """Something the reader of a text did not understand, and where."""

    message: str
    start: int
    end: int


class Document(NamedTuple):
    """A parsed text."""

    source: str
    nodes: tuple[Node, ...]
    problems: tuple[Problem, ...]
