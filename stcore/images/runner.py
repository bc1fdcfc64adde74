"""The life of one job in three steps: hand it over, collect what comes, publish it.

Each step may be done again after a crash and then changes nothing that stands: the row of the job says how far it
came (``job_rows``), results have fixed places, and the last transaction marks the job and publishes in one. Whether a
step is made durable (dbos) or just called (one-shot) is not known here.

After a crash (studio.md section 12): a job that was certainly not handed over starts; one with a token is resumed;
one that may have been handed over is looked for; when the source cannot tell, it fails as interrupted and a retry is
offered. Nothing is rendered twice by itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

from stcore.errors import Cancelled, HostError, NoImage, StcoreError, StorageError
from stcore.images import asset_rows, job_rows
from stcore.images.announce import Announcer
from stcore.images.collecting import Collector
from stcore.images.events import CancelOutcome
from stcore.images.flight import Flight, NotOurs, Tools, interrupted
from stcore.images.starting import Starter

if TYPE_CHECKING:
    from sqlalchemy import Connection as DatabaseConnection

_logger = logging.getLogger(__name__)

Outcome = dict[str, Any] | None
"""What a step hands to the next: the error so far, as data because it may be read back after a restart."""

Step = Callable[[str, Callable[[], Coroutine[Any, Any, Outcome]]], Awaitable[Outcome]]

CANCEL_SECONDS = 10.0
"""How long a source may take to hand over or to cancel once nobody wants the picture any more."""
STOP_SECONDS = 3.0
"""The same while the program is going down."""
STORE_AGAIN_SECONDS = 5.0
"""How often the end of a job is written again while the disk is full."""


class Runner:
    """Runs jobs. ``flights`` are those it is busy with; ``ended`` is told of each that is over, and of an error that
    keeps its end from being stored."""

    def __init__(self, tools: Tools, ended: Callable[[str, StcoreError | None], None]) -> None:
        self._tools, self._ended = tools, ended
        self.flights: dict[str, Flight] = {}
        self._starter = Starter(tools, self.flights)
        self._collector = Collector(tools, self._starter)
        self._stopping = False

    async def run(self, job_id: str, step: Step) -> None:
        """The whole job, from wherever it stands."""
        outcome = await step("submit", partial(self.submit, job_id))
        if outcome is None:
            outcome = await step("collect", partial(self.collect, job_id))
        await step("publish", partial(self.publish, job_id, outcome))

    # -- the steps ---------------------------------------------------------------------------------------------------

    async def submit(self, job_id: str) -> Outcome:
        """Hand the job over; for one that was under way before, nothing is done here."""
        flight = await self._flight(job_id)
        if flight is None or flight.dropped or flight.job.state != "queued":
            return None
        if "submit" not in flight.outcomes:
            flight.outcomes["submit"] = await self._work(flight, self._starter.hand_over(flight))
        return flight.outcomes["submit"]

    async def collect(self, job_id: str) -> Outcome:
        """Store every picture as it comes until the run ends; after a restart, find the run first."""
        flight = await self._flight(job_id)
        if flight is None or flight.dropped:
            return None
        if "collect" not in flight.outcomes:
            try:
                flight.outcomes["collect"] = await self._work(flight, self._collect(flight))
            finally:
                flight.leave_lane()
        return flight.outcomes["collect"]

    async def publish(self, job_id: str, outcome: Outcome) -> Outcome:
        """Message, attachments, the job's last state and the journal: all in one transaction, once."""
        try:
            while True:
                try:
                    await self._end(job_id, outcome)
                    break
                except StorageError as error:
                    # The disk is full, say. Whoever waits is told now; the end is written as soon as that is possible.
                    self._tools.bus.publish("error", error.to_dict())
                    self._ended(job_id, error)
                    if self._stopping:
                        raise
                    await self._tools.clock.sleep(STORE_AGAIN_SECONDS)
        finally:
            self._land(job_id)
        return None

    # -- what they are made of ---------------------------------------------------------------------------------------

    def board(self, job: job_rows.Job) -> Flight:
        """Expect a job of this program."""
        self.flights[job.id] = Flight(job, Announcer(self._tools.bus, job.id, job.chat_id))
        return self.flights[job.id]

    async def _flight(self, job_id: str) -> Flight | None:
        """The flight of a job, taken over from whoever had it; ``None`` when the job is over."""
        if self._stopping:
            self._leave(job_id)
            raise asyncio.CancelledError
        if job_id not in self.flights:
            own, database = self._tools.executors.own, self._tools.database
            job = await database.read(lambda c: job_rows.held(c, job_id, own))
            job = job or await database.write(lambda c: job_rows.take(c, job_id, own))
            return self.board(job) if job else None
        return self.flights[job_id]

    async def _collect(self, flight: Flight) -> None:
        if flight.source_job is None and flight.job.state == "queued":
            await self._starter.hand_over(flight)  # it was put back into the queue, and then came the crash
        elif flight.source_job is None:
            if len(flight.job.asset_ids) >= flight.job.request.count:
                return  # everything was stored before the crash, only not published
            await self._starter.find_again(flight)
        await self._collector.follow(flight)

    async def _work(self, flight: Flight, work: Coroutine[Any, Any, None]) -> Outcome:
        """Do it in a task of its own, which :meth:`drop` can break off without breaking the step around it."""
        task = flight.task = asyncio.create_task(work, name=f"job {flight.job.id}")
        try:
            await asyncio.wait({task})
        finally:
            task.cancel()
        if task.cancelled() and self._stopping:
            # No outcome: whoever adopts the job finds out how it goes on.
            self._leave(flight.job.id)
            raise asyncio.CancelledError
        error = None if task.cancelled() else task.exception()
        if isinstance(error, NotOurs):
            flight.dropped = True
            return None
        return None if error is None else _told(error)

    async def _end(self, job_id: str, outcome: Outcome) -> None:
        database = self._tools.database
        try:
            await database.write(lambda c: self._finish(c, job_id, outcome, publish=True))
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001 - logged and told; the host's publish must not cost the pictures
            # The message or chat it was meant for is gone, say; the pictures are in the gallery all the same.
            _logger.warning("The pictures of job %s could not be published: %s", job_id, error)
            told = outcome or _told(error)
            await database.write(lambda c: self._finish(c, job_id, told, publish=False))

    def _finish(self, connection: DatabaseConnection, job_id: str, outcome: Outcome, *, publish: bool) -> None:
        tools = self._tools
        job = job_rows.held(connection, job_id, tools.executors.own)
        if job is None:
            return
        pictures = asset_rows.read_pictures(connection, job.asset_ids)
        if pictures:
            if publish:
                tools.publish(connection, job, pictures)
            job_rows.finish(connection, job_id, "done", outcome, tools.now())
            return
        told = outcome or NoImage("The source finished without a picture.").to_dict()
        state: job_rows.State = "cancelled" if told.get("kind") == Cancelled.kind else "failed"
        job_rows.finish(connection, job_id, state, told, tools.now())

    def _land(self, job_id: str) -> None:
        self._leave(job_id)
        self._tools.bus.wake()
        self._ended(job_id, None)

    def _leave(self, job_id: str) -> None:
        flight = self.flights.pop(job_id, None)
        if flight is not None:
            flight.close()

    # -- giving up ---------------------------------------------------------------------------------------------------

    async def drop(self, job_id: str) -> CancelOutcome:
        """Stop a job whose row says that it is over (cancelled, its chat deleted). Its result is never published."""
        flight = self.flights.get(job_id)
        if flight is None or flight.dropped:
            return "will_not_start"
        flight.dropped = True
        outcome = await self._ask_to_stop(flight, CANCEL_SECONDS)
        await flight.end_task(CANCEL_SECONDS)
        return outcome

    async def _ask_to_stop(self, flight: Flight, seconds: float) -> CancelOutcome:
        if not flight.sent:
            return "will_not_start"
        try:
            async with asyncio.timeout(seconds):
                # A run that is just being handed over can only be stopped once it has a name.
                await flight.handed.wait()
                if flight.source_job is None:
                    return "will_not_start"
                return await flight.opened.source.cancel(flight.source_job)
        except TimeoutError:
            _logger.warning("%s did not answer the cancellation in time", flight.opened.source.label)
        except Exception:
            _logger.exception("%s failed to cancel a run", flight.opened.source.label)
        return "detached"

    async def stop(self) -> None:
        """The program is going down: runs that can be found again go on over there, the others end honestly."""
        self._stopping = True
        await asyncio.gather(*(self._suspend(flight) for flight in list(self.flights.values())))
        self._starter.stop()

    async def _suspend(self, flight: Flight) -> None:
        if flight.task is None:
            self._leave(flight.job.id)  # not begun
        elif "collect" in flight.outcomes or flight.outcomes.get("submit"):
            # Just being published: that is a matter of milliseconds.
            await asyncio.wait({asyncio.create_task(flight.landed.wait())}, timeout=STOP_SECONDS)
        elif not flight.sent:
            await flight.end_task(STOP_SECONDS)
            own, now = self._tools.executors.own, self._tools.now()
            await self._tools.database.write(lambda c: job_rows.requeue(c, flight.job.id, own, now))
        elif flight.survives:
            await flight.end_task(STOP_SECONDS)
        else:
            await self._ask_to_stop(flight, STOP_SECONDS)
            await flight.end_task(STOP_SECONDS)
            await self.publish(flight.job.id, interrupted(flight.opened.source.label).to_dict())


def _told(error: BaseException) -> dict[str, Any]:
    """The error as data; what is no ``StcoreError`` is a fault of ours and goes to the log."""
    if isinstance(error, StcoreError):
        return error.to_dict()
    _logger.error("A job stumbled over %r", error, exc_info=error)
    return HostError(
        f"stcore stumbled over something it does not explain ({type(error).__name__}).", hint="The log has the details."
    ).to_dict()
