"""The parts of an ``if``: its condition without the mark that inverts it, and its branches (spec/macros.md section 9).

What runs an ``if`` and what checks one while it is typed both take it apart here.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING

from stcore.macros.blocks import Level
from stcore.macros.syntax import Call, Fragment, Node, Text
from stcore.macros.text import WHITESPACE

if TYPE_CHECKING:
    from stcore.macros.calls import Content


def without_mark(condition: Fragment) -> tuple[bool, Fragment]:
    """Whether the condition starts with ``!``, and the condition without the mark and whitespace around it."""
    nodes = condition.nodes
    if not nodes or not isinstance(first := nodes[0], Text) or not first.text.startswith("!"):
        return False, condition
    text = first.text[1:].lstrip(WHITESPACE)
    start = first.end - len(text)
    kept = (Text(start, first.end, text),) if text else ()
    return True, Fragment(start, condition.end, (*kept, *nodes[1:]))


def split_branches(content: Content) -> list[tuple[Level, int, int]]:
    """Content before and behind the first ``else`` that belongs to no inner ``if`` (9.4)."""
    level = content.level
    place = _find_else(level)
    if place is None:
        return [(level, content.start, content.end)]
    separator = level.nodes[place]
    then = (level.part(level.low, place), content.start, separator.start)
    return [then, (level.part(place + 1, level.high), separator.end, content.end)]


def _find_else(level: Level) -> int | None:
    """The index of the first ``else`` on the depth on which the level starts."""
    if "if" not in level.notes:
        level.notes["if"] = _depths(level.nodes)
    depths, places = level.notes["if"]
    candidates = places.get(depths[level.low], ()) if level.low < level.high else ()
    first = bisect_left(candidates, level.low)
    return candidates[first] if first < len(candidates) and candidates[first] < level.high else None


def _depths(nodes: Sequence[Node]) -> tuple[list[int], dict[int, list[int]]]:
    """How many ``if`` are open before each node, and where each depth has its ``else``; names must match exactly."""
    depths: list[int] = []
    places: dict[int, list[int]] = {}
    depth = 0
    for index, node in enumerate(nodes):
        depths.append(depth)
        if not isinstance(node, Call):
            continue
        if node.name == "if":
            depth += -1 if node.closes else len(node.arguments) == 1
        elif node.name == "else":
            places.setdefault(depth, []).append(index)
    return depths, places
