"""Backgrounds over HTTP and in scripts."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from tests.web.conftest import Page

pytestmark = pytest.mark.anyio


def picture(kind: str = "PNG") -> bytes:
    out = BytesIO()
    Image.new("RGB", (8, 8), "teal").save(out, kind)
    return out.getvalue()


async def upload(page: Page, name: str, data: bytes) -> Any:
    headers = {"Content-Type": "application/octet-stream"}
    return await page.http.post(f"/api/backgrounds/files?name={name}", content=data, headers=headers)


async def shown(page: Page, chat_id: str | None = None) -> tuple[str | None, bool]:
    found = await page.ask("GET", "/api/backgrounds/current" + (f"?chat_id={chat_id}" if chat_id else ""))
    return (found["background"]["name"] if found["background"] else None), found["own"]


async def test_one_is_chosen_for_all_chats_or_for_one(page: Page) -> None:
    first, second = await page.chat(), await page.chat()
    session = await page.web.host.session(first, page.web.ui(first))
    async with page.events(f"chat={first}") as events:
        await session.run("/bg dusk")
        await events.next("background.changed")
    assert await shown(page, second) == ("Dusk", False)
    await session.run("/lockbg | /bg tide")
    assert await shown(page, first) == ("Tide", True), "its own changes while it has one"
    assert await shown(page, second) == ("Dusk", False)
    await page.ask("PUT", "/api/backgrounds/current", {"name": "Paper"})
    assert (await shown(page, first), await shown(page)) == (("Tide", True), ("Paper", False))
    await session.run("/bg none")
    assert await shown(page, first) == (None, True), "no background is a choice too"
    await session.run("/unlockbg")
    assert await shown(page, first) == ("Paper", False)
    await page.ask("PUT", "/api/backgrounds/current", {"name": "Stars", "chat_id": first, "own": True})
    assert await shown(page, first) == ("Stars", True)
    await page.ask("DELETE", f"/api/backgrounds/current?chat_id={first}")
    assert await shown(page, first) == ("Paper", False)


async def test_files_are_added_chosen_and_deleted(page: Page) -> None:
    chat = await page.chat()
    made = (await upload(page, "Old%20mill.gif", picture())).json()
    again = (await upload(page, "Old mill", picture())).json()
    assert (made["name"], again["name"]) == ("Old mill.png", "Old mill-1.png")
    bytes_ = await page.http.get(made["url"])
    assert (bytes_.content, bytes_.headers["content-type"]) == (picture(), "image/png")
    session = await page.web.host.session(chat, page.web.ui(chat))
    assert (await session.run("/bg old mil || /bg")).text == "Old mill.png"
    names = [one["name"] for one in (await page.ask("GET", "/api/backgrounds"))["backgrounds"]]
    assert names[-2:] == ["Old mill-1.png", "Old mill.png"]
    await page.ask("DELETE", made["url"], expect=204)
    assert await shown(page) == (None, False)
    await page.error("DELETE", made["url"], expect=404)


@pytest.mark.parametrize("name", ["..%2Fsettings.toml", "%2Fetc%2Fpasswd", "secrets.toml", "nothing.png"])
async def test_no_other_file_is_read(page: Page, name: str) -> None:
    assert (await page.http.get(f"/api/backgrounds/files/{name}")).status_code == 404


async def test_what_is_no_picture_is_refused(page: Page) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    for data in (svg, picture()[:40], picture("BMP")):
        answer = await upload(page, "x.png", data)
        assert answer.status_code in (400, 415, 422), answer.text
    assert len((await page.ask("GET", "/api/backgrounds"))["backgrounds"]) == 5
    await page.error("PUT", "/api/backgrounds/current", {"name": "qqqqqq"}, expect=404)


async def test_a_picture_of_the_library_stands_behind_a_chat(page: Page) -> None:
    from stcore.chat.backgrounds import Background

    chat = await page.chat()
    asset = await page.web.host.library.store(picture(), kind="background", origin="uploaded", chat_id=chat)
    await page.web.host.backgrounds.lock(chat, Background("picture", asset.id))
    found = (await page.ask("GET", f"/api/backgrounds/current?chat_id={chat}"))["background"]
    assert (await page.http.get(found["url"])).status_code == 200
    await page.web.host.library.delete(asset.id)
    assert await shown(page, chat) == (None, True)
