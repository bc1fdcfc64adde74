"""Modes of one's own and templates of prompts over HTTP."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from stcore.chat.records import NewMessage
from stcore.host import Host
from tests.web.conftest import Page

pytestmark = pytest.mark.anyio

FILE = {"Content-Type": "application/octet-stream"}
NOIR = {"name": "Noir", "words": ["noir"], "template": "A still with {{char}}", "shape": "wide", "writer": "nobody"}


async def modes(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await page.ask("GET", "/api/image-modes"))["modes"]
    return found


async def test_a_mode_is_made_changed_and_deleted(page: Page) -> None:
    async with page.events() as events:
        made = await page.ask("POST", "/api/image-modes", NOIR, expect=201)
        await events.next("image-modes.changed")
    assert (made["name"], made["triggers"], made["style"], made["prefixed"]) == ("Noir", ["noir"], "", False)
    assert await modes(page) == [made]
    assert (await page.error("POST", "/api/image-modes", NOIR, expect=409))["kind"] == "taken"
    changed = await page.ask("PUT", "/api/image-modes/noir", {**NOIR, "name": "Film noir", "words": []})
    assert changed["triggers"] == ["film noir"]
    assert await page.ask("GET", "/api/image-modes/FILM%20NOIR") == changed
    await page.ask("DELETE", "/api/image-modes/Film%20noir", expect=204)
    assert await modes(page) == []
    await page.error("DELETE", "/api/image-modes/Film%20noir", expect=404)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"words": ["you"]}, "stcore itself"),
        ({"template": "<%= nothing %>"}, "line 1: There is no 'nothing'"),
        ({"name": ""}, "needs a name"),
        ({"shape": "round"}, "shape"),
    ],
)
async def test_what_cannot_be_is_refused(page: Page, change: dict[str, Any], says: str) -> None:
    answer = await page.http.post("/api/image-modes", json={**NOIR, **change})
    assert 400 <= answer.status_code < 500
    assert says in answer.text
    assert await modes(page) == []


async def test_a_mode_goes_out_and_comes_in_as_a_file(page: Page, host: Host) -> None:
    await page.ask("POST", "/api/image-modes", NOIR, expect=201)
    file = await page.http.get("/api/image-modes/Noir/file")
    assert file.headers["content-disposition"].startswith('attachment; filename="Noir.toml"')
    assert tomllib.loads(file.text) == NOIR
    again = await page.http.post("/api/image-modes/import?file=Noir.toml", content=file.content, headers=FILE)
    assert (again.status_code, again.json()) == (201, {"mode": None})
    both = await page.http.post(
        "/api/image-modes/import?file=other.toml&taken=both", content=b'template = "x"\nname = "noir"', headers=FILE
    )
    assert both.json()["mode"]["name"] == "noir 2"
    bad = await page.http.post("/api/image-modes/import?file=x.toml", content=b"template = 1", headers=FILE)
    assert bad.status_code >= 400
    assert "x.toml, line 1: template" in bad.text
    (host.data / "modes" / "broken.toml").write_text("=")
    listed = await page.ask("GET", "/api/image-modes")
    assert [problem["message"] for problem in listed["problems"]] == ["broken.toml, line 1: this is not TOML."]
    assert "template" in listed["schema"]["properties"]


@pytest.mark.feature("F232")
async def test_a_template_is_changed_and_restored(page: Page) -> None:
    listed = await page.ask("GET", "/api/image-prompts")
    assert [one["number"] for one in listed] == [-2, -1, 0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11]
    assert not any(one["own"] or one["problem"] for one in listed)
    async with page.events() as events:
        saved = await page.ask("PUT", "/api/image-prompts/you", {"text": "Only {{char}}"})
        assert (await events.next("image-prompts.changed")).data["slot"] == "you"
    assert (saved["text"], saved["own"]) == ("Only {{char}}\n", True)
    error = await page.http.put("/api/image-prompts/you", json={"text": "a\n<%= nothing %>"})
    assert 400 <= error.status_code < 500
    assert error.json()["error"]["message"] == "you.jinja, line 2: There is no 'nothing'."
    assert error.json()["error"]["line"] == 2
    restored = await page.ask("DELETE", "/api/image-prompts/you")
    assert (restored["own"], restored["text"]) == (False, restored["shipped"])
    await page.error("PUT", "/api/image-prompts/nothing", {"text": "x"}, expect=404)


async def test_a_template_is_previewed_in_a_chat_without_any_effect(page: Page, host: Host) -> None:
    chat_id = await page.chat()
    await host.chats.append(chat_id, NewMessage("user", "Ann", "I see {{random::a::a}} ship."))
    body = {"text": "{{setvar::x::1}}<%= message.name %>: <%= message.text %> {0} {{getvar::x}}", "chat_id": chat_id}
    shown = await page.ask("POST", "/api/image-prompts/preview", {**body, "slot": "you", "subject": "a fox"})
    assert shown == {"text": "Ann: I see {{random::a::a}} ship. a fox 1", "truncated": False, "problems": []}
    left = await page.ask("POST", "/api/image-prompts/preview", {**body, "text": "[{{getvar::x}}]"})
    assert left["text"] == "[]"
    message = {"text": "{{char}}: {{prompt}}", "chat_id": chat_id, "slot": "message"}
    assert (await page.ask("POST", "/api/image-prompts/preview", message))["text"].endswith("[prompt]")
    wrong = await page.http.post("/api/image-prompts/preview", json={**body, "text": "{% if %}"})
    assert wrong.json()["error"]["line"] == 1
