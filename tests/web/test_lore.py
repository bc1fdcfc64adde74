"""World info over HTTP: all that an editor needs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.web.conftest import Page

pytestmark = pytest.mark.anyio


async def town(page: Page, *entries: dict[str, Any]) -> str:
    book = await page.ask("POST", "/api/books", {"name": "Town"}, expect=201)
    for fields in entries:
        await page.ask("POST", f"/api/books/{book['id']}/entries", {"fields": fields}, expect=201)
    return str(book["id"])


async def test_a_book_from_its_beginning_to_its_end(page: Page) -> None:
    book_id = await town(page, {"key": ["mill"], "content": "It turns."}, {"key": ["inn"]})
    await page.ask("PATCH", f"/api/books/{book_id}/entries/1", {"fields": {"content": "It is open."}})
    await page.ask("PUT", f"/api/books/{book_id}/order", {"uids": [1, 0]}, expect=204)
    book = await page.ask("PATCH", f"/api/books/{book_id}", {"name": "City", "data": {"description": "Big."}})
    assert (book["name"], book["data"]) == ("City", {"description": "Big."})
    assert [entry["content"] for entry in book["entries"]] == ["It is open.", "It turns."]
    await page.ask("DELETE", f"/api/books/{book_id}/entries/0", expect=204)
    listed = await page.ask("GET", "/api/books")
    assert [(entry["name"], entry["entries"]) for entry in listed["books"]] == [("City", 1)]
    copy = await page.ask("POST", "/api/books", {"name": "Copy", "copy_of": book_id}, expect=201)
    assert [entry["uid"] for entry in copy["entries"]] == [1]
    await page.ask("DELETE", f"/api/books/{book_id}", expect=204)
    assert (await page.error("GET", f"/api/books/{book_id}", expect=404))["kind"] == "not_found"
    await page.error("POST", "/api/books", {"name": "copy"}, expect=400)


@pytest.mark.parametrize("format", ["world", "card"])
async def test_a_file_goes_out_and_in(page: Page, format: str) -> None:
    book_id = await town(page, {"key": ["mill"], "content": "It turns.", "x_mine": 1, "position": 4, "depth": 9})
    file = await page.ask("GET", f"/api/books/{book_id}/export?format={format}")
    answer = await page.http.post(
        "/api/books/import?name=Again",
        content=json.dumps(file).encode(),
        headers={"Content-Type": "application/octet-stream"},
    )
    assert answer.status_code == 201, answer.text
    (entry,) = answer.json()["entries"]
    assert (entry["key"], entry["content"], entry["position"], entry["depth"]) == (["mill"], "It turns.", 4, 9)


async def test_where_books_count_and_why_entries_join(page: Page) -> None:
    await town(page, {"key": ["mill"], "content": "It turns."}, {"key": ["dragon"], "probability": 0})
    chat_id = await page.chat()
    character = await page.ask("POST", "/api/characters", {"name": "Ada"}, expect=201)
    for path, body in (
        ("/api/books/global", {"books": ["Town"]}),
        (f"/api/chats/{chat_id}/book", {"book": "Town"}),
        (f"/api/characters/{character['id']}/books", {"books": ["Town"]}),
    ):
        await page.ask("PUT", path, body, expect=204)
    assert (await page.ask("GET", "/api/books"))["global"] == ["Town"]
    assert await page.ask("GET", f"/api/chats/{chat_id}/book") == {"book": "Town"}
    bound = await page.ask("GET", f"/api/characters/{character['id']}/books")
    assert bound == {"linked": None, "embedded": None, "further": ["Town"]}
    await page.ask("POST", f"/api/chats/{chat_id}/input", {"text": "/send The mill and the dragon."}, expect=202)
    for _ in range(100):
        told = await page.ask("GET", f"/api/chats/{chat_id}/lore")
        if told["joined"]:
            break
    assert told["books"]["chat"] == ["Town"]
    assert [(entry["title"], entry["why"]) for entry in told["joined"]] == [("mill", "“mill” in message 0")]
    assert [(entry["title"], entry["why"]) for entry in told["refused"]] == [("dragon", "by chance (0 %)")]
    await page.ask("PUT", f"/api/chats/{chat_id}/book", {"book": None}, expect=204)
    assert await page.ask("GET", f"/api/chats/{chat_id}/book") == {"book": None}
    await page.error("PUT", f"/api/chats/{chat_id}/book", {"book": "Nowhere"}, expect=404)


async def test_a_card_without_a_book_has_none_to_take(page: Page) -> None:
    character = await page.ask("POST", "/api/characters", {"name": "Ada"}, expect=201)
    error = await page.error("POST", f"/api/characters/{character['id']}/book", expect=404)
    assert error["message"] == "The card of Ada has no world info."


async def test_settings_of_world_info_are_settings(page: Page) -> None:
    changed = await page.ask("PATCH", "/api/settings", {"lore": {"scan_depth": 5}})
    assert changed["lore"]["scan_depth"] == 5
    await page.error("PATCH", "/api/settings", {"lore": {"scan_depth": -1}}, expect=400)
