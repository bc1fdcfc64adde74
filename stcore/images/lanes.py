"""Who may start when: one lane per image connection (spec/sources/README.md 3.12).

A lane lets ``max_in_flight`` runs through at a time, keeps ``min_interval`` seconds between two starts, and stands
still while the far side asked for a pause. Jobs that somebody asked for go before automatic ones, then the oldest.
"""

from __future__ import annotations

import asyncio
import bisect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from stcore.clock import Clock


@dataclass(order=True)
class Waiter:
    """A job in a lane. ``moved`` is told its place in the queue, from 1, whenever that changes."""

    rank: tuple[Any, ...]
    moved: Callable[[int], None] = field(compare=False)
    turn: asyncio.Future[None] = field(compare=False)
    place: int = field(default=0, compare=False)


class Lane:
    """The queue of one connection."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.max_in_flight, self.min_interval = 1, 0.0
        self.busy = 0
        self._waiting: list[Waiter] = []
        self._not_before = 0.0
        self._timer: asyncio.Task[None] | None = None

    async def enter(self, rank: tuple[Any, ...], moved: Callable[[int], None]) -> None:
        """Wait for a turn; every turn must be given back with :meth:`leave`. Cancelling the wait gives up the place."""
        waiter = Waiter(rank, moved, asyncio.get_running_loop().create_future())
        bisect.insort(self._waiting, waiter)
        self._advance()
        try:
            await waiter.turn
        except asyncio.CancelledError:
            if waiter in self._waiting:
                self._waiting.remove(waiter)
            if waiter.turn.done() and not waiter.turn.cancelled():
                self.busy -= 1  # the turn came in the same moment
            self._advance()
            raise

    def enter_now(self) -> None:
        """Count a run that is already going on over there (after a restart), whatever the limit says."""
        self.busy += 1

    def leave(self) -> None:
        self.busy -= 1
        self._advance()

    def pause(self, seconds: float) -> None:
        """Start nothing for ``seconds``; of several pauses the one that ends last counts."""
        self._not_before = max(self._not_before, self._clock.monotonic() + seconds)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _advance(self) -> None:
        # Who gave up in this very moment is still in the list.
        self._waiting = [waiter for waiter in self._waiting if not waiter.turn.cancelled()]
        while self._waiting and self.busy < self.max_in_flight:
            wait = self._not_before - self._clock.monotonic()
            if wait > 0:
                self._wake_in(wait)
                break
            self.busy += 1
            self._not_before = self._clock.monotonic() + self.min_interval
            self._waiting.pop(0).turn.set_result(None)
        for place, waiter in enumerate(self._waiting, 1):
            if waiter.place != place:
                waiter.place = place
                waiter.moved(place)

    def _wake_in(self, seconds: float) -> None:
        if self._timer is None or self._timer.done():
            self._timer = asyncio.create_task(self._wake(seconds), name="lane pause")

    async def _wake(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self._timer = None
        self._advance()


class Lanes:
    """The lanes of all connections, by name."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lanes: dict[str, Lane] = {}

    def of(self, connection: str, max_in_flight: int, min_interval: float) -> Lane:
        """The lane of a connection, with the limits as its source states them now."""
        lane = self._lanes.setdefault(connection, Lane(self._clock))
        lane.max_in_flight, lane.min_interval = max(1, max_in_flight), min_interval
        return lane

    def stop(self) -> None:
        for lane in self._lanes.values():
            lane.stop()
