"""What the tests of bundled sources share: a connection to a fake server, and a run from wish to ending."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from stcore.clock import Clock, SystemClock
from stcore.images.capabilities import Capabilities
from stcore.images.events import CancelledEvent, Done, Event, Failed, Preview, Queued, Result, Running
from stcore.images.request import ImageRequest, Plan
from stcore.images.source import Connection, ImageSource, SourceJob
from stcore.images.stream import guarded_events
from stcore.net import Http
from stcore.plugins import PluginHost

E = TypeVar("E")


def source(name: str, poll_interval: float = 0.05) -> ImageSource:
    """A bundled source, asking more often than it would for people."""
    found = PluginHost().sources[name]
    found.poll_interval = poll_interval  # type: ignore[misc]
    return found


@asynccontextmanager
async def connected(
    found: ImageSource, *, clock: Clock | None = None, local: bool = True, **options: Any
) -> AsyncIterator[Connection]:
    """An opened connection, built as the host builds it; ``local`` as for a server of one's own network."""
    chosen = found.Options(**options)
    endpoint = found.endpoint(chosen)
    clock = clock or SystemClock()
    http = Http(
        endpoint.url,
        headers=endpoint.headers,
        auth=endpoint.auth,
        clock=clock,
        random=random.Random(7),
        local=local,
    )
    try:
        yield Connection("test", found, chosen, http, clock, random.Random(7))
    finally:
        await http.aclose()


@dataclass
class Told:
    """The events of one run."""

    events: list[Event] = field(default_factory=list)

    def all(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def results(self) -> list[Result]:
        return self.all(Result)

    @property
    def previews(self) -> list[Preview]:
        return self.all(Preview)

    @property
    def running(self) -> list[Running]:
        return self.all(Running)

    @property
    def queued(self) -> list[Queued]:
        return self.all(Queued)

    @property
    def ending(self) -> Done | Failed | CancelledEvent:
        endings = [event for event in self.events if isinstance(event, Done | Failed | CancelledEvent)]
        assert len(endings) == 1 and self.events[-1] is endings[0], f"not one ending: {self.events}"
        return endings[0]

    @property
    def error(self) -> Any:
        assert isinstance(self.ending, Failed), self.ending
        return self.ending.error


async def planned(connection: Connection, request: ImageRequest, model: str = "") -> Plan:
    capabilities: Capabilities = await connection.source.capabilities(connection, model)
    return connection.source.plan(connection, request, capabilities)


async def listen(job: SourceJob, told: Told | None = None) -> Told:
    """Everything the guard lets through."""
    told = told or Told()
    stream = guarded_events(job.connection.source, job, clock=job.connection.clock)
    async for event in stream:
        told.events.append(event)
    return told


async def run(connection: Connection, **wish: Any) -> Told:
    """Plan, start and listen to the end."""
    plan = await planned(connection, ImageRequest(**{"prompt": "a red fox", **wish}))
    return await listen(await connection.source.start(connection, plan))


async def until(condition: Callable[[], Any], seconds: float = 5.0) -> None:
    """Wait for something that another task or thread brings about."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)
