"""Drive a text model to one reply: its words as they come, everything else collected."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

from stcore.errors import BadResponse, NetworkError, ProviderError, ServerError
from stcore.text.cutting import Ender
from stcore.text.instruct import TextLayout, render_text
from stcore.text.model import (
    Completion,
    Finish,
    ImagePiece,
    Piece,
    ReasoningPiece,
    TextConnection,
    TextPiece,
    ToolCall,
    ToolCallPiece,
)
from stcore.text.pieces import ThinkSplitter

TRIES = 3
LONGEST_WAIT = 60.0
"""Seconds that one pause before another try may last; a vendor who wants more gets an error for the person."""


@dataclass
class Reply:
    """What has come so far. ``text`` is ready to be stored: trimmed, without reasoning and without the own name."""

    text: str = ""
    reasoning: str = ""
    calls: list[ToolCall] = field(default_factory=list)
    pictures: list[ImagePiece] = field(default_factory=list)
    reason: str = ""
    usage: dict[str, Any] = field(default_factory=dict)

    @property
    def finished(self) -> bool:
        """The model came to its end; a reply that was stopped keeps what it has."""
        return bool(self.reason)

    def __bool__(self) -> bool:
        return bool(self.text or self.calls or self.pictures)


class Replying:
    """One reply in the making::

        replying = Replying(connection, request, speaker="Mira")
        async for words in replying.words():
            show(words)
        store(replying.reply)

    Cancelling the task (or closing the iterator) stops the model; ``reply`` keeps what came until then. A failure
    before the first piece is tried again where the error allows it (spec/sources/README.md 3.7); a later one is
    raised. An answer without words, pictures or tool calls is a ``BadResponse``.

    ``opening`` is how the reply was made to begin; a model that repeats it is not taken at its word. The reply ends
    before the first of ``marks``, whether the model stops there or not. ``tags`` stand around thoughts.
    """

    def __init__(
        self,
        connection: TextConnection,
        request: Completion,
        *,
        speaker: str = "",
        opening: str = "",
        marks: Sequence[str] = (),
        tags: tuple[str, str] = ("", ""),
    ) -> None:
        self.connection, self.request = connection, in_form(connection, request)
        self.reply = Reply()
        self._cleaner = _Cleaner(speaker, opening)
        self._ender = Ender(marks)
        self._splitter = ThinkSplitter(*tags) if all(tags) else None

    async def words(self) -> AsyncGenerator[str, None]:
        """The words of the reply; joined and trimmed at the end they are ``reply.text``."""
        async with aclosing(self._pieces()) as pieces:
            async for piece in pieces:
                if words := self._take(piece):
                    self.reply.text += words
                    yield words
                if self._ender.ended:
                    self.reply.reason = self.reply.reason or "stop"
                    break
        if rest := self._rest():
            self.reply.text += rest
            yield rest
        self.reply.text = self.reply.text.rstrip()
        if not self.reply:
            thought = " It only thought." if self.reply.reasoning else ""
            raise BadResponse(
                f"The model gave an empty answer.{thought}",
                hint="Allow a longer answer, or ask again.",
            )

    def _take(self, piece: Piece) -> str:
        match piece:
            case TextPiece():
                return self._clean(piece.text)
            case ReasoningPiece():
                self.reply.reasoning += piece.text
            case ToolCallPiece():
                self.reply.calls.append(piece.call)
            case ImagePiece():
                self.reply.pictures.append(piece)
            case Finish():
                self.reply.reason, self.reply.usage = piece.reason, piece.usage
        return ""

    def _clean(self, text: str) -> str:
        if self._splitter is None:
            return self._ender.feed(self._cleaner.feed(text))
        return "".join(map(self._sort, self._splitter.feed(text)))

    def _sort(self, piece: TextPiece | ReasoningPiece) -> str:
        """The words of a piece; a thought is put aside."""
        if isinstance(piece, TextPiece):
            return self._ender.feed(self._cleaner.feed(piece.text))
        self.reply.reasoning += piece.text
        return ""

    def _rest(self) -> str:
        """What was held back until the end was certain."""
        held = "" if self._splitter is None else "".join(map(self._sort, self._splitter.finish()))
        return held + self._ender.feed(self._cleaner.finish()) + self._ender.finish()

    async def _pieces(self) -> AsyncGenerator[Piece, None]:
        connection, tried = self.connection, 0
        while True:
            started = False
            stream = connection.model.complete(connection, self.request)
            try:
                async with aclosing(stream) as pieces:  # type: ignore[type-var]  # models write generators
                    async for piece in pieces:
                        started = True
                        yield piece
                return
            except ProviderError as error:
                tried += 1
                wait = _pause(error, tried, connection.random.uniform(0.8, 1.3))
                if started or wait is None:
                    raise
            await connection.clock.sleep(wait)


def in_form(connection: TextConnection, request: Completion) -> Completion:
    """The request with the text that a model needs which completes text; one that is laid out already stays."""
    if request.prompt or connection.model.form(connection.options) != "text":
        return request
    layout = TextLayout(char=next((m.name for m in request.messages if m.name and m.role == "system"), "Assistant"))
    stop = tuple(dict.fromkeys((*request.stop, *layout.stops)))
    return replace(request, prompt=render_text(request.messages, layout), stop=stop)


async def complete(connection: TextConnection, request: Completion, *, speaker: str = "") -> Reply:
    """The whole reply at once."""
    replying = Replying(connection, request, speaker=speaker)
    async for _ in replying.words():
        pass
    return replying.reply


def _pause(error: ProviderError, tried: int, jitter: float) -> float | None:
    """Seconds before another try, or ``None`` when there is to be none."""
    if not error.retryable or tried >= TRIES:
        return None
    own = jitter * 0.5 * 2 ** (tried - 1) if isinstance(error, ServerError | NetworkError) else jitter * 2.0**tried
    wait = own if error.retry_after is None else error.retry_after
    return wait if wait <= LONGEST_WAIT else None


class _Cleaner:
    """Takes blank beginnings, the speaker's own name (``Mira: ``) and a repeated opening off streamed text."""

    def __init__(self, speaker: str, opening: str = "") -> None:
        self._marks = tuple(mark for mark in (f"{speaker}:", f"**{speaker}:**", f"**{speaker}**:") if speaker)
        self._opening = opening
        self._held: str | None = ""

    def feed(self, text: str) -> str:
        if self._held is None:
            return text
        self._held += text
        bare = self._held.lstrip()
        if not bare or any(mark.startswith(bare) for mark in (*self._marks, self._opening.lstrip())):
            return ""  # it may still become the name or the opening
        return self.finish()

    def finish(self) -> str:
        text, self._held = self._held or "", None
        bare = text.lstrip()
        if self._opening and bare.startswith(self._opening.lstrip()):
            return bare.removeprefix(self._opening.lstrip())
        mark = next((mark for mark in self._marks if bare.startswith(mark)), "")
        if not mark:
            # Behind an opening the blanks belong to what is said.
            return text if self._opening else bare
        rest = bare.removeprefix(mark).lstrip()
        if not rest:
            self._held = ""  # blanks may follow in the next piece
            self._marks = ()
        return rest
