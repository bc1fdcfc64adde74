"""A real host in a fresh data folder, and a page that talks to its web face.

Its jobs run inline (``face="once"``): that starts faster. Tests of the whole way of a picture open a host of their own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from stcore.clock import SystemClock
from stcore.host import Host
from stcore.web.app import create_app
from stcore.web.context import Web
from tests.web.stream import EventSource, listening

OWN = "http://127.0.0.1:8000"


class MovableClock(SystemClock):
    """The clock of the machine, which a test may put forward."""

    ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


@dataclass
class Page:
    """What a browser does with the host: requests of its own origin, and streams of events."""

    app: FastAPI
    http: httpx2.AsyncClient

    @property
    def web(self) -> Web:
        web: Web = self.app.state.web
        return web

    async def ask(self, method: str, path: str, body: Any = None, *, expect: int = 200) -> Any:
        """The JSON of an answer, whose status has to be ``expect``."""
        sent = {} if body is None else {"json": body}
        answer = await self.http.request(method, path, **sent)
        assert answer.status_code == expect, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def error(self, method: str, path: str, body: Any = None, *, expect: int) -> dict[str, Any]:
        """The error of an answer that has to fail with ``expect``."""
        answer = await self.ask(method, path, body, expect=expect)
        assert set(answer) == {"error"}
        error: dict[str, Any] = answer["error"]
        assert {"kind", "whose", "message"} <= set(error)
        return error

    async def chat(self, title: str = "") -> str:
        """The id of a fresh chat."""
        made = await self.ask("POST", "/api/chats", {"title": title}, expect=201)
        return str(made["id"])

    def events(
        self, query: str = "", headers: dict[str, str] | None = None
    ) -> AbstractAsyncContextManager[EventSource]:
        return listening(self.app, query, headers)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
async def host(tmp_path: Path, clock: MovableClock) -> AsyncIterator[Host]:
    async with Host.open(tmp_path, face="once", clock=clock) as host:
        yield host


@pytest.fixture
async def page(host: Host) -> AsyncIterator[Page]:
    app = create_app(host)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    headers = {"Origin": OWN, "Sec-Fetch-Site": "same-origin"}
    async with httpx2.AsyncClient(transport=transport, base_url=OWN, headers=headers) as client:
        page = Page(app, client)
        yield page
        await page.web.close()
