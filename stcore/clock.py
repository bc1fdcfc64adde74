"""Time as something that is passed in: everything that reads a clock or waits takes a :class:`Clock`."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The wall clock, a clock for durations, and waiting."""

    def now(self) -> datetime:
        """The time of day, aware, in the zone of the person."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never goes back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait ``seconds``."""
        ...


class SystemClock:
    """The clock of the machine, in its local time zone."""

    def now(self) -> datetime:
        return datetime.now().astimezone()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        import asyncio  # the languages read the clock without an event loop, and the import takes 30 ms

        await asyncio.sleep(seconds)
