"""Captions over HTTP: asked of a fake model that sees, written, forgotten; open pages hear of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from stcore.chat.records import Attachment, NewMessage
from stcore.host import Host
from stcore.testing.servers.openai import FakeOpenAI, Reply
from stcore.testing.servers.serve import serve
from tests.images.pictures import picture
from tests.web.conftest import Page

pytestmark = pytest.mark.anyio


@pytest.fixture
def fake() -> FakeOpenAI:
    return FakeOpenAI()


@pytest.fixture
async def seeing(host: Host, fake: FakeOpenAI) -> AsyncIterator[None]:
    """A connection to a model that sees, for as long as the test runs."""
    with serve(fake) as url:
        await host.texts.add("openai-compatible", "eyes", {"url": url, "model": "chatty-seeing"})
        yield


async def hung(page: Page, host: Host, *, twice: bool = False) -> tuple[str, str]:
    """A chat with a picture on a message (on two); the ids of both."""
    chat_id = await page.chat()
    asset = await host.library.store(picture(), kind="free", origin="received", chat_id=chat_id)
    for _ in range(1 + twice):
        new = NewMessage("user", "Ann", "Look.", attachments=(Attachment(asset.id, "a boat, oil painting"),))
        await host.chats.append(chat_id, new)
    return chat_id, asset.id


async def captions(page: Page, chat_id: str) -> list[str | None]:
    messages = (await page.ask("GET", f"/api/chats/{chat_id}/messages"))["messages"]
    return [picture["extra"].get("caption") for message in messages for picture in message["pictures"]]


@pytest.mark.usefixtures("seeing")
async def test_a_picture_is_described_and_keeps_it_everywhere(page: Page, host: Host, fake: FakeOpenAI) -> None:
    chat_id, asset_id = await hung(page, host, twice=True)
    fake.queue.append(Reply(pieces=("A red boat.",)))
    async with page.events() as events:
        told = await page.ask("POST", f"/api/pictures/{asset_id}/caption", {"question": "What is it?"})
        assert told == {"caption": "A red boat.", "kept": 2}
        changed = await events.next("message.changed")
        assert changed.data["message"]["pictures"][0]["extra"]["caption"] == "A red boat."
    assert await captions(page, chat_id) == ["A red boat.", "A red boat."]
    assert fake.bodies[-1]["messages"][0]["content"][0]["text"] == "What is it?"


@pytest.mark.usefixtures("seeing")
async def test_a_caption_need_not_be_kept(page: Page, host: Host, fake: FakeOpenAI) -> None:
    chat_id, asset_id = await hung(page, host)
    fake.queue.append(Reply(pieces=("A red boat.",)))
    told = await page.ask("POST", f"/api/pictures/{asset_id}/caption", {"keep": False})
    assert told == {"caption": "A red boat.", "kept": 0}
    assert await captions(page, chat_id) == [None]


@pytest.mark.usefixtures("seeing")
async def test_a_picture_that_hangs_nowhere_is_described_all_the_same(page: Page, host: Host, fake: FakeOpenAI) -> None:
    asset = await host.library.store(picture(), kind="free", origin="uploaded")
    fake.queue.append(Reply(pieces=("A red boat.",)))
    told = await page.ask("POST", f"/api/pictures/{asset.id}/caption", {})
    assert told == {"caption": "A red boat.", "kept": 0}
    error = await page.error("PUT", f"/api/pictures/{asset.id}/caption", {"caption": "A boat."}, expect=404)
    assert "hangs on no message" in error["message"]


@pytest.mark.usefixtures("seeing")
async def test_nothing_is_kept_that_nobody_could_look_at(page: Page, host: Host, fake: FakeOpenAI) -> None:
    chat_id, asset_id = await hung(page, host)
    fake.queue.append(Reply(pieces=("A red boat.",)))
    error = await page.error("POST", f"/api/pictures/{asset_id}/caption", {"review": True}, expect=409)
    assert error["kind"] == "needs_person"
    assert await captions(page, chat_id) == [None]


async def test_a_caption_is_written_and_forgotten(page: Page, host: Host) -> None:
    chat_id, asset_id = await hung(page, host)
    told = await page.ask("PUT", f"/api/pictures/{asset_id}/caption", {"caption": " A boat. "})
    assert told == {"caption": "A boat.", "kept": 1}
    assert await captions(page, chat_id) == ["A boat."]
    await page.error("PUT", f"/api/pictures/{asset_id}/caption", {"caption": "  "}, expect=422)
    await page.ask("DELETE", f"/api/pictures/{asset_id}/caption", expect=204)
    assert await captions(page, chat_id) == [None]


async def test_who_cannot_see_says_what_to_do(page: Page, host: Host) -> None:
    _, asset_id = await hung(page, host)
    error = await page.error("POST", f"/api/pictures/{asset_id}/caption", {}, expect=409)
    assert error["kind"] == "cannot_see"
    assert "captioner" in error["hint"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_an_unknown_picture_is_not_found(page: Page, method: str) -> None:
    body = {"POST": {}, "PUT": {"caption": "A boat."}, "DELETE": None}[method]
    await page.error(method, f"/api/pictures/{'0' * 32}/caption", body, expect=404)
