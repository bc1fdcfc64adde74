"""From a queued job to a run that a source has accepted, the first time or again after a restart."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, TypeVar

from stcore.errors import ProviderError, RateLimited, StcoreError, UnknownOutcome, Unsupported
from stcore.images import job_rows
from stcore.images.flight import Flight, NotOurs, Tools, interrupted
from stcore.images.lanes import Lane, Lanes
from stcore.net.retrying import retry

if TYPE_CHECKING:
    from sqlalchemy import Connection as DatabaseConnection

    from stcore.images.capabilities import Capabilities
    from stcore.images.source import SourceJob

_logger = logging.getLogger(__name__)

T = TypeVar("T")

START_SECONDS = 600.0
"""How long rate limits and cold starts are borne when the request states no limit of its own."""
SLOT_SECONDS = 0.5
"""How often to look whether another program on the same data folder has freed the connection."""


class Starter:
    """Opens the connection, waits for a turn, plans, and hands over."""

    def __init__(self, tools: Tools, flights: dict[str, Flight]) -> None:
        self._tools, self._flights = tools, flights
        self._lanes = Lanes(tools.clock)

    def stop(self) -> None:
        self._lanes.stop()

    async def hand_over(self, flight: Flight) -> None:
        """Everything up to the source's acceptance. Raises the reason why not, :class:`NotOurs` when it is over."""
        lane = await self._connect(flight)
        await flight.enter_lane(lane)
        await self._plan(flight)
        await self._claim(flight, lane.max_in_flight)
        await self.patiently(flight, lambda: self.start(flight))

    async def find_again(self, flight: Flight) -> None:
        """After a restart: join the run that was handed over before. What certainly never arrived is handed over now;
        raises ``Interrupted`` when the source cannot tell."""
        flight.join_lane(await self._connect(flight))
        flight.sent = True
        flight.started = self._tools.clock.monotonic()
        await self.patiently(flight, lambda: self._plan(flight))
        found = await self._found(flight)
        if found is not None:
            await self.accepted(flight, found, found.token)
            return
        flight.leave_lane()
        flight.sent, flight.token = False, ""
        own, now = self._tools.executors.own, self._tools.now()
        if not await self._tools.database.write(lambda c: job_rows.requeue(c, flight.job.id, own, now)):
            raise NotOurs
        self._tools.bus.wake()
        await self.hand_over(flight)

    async def _found(self, flight: Flight) -> SourceJob | None:
        """The run as the source knows it; ``None`` when it certainly never got it."""
        connection, plan = flight.opened, flight.planned
        source = connection.source
        try:
            with _blamed_on(source.label):
                if flight.survives:
                    return await self.patiently(flight, lambda: source.resume(connection, flight.token, plan))
                found = await self.patiently(flight, lambda: source.find(connection, plan))
        except Unsupported as error:
            raise interrupted(source.label) from error
        if found is None and flight.job.asset_ids:
            # Some of its pictures are here, so it did run; starting it again would make them twice.
            raise interrupted(source.label)
        return found

    async def _connect(self, flight: Flight) -> Lane:
        flight.connection = await self._tools.open_connection(flight.job.connection)
        info = flight.connection.source.describe()
        return self._lanes.of(flight.job.connection, info.max_in_flight, info.min_interval)

    async def _plan(self, flight: Flight) -> None:
        connection, request = flight.opened, flight.job.request
        with _blamed_on(connection.source.label):
            capabilities: Capabilities = await connection.source.capabilities(connection, request.model)
            flight.plan = connection.source.plan(connection, request, capabilities)
        flight.resumable = capabilities.resumable

    async def _claim(self, flight: Flight, limit: int) -> None:
        """From queued to running, in competition with other programs on the same data folder."""
        while (claimed := await self._try_to_claim(flight, limit)) == "full":
            await self._tools.clock.sleep(SLOT_SECONDS)
        if claimed == "over":
            raise NotOurs
        flight.started = self._tools.clock.monotonic()
        self._tools.bus.wake()

    async def _try_to_claim(self, flight: Flight, limit: int) -> Literal["claimed", "full", "over"]:
        tools, mine = self._tools, list(self._flights)

        def fn(connection: DatabaseConnection) -> Literal["claimed", "full", "over"]:
            return job_rows.claim(
                connection,
                flight.job.id,
                executor=tools.executors.own,
                alive=tools.executors.is_alive,
                mine=mine,
                limit=limit,
                adjustments=flight.planned.adjustments,
                now=tools.now(),
            )

        return await tools.database.write(fn)

    async def start(self, flight: Flight) -> None:
        """One call of the source's ``start``."""
        connection = flight.opened
        label = connection.source.label
        limit = flight.job.request.budget.max_seconds or START_SECONDS
        flight.sent = True
        flight.handed.clear()
        try:
            with _blamed_on(label):
                async with asyncio.timeout(limit) as patience:
                    source_job = await connection.source.start(connection, flight.planned)
        except ProviderError as error:
            if patience.expired():
                raise UnknownOutcome(
                    f"{label} did not say within {limit:g} seconds whether it takes the job.",
                    hint="It may be running over there. Try again if no picture appears there.",
                ) from error
            self.slow_down(flight, error)
            raise
        finally:
            flight.handed.set()
        await self.accepted(flight, source_job, source_job.token)

    async def accepted(self, flight: Flight, source_job: SourceJob, token: str) -> None:
        """Remember the run; its token is stored at once."""
        flight.source_job = source_job
        if token and token != flight.token:
            flight.token = token
            own = self._tools.executors.own
            await self._tools.database.write(lambda c: job_rows.set_token(c, flight.job.id, own, token))

    def slow_down(self, flight: Flight, error: ProviderError) -> None:
        """The source asked for time: nobody starts there before it is over, and faces see why nothing happens."""
        if isinstance(error, RateLimited) and error.retry_after and flight.lane:
            flight.lane.pause(error.retry_after)
        if error.retryable:
            flight.announcer.progress("queued", stage=error.message, eta=error.retry_after)

    async def patiently(self, flight: Flight, call: Callable[[], Awaitable[T]]) -> T:
        """Call again what failed before anything was accepted (sources/README.md 3.7)."""
        budget = flight.job.request.budget.max_seconds or START_SECONDS
        return await retry(call, clock=self._tools.clock, random=self._tools.random, budget=budget)


@contextmanager
def _blamed_on(label: str) -> Iterator[None]:
    """What a source raises that is no ``StcoreError`` is a fault of the source; the log has it in full."""
    try:
        yield
    except StcoreError:
        raise
    except Exception as error:
        _logger.error("%s failed: %r", label, error, exc_info=error)
        raise ProviderError(
            f"{label} stumbled over something that it does not explain ({type(error).__name__}).",
            hint="The log has the details. If it happens again, tell the author of this source.",
        ) from error
