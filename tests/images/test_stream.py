"""Streams of sources: the count emulation of simple ones, and the guard round all (spec/sources/README.md 3.6)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from io import BytesIO
from types import SimpleNamespace
from typing import Any, cast

import pytest
from PIL import Image

from stcore import (
    AuthError,
    BadResponse,
    CancelledEvent,
    Capabilities,
    Connection,
    DeadlinePassed,
    Done,
    Event,
    Failed,
    Http,
    ImageRequest,
    ImageSource,
    Log,
    NoImage,
    Picture,
    Plan,
    Preview,
    ProviderError,
    RangeField,
    Refusal,
    Refused,
    Result,
    Running,
    SourceJob,
    Text,
)
from stcore.images.planning import plan_request
from stcore.images.request import Budget
from stcore.images.stream import guarded_events
from stcore.testing.clock import ManualClock

pytestmark = pytest.mark.anyio


def png(width: int = 8, height: int = 8, kind: str = "PNG") -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, kind)
    return out.getvalue()


class Simple(ImageSource):
    """A source made of one function."""

    id = "simple"
    label = "Simple"

    def __init__(self, generate: Callable[..., Any]) -> None:
        self._generate = generate

    async def generate(self, request: ImageRequest, connection: Connection) -> Any:
        return await self._generate(request)


class Told(ImageSource):
    """A source that tells a given stream."""

    id = "told"
    label = "Told"
    idle_seconds = 30.0

    def __init__(self, stream: Callable[[], AsyncIterator[Any]]) -> None:
        self._stream = stream

    def events(self, job: SourceJob) -> AsyncIterator[Event]:
        return self._stream()


def job(source: ImageSource, clock: ManualClock, plan: Plan | None = None, **request: Any) -> SourceJob:
    plan = plan or Plan(request=ImageRequest(prompt="a heron", **request))
    http = cast(Http, SimpleNamespace())
    return SourceJob(Connection(source.id, source, source.Options(), http, clock, random.Random(1)), plan)


async def told(
    *events: Any, source: ImageSource | None = None, plan: Plan | None = None, **request: Any
) -> list[Event]:
    async def stream() -> AsyncIterator[Any]:
        for event in events:
            if isinstance(event, BaseException):
                raise event
            yield event

    clock = ManualClock()
    source = source or Told(stream)
    return [event async for event in guarded_events(source, job(source, clock, plan, **request), clock=clock)]


def error_of(events: list[Event]) -> ProviderError:
    assert isinstance(events[-1], Failed)
    assert not any(isinstance(event, Done | Failed | CancelledEvent) for event in events[:-1])
    assert isinstance(events[-1].error, ProviderError)
    return events[-1].error


# -- simple sources --------------------------------------------------------------------------------------------------


async def test_one_picture_is_a_whole_run() -> None:
    async def generate(request: ImageRequest) -> Result:
        return Picture(png(16, 8), mime="image/jpeg")

    result, done = await told(source=Simple(generate), seed=7)
    assert isinstance(result, Result)
    assert (result.mime, result.width, result.height) == ("image/png", 16, 8)
    assert (result.seed, result.seed_origin) == (7, "sent")
    assert done == Done(asked=1, delivered=1, seconds=0.0)


async def test_more_than_the_source_makes_at_once_is_made_one_by_one() -> None:
    seeds = []

    async def generate(request: ImageRequest) -> Result:
        assert request.count == 1
        seeds.append(request.seed)
        return Picture(png())

    fields = {"seed": RangeField(integer=True)}
    plan = plan_request(ImageRequest(prompt="x", count=3, seed=7), Capabilities(fields=fields))
    events = await told(source=Simple(generate), plan=plan)
    assert seeds == [7, 8, 9]
    assert [(one.index, one.seed) for one in events if isinstance(one, Result)] == [(0, 7), (1, 8), (2, 9)]
    assert [one.fraction for one in events if isinstance(one, Running)] == pytest.approx([1 / 3, 2 / 3, 1])
    assert events[-1] == Done(asked=3, delivered=3, seconds=0.0)


async def test_a_generator_tells_its_own_progress_inside_the_whole() -> None:
    class Streaming(Simple):
        async def generate(self, request: ImageRequest, connection: Connection) -> AsyncIterator[Event]:  # type: ignore[override]
            yield Running(fraction=0.5)
            yield Picture(png(), seed=99, seed_origin="echoed")
            yield Done(cost=0.25, cost_unit="US$", ids=("a",))

    plan = Plan(request=ImageRequest(prompt="x", count=2), calls=2)
    events = await told(source=Streaming(lambda: None), plan=plan)
    assert [one.fraction for one in events if isinstance(one, Running)] == [0.25, 0.5, 0.75, 1.0]
    assert [(one.index, one.seed) for one in events if isinstance(one, Result)] == [(0, 99), (1, 99)]
    done = events[-1]
    assert isinstance(done, Done)
    assert (done.cost, done.cost_unit, done.ids) == (0.5, "US$", ("a", "a"))


async def test_a_list_of_pictures_is_numbered() -> None:
    async def generate(request: ImageRequest) -> list[Result]:
        return [Picture(png()), Picture(png(kind="JPEG"))]

    first, second, done = await told(source=Simple(generate), count=2)
    assert isinstance(first, Result) and isinstance(second, Result)
    assert (first.index, second.index, second.mime) == (0, 1, "image/jpeg")
    assert done == Done(asked=2, delivered=2, seconds=0.0)


@pytest.mark.feature("SRC-9")
async def test_a_refused_picture_of_several_leaves_the_others() -> None:
    async def generate(request: ImageRequest) -> Result:
        if request.id.endswith("-2"):
            raise Refused("No.", stage="output")
        return Picture(png())

    events = await told(source=Simple(generate), plan=Plan(request=ImageRequest(prompt="x", count=3), calls=3))
    assert [one.index for one in events if isinstance(one, Result)] == [0, 2]
    assert [(one.index, one.error.stage) for one in events if isinstance(one, Refusal)] == [(1, "output")]
    assert events[-1] == Done(asked=3, delivered=2, refused=1, seconds=0.0)


async def test_an_error_in_the_middle_keeps_what_was_delivered() -> None:
    async def generate(request: ImageRequest) -> Result:
        if request.id.endswith("-2"):
            raise AuthError("The key was withdrawn.")
        return Picture(png())

    events = await told(source=Simple(generate), plan=Plan(request=ImageRequest(prompt="x", count=3), calls=3))
    assert len([one for one in events if isinstance(one, Result)]) == 1
    assert isinstance(error_of(events), AuthError)


async def test_something_that_is_no_picture_is_named() -> None:
    async def generate(request: ImageRequest) -> Any:
        return None

    assert "Simple gave back NoneType" in error_of(await told(source=Simple(generate))).message


# -- endings ---------------------------------------------------------------------------------------------------------


async def test_an_error_of_ours_ends_the_run_as_it_is() -> None:
    error = AuthError("No key.", hint="Enter one.")
    assert error_of(await told(Running(), error)) is error


async def test_any_other_exception_names_the_source_and_not_the_secret(caplog: pytest.LogCaptureFixture) -> None:
    error = error_of(await told(Running(), KeyError("sk-secret")))
    assert "Told" in error.message and "KeyError" in error.message
    assert "sk-secret" not in str(error.to_dict())
    assert "sk-secret" in caplog.text, "the log explains what people are not shown"


@pytest.mark.parametrize("nonsense", [Running(fraction="half"), Result(data="text")])  # type: ignore[arg-type]
async def test_a_malformed_event_is_the_fault_of_the_source(nonsense: Event) -> None:
    assert "Told stumbled" in error_of(await told(nonsense)).message


async def test_a_source_that_fails_before_its_first_event() -> None:
    class Broken(Told):
        def events(self, job: SourceJob) -> AsyncIterator[Event]:
            raise RuntimeError("no stream")

    assert "RuntimeError" in error_of(await told(source=Broken(lambda: cast(Any, None)))).message


async def test_a_source_that_cancels_itself_is_not_taken_for_us() -> None:
    assert isinstance(error_of(await told(asyncio.CancelledError())), ProviderError)


async def test_what_comes_after_the_ending_does_not_exist() -> None:
    events = await told(Result(png()), Done(), Result(png()), Failed(AuthError("late")))
    assert [type(event) for event in events] == [Result, Done]


async def test_without_an_ending_the_pictures_count() -> None:
    assert (await told(Result(png()), count=2))[-1] == Done(asked=2, delivered=1, failed=1, seconds=0.0)


async def test_without_pictures_the_words_tell_why() -> None:
    assert isinstance(error_of(await told()), BadResponse)
    error = error_of(await told(Text("I cannot "), Text("draw that."), Done()))
    assert isinstance(error, NoImage)
    assert error.text == "I cannot draw that."


async def test_cancelling_is_an_ending() -> None:
    assert (await told(Running(), CancelledEvent("stopped")))[-1] == CancelledEvent("stopped")


# -- what is admitted ------------------------------------------------------------------------------------------------


async def test_progress_never_goes_backwards() -> None:
    wire = [0.1, 0.5, 0.2, None, 1.7, float("nan"), -1.0]
    events = await told(*(Running(fraction=one) for one in wire), Result(png()))
    assert [one.fraction for one in events if isinstance(one, Running)] == [0.1, 0.5, 0.5, None, 1.0, None, 1.0]


@pytest.mark.feature("SRC-4")
@pytest.mark.parametrize("flag", ["black", "censored", "blurred"])
async def test_a_replaced_picture_is_a_refusal(flag: Any) -> None:
    events = await told(Result(png(), flags=(flag,)), Done(delivered=1))
    refusal = events[0]
    assert isinstance(refusal, Refusal)
    assert refusal.data == png()
    error = error_of(events)
    assert isinstance(error, Refused)
    assert (error.stage, error.image_replaced) == ("output", True)


async def test_a_mark_on_the_picture_is_no_refusal() -> None:
    result, _ = await told(Result(png(), flags=("nsfw", "watermarked")))
    assert isinstance(result, Result)


@pytest.mark.feature("SRC-9")
async def test_a_partial_batch_delivers_the_good_and_names_the_others() -> None:
    events = await told(
        Result(png()), Result(png(), index=1, flags=("black",)), Result(b"<html>", index=2), Done(), count=3
    )
    assert [type(event) for event in events] == [Result, Refusal, Log, Done]
    assert events[-1] == Done(asked=3, delivered=1, refused=1, failed=1, seconds=0.0)


@pytest.mark.parametrize("data", [b"", b"<!doctype html><p>502", b"<svg/>", png(64, 64)[:60]])
async def test_bytes_that_are_no_picture_fail(data: bytes) -> None:
    error = error_of(await told(Result(data), Done(delivered=1)))
    assert isinstance(error, BadResponse)
    assert error.message.startswith("The answer of Told cannot be used.")


async def test_previews_must_be_pictures_and_strangers_are_ignored() -> None:
    events = await told(Preview(png(), mime="text/html"), Preview(b"<svg/>"), "what?", object(), Result(png()))
    assert [type(event) for event in events] == [Preview, Result, Done]
    assert isinstance(events[0], Preview)
    assert events[0].mime == "image/png"


# -- time ------------------------------------------------------------------------------------------------------------


async def collect(source: ImageSource, clock: ManualClock, into: list[Event], **request: Any) -> None:
    into.extend([event async for event in guarded_events(source, job(source, clock, **request), clock=clock)])


async def test_silence_is_given_up() -> None:
    clock, events = ManualClock(), list[Event]()

    async def stream() -> AsyncIterator[Event]:
        yield Running()
        await clock.sleep(20)
        yield Running()
        await clock.sleep(1000)

    run = asyncio.create_task(collect(Told(stream), clock, events))
    await clock.advance(20)
    await clock.advance(29)
    assert not run.done()
    await clock.advance(1)
    await run
    assert [type(event) for event in events] == [Running, Running, Failed]
    assert isinstance(error := error_of(events), DeadlinePassed)
    assert "30 seconds" in error.message


async def test_the_budget_ends_even_a_talkative_run() -> None:
    clock, events = ManualClock(), list[Event]()

    async def stream() -> AsyncIterator[Event]:
        yield Result(png())
        while True:
            await clock.sleep(1)
            yield Running()

    run = asyncio.create_task(collect(Told(stream), clock, events, budget=Budget(max_seconds=5)))
    await clock.advance(5)
    await clock.advance(1)
    await run
    assert isinstance(events[0], Result)
    assert isinstance(error_of(events), DeadlinePassed)


async def test_closing_the_stream_closes_the_source() -> None:
    clock, closed = ManualClock(), list[str]()

    async def stream() -> AsyncIterator[Event]:
        try:
            yield Running()
            yield Running()
            await clock.sleep(1000)
        finally:
            closed.append("source")

    source = Told(stream)
    events = guarded_events(source, job(source, clock), clock=clock)
    await anext(events)
    await events.aclose()
    assert closed == ["source"]


async def test_cancelling_the_listener_closes_the_source() -> None:
    clock, closed = ManualClock(), list[str]()

    async def stream() -> AsyncIterator[Event]:
        try:
            await clock.sleep(1000)
            yield Running()
        finally:
            closed.append("source")

    run = asyncio.create_task(collect(Told(stream), clock, []))
    await clock.advance(1)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert closed == ["source"]
