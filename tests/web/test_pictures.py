"""Pictures over HTTP: addresses that live an hour, bytes as they are stored, a gallery in pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from stcore.chat.records import Attachment, NewMessage
from stcore.host import Host
from stcore.images.generation import Generation
from stcore.web.routes_pictures import disposition, sensible_name
from tests.images.pictures import picture
from tests.web.conftest import MovableClock, Page

pytestmark = pytest.mark.anyio

UNKNOWN = "0" * 32


async def stored(host: Host, chat_id: str | None = None, *, seed: int = 1, format: str = "PNG", **how: Any) -> str:
    """A picture in the library; its id."""
    kind: dict[str, Any] = {"kind": "free", "origin": "received", "chat_id": chat_id, **how}
    return (await host.library.store(picture(seed=seed, format=format), **kind)).id


async def test_a_picture_is_kept_for_what_names_it_by_its_id(page: Page) -> None:
    headers = {"Content-Type": "application/octet-stream"}
    answer = await page.http.post("/api/pictures?name=sketch.png", content=picture(40, 30), headers=headers)
    assert answer.status_code == 201, answer.text
    kept = answer.json()
    assert (kept["width"], kept["height"], kept["title"]) == (40, 30, "sketch.png")
    assert (await page.http.get(kept["url"])).status_code == 200
    assert [one["id"] for one in (await page.ask("GET", "/api/pictures"))["pictures"]] == [kept["id"]]
    refused = await page.http.post("/api/pictures?name=words.txt", content=b"no picture", headers=headers)
    assert refused.status_code == 415 and "words.txt" in refused.json()["error"]["message"]


async def test_a_picture_is_read_at_the_address_it_came_with(page: Page, host: Host) -> None:
    data = picture(400, 300, noise=True)
    asset = await host.library.store(data, kind="free", origin="received", embed=False)
    told = await page.ask("GET", f"/api/pictures/{asset.id}")
    answer = await page.http.get(told["url"])
    assert answer.content == data
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"].startswith("private")
    assert "content-disposition" not in answer.headers
    small = await page.http.get(told["thumb"])
    assert small.headers["content-type"] == "image/webp"
    assert 0 < len(small.content) < len(data)


@pytest.mark.feature("F046")
async def test_a_download_is_the_stored_file_under_a_sensible_name(page: Page, host: Host) -> None:
    made = Generation("an apple tree, in full bloom", "x", seed="42", source="s", connection="s")
    asset = await host.library.store(picture(), kind="free", origin="received", generation=made)
    told = await page.ask("GET", f"/api/pictures/{asset.id}")
    answer = await page.http.get(told["download"])
    assert answer.content == (await host.library.read(asset.id))[0]
    assert answer.headers["content-disposition"] == 'attachment; filename="an-apple-tree-in-full-bloom-42.png"'


def test_names_of_downloads() -> None:
    assert sensible_name({"title": "", "generation": None}) == "picture"
    assert sensible_name({"title": "../../etc/passwd", "generation": None}) == "etc-passwd"
    assert sensible_name({"generation": {"prompt": 'a "b"\r\nX: y ' + "word " * 50, "seed": None}}).count("-") == 7
    assert sensible_name({"generation": {"prompt": "x" * 500, "seed": "7"}}) == "x" * 80 + "-7"
    assert disposition("猫-42", "png") == "attachment; filename=\"42.png\"; filename*=UTF-8''%E7%8C%AB-42.png"


async def test_the_browser_keeps_what_it_has(page: Page, host: Host) -> None:
    told = await page.ask("GET", f"/api/pictures/{await stored(host)}")
    etag = (await page.http.get(told["url"])).headers["etag"]
    again = await page.http.get(told["url"], headers={"If-None-Match": f'"other", W/{etag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert (await page.http.get(told["thumb"])).headers["etag"] != etag


@pytest.mark.feature("F024", "GAL-4")
async def test_an_address_works_for_an_hour(page: Page, host: Host, clock: MovableClock) -> None:
    url = (await page.ask("GET", f"/api/pictures/{await stored(host)}"))["url"]
    clock.ahead = timedelta(minutes=59, seconds=55)
    assert (await page.http.get(url)).status_code == 200
    clock.ahead = timedelta(minutes=60, seconds=1)
    error = await page.error("GET", url, expect=403)
    assert error["kind"] == "forbidden" and "expired" in error["message"]


@pytest.mark.feature("F025", "GAL-5")
async def test_after_two_hours_every_picture_loads_with_one_renewal(
    page: Page, host: Host, clock: MovableClock
) -> None:
    chat_id = await page.chat()
    ids = [await stored(host, chat_id, seed=seed) for seed in range(3)]
    before = {p["id"]: p["url"] for p in (await page.ask("GET", f"/api/chats/{chat_id}/pictures"))["pictures"]}
    clock.ahead = timedelta(hours=2)
    assert {(await page.http.get(url)).status_code for url in before.values()} == {403}
    renewed = await page.ask("POST", "/api/pictures/sign", {"ids": [*ids, UNKNOWN, "../x"]})
    assert set(renewed) == set(ids)
    for addresses in renewed.values():
        for name in ("url", "thumb", "medium", "download"):
            assert (await page.http.get(addresses[name])).status_code == 200


async def test_addresses_are_signed_in_batches_of_twenty(page: Page, host: Host) -> None:
    asset_id = await stored(host)
    assert set(await page.ask("POST", "/api/pictures/sign", {"ids": [asset_id] * 20})) == {asset_id}
    await page.error("POST", "/api/pictures/sign", {"ids": [asset_id] * 21}, expect=422)


async def test_nobody_reads_without_a_signature_or_with_another_s(page: Page, host: Host) -> None:
    one, other = await stored(host, seed=1), await stored(host, seed=2)
    url = (await page.ask("GET", f"/api/pictures/{one}"))["url"]
    bent = [
        f"/pictures/{one}.png",
        f"/pictures/{one}.png?e=9999999999&s=x",
        url.replace(one, other),
        url.replace(".png", ".jpg"),
        url.replace(".png", ""),
        url.replace("size=full", "size=thumb"),
        url.replace("&e=", "&e=9"),
        url[:-1],
        url + "x",
    ]
    for address in bent:
        assert (await page.error("GET", address, expect=403))["kind"] == "forbidden"


@pytest.mark.feature("STO-5")
@pytest.mark.parametrize("name", ["../stcore.db", "%2e%2e%2fstcore.db", "x.png", f"{UNKNOWN}/../x.png", "/etc/passwd"])
async def test_bent_names_read_and_delete_nothing(page: Page, name: str) -> None:
    for prefix in ("/pictures/", "/api/pictures/"):
        answer = await page.http.get(f"{prefix}{name}?size=full&e=9999999999&s=x")
        assert answer.status_code in (403, 404)
    assert (await page.http.delete(f"/api/pictures/{name}")).status_code in (404, 405)


async def test_a_picture_that_is_gone_is_not_found_at_its_old_address(page: Page, host: Host) -> None:
    asset_id = await stored(host)
    url = (await page.ask("GET", f"/api/pictures/{asset_id}"))["url"]
    await page.ask("DELETE", f"/api/pictures/{asset_id}", expect=204)
    await page.error("GET", url, expect=404)
    await page.error("GET", f"/api/pictures/{asset_id}", expect=404)
    await page.error("DELETE", f"/api/pictures/{asset_id}", expect=404)


@pytest.mark.feature("GAL-1")
async def test_the_gallery_counts_and_filters(page: Page, host: Host) -> None:
    chat_id = await page.chat()
    for number in range(12):
        await stored(host, chat_id, seed=number, origin="sent" if number < 3 else "received")
    await stored(host, None, seed=99)
    expected = {"all": 12, "sent": 3, "received": 9}
    for filter, count in expected.items():
        told = await page.ask("GET", f"/api/chats/{chat_id}/pictures?filter={filter}")
        assert (len(told["pictures"]), told["counts"]) == (count, expected)
        assert all("s=" in picture["thumb"] for picture in told["pictures"])
    await page.error("GET", f"/api/chats/{chat_id}/pictures?filter=other", expect=422)


@pytest.mark.feature("GAL-2")
async def test_the_gallery_comes_in_pages(page: Page, host: Host) -> None:
    chat_id = await page.chat()
    ids = [await stored(host, chat_id) for _ in range(7)]
    seen: list[str] = []
    cursor, pages = "", 0
    while cursor is not None:
        told = await page.ask("GET", f"/api/chats/{chat_id}/pictures?limit=3{cursor and f'&cursor={cursor}'}")
        seen += [picture["id"] for picture in told["pictures"]]
        cursor, pages = told["cursor"], pages + 1
    assert (seen, pages) == (ids[::-1], 3)
    await page.error("GET", f"/api/chats/{chat_id}/pictures?cursor=x", expect=400)


async def test_pictures_of_messages_and_in_texts_are_signed(page: Page, host: Host) -> None:
    chat_id = await page.chat()
    asset_id = await stored(host, chat_id)
    text = f"![tree](/pictures/{asset_id}.png)"
    message = NewMessage("assistant", "Mia", text, attachments=(Attachment(asset_id, "apple tree"),))
    await host.chats.append(chat_id, message)
    (told,) = (await page.ask("GET", f"/api/chats/{chat_id}/messages"))["messages"]
    assert (await page.http.get(told["pictures"][0]["url"])).status_code == 200
    inside = told["html"].partition('src="')[2].partition('"')[0].replace("&amp;", "&")
    assert (await page.http.get(inside)).status_code == 200


async def test_a_picture_names_its_uses_before_it_is_deleted(page: Page, host: Host) -> None:
    chat_id = await page.chat()
    asset_id = await stored(host, chat_id)
    message = await host.chats.append(chat_id, NewMessage("user", "User", "look", attachments=(Attachment(asset_id),)))
    told = await page.ask("GET", f"/api/pictures/{asset_id}")
    assert [(use["kind"], use["id"]) for use in told["uses"]] == [("message", message.id)]


@pytest.mark.feature("F254")
async def test_a_message_remembers_which_picture_is_looked_at_and_loses_them_one_by_one(page: Page, host: Host) -> None:
    chat_id = await page.chat()
    ids = [await stored(host, chat_id, seed=seed) for seed in (1, 2, 3)]
    hung = tuple(Attachment(each) for each in ids)
    message = await host.chats.append(chat_id, NewMessage("assistant", "Mira", "look", attachments=hung))
    at = f"/api/messages/{message.id}"
    changed = await page.ask("PATCH", at, {"picture": ids[1], "display": "list"})
    assert (changed["extra"]["media_index"], changed["extra"]["media_display"]) == (1, "list")
    await page.error("PATCH", at, {"picture": UNKNOWN}, expect=404)
    await page.error("PATCH", at, {"display": "heap"}, expect=422)
    assert await page.ask("DELETE", f"{at}/pictures?picture={ids[1]}&files=false") == {"taken": 1}
    assert (await page.ask("GET", f"/api/pictures/{ids[1]}"))["uses"] == []
    assert (await host.chats.message(message.id)).extra["media_index"] == 0
    assert await page.ask("DELETE", f"{at}/pictures") == {"taken": 2}
    await page.ask("GET", f"/api/pictures/{ids[0]}", expect=404)
    assert await page.ask("DELETE", f"{at}/pictures") == {"taken": 0}
