"""Quick replies over HTTP: sets and replies, where they are on, pressing, trying, files."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.web.conftest import Page

pytestmark = pytest.mark.anyio


async def make(page: Page, name: str, *replies: dict[str, Any], **options: Any) -> list[int]:
    """A set with replies; their ids."""
    await page.ask("POST", "/api/replies/sets", {"name": name, **options}, expect=201)
    made = [await page.ask("POST", f"/api/replies/reply?set={name}", reply, expect=201) for reply in replies]
    return [reply["id"] for reply in made]


async def switch_on(page: Page, *names: str, chat_id: str | None = None) -> None:
    where = "global" if chat_id is None else "chat"
    body = {"where": where, "chat_id": chat_id, "sets": [{"set": name} for name in names]}
    await page.ask("PUT", "/api/replies/active", body, expect=204)


async def rest(page: Page, chat_id: str) -> None:
    """Wait until nothing runs in the chat."""
    while page.web.runs.of(chat_id):
        await asyncio.sleep(0.01)


async def test_a_set_is_made_changed_renamed_and_deleted(page: Page) -> None:
    (first, second) = await make(page, "Trip", {"label": "go", "message": "/echo go"}, {"label": "stay"})
    await page.ask("PUT", "/api/replies/order?set=Trip", {"ids": [second, first]}, expect=204)
    changed = await page.ask("PATCH", f"/api/replies/reply?set=Trip&id={first}", {"title": "Go there"})
    assert (changed["title"], changed["message"]) == ("Go there", "/echo go")
    await page.ask("PATCH", "/api/replies/set?set=Trip", {"name": "Way/out", "injectInput": True})
    await page.error("GET", "/api/replies/set?set=Trip", expect=404)
    found = await page.ask("GET", "/api/replies/set?set=Way/out")
    assert (found["injectInput"], [reply["label"] for reply in found["qrList"]]) == (True, ["stay", "go"])
    await page.ask("DELETE", f"/api/replies/reply?set=Way/out&id={first}", expect=204)
    assert await page.error("DELETE", f"/api/replies/reply?set=Way/out&id={first}", expect=404)
    await page.ask("DELETE", "/api/replies/set?set=Way/out", expect=204)
    assert (await page.ask("GET", "/api/replies"))["sets"] == []


async def test_the_bar_shows_what_is_on_and_visible(page: Page) -> None:
    chat = await page.chat()
    await make(page, "Menu", {"label": "below"})
    menu = [{"set": "Menu", "isChained": False}, {"set": "Gone", "isChained": False}]
    await make(page, "Everywhere", {"label": "a", "contextList": menu}, {"label": "hidden", "isHidden": True})
    await make(page, "Here", {"label": "b"})
    await switch_on(page, "Everywhere")
    await switch_on(page, "Here", chat_id=chat)
    other = await page.chat()

    def labels(bar: dict[str, Any]) -> list[str]:
        return [reply["label"] for of in bar["sets"] for reply in of["replies"]]

    bar = await page.ask("GET", f"/api/replies/bar?chat_id={chat}")
    assert labels(bar) == ["a", "b"]
    (below,) = bar["sets"][0]["replies"][0]["menu"]
    assert (below["name"], [reply["label"] for reply in below["replies"]]) == ("Menu", ["below"])
    assert labels(await page.ask("GET", f"/api/replies/bar?chat_id={other}")) == ["a"]
    await page.ask("PATCH", "/api/settings", {"chat": {"quick_replies": False}})
    assert labels(await page.ask("GET", f"/api/replies/bar?chat_id={chat}")) == []


async def test_pressing_runs_sends_or_inserts(page: Page) -> None:
    chat = await page.chat()
    (script,) = await make(page, "Do", {"label": "count", "message": "/setvar key=typed {{input}}"})
    (text,) = await make(page, "Say", {"label": "x", "message": "Dear {{user}},"}, disableSend=True, injectInput=True)

    async def press(name: str, id: int, typed: str) -> dict[str, Any]:
        body = {"chat_id": chat, "path": [{"set": name, "id": id}], "typed": typed}
        return dict(await page.ask("POST", "/api/replies/press", body, expect=202))

    assert (await press("Do", script, "hello"))["deed"] == "run"
    await rest(page, chat)
    tried = await page.ask("POST", "/api/replies/try", {"chat_id": chat, "text": "/getvar typed"})
    assert tried["pipe"] == "hello"
    assert await press("Say", text, "come.") == {"deed": "insert", "text": "come. Dear User,", "takes_input": True}
    assert await page.ask("GET", f"/api/chats/{chat}/messages") == {"messages": [], "more": False}


async def test_trying_a_script_gives_the_place_of_its_error_as_a_browser_counts(page: Page) -> None:
    chat = await page.chat()
    body = {"chat_id": chat, "text": "/pass 😀 | /var nothing"}
    tried = await page.ask("POST", "/api/replies/try", body)
    assert tried["error"]["kind"] == "execution"
    assert tried["error"]["where"]["start"] == body["text"].encode("utf-16-le").index("var".encode("utf-16-le")) // 2
    body["text"] = "/abort enough"
    assert await page.ask("POST", "/api/replies/try", body) == {
        "pipe": None,
        "aborted": True,
        "reason": "enough",
        "error": None,
    }


async def test_a_file_comes_in_and_goes_out_with_all_its_keys(page: Page) -> None:
    reply = {"id": 7, "label": "a", "message": "hi", "extension": {"deep": [1, None]}}
    file = {"version": 2, "name": "From/elsewhere", "qrList": [reply], "idIndex": 9, "scope": "mine"}
    await page.ask("POST", "/api/replies/import", {"set": file}, expect=201)
    again = await page.error("POST", "/api/replies/import", {"set": file}, expect=400)
    assert "already" in again["message"]
    await page.ask("POST", "/api/replies/import", {"set": file, "name": "Copy"}, expect=201)
    out = await page.ask("GET", "/api/replies/export?set=From/elsewhere")
    assert (out["scope"], out["idIndex"], out["qrList"][0]["extension"]) == ("mine", 9, {"deep": [1, None]})
    wrong = {"set": {"name": "x", "qrList": [{"label": []}]}}
    assert "Reply 1: label" in (await page.error("POST", "/api/replies/import", wrong, expect=400))["message"]


async def test_opening_a_chat_runs_what_waits_for_it_in_order(page: Page) -> None:
    chat = await page.chat()
    note = "/addglobalvar key=seen {}"
    await make(
        page,
        "Auto",
        {"label": "load", "message": note.format("load"), "executeOnChatChange": True},
        {"label": "new", "message": note.format("new"), "executeOnNewChat": True},
        {"label": "start", "message": note.format("start"), "executeOnStartup": True},
    )
    await switch_on(page, "Auto")
    for body in ({"new": True}, {}):
        await page.ask("POST", f"/api/chats/{chat}/opened", body, expect=202)
        await rest(page, chat)
    tried = await page.ask("POST", "/api/replies/try", {"chat_id": chat, "text": "/getglobalvar seen"})
    assert tried["pipe"] == "startnewloadload"
