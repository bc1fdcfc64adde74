"""What one program keeps in memory about a job it is busy with, and the tools that all steps of a job use."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection as DatabaseConnection

from stcore.errors import Interrupted, StcoreError
from stcore.images.announce import Announcer

if TYPE_CHECKING:
    from stcore.bus import Bus
    from stcore.clock import Clock
    from stcore.images.job_rows import Job
    from stcore.images.lanes import Lane
    from stcore.images.library import Library
    from stcore.images.request import ImageRequest, Plan
    from stcore.images.source import Connection, SourceJob
    from stcore.storage.database import Database
    from stcore.storage.executors import Executors


class NotOurs(Exception):
    """The job was cancelled, deleted or taken over by another program: nothing more is to be done for it here."""


@dataclass(frozen=True)
class Tools:
    """Everything a job needs from the outside."""

    database: Database
    bus: Bus
    library: Library
    clock: Clock
    executors: Executors
    open_connection: Callable[[str], Awaitable[Connection]]
    publish: Callable[[DatabaseConnection, Job, list[dict[str, Any]]], None]
    change_picture: Callable[[bytes, ImageRequest], bytes] | None = None
    random: random.Random = field(default_factory=random.Random)

    def now(self) -> int:
        """The host's time in milliseconds."""
        return int(self.clock.now().timestamp() * 1000)


@dataclass
class Flight:
    """A job in flight. ``sent``: the source was asked to start it, now or before a crash; ``handed`` is set while no
    such call is under way; ``outcomes`` are those of the steps that this program has done."""

    job: Job
    announcer: Announcer
    token: str = ""
    connection: Connection | None = None
    plan: Plan | None = None
    source_job: SourceJob | None = None
    resumable: bool = False
    sent: bool = False
    started: float = 0.0
    dropped: bool = False
    error: StcoreError | None = None
    outcomes: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    task: asyncio.Task[None] | None = None
    handed: asyncio.Event = field(default_factory=asyncio.Event)
    lane: Lane | None = None
    has_turn: bool = False
    landed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.token = self.job.token
        self.handed.set()

    @property
    def opened(self) -> Connection:
        assert self.connection is not None, "the connection is opened before anything else is done with it"
        return self.connection

    @property
    def planned(self) -> Plan:
        assert self.plan is not None, "planning comes before everything that needs the plan"
        return self.plan

    @property
    def survives(self) -> bool:
        """Whether the run can be found again after a restart."""
        return bool(self.token) and self.resumable

    async def enter_lane(self, lane: Lane) -> None:
        """Wait for a turn on the connection."""
        self.lane = lane
        await lane.enter(self.job.rank, lambda place: self.announcer.progress("queued", position=place))
        self.has_turn = True

    def join_lane(self, lane: Lane) -> None:
        """Take part without waiting: the run is going on over there already."""
        self.lane = lane
        lane.enter_now()
        self.has_turn = True

    def leave_lane(self) -> None:
        if self.lane is not None and self.has_turn:
            self.has_turn = False
            self.lane.leave()

    async def end_task(self, timeout: float) -> None:
        """Break off what is being done for the job."""
        if self.task is not None and not self.task.done():
            self.task.cancel()
            await asyncio.wait({self.task}, timeout=timeout)

    def close(self) -> None:
        """This program is done with the job."""
        self.leave_lane()
        self.announcer.close()
        self.landed.set()


def interrupted(label: str) -> Interrupted:
    """The program stopped at a moment after which nobody can say how the run went on."""
    return Interrupted(
        f"stcore was stopped while {label} was at work, and {label} cannot tell what became of it.",
        hint="Try again: that makes a new picture from the same wish.",
    )
