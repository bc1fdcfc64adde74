"""Personas over HTTP, and who is who in a chat."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stcore.host import Host
from tests.web.conftest import Page
from tests.web.test_characters import picture, send

pytestmark = pytest.mark.anyio


async def create(page: Page, name: str = "Mira", **fields: Any) -> dict[str, Any]:
    made: dict[str, Any] = await page.ask("POST", "/api/personas", {"name": name, "fields": fields}, expect=201)
    return made


async def test_a_persona_is_made_changed_copied_and_deleted(page: Page) -> None:
    made = await create(page, description="A sailor.", position=4, depth=2, role=1)
    assert made["key"].endswith("-Mira.png")
    path = f"/api/personas/{made['id']}"
    changed = await page.ask("PATCH", path, {"fields": {"title": "at sea"}})
    assert (changed["title"], changed["description"], changed["position"]) == ("at sea", "A sailor.", 4)
    assert (await send(page, "PUT", f"{path}/avatar", picture()))["avatar"] is not None
    copy = await page.ask("POST", f"{path}/duplicate", {}, expect=201)
    assert (copy["name"], copy["description"]) == ("Mira", "A sailor.")
    assert copy["avatar"] is not None
    assert copy["key"] != made["key"]
    await page.ask("DELETE", path, expect=204)
    assert [persona["id"] for persona in (await page.ask("GET", "/api/personas"))["personas"]] == [copy["id"]]


@pytest.mark.parametrize("fields", [{"position": 5}, {"role": True}, {"depth": -1}, {"title": 3}, {"other": ""}])
async def test_values_that_cannot_be_are_refused(page: Page, fields: dict[str, Any]) -> None:
    made = await create(page)
    assert (await page.error("PATCH", f"/api/personas/{made['id']}", {"fields": fields}, expect=400))["message"]


async def test_who_speaks_is_the_one_taken_else_bound_else_default(page: Page, host: Host) -> None:
    sailor, baker, guest = await create(page, "Sailor"), await create(page, "Baker"), await create(page, "Guest")
    character = await host.characters.create("Alice")
    chat = await page.ask("POST", f"/api/characters/{character.id}/chat", {})

    async def user() -> str:
        return str((await page.ask("GET", f"/api/chats/{chat['id']}/cast"))["user"])

    assert await user() == "User"
    await page.ask("PUT", "/api/personas/default", {"persona_id": sailor["id"]}, expect=204)
    assert await user() == "Sailor"
    await page.ask("PUT", f"/api/personas/{baker['id']}/connections", {"subject_id": character.id})
    assert await user() == "Baker"
    await host.personas.lock_chat(chat["id"], guest["id"])
    assert await user() == "Guest"
    assert (await page.ask("PUT", f"/api/chats/{chat['id']}/persona", {"name": "Kim"}))["persona"] is None
    assert await user() == "Kim"
    taken = await page.ask("PUT", f"/api/chats/{chat['id']}/persona", {"persona_id": sailor["id"], "locked": True})
    assert (taken["user"], taken["locked"], taken["character"]["name"]) == ("Sailor", True, "Alice")
    await page.ask("DELETE", f"/api/personas/{sailor['id']}", expect=204)
    assert await user() == "Baker", "what was bound to it is free again"


async def test_a_character_has_one_persona(page: Page, host: Host) -> None:
    first, second = await create(page, "A"), await create(page, "B")
    character = await host.characters.create("Alice")
    for persona in (first, second):
        await page.ask("PUT", f"/api/personas/{persona['id']}/connections", {"subject_id": character.id})
    assert (await page.ask("GET", f"/api/personas/{first['id']}"))["connections"] == []
    assert (await page.ask("GET", f"/api/personas/{second['id']}"))["connections"] == [character.id]


async def test_a_chat_cannot_be_bound_to_a_name(page: Page) -> None:
    chat_id = await page.chat()
    told = await page.error("PUT", f"/api/chats/{chat_id}/persona", {"name": "Kim", "locked": True}, expect=400)
    assert "persona" in told["message"]


async def test_a_backup_goes_out_and_in(page: Page, host: Host) -> None:
    character = await host.characters.create("Alice")
    made = await create(page, description="A sailor.", position=2)
    await page.ask("PUT", f"/api/personas/{made['id']}/connections", {"subject_id": character.id})
    await page.ask("PUT", "/api/personas/default", {"persona_id": made["id"]}, expect=204)
    backup = (await page.http.get("/api/personas/export")).content
    assert json.loads(backup)["persona_descriptions"][made["key"]]["connections"] == [
        {"type": "character", "id": "Alice.png"}
    ]
    assert (await send(page, "POST", "/api/personas/import", backup, expect=201))["personas"] == []
    await page.ask("DELETE", f"/api/personas/{made['id']}", expect=204)
    [back] = (await send(page, "POST", "/api/personas/import", backup, expect=201))["personas"]
    for name in ("key", "name", "description", "position", "connections", "default"):
        assert back[name] == {**made, "connections": [character.id], "default": True}[name]


@pytest.mark.parametrize("data", [b"[]", b"{}", b"x", b"[" * 100_000, b'{"personas": {"a.png": null}}'])
async def test_files_that_are_no_backups_add_nothing(page: Page, data: bytes) -> None:
    answer = await page.http.post(
        "/api/personas/import", content=data, headers={"Content-Type": "application/octet-stream"}
    )
    assert answer.status_code in (201, 400)
    assert (await page.ask("GET", "/api/personas"))["personas"] == []
