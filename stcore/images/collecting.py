"""Listening to a run until it ends: progress and previews to the faces, every finished picture into the library."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from typing import TYPE_CHECKING

from stcore.errors import BadResponse, Cancelled, ColdStart, RateLimited, ServerError, StcoreError, UnusablePicture
from stcore.images import job_rows
from stcore.images.events import (
    Accepted,
    Adjusted,
    CancelledEvent,
    Done,
    Event,
    Failed,
    Preview,
    Queued,
    Refusal,
    Result,
    Running,
)
from stcore.images.generation import generation_of
from stcore.images.stream import guarded_events

if TYPE_CHECKING:
    from sqlalchemy import Connection as DatabaseConnection

    from stcore.images.flight import Flight, Tools
    from stcore.images.library import Prepared
    from stcore.images.starting import Starter

_logger = logging.getLogger(__name__)

_SIGNS_OF_WORK = (Accepted, Running, Preview, Result, Refusal)
_BEFORE_ACCEPTANCE = (RateLimited, ColdStart, ServerError)


class Collector:
    """Drives the stream of one run after the other."""

    def __init__(self, tools: Tools, starter: Starter) -> None:
        self._tools, self._starter = tools, starter

    async def follow(self, flight: Flight) -> None:
        """Until the stream ends. Raises what went wrong; pictures that came before it are stored all the same."""
        await self._starter.patiently(flight, lambda: self._once(flight))
        if flight.error is not None:
            raise flight.error

    async def _once(self, flight: Flight) -> None:
        """One go at the stream. Raises only what may be sent again: a source that does all its work in the stream
        meets rate limits and cold starts there. The run's own failure is kept in the flight."""
        if flight.source_job is None:
            await self._starter.start(flight)
        assert flight.source_job is not None
        source, untouched = flight.opened.source, not flight.token
        async with aclosing(guarded_events(source, flight.source_job, clock=self._tools.clock)) as events:
            async for event in events:
                if untouched and isinstance(event, Failed) and isinstance(event.error, _BEFORE_ACCEPTANCE):
                    flight.source_job = None
                    self._starter.slow_down(flight, event.error)
                    raise event.error
                untouched = untouched and not isinstance(event, _SIGNS_OF_WORK)
                await self._heard(flight, event)

    async def _heard(self, flight: Flight, event: Event) -> None:
        match event:
            case Accepted(token=token) if flight.source_job:
                await self._starter.accepted(flight, flight.source_job, token)
            case Adjusted():
                await self._adjusted(flight, event)
            case Queued():
                flight.announcer.progress("queued", position=event.position, eta=event.eta, stage=event.stage)
            case Running():
                details = {name: getattr(event, name) for name in ("fraction", "step", "steps", "stage", "eta")}
                flight.announcer.progress("running", **details)
            case Preview():
                flight.announcer.preview(event.mime, event.data)
            case Result():
                await self._finished_picture(flight, event)
            case Refusal() | Failed():
                flight.error = event.error
            case CancelledEvent():
                flight.error = Cancelled(f"{flight.opened.source.label} stopped the run.")
            case Done() if event.delivered < event.asked and flight.error is None:
                label = flight.opened.source.label
                flight.error = BadResponse(f"{label} delivered {event.delivered} of {event.asked} pictures.")

    async def _adjusted(self, flight: Flight, event: Adjusted) -> None:
        """The job tells what was changed while it ran, and so do the pictures that come after it."""
        told = (*flight.planned.adjustments, *event.adjustments)
        flight.plan = flight.planned.model_copy(update={"adjustments": told})
        own, now = self._tools.executors.own, self._tools.now()
        await self._tools.database.write(
            lambda c: job_rows.add_adjustments(c, flight.job.id, own, event.adjustments, now)
        )
        self._tools.bus.wake()

    async def _finished_picture(self, flight: Flight, result: Result) -> None:
        flight.announcer.progress("saving")
        job = flight.job
        made = generation_of(
            flight.planned.request,
            job.intent,
            result,
            source=job.source,
            connection=job.connection,
            adjustments=flight.planned.adjustments,
            seconds=self._tools.clock.monotonic() - flight.started,
        )
        try:
            data = await self._changed(flight, result.data)
            prepared = await self._tools.library.prepare(data, generation=made, thorough=False)
        except UnusablePicture as error:
            flight.error = BadResponse(f"A picture cannot be used: {error.message}", code=error.code)
            return
        kept = False
        try:
            kept = await self._tools.database.write(lambda c: self._record(c, flight, result.index, prepared))
        finally:
            if not kept:
                await self._tools.library.release([prepared.key])
        self._tools.bus.wake()

    def _record(self, connection: DatabaseConnection, flight: Flight, index: int, prepared: Prepared) -> bool:
        """Record the picture in its place; ``False`` when nobody wants it any more or it was stored before a crash."""
        job = job_rows.held(connection, flight.job.id, self._tools.executors.own)
        if job is None or (index < len(job.results) and job.results[index]):
            return False
        asset = self._tools.library.insert(
            connection,
            prepared,
            kind="scene" if job.intent.automatic else "free",
            origin="received",
            chat_id=job.chat_id,
            job_id=job.id,
            gallery_of=job.intent.subject_id,
            label=job.intent.title or job.request.prompt,
        )
        job_rows.add_result(connection, job, index, asset.id, self._tools.now())
        return True

    async def _changed(self, flight: Flight, data: bytes) -> bytes:
        """The picture as plugins leave it. One that fails costs its change, never the picture."""
        change = self._tools.change_picture
        if change is None:
            return data
        try:
            return await asyncio.to_thread(change, data, flight.job.request)
        except Exception as error:
            _logger.exception("A plugin failed to change a picture; it is kept as it came")
            message = error.message if isinstance(error, StcoreError) else str(error)
            toast = {"level": "warning", "title": "Plugin", "text": f"The picture was left as it came: {message}"}
            self._tools.bus.publish("toast", toast, flight.job.chat_id)
            return data
