"""Places in texts that people wrote: what an error in a script points at."""

from __future__ import annotations


class Span:
    """A place in a source text: offsets (start inclusive, end exclusive), zero-based line and column."""

    __slots__ = ("column", "end", "line", "start")

    def __init__(self, start: int, end: int, line: int, column: int) -> None:
        self.start, self.end, self.line, self.column = start, end, line, column

    @classmethod
    def at(cls, text: str, start: int, end: int | None = None) -> Span:
        """The span of ``text[start:end]``; without ``end`` one character."""
        start = max(0, min(start, len(text)))
        line_start = text.rfind("\n", 0, start) + 1
        return cls(start, start + 1 if end is None else end, text.count("\n", 0, start), start - line_start)

    def to_dict(self) -> dict[str, int]:
        return {"start": self.start, "end": self.end, "line": self.line, "column": self.column}

    def excerpt(self, text: str) -> str:
        """The line of ``text`` with a caret under the place."""
        line_start = self.start - self.column
        line_end = text.find("\n", line_start)
        line = text[line_start : line_end if line_end >= 0 else len(text)]
        width = max(1, min(self.end, line_start + len(line)) - self.start)
        return f"{line}\n{' ' * self.column}{'^' * width}"
