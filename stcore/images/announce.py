"""Progress and previews of one job on their way to the faces: the newest counts, about ten a second are enough."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

from stcore.bus import Bus

GAP = 0.1
"""Seconds between two entries of the same kind for the same job."""


class Announcer:
    """Tells the bus how a job goes. Calls may come as fast as they like; what is overtaken is not sent."""

    def __init__(self, bus: Bus, job_id: str, chat_id: str | None) -> None:
        self._bus, self._job_id, self._chat_id = bus, job_id, chat_id
        self.latest: dict[str, Any] | None = None
        self._waiting: dict[str, dict[str, Any]] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def progress(self, state: str, **details: Any) -> None:
        """``details``: fraction, step, steps, stage, eta, position; what is not known is left out."""
        known = {key: value for key, value in details.items() if value not in (None, "")}
        self.latest = {"id": self._job_id, "state": state, **known}
        self._offer("job.progress", self.latest)

    def preview(self, mime: str, data: bytes) -> None:
        """An unfinished picture; it is shown and never kept."""
        self._offer("job.preview", {"id": self._job_id, "mime": mime, "data": data})

    def close(self) -> None:
        """Nothing more is sent: the job is over, and that is said by the journal."""
        for timer in self._timers.values():
            timer.cancel()
        self._waiting.clear()

    def _offer(self, kind: str, data: dict[str, Any]) -> None:
        if kind in self._timers:
            self._waiting[kind] = data
        else:
            self._send(kind, data)

    def _send(self, kind: str, data: dict[str, Any]) -> None:
        if isinstance(data.get("data"), bytes):
            data = {**data, "data": base64.b64encode(data["data"]).decode("ascii")}
        self._bus.publish(kind, data, self._chat_id)
        self._timers[kind] = asyncio.get_running_loop().call_later(GAP, self._later, kind)

    def _later(self, kind: str) -> None:
        del self._timers[kind]
        if kind in self._waiting:
            self._send(kind, self._waiting.pop(kind))
