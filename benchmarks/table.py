"""One row of the report, and how it is measured."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One measured thing. ``at_least`` turns the budget round: more is better."""

    what: str
    median: float
    budget: float
    unit: str
    at_least: bool = False
    note: str = ""

    @property
    def kept(self) -> bool:
        return self.median >= self.budget if self.at_least else self.median <= self.budget

    def __str__(self) -> str:
        sign = ">=" if self.at_least else "<="
        verdict = "ok" if self.kept else "OVER" if not self.at_least else "UNDER"
        median, budget = (f"{value:,.3g}" if value < 1000 else f"{value:,.0f}" for value in (self.median, self.budget))
        return f"{self.what:58} {median:>10} {sign} {budget:>9} {self.unit:10} {verdict:6} {self.note}".rstrip()


def median_ms(fn: Callable[[], object], repeat: int = 7) -> float:
    """The median time of ``fn`` in milliseconds, after one run that does not count."""
    fn()
    return statistics.median(_timed(fn) for _ in range(repeat))


def _timed(fn: Callable[[], object]) -> float:
    start = time.perf_counter()
    fn()
    return (time.perf_counter() - start) * 1000


async def median_ms_async(fn: Callable[[], Awaitable[object]], repeat: int = 7, warm: int = 1) -> float:
    """As :func:`median_ms` for a coroutine function."""
    for _ in range(warm):
        await fn()
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        await fn()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)
