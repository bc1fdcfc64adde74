"""A real host behind a real server on a loopback port, and Chromium in front of it."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import threading
from collections.abc import Coroutine, Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from PIL import Image

from stcore.chat.records import Attachment, NewMessage
from stcore.clock import SystemClock
from stcore.host import Host
from stcore.images.generation import Generation
from stcore.web.app import create_app
from stcore.web.context import Web

START_SECONDS = 20
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)


class MovableClock(SystemClock):
    """The clock of the machine, which a test may put forward."""

    ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


class Studio:
    """A host with the web face, running on a thread of its own; its coroutines are called from the test's thread."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, MovableClock()
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self._run, name="studio", daemon=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.thread.start()
        assert self.ready.wait(START_SECONDS), "the server did not start"

    def stop(self) -> None:
        self.server.should_exit = True
        self.loop.call_soon_threadsafe(self.web.stopping.set)
        self.thread.join(START_SECONDS)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        async with Host.open(self.folder, face="web", clock=self.clock) as self.host:
            if "canvas" not in self.host.connections.names():
                await self.host.connections.add("canvas", None, {})
            app = create_app(self.host)
            self.web: Web = app.state.web
            config = uvicorn.Config(
                app, host="127.0.0.1", port=self.port, log_level="warning", timeout_graceful_shutdown=2
            )
            self.server = uvicorn.Server(config)
            self.loop.call_later(0.2, self._tell_ready)
            await self.server.serve()

    def _tell_ready(self) -> None:
        if self.server.started:
            self.ready.set()
        else:
            self.loop.call_later(0.05, self._tell_ready)

    def call(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """The result of a coroutine of the host."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(START_SECONDS)

    # -- what tests begin with ---------------------------------------------------------------------------------------

    def chat(self, title: str = "Test") -> str:
        """The id of a fresh chat."""
        return str(self.call(self.host.chats.create(title)).id)

    def say(self, chat_id: str, role: Any, text: str, pictures: tuple[str, ...] = ()) -> str:
        """Add a message with pictures; its id."""
        hung = tuple(Attachment(asset, "a picture") for asset in pictures)
        name = {"user": "User", "assistant": "Mira"}[role]
        return str(self.call(self.host.chats.append(chat_id, NewMessage(role, name, text, attachments=hung))).id)

    def pictures(self, chat_id: str, count: int, origin: Any = "received") -> list[str]:
        """Store different pictures in the gallery of a chat; their ids, oldest first."""

        async def store() -> list[str]:
            stored = []
            for number in range(count):
                made = Generation(prompt=f"study {number}", final_prompt=f"study {number}", seed=str(number), model="m")
                asset = await self.host.library.store(
                    picture(number, origin), kind="free", origin=origin, chat_id=chat_id, generation=made
                )
                stored.append(asset.id)
            return stored

        return list(self.call(store()))


def picture(number: int, word: str = "") -> bytes:
    """A small PNG whose colour is that of its number."""
    out = BytesIO()
    Image.new("RGB", (48, 32), (number % 256, len(word) * 20 % 256, 120)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module")
def shared_studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """One host for a module: a process can have one with durable jobs at a time."""
    studio = Studio(tmp_path_factory.mktemp("studio"))
    studio.start()
    yield studio
    studio.stop()


@pytest.fixture
def studio(shared_studio: Studio) -> Iterator[Studio]:
    """The module's studio with its clock at the present."""
    yield shared_studio
    shared_studio.clock.ahead = timedelta()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser for one module: while it is open, no other test of this process can run an event loop."""
    if not CHROMIUM and os.environ.get("CI") == "true":
        pytest.fail("Chromium is missing; on CI the page has to be tested.")
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine: install the package `chromium` to test the page")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Any) -> Iterator[Any]:
    """A fresh browser profile on a wide screen."""
    with chromium.new_context(viewport={"width": 1280, "height": 800}) as context:
        context.set_default_timeout(10_000)
        yield context


@pytest.fixture
def phone(chromium: Any) -> Iterator[Any]:
    """A fresh browser profile on a phone."""
    size = {"width": 390, "height": 844}
    with chromium.new_context(viewport=size, has_touch=True, is_mobile=True) as context:
        context.set_default_timeout(10_000)
        yield context


class Complaints(list[str]):
    """What the browser complained about: errors of scripts, refusals of the content security policy."""


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    found = Complaints()
    yield found
    assert not found, found


@pytest.fixture
def opened(complaints: Complaints) -> Any:
    """``opened(context, studio, chat_id)``: a page that has loaded the chat."""

    def open_page(context: Any, studio: Studio, chat_id: str = "") -> Any:
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: "Content Security" in line.text and complaints.append(line.text))
        page.goto(f"{studio.url}/#{chat_id}")
        page.wait_for_selector("html[data-ready]")
        page.wait_for_selector("st-message, st-welcome")
        return page

    return open_page
