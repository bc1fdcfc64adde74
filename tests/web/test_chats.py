"""Chats and messages over HTTP."""

from __future__ import annotations

import pytest

from stcore.chat.records import NewMessage
from stcore.host import Host
from tests.web.conftest import Page

pytestmark = pytest.mark.anyio

UNKNOWN = "0" * 32


async def test_a_chat_is_begun_renamed_and_deleted(page: Page) -> None:
    chat = await page.ask("POST", "/api/chats", {"title": "Harbour"}, expect=201)
    assert (chat["title"], chat["messages"]) == ("Harbour", 0)
    renamed = await page.ask("PATCH", f"/api/chats/{chat['id']}", {"title": "Harbour at dawn"})
    assert renamed["title"] == "Harbour at dawn"
    assert (await page.ask("GET", f"/api/chats/{chat['id']}"))["title"] == "Harbour at dawn"
    await page.ask("DELETE", f"/api/chats/{chat['id']}", expect=204)
    assert (await page.error("GET", f"/api/chats/{chat['id']}", expect=404))["kind"] == "not_found"
    assert (await page.ask("GET", "/api/chats"))["chats"] == []


async def test_the_list_of_chats_comes_in_pages(page: Page) -> None:
    made = [await page.chat(f"chat {number}") for number in range(5)]
    first = await page.ask("GET", "/api/chats?limit=3")
    rest = await page.ask("GET", f"/api/chats?limit=3&before={first['chats'][-1]['id']}")
    assert [chat["id"] for chat in first["chats"] + rest["chats"]] == made[::-1]
    assert (first["more"], rest["more"]) == (True, False)


async def test_the_list_is_narrowed_to_a_character_or_a_group(page: Page, host: Host) -> None:
    mira, tom = [await host.characters.create(name) for name in ("Mira", "Tom")]
    group = await host.groups.create("Crew", [mira.id, tom.id])
    await page.chat("alone")
    with_mira = [await page.ask("POST", f"/api/characters/{mira.id}/chat?new=true") for _ in range(3)]
    crew = await page.ask("POST", f"/api/groups/{group.id}/chat?new=true")
    first = await page.ask("GET", f"/api/chats?character_id={mira.id}&limit=2")
    rest = await page.ask("GET", f"/api/chats?character_id={mira.id}&limit=2&before={first['chats'][-1]['id']}")
    assert [chat["id"] for chat in first["chats"] + rest["chats"]] == [chat["id"] for chat in with_mira][::-1]
    assert (first["more"], rest["more"]) == (True, False)
    assert [chat["id"] for chat in (await page.ask("GET", f"/api/chats?group_id={group.id}"))["chats"]] == [crew["id"]]
    assert (await page.ask("GET", f"/api/chats?character_id={tom.id}"))["chats"] == []


@pytest.mark.parametrize("method,path", [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/messages")])
@pytest.mark.parametrize("chat_id", [UNKNOWN, "x", "..", "%2e%2e%2f%2e%2e%2fetc"])
@pytest.mark.feature("STO-5")
async def test_unknown_and_bent_ids_find_nothing(page: Page, method: str, path: str, chat_id: str) -> None:
    body = {"title": "x"} if method == "PATCH" else None
    answer = await page.http.request(method, f"/api/chats/{chat_id}{path}", json=body)
    assert answer.status_code in (404, 405)
    assert "error" in answer.json()


async def test_messages_come_from_the_end_oldest_first(page: Page, host: Host) -> None:
    chat_id = await page.chat()
    for number in range(7):
        await host.chats.append(chat_id, NewMessage("user", "User", f"*message* {number}"))
    last = await page.ask("GET", f"/api/chats/{chat_id}/messages?limit=3")
    assert [message["position"] for message in last["messages"]] == [4, 5, 6]
    assert last["more"] is True
    assert last["messages"][0]["html"] == "<p><em>message</em> 4</p>\n"
    earlier = await page.ask("GET", f"/api/chats/{chat_id}/messages?limit=4&before=4")
    assert [message["position"] for message in earlier["messages"]] == [0, 1, 2, 3]
    assert earlier["more"] is False


async def test_a_message_is_edited_hidden_swiped_and_deleted(page: Page, host: Host) -> None:
    chat_id = await page.chat()
    message = await host.chats.append(chat_id, NewMessage("assistant", "Mia", "first"))
    address = f"/api/messages/{message.id}"
    edited = await page.ask("PATCH", address, {"text": "**second**", "hidden": True})
    assert (edited["text"], edited["hidden"]) == ("**second**", True)
    assert edited["html"] == "<p><strong>second</strong></p>\n"
    await host.chats.add_swipe(message.id, "other")
    assert (await page.ask("PATCH", address, {"swipe": 0}))["text"] == "**second**"
    assert (await page.error("PATCH", address, {"swipe": 7}, expect=400))["whose"] == "user"
    assert (await page.error("PATCH", address, {"position": 1}, expect=422))["fields"][0]["field"] == "position"
    await page.ask("DELETE", address, expect=204)
    assert (await page.error("PATCH", address, {"text": "x"}, expect=404))["kind"] == "not_found"


async def test_only_a_reply_can_be_written_once_more(page: Page, host: Host) -> None:
    message = await host.chats.append(await page.chat(), NewMessage("user", "User", "hello"))
    error = await page.error("POST", f"/api/messages/{message.id}/regenerate", {}, expect=400)
    assert "reply" in error["message"]


async def test_saying_something_in_a_chat_that_is_not_there(page: Page) -> None:
    await page.error("POST", f"/api/chats/{UNKNOWN}/input", {"text": "hello"}, expect=404)
    await page.error("POST", f"/api/chats/{UNKNOWN}/stop", {}, expect=404)
    await page.error("POST", f"/api/chats/{await page.chat()}/input", {"text": ""}, expect=422)


async def test_stopping_where_nothing_runs_is_no_failure(page: Page) -> None:
    chat_id = await page.chat()
    assert await page.ask("POST", f"/api/chats/{chat_id}/stop", {}) == {"stopped": False}
    await page.ask("POST", f"/api/chats/{chat_id}/pause", {}, expect=204)
    await page.ask("POST", f"/api/chats/{chat_id}/resume", {}, expect=204)
