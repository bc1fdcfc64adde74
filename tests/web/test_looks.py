"""How characters and personas look in pictures, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from stcore.host import Host
from stcore.web.security import UPLOAD
from tests.images.pictures import picture
from tests.web.conftest import Page

pytestmark = pytest.mark.anyio

NOTHING = {"prefix": "", "negative": "", "shared": False, "references": []}


async def made(page: Page, kind: str) -> str:
    return str((await page.ask("POST", f"/api/{kind}", {"name": "Mira"}, expect=201))["id"])


async def upload(page: Page, address: str, data: bytes) -> Any:
    return await page.http.post(address, content=data, headers={"Content-Type": UPLOAD})


@pytest.mark.parametrize("kind", ["characters", "personas"])
async def test_looks_are_read_and_changed_bit_by_bit(page: Page, kind: str) -> None:
    address = f"/api/{kind}/{await made(page, kind)}/looks"
    assert await page.ask("GET", address) == NOTHING
    await page.ask("PUT", address, {"prefix": "blue scarf"})
    told = await page.ask("PUT", address, {"negative": "hat", "references": ["avatar:init:0.5", "persona"]})
    assert told == {**NOTHING, "prefix": "blue scarf", "negative": "hat", "references": told["references"]}
    assert told["references"] == ["avatar:init:0.5", "persona:subject"]
    assert await page.ask("GET", address) == told


@pytest.mark.feature("F243")
async def test_a_shared_prefix_stands_in_the_exported_card(page: Page) -> None:
    mira = await made(page, "characters")
    for shared, held in ((False, None), (True, {"positive": "blue scarf", "negative": ""}), (False, None)):
        await page.ask("PUT", f"/api/characters/{mira}/looks", {"prefix": "blue scarf", "shared": shared})
        card = await page.ask("GET", f"/api/characters/{mira}/export?format=json")
        assert card["data"]["extensions"].get("sd_character_prompt") == held
        assert (await page.ask("GET", f"/api/characters/{mira}"))["looks"]["prefix"] == "blue scarf"


@pytest.mark.parametrize("kind", ["characters", "personas"])
async def test_an_uploaded_picture_is_bound_and_goes_with_whom_it_shows(page: Page, host: Host, kind: str) -> None:
    mira = await made(page, kind)
    address = f"/api/{kind}/{mira}/looks/references"
    answer = await upload(page, f"{address}?role=style&name=hat.png", picture())
    assert answer.status_code == 201
    [reference] = answer.json()["references"]
    asset_id, _, role = reference.partition(":")
    assert role == "style"
    shown = await page.ask("GET", f"/api/pictures/{asset_id}")
    assert (shown["title"], shown["kind"], shown["origin"]) == ("hat.png", "reference", "uploaded")
    assert [(use["kind"], use["id"]) for use in shown["uses"]] == [("reference", mira)]
    await page.ask("DELETE", f"/api/{kind}/{mira}", expect=204)
    await page.error("GET", f"/api/pictures/{asset_id}", expect=404)


async def test_what_is_no_picture_and_no_role_is_refused(page: Page) -> None:
    mira = await made(page, "characters")
    address = f"/api/characters/{mira}/looks"
    answer = await upload(page, f"{address}/references", b"words")
    assert answer.json()["error"]["kind"] == "unusable_picture"
    assert (await upload(page, f"{address}/references?role=pose", picture())).status_code == 422
    error = await page.error("PUT", address, {"references": ["avatar:pose"]}, expect=400)
    assert "no role" in error["message"]
    await page.error("PUT", address, {"prefixes": "x"}, expect=422)
    await page.error("GET", f"/api/characters/{'0' * 32}/looks", expect=404)
    persona = await made(page, "personas")
    await page.error("PUT", f"/api/personas/{persona}/looks", {"shared": True}, expect=400)
    assert await page.ask("GET", address) == NOTHING


@pytest.mark.parametrize("kind", ["characters", "personas"])
async def test_open_pages_hear_of_changes(page: Page, kind: str) -> None:
    mira = await made(page, kind)
    async with page.events() as events:
        await page.ask("PUT", f"/api/{kind}/{mira}/looks", {"references": ["avatar"]})
        name = kind.removesuffix("s")
        told = await events.next(f"{name}.changed")
        assert told.data[name]["id"] == mira


@pytest.mark.parametrize("kind", ["characters", "personas"])
async def test_a_picture_of_a_chat_that_somebody_refers_to_outlives_the_chat(page: Page, host: Host, kind: str) -> None:
    mira, chat = await made(page, kind), await page.chat()
    kept = await host.library.store(picture(seed=1), kind="message", origin="received", chat_id=chat)
    gone = await host.library.store(picture(seed=2), kind="message", origin="received", chat_id=chat)
    await page.ask("PUT", f"/api/{kind}/{mira}/looks", {"references": [f"{kept.id}:style"]})
    await page.ask("DELETE", f"/api/chats/{chat}", expect=204)
    assert (await page.ask("GET", f"/api/pictures/{kept.id}"))["chat_id"] is None
    await page.error("GET", f"/api/pictures/{gone.id}", expect=404)
