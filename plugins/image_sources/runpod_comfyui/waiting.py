"""What people are told while a job goes on: for what it waits, and how far the worker is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stcore import Connection, Event, ProviderError, Queued, Running

from .jobs import Job
from .server import WAITING, Server

_PLAIN = "waiting for a worker"
_FIRST_LOOK_SECONDS, _LOOK_SECONDS = 3.0, 10.0
"""A warm worker begins within a second; only who waits longer wants to know why."""


class Watch:
    """The news of one of ``of`` jobs; the same is not told twice."""

    def __init__(self, connection: Connection, number: int, of: int) -> None:
        self._server, self._clock = Server(connection), connection.clock
        self._number, self._of = number, of
        self._look_at = self._clock.monotonic() + _FIRST_LOOK_SECONDS
        self._stage = _PLAIN
        self._told: Event | None = None

    async def news(self, job: Job) -> list[Event]:
        """What is new since the last call."""
        event: Event
        if job.status == WAITING:
            event = Queued(stage=await self._reason())
        else:
            event = _running(job, self._number, self._of)
        if event == self._told:
            return []
        self._told = event
        return [event]

    async def _reason(self) -> str:
        now = self._clock.monotonic()
        if now >= self._look_at:
            self._look_at = now + _LOOK_SECONDS
            try:
                self._stage = waiting_text(*await self._server.health())
            except ProviderError:
                self._stage = _PLAIN  # the job itself is asked for all the same
        return self._stage


def waiting_text(workers: Mapping[str, int], jobs: int) -> str:
    """For what a job waits, by the states of the endpoint's workers (:meth:`Server.health`).

    >>> waiting_text({"initializing": 2}, 1)
    'waiting for a worker: 2 are starting'
    """
    if starting := workers.get("initializing", 0):
        return f"{_PLAIN}: {_are(starting)} starting"
    if busy := workers.get("running", 0):
        others = f", {jobs} jobs are in the queue" if jobs > 1 else ""
        return f"{_PLAIN}: {_are(busy)} busy{others}"
    if workers.get("ready", 0) or workers.get("idle", 0):
        return _PLAIN
    if workers.get("throttled", 0):
        return f"{_PLAIN}: RunPod has none free for this endpoint just now"
    if broken := workers.get("unhealthy", 0):
        return f"{_PLAIN}: {_are(broken)} unhealthy, see the endpoint's log at RunPod"
    return f"{_PLAIN}: none has been started yet"


def workers_text(workers: Mapping[str, int], jobs: int) -> str:
    """The state of an endpoint for somebody who asks whether it works. No ready worker is no fault (16.5)."""
    free, busy = max(workers.get("ready", 0), workers.get("idle", 0)), workers.get("running", 0)
    if free:
        return f"RunPod answers, {_are(free)} ready."
    if busy:
        return f"RunPod answers, {_are(busy)} busy and {jobs} in the queue."
    text = "RunPod answers. No worker is up, which is normal: the first picture waits until one has started."
    if workers.get("throttled", 0):
        text += " RunPod has none free for this endpoint just now, so that may take long."
    if broken := workers.get("unhealthy", 0):
        text += f" {_are(broken).capitalize()} unhealthy: see the endpoint's log at RunPod."
    return text


def _are(number: int) -> str:
    return "one is" if number == 1 else f"{number} are"


def _running(job: Job, number: int, of: int) -> Running:
    """Newer workers tell how far they are in the output of a job that is not over; others say nothing."""
    told = job.answer.get("output")
    told = told if isinstance(told, dict) else {}
    value, most = _number(told.get("value")), _number(told.get("max"))
    within = value / most if value is not None and most else None
    if within is None and (percent := _number(told.get("percent"))) is not None:
        within = percent / 100
    if of > 1:
        return Running(fraction=(number + (within or 0)) / of)
    whole = most is not None and most > 1
    step, steps = (int(value or 0), int(most or 0)) if whole else (None, None)
    return Running(fraction=within, step=step, steps=steps)


def _number(value: Any) -> float | None:
    fits = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9
    return float(value) if fits else None
