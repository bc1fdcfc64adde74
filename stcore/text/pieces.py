"""Help for authors of text models: thinking apart from speaking, and tool calls out of their fragments.

Both are fed with what arrives, however the server cut it, and are free of any protocol's names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from stcore.text.cutting import unfinished
from stcore.text.model import ReasoningPiece, TextPiece, ToolCall

OPEN, CLOSE = "<think>", "</think>"


class ThinkSplitter:
    """Takes ``<think>...</think>`` (or what stands between other marks) out of streamed text, also when a mark is split
    between two pieces.

    >>> splitter = ThinkSplitter()
    >>> [*splitter.feed("<think>hm</th"), *splitter.feed("ink>Hello"), *splitter.finish()]
    [ReasoningPiece(text='hm'), TextPiece(text='Hello')]
    """

    def __init__(self, opening: str = OPEN, closing: str = CLOSE) -> None:
        self._opening, self._closing = opening, closing
        self._held = ""
        self._thinking = False
        self._after_thought = False

    def feed(self, text: str) -> Iterator[TextPiece | ReasoningPiece]:
        """What is certain after ``text`` came."""
        self._held += text
        while True:
            tag = self._closing if self._thinking else self._opening
            before, found, after = self._held.partition(tag)
            if not found:
                break
            yield from self._piece(before)
            self._held, self._thinking = after, not self._thinking
            self._after_thought = not self._thinking
        keep = unfinished(self._held, tag)
        sure, self._held = self._held[: len(self._held) - keep], self._held[len(self._held) - keep :]
        yield from self._piece(sure)

    def finish(self) -> Iterator[TextPiece | ReasoningPiece]:
        """What was held back; the stream has ended."""
        rest, self._held = self._held, ""
        yield from self._piece(rest)

    def _piece(self, text: str) -> Iterator[TextPiece | ReasoningPiece]:
        if self._after_thought and not self._thinking:
            # The empty lines between the thought and the answer belong to neither.
            text = text.lstrip()
            self._after_thought = not text
        if text:
            yield ReasoningPiece(text) if self._thinking else TextPiece(text)


@dataclass
class _Fragments:
    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)


class ToolCallCollector:
    """Joins the fragments of tool calls (text-openai-compatible.md section 4).

    Fragments belong together by ``index``; without one, a new id or a new name begins a new call.
    """

    def __init__(self) -> None:
        self._calls: dict[int, _Fragments] = {}
        self._last = -1

    def add(self, *, index: int | None = None, id: str = "", name: str = "", arguments: Any = "") -> None:
        """One fragment, or a whole call. ``arguments`` is a piece of JSON text, or already an object."""
        place = self._place(id, name) if index is None else index
        call = self._calls.setdefault(place, _Fragments())
        self._last = place
        call.id = call.id or id
        call.name = call.name or name
        if isinstance(arguments, dict):
            call.arguments = [json.dumps(arguments)]
        elif isinstance(arguments, str):
            call.arguments.append(arguments)

    def calls(self) -> Iterator[ToolCall]:
        """The calls in the order in which they began.

        Arguments that are no JSON object arrive as ``{"": text}``: the tool says what it misses, the model can mend it.
        """
        for number, call in enumerate(self._calls.values()):
            if call.name:
                yield ToolCall(call.id or f"call_{number}", call.name, _arguments("".join(call.arguments)))

    def _place(self, id: str, name: str) -> int:
        last = self._calls.get(self._last)
        if last is None:
            return 0
        begins = (id and last.id and id != last.id) or (name and last.name and not (id and id == last.id))
        return max(self._calls) + 1 if begins else self._last


def _arguments(text: str) -> dict[str, Any]:
    if not text.strip():
        return {}
    try:
        value = json.loads(text)
        # Some servers encode the object twice.
        value = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return {"": text}
    return value if isinstance(value, dict) else {"": text}
