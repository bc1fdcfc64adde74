"""What the language has to say about a text; never part of the text itself (spec/macros.md section 17)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from stcore.errors import Span

Level = Literal["warning", "error"]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One remark: ``message`` in plain words, the place in the text it is about, the macro it concerns (or "")."""

    message: str
    span: Span | None = None
    macro: str = ""
    level: Level = "warning"


DiagnosticSink = Callable[[Diagnostic], None]
"""Takes each diagnostic as it arises; ``list.append`` will do."""


def ignore(diagnostic: Diagnostic) -> None:
    """A sink for those who do not listen."""
