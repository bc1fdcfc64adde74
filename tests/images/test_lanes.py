"""Order, limits, spacing and pauses of the runs on one connection."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings, strategies as st

from stcore.images.lanes import Lane, Lanes
from stcore.testing.clock import ManualClock

pytestmark = pytest.mark.anyio


class Runs:
    """Jobs in one lane that note when they got their turn."""

    def __init__(self, clock: ManualClock, max_in_flight: int = 1, min_interval: float = 0.0) -> None:
        self.clock = clock
        self.lane: Lane = Lanes(clock).of("home", max_in_flight, min_interval)
        self.started: list[tuple[str, float]] = []
        self.places: dict[str, list[int]] = {}

    def add(self, name: str, *, automatic: bool = False, created: int = 0) -> asyncio.Task[None]:
        self.places[name] = []

        async def run() -> None:
            await self.lane.enter((automatic, created, name), self.places[name].append)
            self.started.append((name, self.clock.monotonic()))

        return asyncio.create_task(run())

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.started]


async def test_asked_for_before_automatic_then_oldest() -> None:
    runs = Runs(ManualClock())
    runs.add("first")
    await asyncio.sleep(0)
    for name, automatic, created in [("auto", True, 1), ("late", False, 3), ("early", False, 2)]:
        runs.add(name, automatic=automatic, created=created)
    await asyncio.sleep(0)
    assert runs.places == {"first": [], "auto": [1, 2, 3], "late": [1, 2], "early": [1]}
    for _ in range(3):
        runs.lane.leave()
        await asyncio.sleep(0)
    assert runs.names == ["first", "early", "late", "auto"]
    assert runs.places["auto"] == [1, 2, 3, 2, 1]


async def test_no_more_at_once_than_allowed_and_spaced() -> None:
    clock = ManualClock()
    runs = Runs(clock, max_in_flight=2, min_interval=1.5)
    for number in range(4):
        runs.add(f"{number}", created=number)
    await clock.advance(10)
    assert runs.started == [("0", 0.0), ("1", 1.5)]
    runs.lane.leave()
    await clock.advance(0)
    runs.lane.leave()
    await clock.advance(5)
    assert runs.started[2:] == [("2", 10.0), ("3", 11.5)]


async def test_a_pause_holds_until_the_latest_time_asked_for() -> None:
    clock = ManualClock()
    runs = Runs(clock, max_in_flight=4)
    runs.lane.pause(5)
    runs.lane.pause(2)
    runs.add("a")
    await clock.advance(4.9)
    assert runs.names == []
    runs.lane.pause(3)  # asked again, while waiting
    await clock.advance(2.9)
    assert runs.names == []
    await clock.advance(0.2)
    assert runs.names == ["a"]


async def test_who_gives_up_waiting_holds_up_nobody() -> None:
    runs = Runs(ManualClock())
    runs.add("a")
    await asyncio.sleep(0)
    gone, waits = runs.add("b", created=1), runs.add("c", created=2)
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    assert runs.places["c"] == [2, 1]
    runs.lane.leave()
    await waits
    assert runs.names == ["a", "c"]


async def test_a_turn_that_came_in_the_moment_of_giving_up_is_given_back() -> None:
    runs = Runs(ManualClock())
    runs.add("a")
    await asyncio.sleep(0)
    late = runs.add("b")
    await asyncio.sleep(0)
    runs.lane.leave()
    late.cancel()
    await asyncio.gather(late, return_exceptions=True)
    assert runs.lane.busy == 0


async def test_two_who_leave_in_the_same_moment_do_not_trip_over_each_other() -> None:
    runs = Runs(ManualClock())
    runs.add("a")
    await asyncio.sleep(0)
    gone, waits = runs.add("b", created=1), runs.add("c", created=2)
    await asyncio.sleep(0)
    gone.cancel()
    runs.lane.leave()  # before "b" could clear its place
    await waits
    assert runs.names == ["a", "c"]
    assert runs.lane.busy == 1


@given(
    limit=st.integers(1, 4),
    acts=st.lists(st.sampled_from(["add", "leave", "give up", "pause", "wait"]), max_size=40),
)
@settings(max_examples=60, deadline=None)
def test_never_too_many_never_stuck(limit: int, acts: list[str]) -> None:
    async def play() -> None:
        clock = ManualClock()
        runs = Runs(clock, max_in_flight=limit)
        tasks = []
        for number, act in enumerate(acts):
            if act == "add":
                tasks.append(runs.add(f"{number:02}", created=number))
            elif act == "leave" and runs.lane.busy:
                runs.lane.leave()
            elif act == "give up" and tasks:
                tasks[number % len(tasks)].cancel()
            elif act == "pause":
                runs.lane.pause(1)
            else:
                await clock.advance(0.7)
            await asyncio.sleep(0)
            assert 0 <= runs.lane.busy <= limit
        while any(not task.done() for task in tasks):
            before = len(runs.started)
            if runs.lane.busy:
                runs.lane.leave()
            await clock.advance(2)
            assert len(runs.started) > before or all(task.done() for task in tasks) or runs.lane.busy
        runs.lane.stop()

    asyncio.run(play())
