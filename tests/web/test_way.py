"""The whole way through the page: what is typed comes back as messages, pictures, notices and questions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from stcore import (
    Capabilities,
    Completion,
    Connection,
    Finish,
    ImageRequest,
    ImageSource,
    Picture,
    Piece,
    RangeField,
    TextConnection,
    TextModel,
    TextPiece,
    hookimpl,
)
from stcore.host import Host
from stcore.web.app import create_app
from tests.images.pictures import picture
from tests.web.conftest import OWN, Page
from tests.web.stream import EventSource

pytestmark = pytest.mark.anyio

PATIENCE = 30.0


class Painter(ImageSource):
    """Paints at once, unless told to wait."""

    id = "painter"
    label = "Painter"
    embedded = True

    def __init__(self) -> None:
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()
        self.asked: list[ImageRequest] = []

    async def capabilities(self, connection: Connection, model: str) -> Capabilities:
        known = await super().capabilities(connection, model)
        seed = RangeField(min=0, max=2**32, integer=True)
        return known.model_copy(update={"fields": {**known.fields, "seed": seed}})

    async def generate(self, request: ImageRequest, connection: Connection) -> Picture:
        self.asked.append(request)
        await self.may_go_on.wait()
        return Picture(picture(64, 48, seed=len(self.asked)), seed=request.seed or len(self.asked), seed_origin="sent")


class Writer(TextModel):
    """Answers with a number, word by word, unless told to wait."""

    id = "writer"
    label = "Writer"
    embedded = True

    def __init__(self) -> None:
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()
        self.answers = 0

    async def complete(self, connection: TextConnection, request: Completion) -> AsyncIterator[Piece]:
        self.answers += 1
        yield TextPiece("*Answer* ")
        await self.may_go_on.wait()
        yield TextPiece(f"number {self.answers}")
        yield Finish()


class Plugin:
    """Brings both."""

    def __init__(self) -> None:
        self.painter, self.writer = Painter(), Writer()

    @hookimpl
    def stcore_image_sources(self) -> list[ImageSource]:
        return [self.painter]

    @hookimpl
    def stcore_text_models(self) -> list[TextModel]:
        return [self.writer]


@pytest.fixture
def plugin() -> Plugin:
    return Plugin()


@pytest.fixture
async def page(tmp_path: Path, plugin: Plugin) -> AsyncIterator[Page]:
    async with Host.open(tmp_path, face="web", plugins=(("both", plugin),)) as host:
        app = create_app(host)
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app), base_url=OWN, headers={"Origin": OWN}
        ) as client:
            page = Page(app, client)
            yield page
            await page.web.close()


@pytest.fixture
async def chat(page: Page) -> str:
    return await page.chat("The way")


@pytest.fixture
async def events(page: Page) -> AsyncIterator[EventSource]:
    async with page.events() as source:
        yield source


async def say(page: Page, chat: str, text: str) -> None:
    assert await page.ask("POST", f"/api/chats/{chat}/input", {"text": text}, expect=202) == {"accepted": True}


async def arriving(events: EventSource, kind: str, **wanted: Any) -> dict[str, Any]:
    """The data of the next event of ``kind`` whose message, job or own fields are as wanted."""
    async with asyncio.timeout(PATIENCE):
        while True:
            data: dict[str, Any] = (await events.next(kind)).data
            inside = data.get("message") or data.get("job") or data
            if all(inside.get(name) == value for name, value in wanted.items()):
                return data


async def test_a_picture_is_asked_for_and_arrives(page: Page, chat: str, events: EventSource) -> None:
    await say(page, chat, "/sd seed=42 apple tree")
    message = (await arriving(events, "message.added", role="assistant"))["message"]
    (shown,) = message["pictures"]
    assert (shown["generation"]["prompt"], shown["generation"]["seed"]) == ("apple tree", "42")
    assert (shown["width"], shown["height"]) == (64, 48)
    downloaded = await page.http.get(shown["download"])
    assert downloaded.content == (await page.web.host.library.read(shown["id"]))[0]
    assert "apple-tree-42.png" in downloaded.headers["content-disposition"]
    gallery = await page.ask("GET", f"/api/chats/{chat}/pictures")
    assert [picture["id"] for picture in gallery["pictures"]] == [shown["id"]]
    jobs = (await page.ask("GET", f"/api/jobs?chat={chat}"))["jobs"]
    assert [(job["state"], job["results"]) for job in jobs] == [("done", [shown["id"]])]
    assert (await page.ask("GET", f"/api/jobs/{jobs[0]['id']}"))["id"] == jobs[0]["id"]


async def test_nobody_waits_for_a_picture(page: Page, chat: str, events: EventSource, plugin: Plugin) -> None:
    plugin.painter.may_go_on.clear()
    await say(page, chat, "/sd harbour")
    job = (await arriving(events, "job.changed", state="running"))["job"]
    await say(page, chat, "hello")
    reply = (await arriving(events, "message.added", role="assistant"))["message"]
    assert reply["html"] == "<p><em>Answer</em> number 1</p>\n"
    active = (await page.ask("GET", "/api/jobs?active=1"))["jobs"]
    assert [entry["id"] for entry in active] == [job["id"]]
    plugin.painter.may_go_on.set()
    assert (await arriving(events, "message.added", role="assistant"))["message"]["pictures"]
    assert (await page.ask("GET", "/api/jobs?active=1"))["jobs"] == []
    await page.ask("POST", "/api/jobs/clear", {}, expect=204)
    assert (await page.ask("GET", "/api/jobs"))["jobs"] == []


async def test_a_job_is_stopped_and_tried_again(page: Page, chat: str, events: EventSource, plugin: Plugin) -> None:
    plugin.painter.may_go_on.clear()
    await say(page, chat, "/sd harbour")
    job = (await arriving(events, "job.changed", state="running"))["job"]
    await page.error("POST", f"/api/jobs/{job['id']}/retry", {}, expect=400)
    assert (await page.ask("POST", f"/api/jobs/{job['id']}/cancel", {}))["outcome"]
    await arriving(events, "job.changed", id=job["id"], state="cancelled")
    plugin.painter.may_go_on.set()
    retried = await page.ask("POST", f"/api/jobs/{job['id']}/retry", {}, expect=202)
    assert retried["retry_of"] == job["id"]
    await arriving(events, "job.changed", id=retried["id"], state="done")
    for action in ("cancel", "retry"):
        await page.error("POST", f"/api/jobs/nothing/{action}", {}, expect=404)
    await page.error("GET", "/api/jobs/nothing", expect=404)


async def test_the_same_picture_again_joins_its_message(page: Page, chat: str, events: EventSource) -> None:
    await say(page, chat, "/sd apple tree")
    message = (await arriving(events, "message.added", role="assistant"))["message"]
    first = message["pictures"][0]
    redone = await page.ask("POST", f"/api/pictures/{first['id']}/redo", {"changes": {"seed": 7}})
    job = redone["job"]
    changed = (await arriving(events, "message.changed", id=message["id"]))["message"]
    assert [picture["generation"]["seed"] for picture in changed["pictures"]][1:] == ["7"]
    await arriving(events, "job.changed", id=job["id"], state="done")
    await page.error("POST", f"/api/pictures/{'0' * 32}/further", {}, expect=404)
    wrong = {"changes": {"seed": "red", "nonsense": 1}}
    error = await page.error("POST", f"/api/pictures/{first['id']}/redo", wrong, expect=422)
    assert "seed" in error["message"] and "nonsense" in error["message"]


async def test_one_reply_at_a_time_and_it_can_be_stopped(
    page: Page, chat: str, events: EventSource, plugin: Plugin
) -> None:
    plugin.writer.may_go_on.clear()
    await say(page, chat, "hello")
    assert (await arriving(events, "reply.piece"))["text"] == "*Answer* "
    error = await page.error("POST", f"/api/chats/{chat}/input", {"text": "and?"}, expect=409)
    assert error["kind"] == "busy"
    assert await page.ask("POST", f"/api/chats/{chat}/stop", {}) == {"stopped": True}
    await arriving(events, "reply.ended")
    plugin.writer.may_go_on.set()
    await say(page, chat, "once more")
    ended = await arriving(events, "reply.ended")
    assert ended["message_id"]


async def test_a_reply_is_written_once_more(page: Page, chat: str, events: EventSource) -> None:
    await say(page, chat, "hello")
    message = (await arriving(events, "message.added", role="assistant"))["message"]
    async with asyncio.timeout(PATIENCE):
        while page.web.runs.of(chat):
            await asyncio.sleep(0.01)
    await page.ask("POST", f"/api/messages/{message['id']}/regenerate", {}, expect=202)
    changed = (await arriving(events, "message.changed", id=message["id"]))["message"]
    assert (changed["swipes"], changed["swipe"], changed["text"]) == (2, 1, "*Answer* number 2")


async def test_a_script_asks_and_goes_on_with_the_answer(page: Page, chat: str, events: EventSource) -> None:
    await say(page, chat, "/input Your name? | /echo Hello {{pipe}}")
    question = await arriving(events, "question", chat_id=chat)
    await page.ask("POST", f"/api/questions/{question['id']}", {"answer": "Bob"}, expect=204)
    assert (await arriving(events, "toast"))["text"] == "Hello Bob"


async def test_a_script_is_stopped_while_it_asks(page: Page, chat: str, events: EventSource) -> None:
    await say(page, chat, "/input Your name? | /echo Hello {{pipe}}")
    question = await arriving(events, "question")
    assert await page.ask("POST", f"/api/chats/{chat}/stop", {}) == {"stopped": True}
    assert (await arriving(events, "question.closed"))["id"] == question["id"]
    assert page.web.runs.of(chat) == []


async def test_stopping_a_script_leaves_the_picture_it_waits_for(
    page: Page, chat: str, events: EventSource, plugin: Plugin
) -> None:
    plugin.painter.may_go_on.clear()
    await say(page, chat, "/sd harbour | /echo not said")
    await arriving(events, "job.changed", state="running")
    assert await page.ask("POST", f"/api/chats/{chat}/stop", {}) == {"stopped": True}
    assert (await arriving(events, "script.state", state="aborted"))["chat_id"] == chat
    plugin.painter.may_go_on.set()
    assert (await arriving(events, "message.added", role="assistant"))["message"]["pictures"]
    assert [event.data for event in events.arrived() if event.kind == "toast"] == []


async def test_mistakes_point_into_the_script(page: Page, chat: str, events: EventSource) -> None:
    await say(page, chat, "/echo a | /nonsense b")
    error = await arriving(events, "error")
    assert (error["kind"], error["chat_id"]) == ("parse", chat)
    assert "/nonsense" in error["where"]["excerpt"]


async def test_a_chat_that_is_deleted_takes_its_pictures_along(page: Page, chat: str, events: EventSource) -> None:
    await say(page, chat, "/sd apple tree")
    shown = (await arriving(events, "message.added", role="assistant"))["message"]["pictures"][0]
    assert (await page.http.get(shown["url"])).status_code == 200
    await page.ask("DELETE", f"/api/chats/{chat}", expect=204)
    await arriving(events, "chat.removed", id=chat)
    assert (await page.http.get(shown["url"])).status_code == 404
