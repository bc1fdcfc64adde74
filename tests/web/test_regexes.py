"""Regex scripts over HTTP, and what a page shows of messages."""

from __future__ import annotations

import pytest

from tests.web.conftest import Page

pytestmark = pytest.mark.anyio

SCRIPT = {"scriptName": "Stars", "findRegex": "/night/g", "replaceString": "**night**", "placement": [1, 2]}


async def test_scripts_are_kept_tried_ordered_and_deleted(page: Page) -> None:
    first = await page.ask("PUT", "/api/regexes", {"script": SCRIPT})
    (second,) = (
        await page.ask("POST", "/api/regexes/import", {"document": {**SCRIPT, "id": first["id"]}}, expect=201)
    )["scripts"]
    assert second["id"] != first["id"]
    await page.ask("PUT", "/api/regexes/order", {"ids": [second["id"], first["id"]]}, expect=204)
    listed = (await page.ask("GET", "/api/regexes"))["scripts"]
    assert [(one["scope"], one["script"]["id"]) for one in listed] == [
        ("global", second["id"]),
        ("global", first["id"]),
    ]
    assert len(await page.ask("GET", "/api/regexes/export")) == 2
    assert (await page.ask("GET", f"/api/regexes/export?id={first['id']}"))["findRegex"] == "/night/g"
    tried = await page.ask("POST", "/api/regexes/try", {"script": SCRIPT, "text": "a night"})
    assert tried == {"text": "a **night**"}
    await page.error("POST", "/api/regexes/try", {"script": {**SCRIPT, "findRegex": "/(/"}, "text": "x"}, expect=400)
    await page.ask("DELETE", f"/api/regexes?id={first['id']}", expect=204)
    await page.error("DELETE", f"/api/regexes?id={first['id']}", expect=404)
    await page.error("PUT", "/api/regexes", {"scope": "moon:1", "script": SCRIPT}, expect=404)


async def test_choices_of_scripts(page: Page) -> None:
    made = await page.ask("PUT", "/api/regexes", {"script": SCRIPT})
    choice = await page.ask("POST", "/api/regexes/presets", {"name": "All"}, expect=201)
    assert choice["enabled"] == [made["id"]]
    await page.ask("PUT", "/api/regexes", {"script": {**made, "disabled": True}})
    await page.ask("PUT", "/api/regexes/presets/selected", {"id": choice["id"]})
    found = await page.ask("GET", "/api/regexes")
    assert (found["preset"], found["scripts"][0]["script"]["disabled"]) == (choice["id"], False)
    await page.ask("DELETE", f"/api/regexes/presets/{choice['id']}", expect=204)
    await page.error("PUT", "/api/regexes/presets/selected", {"id": choice["id"]}, expect=404)


async def test_a_page_shows_what_the_chat_does_not_hold(page: Page) -> None:
    chat = await page.chat()
    await page.ask("PUT", "/api/regexes", {"script": {**SCRIPT, "markdownOnly": True, "maxDepth": 0}})
    edits = {**SCRIPT, "scriptName": "Edit", "findRegex": "/day/", "replaceString": "noon", "runOnEdit": True}
    await page.ask("PUT", "/api/regexes", {"script": edits})
    session = await page.web.host.session(chat, page.web.ui(chat))
    await session.run("/send a night | /send a night")
    first, last = (await page.ask("GET", f"/api/chats/{chat}/messages"))["messages"]
    assert (first["text"], first["html"].strip()) == ("a night", "<p>a night</p>")
    assert (last["text"], last["html"].strip()) == ("a night", "<p>a <strong>night</strong></p>")
    changed = await page.ask("PATCH", f"/api/messages/{first['id']}", {"text": "a day"})
    assert changed["text"] == "a noon"
