"""The clock that tests move: time stands still, sleepers wake in order and at their own time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from stcore.clock import Clock, SystemClock
from stcore.testing.clock import ManualClock

pytestmark = pytest.mark.anyio


async def test_sleepers_wake_in_order_each_at_its_time() -> None:
    start = datetime(2024, 3, 5, tzinfo=UTC)
    clock = ManualClock(start)
    woken: list[tuple[str, float]] = []

    async def sleeper(name: str, *naps: float) -> None:
        for nap in naps:
            await clock.sleep(nap)
            woken.append((name, clock.monotonic()))

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(sleeper("late", 5))
        tasks.create_task(sleeper("twice", 1, 2))
        await clock.advance(4)
        assert woken == [("twice", 1), ("twice", 3)]
        assert clock.sleepers == 1
        await clock.advance(1)
    assert woken[-1] == ("late", 5)
    assert clock.now() == start + timedelta(seconds=5)


async def test_a_cancelled_sleeper_is_forgotten() -> None:
    clock = ManualClock()
    task = asyncio.create_task(clock.sleep(5))
    await clock.advance(1)
    task.cancel()
    await clock.advance(10)
    assert clock.sleepers == 0
    assert clock.monotonic() == 11


async def test_the_clock_of_the_machine_is_aware_and_moves() -> None:
    clock: Clock = SystemClock()
    before = clock.monotonic()
    await clock.sleep(0)
    assert clock.now().tzinfo is not None
    assert clock.monotonic() >= before


def test_a_clock_needs_a_time_zone() -> None:
    with pytest.raises(ValueError):
        ManualClock(datetime(2024, 1, 1))
