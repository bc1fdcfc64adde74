"""The data bank over HTTP."""

from __future__ import annotations

import pytest

from tests.web.conftest import Page

pytestmark = pytest.mark.anyio


async def test_a_text_is_kept_changed_and_deleted(page: Page) -> None:
    chat = await page.chat()
    made = await page.ask("POST", "/api/documents", {"scope": f"chat:{chat}", "name": "n", "text": "words"}, expect=201)
    await page.ask("POST", "/api/documents", {"name": "all", "text": "x"}, expect=201)
    listed = (await page.ask("GET", f"/api/documents?chat_id={chat}"))["documents"]
    assert [(one["name"], one["size"]) for one in listed] == [("all", 1), ("n", 5)]
    assert (await page.ask("GET", made["url"]))["text"] == "words"
    changed = await page.ask("PATCH", made["url"], {"enabled": False, "text": "fewer"})
    assert (changed["enabled"], changed["name"]) == (False, "n")
    await page.ask("DELETE", made["url"], expect=204)
    await page.error("GET", made["url"], expect=404)


async def test_what_cannot_be_kept_is_refused(page: Page) -> None:
    await page.error("POST", "/api/documents", {"scope": "chat:nowhere", "name": "n", "text": "x"}, expect=404)
    await page.error("POST", "/api/documents", {"name": "", "text": "x"}, expect=422)
