"""Branches, checkpoints, swipes, files of chats, and groups over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stcore.chat.records import NewMessage
from stcore.host import Host
from tests.web.conftest import Page

pytestmark = pytest.mark.anyio

UNKNOWN = "0" * 32


async def talk(host: Host, chat_id: str, *texts: str) -> list[str]:
    return [(await host.chats.append(chat_id, NewMessage("assistant", "Mira", text))).id for text in texts]


async def upload(page: Page, path: str, data: bytes, expect: int = 201) -> Any:
    headers = {"content-type": "application/octet-stream"}
    answer = await page.http.request("POST", path, content=data, headers=headers)
    assert answer.status_code == expect, answer.text
    return answer.json()


async def test_branch_and_checkpoint(page: Page, host: Host) -> None:
    chat_id = await page.chat("Harbour")
    ids = await talk(host, chat_id, "one", "two")
    branch = await page.ask("POST", f"/api/chats/{chat_id}/branch", {"position": 0}, expect=201)
    assert (branch["title"], branch["parent_id"], branch["messages"]) == ("Harbour - Branch #1", chat_id, 1)
    await page.error("POST", f"/api/chats/{chat_id}/branch", {"position": 2}, expect=400)
    await page.error("POST", f"/api/chats/{UNKNOWN}/branch", {"position": 0}, expect=404)
    point = await page.ask("POST", f"/api/messages/{ids[1]}/checkpoint", {"title": "Calm"}, expect=201)
    [listed] = (await page.ask("GET", f"/api/chats/{chat_id}/checkpoints"))["checkpoints"]
    assert (listed["position"], listed["chat"]["id"]) == (1, point["id"])


async def test_swipes_are_added_and_deleted(page: Page, host: Host) -> None:
    [message_id] = await talk(host, await page.chat("Harbour"), "one")
    added = await page.ask("POST", f"/api/messages/{message_id}/swipes", {"text": "two"}, expect=201)
    assert (added["text"], added["swipe"], added["swipes"]) == ("two", 1, 2)
    left = await page.ask("DELETE", f"/api/messages/{message_id}/swipes/0")
    assert (left["text"], left["swipe"], left["swipes"]) == ("two", 0, 1)
    await page.error("DELETE", f"/api/messages/{message_id}/swipes/0", expect=400)


async def test_a_chat_goes_out_and_comes_in_as_a_file(page: Page, host: Host) -> None:
    chat_id = await page.chat("Am Hafen")
    await talk(host, chat_id, "one", "two")
    answer = await page.http.request("GET", f"/api/chats/{chat_id}/export")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    assert [json.loads(line).get("mes") for line in answer.text.splitlines()] == [None, "one", "two"]
    found = await upload(page, "/api/chats/import?title=Again", answer.content + b"{broken\n")
    assert (found["chat"]["title"], found["messages"], found["problems"][0]["line"]) == ("Again", 3, 4)
    await upload(page, "/api/chats/import", b"no chat", expect=400)
    await upload(page, f"/api/chats/import?character_id={UNKNOWN}", answer.content, expect=404)
    await page.error("GET", f"/api/chats/{UNKNOWN}/export", expect=404)


async def test_groups(page: Page, host: Host) -> None:
    people = [(await host.characters.create(name, {"first_mes": f"{name} waves."})).id for name in ("Mira", "Bo")]
    made = await page.ask(
        "POST", "/api/groups", {"name": "Crew", "members": people, "options": {"cards": "join"}}, expect=201
    )
    assert [(m["name"], m["muted"]) for m in made["members"]] == [("Mira", False), ("Bo", False)]
    assert (made["options"]["cards"], made["options"]["strategy"], made["avatar"]) == ("join", "natural", None)
    path = f"/api/groups/{made['id']}"
    seats = [{"character_id": people[1], "muted": True}, {"character_id": people[0]}]
    changed = await page.ask("PATCH", path, {"members": seats, "options": {"strategy": "list"}, "tags": ["sea", "Sea"]})
    assert [(m["name"], m["muted"]) for m in changed["members"]] == [("Bo", True), ("Mira", False)]
    assert (changed["name"], changed["tags"], changed["options"]["cards"]) == ("Crew", ["sea"], "join")
    for wrong in ({"options": {"strategy": "loudest"}}, {"options": {"volume": 3}}, {"options": {"allow_self": "yes"}}):
        await page.error("PATCH", path, wrong, expect=400)
    await page.error("PATCH", path, {"members": [{"character_id": UNKNOWN}]}, expect=404)
    chat = await page.ask("POST", f"{path}/chat")
    assert (chat["title"], chat["group_id"], chat["messages"]) == ("Crew", made["id"], 2)
    assert (await page.ask("POST", f"{path}/chat"))["id"] == chat["id"]
    assert (await page.ask("POST", f"{path}/chat?new=true"))["id"] != chat["id"]
    await page.ask("DELETE", f"{path}?chats=true", expect=204)
    assert (await page.ask("GET", "/api/groups"), (await page.ask("GET", "/api/chats"))["chats"]) == (
        {"groups": []},
        [],
    )


async def test_a_script_leads_the_page_to_another_chat(page: Page, host: Host) -> None:
    chat_id = await page.chat("Harbour")
    await talk(host, chat_id, "one")
    async with page.events() as events:
        await page.ask("POST", f"/api/chats/{chat_id}/input", {"text": "/branch-create | /send there"}, expect=202)
        led = (await events.next("chat.open")).data
        added = (await events.next("message.added")).data
    assert led["chat_id"] == chat_id
    assert (added["chat_id"], added["message"]["text"]) == (led["id"], "there")


async def test_a_chat_to_read(page: Page, host: Host) -> None:
    chat_id = await page.chat("Über *Harbour*")
    await talk(host, chat_id, "*one*")
    path = f"/api/chats/{chat_id}/transcript"
    for form, kind, expected in (
        ("html", "text/html", "<em>one</em>"),
        ("markdown", "text/markdown", "# Über \\*Harbour\\*"),
        ("text", "text/plain", "Über *Harbour*\n"),
    ):
        answer = await page.http.get(path, params={"form": form})
        assert answer.status_code == 200 and answer.headers["content-type"] == f"{kind}; charset=utf-8"
        assert answer.headers["content-disposition"].startswith("attachment;")
        assert expected in answer.text
    await page.error("GET", f"{path}?form=pdf", expect=422)
    await page.error("GET", f"/api/chats/{UNKNOWN}/transcript", expect=404)


async def test_templates_are_called_by_name_only(page: Page, host: Host) -> None:
    path = f"/api/chats/{await page.chat('Harbour')}/transcript?form=text&template="
    (host.data / "templates" / "own.jinja").write_text("{{ chat.title }}!")
    (host.data / "templates" / "bad.jinja").write_text("\n{{ title }}")
    assert (await page.http.get(path + "own.jinja")).text == "Harbour!"
    error = await page.error("GET", path + "bad.jinja", expect=409)
    assert (error["kind"], error["file"], error["line"]) == ("settings", "bad.jinja", 2)
    for name in ("../settings.toml", "/etc/hostname", "stcore/../../paths.py", "nowhere.jinja", "%00"):
        await page.error("GET", path + name, expect=404)
