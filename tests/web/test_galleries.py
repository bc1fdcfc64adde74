"""Galleries over HTTP: their pages, what is put into them, who shows which, several pictures deleted at once."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from stcore.chat.records import Attachment, NewMessage
from stcore.host import Host
from tests.images.pictures import picture
from tests.web.conftest import Page

pytestmark = pytest.mark.anyio

FILE = {"Content-Type": "application/octet-stream"}
UNKNOWN = "0" * 32


async def put(page: Page, whose: str, data: bytes, name: str = "", *, expect: int = 201) -> Any:
    """Put a picture into a gallery."""
    answer = await page.http.post(f"/api/galleries/{whose}?name={quote(name)}", content=data, headers=FILE)
    assert answer.status_code == expect, answer.text
    return answer.json()


async def made(host: Host, whose: str, chat_id: str | None = None, *, seed: int = 1) -> str:
    """A picture made with somebody; its id."""
    how: dict[str, Any] = {"kind": "free", "origin": "received", "chat_id": chat_id, "gallery_of": whose}
    return (await host.library.store(picture(seed=seed), label=f"study {seed}", **how)).id


@pytest.mark.feature("F255")
async def test_a_gallery_in_pages_in_every_order(page: Page, host: Host) -> None:
    mia = await host.characters.create("Mia")
    chats = [(await host.chats.create(character_id=mia.id)).id for _ in range(2)]
    ids = [await made(host, mia.id, chats[seed % 2], seed=seed) for seed in range(5)]
    ids.append((await put(page, mia.id, picture(seed=9), "boat.png"))["id"])
    first = await page.ask("GET", f"/api/galleries/{mia.id}?limit=4")
    own = {"id": mia.id, "kind": "character", "name": "Mia"}
    assert first["gallery"] == {**own, "shown": own}
    assert first["counts"] == {"all": 6, "sent": 1, "received": 5}
    second = await page.ask("GET", f"/api/galleries/{mia.id}?limit=4&cursor={first['cursor']}")
    assert (second["cursor"], second["counts"]) == (None, None)
    assert [one["id"] for one in (*first["pictures"], *second["pictures"])] == ids[::-1]
    named = await page.ask("GET", f"/api/galleries/{mia.id}?sort=name&order=asc&limit=2")
    assert [one["title"] for one in named["pictures"]] == ["boat", "study 0"]
    rest = await page.ask("GET", f"/api/galleries/{mia.id}?sort=name&order=asc&cursor={quote(named['cursor'])}")
    assert [one["title"] for one in rest["pictures"]] == [f"study {n}" for n in range(1, 5)]
    yours = await page.ask("GET", f"/api/galleries/{mia.id}?filter=sent")
    assert [one["id"] for one in yours["pictures"]] == ids[-1:]
    everything = await page.ask("GET", "/api/pictures?order=asc")
    assert ([one["id"] for one in everything["pictures"]], everything["counts"]["all"]) == (ids, 6)
    of_chat = await page.ask("GET", f"/api/chats/{chats[1]}/pictures?order=asc")
    assert [one["id"] for one in of_chat["pictures"]] == [ids[1], ids[3]]


async def test_what_is_asked_wrongly(page: Page, host: Host) -> None:
    mia = await host.characters.create("Mia")
    await page.error("GET", f"/api/galleries/{UNKNOWN}", expect=404)
    await page.error("GET", "/api/galleries/../x", expect=404)
    for query in ("sort=size", "order=up", "filter=mine", "limit=0", "limit=201"):
        await page.error("GET", f"/api/galleries/{mia.id}?{query}", expect=422)
    for cursor in ("x", f"{UNKNOWN}name"):
        await page.error("GET", f"/api/galleries/{mia.id}?cursor={cursor}", expect=400)
    await put(page, UNKNOWN, picture(), expect=404)


async def test_a_picture_is_cleaned_titled_and_readable(page: Page, host: Host) -> None:
    mia = await host.characters.create("Mia")
    async with page.events() as events:
        told = await put(page, mia.id, picture(40, 30, format="JPEG"), "holiday/Old boat.jpg")
        added = await events.next("picture.added")
    assert added.data["id"] == told["id"]
    assert (told["title"], told["media_type"], told["width"], told["height"]) == ("Old boat", "image/jpeg", 40, 30)
    assert (told["kind"], told["origin"], told["chat_id"]) == ("upload", "uploaded", None)
    assert (await page.http.get(told["url"])).headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize(
    ("data", "code", "status"),
    [(b"words", "bad_type", 415), (picture(format="BMP"), "bad_type", 415), (picture()[:-20], "not_decodable", 400)],
)
async def test_what_is_no_picture_is_refused_by_name(
    page: Page, host: Host, data: bytes, code: str, status: int
) -> None:
    mia = await host.characters.create("Mia")
    refused = await put(page, mia.id, data, "notes.png", expect=status)
    assert refused["error"]["code"] == code
    assert "notes.png" in refused["error"]["message"]
    assert (await page.ask("GET", f"/api/galleries/{mia.id}"))["pictures"] == []


async def test_a_character_shows_another_gallery(page: Page, host: Host) -> None:
    mia, tom = await host.characters.create("Mia"), await host.characters.create("Tom")
    of_tom = await made(host, tom.id)
    async with page.events() as events:
        told = await page.ask("PUT", f"/api/galleries/{mia.id}/shown", {"gallery": "Tom"})
        assert (await events.next("gallery.changed")).data == {"id": mia.id}
    assert (told["name"], told["shown"]["name"]) == ("Mia", "Tom")
    shown = await page.ask("GET", f"/api/galleries/{mia.id}")
    assert ([one["id"] for one in shown["pictures"]], shown["gallery"]["shown"]["id"]) == ([of_tom], tom.id)
    await page.ask("PUT", f"/api/galleries/{mia.id}/shown", {"gallery": "Summer"})
    listed = (await page.ask("GET", "/api/galleries"))["galleries"]
    assert [(one["kind"], one["name"]) for one in listed] == [
        ("character", "Mia"),
        ("character", "Tom"),
        ("shared", "Summer"),
    ]
    told = await page.ask("PUT", f"/api/galleries/{mia.id}/shown", {"gallery": None})
    assert told["shown"]["id"] == mia.id
    assert len((await page.ask("GET", "/api/galleries"))["galleries"]) == 2
    await page.error("PUT", f"/api/galleries/{UNKNOWN}/shown", {"gallery": "Tom"}, expect=404)
    await page.error("PUT", f"/api/galleries/{mia.id}/shown", {}, expect=422)


@pytest.mark.feature("GAL-9")
async def test_several_pictures_are_deleted_after_their_uses_were_named(page: Page, host: Host) -> None:
    mia = await host.characters.create("Mia")
    chat = await host.chats.create("At sea", character_id=mia.id)
    one, two, kept = [await made(host, mia.id, chat.id, seed=seed) for seed in range(3)]
    hung = NewMessage("assistant", "Mia", "look", attachments=(Attachment(one),))
    message = await host.chats.append(chat.id, hung)
    uses = await page.ask("POST", "/api/pictures/uses", {"ids": [one, two, "../x"]})
    assert set(uses) == {one, two}
    assert uses[one] == [
        {"kind": "message", "id": message.id, "chat_id": chat.id, "position": 0, "chat": "At sea"},
    ]
    assert await page.ask("POST", "/api/pictures/delete", {"ids": [one, two, two, UNKNOWN, "../x"]}) == {"deleted": 2}
    assert [left["id"] for left in (await page.ask("GET", f"/api/galleries/{mia.id}"))["pictures"]] == [kept]
    assert (await host.chats.message(message.id)).pictures == ()
    await page.error("POST", "/api/pictures/delete", {"ids": []}, expect=422)


@pytest.mark.feature("F256")
async def test_the_command_opens_it_on_the_page(page: Page, host: Host) -> None:
    mia = await host.characters.create("Mia")
    chat = await host.chats.create(character_id=mia.id)
    async with page.events(f"?chat={chat.id}") as events:
        await page.ask("POST", f"/api/chats/{chat.id}/input", {"text": "/show-gallery"}, expect=202)
        opened = await events.next("gallery.open")
    assert (opened.data["subject_id"], opened.data["chat_id"]) == (mia.id, chat.id)


@pytest.mark.feature("F250")
async def test_a_quiet_picture_hangs_in_the_gallery_and_in_no_message(page: Page, host: Host) -> None:
    await host.connections.add("canvas", None, {})
    mia = await host.characters.create("Mia")
    chat = await host.chats.create(character_id=mia.id)
    session = await host.session(chat.id)
    result = await session.run("/sd quiet=true width=64 height=64 oak")
    (hung,) = (await page.ask("GET", f"/api/galleries/{mia.id}"))["pictures"]
    assert result.text == await host.images.address(hung["id"])
    assert (await session.run("/list-gallery")).text == f'["{result.text}"]'
    assert await host.chats.count(chat.id) == 0
    outside = await session.run("/sd quiet=true gallery=false width=64 height=64 elm")
    assert outside.text and len((await page.ask("GET", f"/api/galleries/{mia.id}"))["pictures"]) == 1
