"""A reader of server-sent events that talks to the application directly, as a browser's EventSource would."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message

TIMEOUT = 5.0


@dataclass(frozen=True)
class Event:
    """One event; ``id`` is the number of a lasting one, ``None`` otherwise."""

    kind: str
    data: Any
    id: int | None


class EventSource:
    """Events in the order in which they arrive. ``last`` is what a browser would send as Last-Event-ID."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.comments = 0
        self.retry: int | None = None
        self.last: int | None = None
        self.ended = asyncio.Event()
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._started = asyncio.Event()
        self._rest = ""

    async def next(self, kind: str = "") -> Event:
        """The next event, of ``kind`` if one is named (others are passed over)."""
        async with asyncio.timeout(TIMEOUT):
            while True:
                event = await self._events.get()
                if not kind or event.kind == kind:
                    return event

    def arrived(self) -> list[Event]:
        """What has come and was not read yet."""
        return [self._events.get_nowait() for _ in range(self._events.qsize())]

    async def started(self) -> None:
        async with asyncio.timeout(TIMEOUT):
            await self._started.wait()

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
            return
        self._rest += message.get("body", b"").decode()
        *frames, self._rest = self._rest.split("\n\n")
        for frame in frames:
            self._take(frame)
        if not message.get("more_body"):
            self.ended.set()
        self._started.set()

    def _take(self, frame: str) -> None:
        if frame.startswith(":"):
            self.comments += 1
            return
        fields = dict(line.split(": ", 1) for line in frame.split("\n"))
        if "retry" in fields:
            self.retry = int(fields["retry"])
        if "id" in fields:
            self.last = int(fields["id"])
        if "data" in fields:
            number = int(fields["id"]) if "id" in fields else None
            self._events.put_nowait(Event(fields["event"], json.loads(fields["data"]), number))


@asynccontextmanager
async def listening(app: ASGIApp, query: str = "", headers: dict[str, str] | None = None) -> AsyncIterator[EventSource]:
    """A stream of ``/api/events?query`` for the length of the block; leaving it closes the connection."""
    source, leaving = EventSource(), asyncio.Event()
    sent = {"Host": "127.0.0.1:8000", "Accept": "text/event-stream", "Sec-Fetch-Site": "same-origin", **(headers or {})}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/api/events",
        "raw_path": b"/api/events",
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
    }
    asked = False

    async def receive() -> Message:
        nonlocal asked
        if not asked:
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await leaving.wait()
        return {"type": "http.disconnect"}

    task = asyncio.ensure_future(_run(app, scope, receive, source._send))
    try:
        await source.started()
        yield source
    finally:
        leaving.set()
        async with asyncio.timeout(TIMEOUT):
            await task


async def _run(app: ASGIApp, scope: Any, receive: Any, send: Any) -> None:
    await app(scope, receive, send)
