"""Server-sent events, read from bytes as they come (spec/sources/text-openai-compatible.md section 3)."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

from stcore.errors import BadResponse

_MOST_CHARACTERS = 128 * 2**20


@dataclass(frozen=True, slots=True)
class SseEvent:
    """One event: its ``data`` lines joined with line feeds."""

    data: str
    event: str = "message"
    id: str = ""


class SseParser:
    """Feed it chunks of bytes, however they were cut; it yields the events that became complete."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
        self._pending: list[str] = []
        self._pending_size = 0
        self._after_cr = False
        self._data: list[str] = []
        self._event = ""
        self._id = ""

    def feed(self, chunk: bytes) -> Iterator[SseEvent]:
        """The events completed by ``chunk``."""
        text = self._decoder.decode(chunk)
        if self._after_cr and text:
            # A CRLF was cut in two: its line ended with the CR already.
            text, self._after_cr = text.removeprefix("\n"), False
        if text.endswith("\r"):
            self._after_cr = True
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for index, piece in enumerate(lines):
            self._pending.append(piece)
            self._pending_size += len(piece)
            if self._pending_size > _MOST_CHARACTERS:
                raise BadResponse("The server sent an event that is too long.")
            if index < len(lines) - 1:
                line = "".join(self._pending)
                self._pending, self._pending_size = [], 0
                yield from self._line(line)

    def finish(self) -> Iterator[SseEvent]:
        """The last event of a stream that closed without the blank line."""
        rest = "".join(self._pending) + self._decoder.decode(b"", final=True)
        self._pending, self._pending_size = [], 0
        if rest:
            yield from self._line(rest)
        yield from self._line("")

    def _line(self, line: str) -> Iterator[SseEvent]:
        if not line:
            if self._data:
                yield SseEvent("\n".join(self._data), self._event or "message", self._id)
            self._data, self._event = [], ""
            return
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "data":
                self._data.append(value)
            case "event":
                self._event = value
            case "id":
                self._id = value
            case _:  # a comment (empty name) or a field we do not know
                return
