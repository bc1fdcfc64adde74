"""What a source tells while it works, made safe to rely on (spec/sources/README.md 3.6).

:func:`generated_events` drives the ``generate`` of a simple source. :func:`guarded_events` stands between any source
and the host: whatever a plugin does, the host sees a well-formed stream with exactly one ending.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field, replace
from inspect import isawaitable
from math import isnan
from typing import Any, Literal

from stcore.clock import Clock
from stcore.errors import (
    BadResponse,
    DeadlinePassed,
    NoImage,
    ProviderError,
    Refused,
    StcoreError,
    UnusablePicture,
)
from stcore.images.events import (
    Accepted,
    Adjusted,
    CancelledEvent,
    Done,
    Ending,
    Event,
    Failed,
    Log,
    Preview,
    Queued,
    Refusal,
    Result,
    Running,
    Text,
)
from stcore.images.planning import split_plan
from stcore.images.request import ImageRequest, Plan
from stcore.images.sniff import media_type, read_facts
from stcore.images.source import Connection, ImageSource, SourceJob

_logger = logging.getLogger(__name__)

REPLACED = ("censored", "blurred", "black")
"""Flags that say the picture is not the one that was made: a refusal, not a success (SRC-4)."""

_CLOSE_SECONDS = 5.0

# -- sources that only have ``generate`` -----------------------------------------------------------------------------


async def generated_events(source: ImageSource, job: SourceJob) -> AsyncIterator[Event]:
    """Call ``source.generate`` as often as the plan says and tell it as one run.

    Progress of several calls is finished/asked. A picture that was sent with a seed carries it. When moderation
    refuses one call of several the others still run (SRC-9); any other error ends the run.
    """
    runs = split_plan(job.plan)
    total = Done(asked=job.request.count)
    first = 0
    for number, run in enumerate(runs):
        try:
            async for event in _one_call(source, run.request, job.connection):
                if isinstance(event, Failed):
                    raise event.error
                if isinstance(event, CancelledEvent):
                    yield event
                    return
                if isinstance(event, Done):
                    total = _added(total, event)
                else:
                    yield _placed(event, run, first, number, len(runs))
        except Refused as error:
            if len(runs) == 1:
                raise
            yield Refusal(error, index=first)
        first += run.request.count
        if len(runs) > 1:
            yield Running(fraction=(number + 1) / len(runs))
    yield total


async def _one_call(source: ImageSource, request: ImageRequest, connection: Connection) -> AsyncGenerator[Event, None]:
    made: Any = source.generate(request, connection)
    if isawaitable(made):
        made = await made
    if isinstance(made, Result):
        yield made
    elif isinstance(made, list | tuple):
        for index, picture in enumerate(made):
            yield replace(picture, index=index)
    elif hasattr(made, "__aiter__"):
        try:
            async for event in made:
                yield event
        finally:
            await _close(made)
    else:
        raise BadResponse(f"{source.label} gave back {type(made).__name__} instead of a picture.")


def _placed(event: Event, run: Plan, first: int, number: int, of: int) -> Event:
    """An event of one call as an event of the whole run."""
    if isinstance(event, Running) and event.fraction is not None:
        return replace(event, fraction=(number + event.fraction) / of)
    if isinstance(event, Preview | Refusal):
        return replace(event, index=first + event.index)
    if not isinstance(event, Result):
        return event
    seed = run.request.seed if event.seed is None and run.request.count == 1 else event.seed
    origin = "sent" if event.seed is None and seed is not None else event.seed_origin
    return replace(event, index=first + event.index, seed=seed, seed_origin=origin)


def _added(total: Done, one: Done) -> Done:
    cost = None if total.cost is None and one.cost is None else (total.cost or 0) + (one.cost or 0)
    return replace(
        total,
        cost=cost,
        cost_unit=one.cost_unit or total.cost_unit,
        ids=total.ids + one.ids,
        usage=one.usage or total.usage,
    )


# -- the guard -------------------------------------------------------------------------------------------------------


async def guarded_events(source: ImageSource, job: SourceJob, *, clock: Clock) -> AsyncGenerator[Event, None]:
    """The events of a run with exactly one ending, whatever the source does.

    An exception becomes ``Failed``, and so does silence for longer than ``source.idle_seconds`` or a run beyond the
    request's ``budget.max_seconds`` (seconds counted from here). Pictures carry the type and size of their bytes;
    what is no whole picture is left out and counted as failed. Replaced pictures become :class:`Refusal`.
    The pixels are not decoded here: the library does that when it makes the thumbnail.
    Closing this generator closes the source's stream.
    """
    record = _Record(source.label, job.plan, clock, clock.monotonic())
    pump = _Pump(source, job)
    try:
        ended = False
        while not ended:
            event = await _next_admitted(source, pump, record)
            ended = isinstance(event, Done | Failed | CancelledEvent)
            if event is not None:
                yield event
    finally:
        await pump.aclose()


async def _next_admitted(source: ImageSource, pump: _Pump, record: _Record) -> Event | None:
    """The next event for the host, ``None`` for one that is none; every kind of end and trouble is an ending."""
    try:
        event = await pump.next(record.clock, record.patience(source.idle_seconds))
        if event is None or isinstance(event, Done | Failed | CancelledEvent):
            return record.ending(event)
        return record.admitted(event)
    except _Silence:
        return Failed(record.too_late(source.idle_seconds))
    except StcoreError as error:
        return Failed(error)
    except Exception as error:  # a plugin may raise anything, and may tell malformed events
        _logger.exception("The source %s failed", source.id)
        return Failed(_unexplained(source.label, error))


class _Pump:
    """Reads a source's stream in one task of its own, so that waiting for it can be given up without breaking it.

    A stream may hold timeouts and connections open between two events; these must be entered and left in one task.
    """

    def __init__(self, source: ImageSource, job: SourceJob) -> None:
        self._queue: asyncio.Queue[tuple[Literal["event", "end", "error"], Any]] = asyncio.Queue(1)
        self._task = asyncio.create_task(self._run(source, job), name=f"source {source.id}")

    async def _run(self, source: ImageSource, job: SourceJob) -> None:
        stream: AsyncIterator[Event] | None = None
        try:
            stream = source.events(job)
            async for event in stream:
                await self._queue.put(("event", event))
            await self._queue.put(("end", None))
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            await self._queue.put(("error", RuntimeError(f"cancelled itself: {error}")))
        except Exception as error:  # noqa: BLE001 - handed to the guard, which turns it into an ending
            await self._queue.put(("error", error))
        finally:
            await self._close(stream)

    async def _close(self, stream: AsyncIterator[Event] | None) -> None:
        try:
            await _close(stream)
        except Exception:
            _logger.exception("%s failed while it was closed", self._task.get_name())

    async def next(self, clock: Clock, patience: float | None) -> Event | None:
        """The next event, ``None`` at the end of the stream; raises what the source raised, or :class:`_Silence` when
        nothing came for ``patience`` seconds."""
        kind, value = await self._item(clock, patience)
        if kind == "error":
            raise value
        event: Event | None = value
        return event

    async def _item(self, clock: Clock, patience: float | None) -> tuple[str, Any]:
        if patience is None or not self._queue.empty():
            return await self._queue.get()
        arrival = asyncio.create_task(self._queue.get())
        timer = asyncio.create_task(clock.sleep(patience))
        try:
            await asyncio.wait({arrival, timer}, return_when=asyncio.FIRST_COMPLETED)
            if not arrival.done():
                raise _Silence
            return arrival.result()
        finally:
            arrival.cancel()
            timer.cancel()

    async def aclose(self) -> None:
        self._task.cancel()
        _, still_running = await asyncio.wait({self._task}, timeout=_CLOSE_SECONDS)
        if still_running:
            _logger.warning("%s does not stop when it is told to", self._task.get_name())


class _Silence(Exception):
    """Our own patience is over; not to be mistaken for a ``TimeoutError`` of the source."""


@dataclass
class _Record:
    """What one run has delivered so far, and what follows from it."""

    label: str
    plan: Plan
    clock: Clock
    started: float
    fraction: float = 0.0
    delivered: int = 0
    refusals: list[Refused] = field(default_factory=list)
    damaged: list[UnusablePicture] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def patience(self, idle: float | None) -> float | None:
        """For how many seconds the next event may be awaited; ``None`` for ever."""
        budget = self.plan.request.budget.max_seconds
        left = None if budget is None else max(0.0, budget - self._elapsed())
        limits = [limit for limit in (idle, left) if limit is not None]
        return min(limits) if limits else None

    def too_late(self, idle: float | None) -> DeadlinePassed:
        budget = self.plan.request.budget.max_seconds
        if budget is not None and self._elapsed() >= budget:
            return DeadlinePassed(f"{self.label} was not ready within the {budget:g} seconds it was given.")
        return DeadlinePassed(f"Nothing was heard from {self.label} for {idle or 0:g} seconds.")

    def admitted(self, event: Event) -> Event | None:
        """The event as the host may see it; ``None`` when it is none."""
        match event:
            case Running():
                return self._forward(event)
            case Preview():
                mime = media_type(event.data)
                return replace(event, mime=mime) if mime else None
            case Result():
                return self._picture(event)
            case Refusal():
                self.refusals.append(event.error)
                return event
            case Text():
                self.words.append(event.text)
                return event
            case Accepted() | Adjusted() | Queued() | Log():
                return event
        _logger.debug("%s told something unknown: %r", self.label, event)
        return None

    def ending(self, told: Ending | None) -> Ending:
        """The one ending: what the source said, or what follows from what it delivered."""
        if isinstance(told, Failed | CancelledEvent):
            return told
        if not self.delivered:
            return Failed(self._why_nothing(told))
        asked, refused = self.plan.request.count, len(self.refusals)
        done = told or Done()
        seconds = self._elapsed() if done.seconds is None else done.seconds
        missing = max(0, asked - self.delivered - refused)
        return replace(done, asked=asked, delivered=self.delivered, refused=refused, failed=missing, seconds=seconds)

    def _forward(self, event: Running) -> Running:
        """Progress never goes backwards for people, even when it does on the wire."""
        if event.fraction is None or isnan(event.fraction):
            return replace(event, fraction=None)
        self.fraction = max(self.fraction, min(event.fraction, 1.0))
        return replace(event, fraction=self.fraction)

    def _picture(self, result: Result) -> Event:
        replaced = tuple(flag for flag in result.flags if flag in REPLACED)
        if replaced:
            error = Refused(
                f"{self.label} withheld the picture ({', '.join(replaced)}).",
                stage="output",
                categories=tuple(flag for flag in result.flags if flag not in replaced),
                partial=self.delivered > 0,
                image_replaced=True,
            )
            self.refusals.append(error)
            return Refusal(error, index=result.index, data=result.data)
        try:
            facts = read_facts(result.data)
        except UnusablePicture as error:
            self.damaged.append(error)
            return Log(f"Picture {result.index + 1} cannot be used: {error.message}")
        self.delivered += 1
        return replace(result, mime=facts.mime, width=facts.width, height=facts.height)

    def _why_nothing(self, told: Done | None) -> ProviderError:
        if self.refusals:
            return self.refusals[0]
        if self.damaged:
            why = self.damaged[0]
            return BadResponse(f"The answer of {self.label} cannot be used. {why.message}", code=why.code)
        if self.words or told is not None:
            said = "".join(self.words).strip()
            return NoImage(f"{self.label} finished without a picture.", text=said)
        return BadResponse(f"{self.label} stopped without a picture and without saying why.")

    def _elapsed(self) -> float:
        return self.clock.monotonic() - self.started


def _unexplained(label: str, error: Exception) -> ProviderError:
    # The text of the error stays in the log: it may hold addresses and keys.
    return ProviderError(
        f"{label} stumbled over something that it does not explain ({type(error).__name__}).",
        hint="The log has the details. If it happens again, tell the author of this source.",
    )


async def _close(stream: Any) -> None:
    if hasattr(stream, "aclose"):
        await stream.aclose()
