"""Driving a model to a reply: words as they come, the rest collected, stopped and tried again as it should be."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from stcore import (
    BadResponse,
    ChatMessage,
    Completion,
    Finish,
    ImagePiece,
    Piece,
    ProviderError,
    QuotaError,
    RateLimited,
    ReasoningPiece,
    ServerError,
    TextConnection,
    TextModel,
    TextPiece,
    ToolCall,
    ToolCallPiece,
)
from stcore.net import Http
from stcore.testing.clock import ManualClock
from stcore.text.reply import Replying, complete

pytestmark = pytest.mark.anyio

ASK = Completion((ChatMessage("user", "?"),))


class Scripted(TextModel):
    """Plays given pieces; an error in the list is raised there, ``None`` waits without end."""

    id, label = "scripted", "Scripted"

    def __init__(self, *answers: list[Piece | ProviderError | None]) -> None:
        self.answers = list(answers)
        self.asked = self.closed = 0

    async def complete(self, connection: TextConnection, request: Completion) -> AsyncGenerator[Piece, None]:
        self.asked += 1
        try:
            for piece in self.answers.pop(0):
                if piece is None:
                    await asyncio.sleep(3600)
                elif isinstance(piece, ProviderError):
                    raise piece
                else:
                    yield piece
        finally:
            self.closed += 1


def connect(model: TextModel) -> TextConnection:
    http = Http("http://127.0.0.1:9", local=True)
    return TextConnection("t", model, model.Options(), http, ManualClock(), random.Random(1))


def texts(*words: str) -> list[Piece | ProviderError | None]:
    return [*map(TextPiece, words), Finish("stop", {"total_tokens": 3})]


async def test_everything_is_sorted_out() -> None:
    call, picture = ToolCall("1", "draw", {}), ImagePiece(b"png")
    pieces: list[Piece | ProviderError | None] = [ReasoningPiece("hm"), ToolCallPiece(call), picture]
    replying = Replying(connect(Scripted([*pieces, *texts("\n Hel", "lo \n")])), ASK)
    words = [word async for word in replying.words()]
    reply = replying.reply
    assert "".join(words).rstrip() == reply.text == "Hello"
    assert (reply.reasoning, reply.calls, reply.pictures) == ("hm", [call], [picture])
    assert (reply.finished, reply.usage) == (True, {"total_tokens": 3})


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("Mira: Hello",), "Hello"),
        (("Mi", "ra", ":", " ", "Hello"), "Hello"),
        (("**Mira:** Hello",), "Hello"),
        (("Mirabel is here",), "Mirabel is here"),
        (("Mi", "ra"), "Mira"),
        (("She said: Mira: no",), "She said: Mira: no"),
        (("Mira: Mira: hi",), "Mira: hi"),
    ],
)
async def test_the_own_name_is_taken_off_the_front(words: tuple[str, ...], text: str) -> None:
    assert (await complete(connect(Scripted(texts(*words))), ASK, speaker="Mira")).text == text


async def test_cancelling_stops_the_model_and_keeps_what_came() -> None:
    model = Scripted([TextPiece("Once upon "), None])
    replying = Replying(connect(model), ASK)
    came = asyncio.Event()

    async def listen() -> None:
        async for _ in replying.words():
            came.set()

    task = asyncio.create_task(listen())
    await came.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    assert model.closed == 1
    assert replying.reply.text == "Once upon "
    assert not replying.reply.finished


async def test_closing_early_stops_the_model_too() -> None:
    model = Scripted([TextPiece("one "), TextPiece("two"), None])
    replying = Replying(connect(model), ASK)
    async with aclosing(replying.words()) as words:
        assert await anext(words) == "one "
    assert model.closed == 1


async def settled(task: asyncio.Task[object], clock: ManualClock, seconds: float) -> None:
    for _ in range(20):
        await asyncio.sleep(0)
    await clock.advance(seconds)
    for _ in range(20):
        await asyncio.sleep(0)


async def test_before_the_first_word_a_fault_is_tried_again() -> None:
    model = Scripted([RateLimited("slow", retry_after=7)], [ServerError("oops")], texts("Hello"))
    connection = connect(model)
    task = asyncio.create_task(complete(connection, ASK))
    await settled(task, connection.clock, 6.5)  # type: ignore[arg-type]
    assert model.asked == 1, "the far side's own time is kept"
    await settled(task, connection.clock, 1)  # type: ignore[arg-type]
    assert model.asked == 2
    await settled(task, connection.clock, 3)  # type: ignore[arg-type]
    assert (await task).text == "Hello"


@pytest.mark.parametrize(
    ("answers", "error", "asked"),
    [
        ([[QuotaError("empty")]], QuotaError, 1),
        ([[RateLimited("slow", retry_after=3600)]], RateLimited, 1),
        ([[TextPiece("Once"), ServerError("died")]], ServerError, 1),
        ([[ReasoningPiece("hm"), Finish("length")]], BadResponse, 1),
        ([[TextPiece("  \n"), Finish()]], BadResponse, 1),
    ],
)
async def test_what_must_not_be_tried_again(
    answers: list[list[Piece | ProviderError | None]], error: type[Exception], asked: int
) -> None:
    model = Scripted(*answers)
    with pytest.raises(error):
        await complete(connect(model), ASK)
    assert model.asked == asked


async def test_three_tries_are_enough() -> None:
    model = Scripted(*[[ServerError("oops")] for _ in range(5)])
    connection = connect(model)
    task = asyncio.create_task(complete(connection, ASK))
    for _ in range(6):
        await settled(task, connection.clock, 10)  # type: ignore[arg-type]
    with pytest.raises(ServerError):
        await task
    assert model.asked == 3
