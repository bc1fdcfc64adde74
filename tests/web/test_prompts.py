"""Prompts over HTTP: looked at piece by piece, notes, injections, presets."""

from __future__ import annotations

import pytest

from stcore.chat.records import NewMessage
from stcore.host import Host
from tests.web.conftest import Page

pytestmark = pytest.mark.anyio


async def test_a_prompt_is_shown_piece_by_piece(page: Page, host: Host) -> None:
    chat_id = await page.chat()
    await page.ask("PATCH", f"/api/chats/{chat_id}/note", {"text": "Mind the step.", "depth": 0, "role": "user"})
    injections = {"mood": {"value": "be kind"}, "gone": {"value": "psst", "position": "none"}}
    put = await page.ask("PUT", f"/api/chats/{chat_id}/injections", injections)
    assert put["injections"]["mood"]["depth"] == 4
    seen = await page.ask("GET", f"/api/chats/{chat_id}/prompt?kind=impersonate&instruction=Politely.")
    sources = [part["source"] for part in seen["parts"]]
    assert sources == ["main", "injection:mood", "note", "impersonate", "instruction"]
    assert [message["role"] for message in seen["messages"]] == ["system", "user", "system", "system"]
    assert seen["parts"][1] == {
        **{"source": "injection:mood", "label": "Injection mood", "role": "system", "text": "be kind"},
        **{"tokens": 2, "position": None, "joined": True, "pictures": 0},
    }
    assert seen["tokens"] == sum(part["tokens"] for part in seen["parts"])
    assert seen["left_out"] == {"messages": 0, "examples": 0}
    await page.ask("DELETE", f"/api/chats/{chat_id}/injections/mood", expect=204)
    assert list((await page.ask("GET", f"/api/chats/{chat_id}/injections"))["injections"]) == ["gone"]


async def test_notes_have_defaults_and_characters_have_their_own(page: Page, host: Host) -> None:
    await page.ask("PATCH", "/api/note", {"frequency": 3, "text": "default"})
    chat_id = await page.chat()
    address = f"/api/chats/{chat_id}/note"
    assert (await page.ask("GET", address))["frequency"] == 3
    assert (await page.ask("PATCH", address, {"text": "own"}))["text"] == "own"
    assert (await page.ask("GET", "/api/note"))["text"] == "default"
    assert (await page.error("PATCH", address, {"position": "behind"}, expect=422))["fields"][0]["field"] == "position"
    await page.error("GET", "/api/chats/0123456789abcdef0123456789abcdef/note", expect=404)
    mira = await host.characters.create("Mira")
    note = {"text": "She is tired.", "use": True, "position": "after"}
    assert await page.ask("PUT", f"/api/characters/{mira.id}/note", note) == note
    assert await page.ask("GET", f"/api/characters/{mira.id}/note") == note


async def test_presets_are_kept_selected_and_exchanged(page: Page) -> None:
    before = await page.ask("GET", "/api/presets")
    assert before["selected"]["preset"] == "Default"
    document = {"temperature": 0.5, "openai_max_tokens": 99, "assistant_prefill": "kept"}
    made = await page.ask("POST", "/api/presets/import", {"document": document, "name": "Mine"}, expect=201)
    assert made["presets"][0]["data"] == {"temperature": 0.5, "max_tokens": 99, "assistant_prefill": "kept"}
    assert await page.ask("GET", "/api/presets/preset/Mine/export") == {"name": "Mine", **document}
    after = await page.ask("PUT", "/api/presets/preset/selected", {"name": "Mine"})
    assert after["selected"]["preset"] == "Mine"
    await page.ask("PUT", "/api/presets/preset/Mine", {"data": {"temperature": 0.9}})
    renamed = await page.ask("PATCH", "/api/presets/preset/Mine", {"name": "Ours"})
    assert renamed["data"] == {"temperature": 0.9}
    assert (await page.ask("GET", "/api/presets"))["selected"]["preset"] == "Ours"
    await page.ask("DELETE", "/api/presets/preset/Ours", expect=204)
    await page.error("GET", "/api/presets/preset/Ours", expect=404)
    await page.error("DELETE", "/api/presets/preset/Default", expect=400)
    assert any(entry["name"] == "Lively" for entry in (await page.ask("GET", "/api/presets/preset"))["presets"])


async def test_switches_and_profiles(page: Page) -> None:
    changed = await page.ask(
        "PATCH", "/api/presets/switches", {"stop_strings": ["END"], "entries": {"scenario": False}}
    )
    assert changed["switches"]["stop_strings"] == ["END"]
    assert [entry["identifier"] for entry in changed["entries"] if not entry["enabled"]] == ["scenario"]
    await page.ask("POST", "/api/presets/profile/Mine/save", expect=201)
    await page.ask("PATCH", "/api/presets/switches", {"stop_strings": None})
    assert (await page.ask("GET", "/api/presets"))["switches"]["stop_strings"] is None
    again = await page.ask("PUT", "/api/presets/profile/selected", {"name": "Mine"})
    assert again["switches"]["stop_strings"] == ["END"]
    assert again["selected"]["profile"] == "Mine"
    await page.error("PATCH", "/api/presets/switches", {"post_processing": "sometimes"}, expect=422)
    assert (await page.ask("GET", "/api/presets/entries"))["entries"][0]["identifier"] == "main"


async def test_it_is_told_what_has_no_room_in_a_prompt(page: Page, host: Host) -> None:
    examples = "<START>\n{{char}}: One.\n<START>\n{{char}}: " + "Much more of this. " * 300
    made = await page.ask("POST", "/api/characters", {"name": "Mira", "fields": {"mes_example": examples}}, expect=201)
    chat = await page.ask("POST", f"/api/characters/{made['id']}/chat", {})
    for number in range(6):
        await host.chats.append(chat["id"], NewMessage("user", "User", f"Message {number}. " + "Long words. " * 100))
    await page.ask("PUT", "/api/presets/preset/Narrow", {"data": {"context_tokens": 1200, "max_tokens": 100}})
    await page.ask("PUT", "/api/presets/preset/selected", {"name": "Narrow"})
    seen = await page.ask("GET", f"/api/chats/{chat['id']}/prompt")
    shown = [part for part in seen["parts"] if part["position"] is not None]
    assert seen["left_out"] == {"messages": 6 - len(shown), "examples": 1}
    assert shown and seen["first_included"] == shown[0]["position"] > 0
