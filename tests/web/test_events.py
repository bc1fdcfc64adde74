"""The stream of events: nothing is lost, nothing comes twice, nothing hangs."""

from __future__ import annotations

import asyncio

import pytest

from stcore.chat.records import Attachment, NewMessage
from stcore.host import Host
from stcore.storage import journal
from stcore.web.events import EventStream
from tests.images.pictures import picture
from tests.web.conftest import Page

pytestmark = pytest.mark.anyio


async def newest(host: Host) -> int:
    return await host.database.read(journal.newest)


async def add(host: Host, chat_id: str, text: str) -> None:
    await host.chats.append(chat_id, NewMessage("user", "User", text))


async def test_a_change_arrives_numbered_and_ready_to_be_shown(page: Page, host: Host) -> None:
    chat_id = await page.chat()
    asset = await host.library.store(picture(), kind="free", origin="received", chat_id=chat_id)
    async with page.events() as events:
        assert events.status == 200
        assert events.headers["content-type"].startswith("text/event-stream")
        assert events.headers["cache-control"] == "no-cache"
        attached = (Attachment(asset.id, "tree"),)
        await host.chats.append(chat_id, NewMessage("user", "User", "*hi*", attachments=attached))
        event = await events.next("message.added")
    assert event.id is not None and event.id <= await newest(host)
    assert event.data["chat_id"] == chat_id
    assert event.data["message"]["html"] == "<p><em>hi</em></p>\n"
    assert (await page.http.get(event.data["message"]["pictures"][0]["thumb"])).status_code == 200
    assert events.retry == 1000


async def test_a_page_that_was_away_gets_exactly_what_it_missed(page: Page, host: Host) -> None:
    chat_id = await page.chat()
    since = (await page.ask("GET", "/api/chats/" + chat_id), await newest(host))[1]
    async with page.events(f"chat={chat_id}&since={since}") as events:
        await add(host, chat_id, "one")
        assert (await events.next("message.added")).data["message"]["text"] == "one"
        last = events.last
    for text in ("two", "three"):
        await add(host, chat_id, text)
    # The browser repeats the address with the old `since` and adds the header: the header is newer.
    async with page.events(f"chat={chat_id}&since={since}", {"Last-Event-ID": str(last)}) as events:
        await add(host, chat_id, "four")
        texts = [(await events.next("message.added")).data["message"]["text"] for _ in range(3)]
        await asyncio.sleep(0.05)
        assert texts == ["two", "three", "four"]
        assert [event for event in events.arrived() if event.kind == "message.added"] == []


@pytest.mark.parametrize("last", ["999999", "nonsense", "-5", "1e3"])
async def test_a_place_that_cannot_be_continued_means_reset(page: Page, host: Host, last: str) -> None:
    await page.chat()
    async with page.events(headers={"Last-Event-ID": last}) as events:
        event = await events.next()
        assert (event.kind, event.id) == ("reset", None)
        assert event.data["last"] == await newest(host)


async def test_only_the_chat_that_was_asked_for_and_what_belongs_to_none(page: Page, host: Host) -> None:
    mine, other = await page.chat(), await page.chat()
    async with page.events(f"chat={mine}") as events:
        await add(host, other, "not for me")
        host.bus.publish("toast", {"text": "other"}, other)
        host.bus.publish("toast", {"text": "mine"}, mine)
        await add(host, mine, "for me")
        assert (await events.next("toast")).data == {"text": "mine", "chat_id": mine}
        assert (await events.next("message.added")).data["message"]["text"] == "for me"
        title = (await page.ask("PATCH", f"/api/chats/{other}", {"title": "seen by all"}))["title"]
        while (event := await events.next("chat.changed")).data["chat"]["title"] != title:
            pass
        assert event.data["chat"]["id"] == other


async def test_passing_events_have_no_number(page: Page, host: Host) -> None:
    async with page.events() as events:
        host.bus.publish("job.progress", {"id": "j", "fraction": 0.5})
        event = await events.next()
        assert (event.kind, event.data, event.id) == ("job.progress", {"id": "j", "fraction": 0.5}, None)


async def test_silence_is_broken_by_comments(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EventStream.__init__, "__defaults__", (0.02,))
    async with page.events() as events:
        async with asyncio.timeout(5):
            while events.comments < 2:
                await asyncio.sleep(0.01)
        assert events.arrived() == []


async def test_a_page_that_goes_is_forgotten(page: Page, host: Host) -> None:
    async with page.events():
        assert page.web.audience.anyone(None)
        assert len(host.bus._subscriptions) == 1
    assert not page.web.audience.anyone(None)
    assert host.bus._subscriptions == set()


async def test_every_stream_ends_when_the_server_stops(page: Page) -> None:
    async with page.events() as one, page.events() as two:
        page.web.stopping.set()
        async with asyncio.timeout(1):
            await one.ended.wait()
            await two.ended.wait()


async def test_a_wrong_place_is_told_before_the_stream_begins(page: Page) -> None:
    await page.error("GET", "/api/events?since=-1", expect=422)
    await page.error("GET", "/api/events?since=x", expect=422)
