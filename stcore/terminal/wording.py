"""Errors and lists as plain text for a terminal. Imports nothing heavy: the one-shot runner uses it too."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from stcore.errors import ScriptError, StcoreError

_WIDEST_EXCERPT = 100
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def printable(text: str) -> str:
    """``text`` without control characters: what a server or model sends must not steer the terminal."""
    return _CONTROL.sub("", text)


def error_text(error: StcoreError) -> str:
    """What happened, where in the script with a caret under the place, and what to do."""
    lines = [f"error: {error.message}"]
    if isinstance(error, ScriptError) and error.span is not None:
        place = f"line {error.span.line + 1}, column {error.span.column + 1}"
        lines[0] = f"error: {place}: {error.message}"
        lines += _clipped(error.span.excerpt(error.source), error.span.column)
    if isinstance(error, ScriptError) and len(error.trace) > 1:
        lines.append(f"in {' > '.join(error.trace)}")
    if error.hint:
        lines.append(error.hint)
    return printable("\n".join(lines))


def _clipped(excerpt: str, column: int) -> list[str]:
    """The line and its caret, of a very long line only the neighbourhood."""
    line, _, caret = excerpt.partition("\n")
    start = max(0, column - _WIDEST_EXCERPT // 2) if len(line) > _WIDEST_EXCERPT else 0
    end = start + _WIDEST_EXCERPT
    marks = caret[start:end].rstrip()
    # Tabs stay tabs above and below, so that the caret stands under its place.
    lead = "".join("\t" if character == "\t" else " " for character in line[start:column])
    return [f"  {line[start:end]}", f"  {lead}{marks.lstrip()}"]


def width_of(text: str) -> int:
    """Columns that ``text`` takes in a terminal."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def fitted(text: str, width: int) -> str:
    """``text`` in one line of at most ``width`` columns."""
    text = printable(" ".join(text.split()))
    if width_of(text) <= width:
        return text
    kept, used = [], 0
    for character in text:
        used += width_of(character)
        if used > width - 1:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…"


def table(rows: Iterable[Sequence[str]], heads: Sequence[str], width: int) -> list[str]:
    """Rows as aligned columns; the last one gives way when ``width`` columns are not enough."""
    cells = [[fitted(str(cell), 400) for cell in row] for row in rows]
    columns = range(len(heads))
    wide = [max([width_of(heads[n]), *(width_of(row[n]) for row in cells)]) for n in columns]
    wide[-1] = max(10, min(wide[-1], width - sum(wide[:-1]) - 2 * (len(heads) - 1)))
    lines = []
    for row in [[head.upper() for head in heads], *cells]:
        parts = [fitted(cell, size) for cell, size in zip(row, wide, strict=True)]
        lines.append("  ".join(part + " " * (size - width_of(part)) for part, size in zip(parts, wide, strict=True)))
    return [line.rstrip() for line in lines]


def clipboard_sequence(text: str) -> str:
    """What makes a terminal put ``text`` into the clipboard (OSC 52); one that does not know it does nothing."""
    from base64 import b64encode

    return f"\x1b]52;c;{b64encode(text.encode()).decode()}\x07"
