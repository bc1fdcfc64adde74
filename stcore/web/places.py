"""Places in texts as a browser counts them: a character outside the basic plane (an emoji) is two units."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Any

from stcore.macros.checking import Problem

_WIDE = re.compile("[\U00010000-\U0010ffff]")


class Utf16:
    """Offsets in one text; many are asked for, so what makes them differ is looked for once."""

    def __init__(self, text: str) -> None:
        self._wide = [] if text.isascii() else [found.start() for found in _WIDE.finditer(text)]

    def offset(self, index: int) -> int:
        """The UTF-16 offset of the character at ``index``."""
        return index + bisect_left(self._wide, index)


def problem_record(problem: Problem, units: Utf16) -> dict[str, Any]:
    """A problem as JSON, its place counted in UTF-16 units."""
    span = problem.span
    start = units.offset(span.start)
    where = {
        "start": start,
        "end": units.offset(span.end),
        "line": span.line,
        "column": start - units.offset(span.start - span.column),
    }
    return {"message": problem.message, "hint": problem.hint, "severity": problem.severity, "where": where}
