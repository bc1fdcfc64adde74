"""Styles over HTTP: what the page and other programs do with them (image-generation.md section 11)."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest

from stcore.host import Host
from tests.web.conftest import Page

pytestmark = pytest.mark.anyio

FILE = {"Content-Type": "application/octet-stream"}


async def bring(page: Page, file: str, content: bytes, query: str = "", expect: int = 201) -> Any:
    answer = await page.http.post(f"/api/styles/import?file={file}{query}", content=content, headers=FILE)
    assert answer.status_code == expect, answer.text
    return answer.json()


async def current(page: Page, query: str = "") -> dict[str, Any]:
    found: dict[str, Any] = (await page.ask("GET", f"/api/styles{query}"))["current"]
    return found


@pytest.mark.feature("F245", "F246")
async def test_a_style_is_chosen_and_unsaved_words_go(page: Page, host: Host) -> None:
    (host.data / "styles" / "ink.toml").write_text(
        'name = "Ink"\nprefix = "ink drawing of {prompt}"\nnegative = "colour"\n'
    )
    listed = {style["name"]: style for style in (await page.ask("GET", "/api/styles"))["styles"]}
    words = {"name": "Ink", "prefix": "ink drawing of {prompt}", "negative": "colour", "description": ""}
    assert listed["Ink"] == {**words, "own": True, "covers_shipped": False}
    assert not listed["Anime"]["own"]
    await page.ask("PATCH", "/api/settings", {"image": {"prefix": "not saved"}})
    assert await current(page) == {
        "name": "Default",
        "prefix": "not saved",
        "negative": "",
        "exists": True,
        "changed": True,
        "scope": "host",
    }
    async with page.events() as events:
        assert await page.ask("PUT", "/api/styles/current", {"name": "Ink"}) == {"style": "Ink"}
        await events.next("settings.changed")
    state = await page.ask("GET", "/api/state")
    assert (state["style"], state["settings"]["image"]["negative"]) == ("Ink", "colour")
    assert "Ink" in state["styles"]
    assert not (await current(page))["changed"]
    await page.error("PUT", "/api/styles/current", {"name": "ink"}, expect=404)


@pytest.mark.feature("F245")
async def test_saving_makes_it_current_and_is_told(page: Page) -> None:
    await page.ask("PATCH", "/api/settings", {"image": {"prefix": "mist, {prompt}", "negative": "sun"}})
    async with page.events() as events:
        kept = await page.ask("PUT", "/api/styles", {"name": "  Mist "})
        await events.next("styles.changed")
        await events.next("settings.changed")
    assert kept == {"name": "Mist", "prefix": "mist, {prompt}", "negative": "sun", "description": ""}
    assert await current(page) == {
        "name": "Mist",
        "prefix": "mist, {prompt}",
        "negative": "sun",
        "exists": True,
        "changed": False,
        "scope": "host",
    }
    await page.ask("PUT", "/api/styles", {"prefix": "", "description": "Nothing before it."})
    found = await current(page)
    assert (found["name"], found["prefix"], found["negative"]) == ("Mist", "", "sun")
    assert (await page.ask("PUT", "/api/styles", {"prefix": "mist"}))["description"] == "Nothing before it."
    assert (await page.ask("PUT", "/api/styles", {"description": ""}))["description"] == ""
    await page.error("PUT", "/api/styles", {"name": "x", "prefixx": ""}, expect=422)


async def test_renaming_keeps_it_current_with_what_was_changed_since(page: Page) -> None:
    await page.ask("PUT", "/api/styles", {"name": "A/b?", "prefix": "one", "negative": ""})
    await page.ask("PATCH", "/api/settings", {"image": {"prefix": "two"}})
    renamed = await page.ask("PATCH", "/api/styles?name=A/b%3F", {"name": "B"})
    assert (renamed["name"], renamed["prefix"]) == ("B", "one")
    found = await current(page)
    assert (found["name"], found["prefix"], found["changed"]) == ("B", "two", True)
    assert (await page.error("PATCH", "/api/styles?name=B", {"name": "Anime"}, expect=409))["kind"] == "taken"
    await page.error("PATCH", "/api/styles?name=Anime", {"name": "Manga"}, expect=404)
    assert (await page.ask("PATCH", "/api/styles?name=B", {"name": "B"}))["name"] == "B"


@pytest.mark.feature("F245")
async def test_deleting_applies_what_is_left(page: Page) -> None:
    await page.ask("PUT", "/api/styles", {"name": "Mist", "prefix": "mist", "negative": "sun"})
    async with page.events() as events:
        assert await page.ask("DELETE", "/api/styles?name=Mist") == {"style": "Default"}
        await events.next("styles.changed")
    assert (await current(page))["prefix"] == ""
    shipped = (await page.ask("PUT", "/api/styles/current", {"name": "Anime"})) and await current(page)
    await page.ask("PUT", "/api/styles", {"prefix": "my own"})
    listed = {style["name"]: style for style in (await page.ask("GET", "/api/styles"))["styles"]}
    assert listed["Anime"]["covers_shipped"] and listed["Anime"]["description"]
    assert await page.ask("DELETE", "/api/styles?name=Anime") == {"style": "Anime"}
    assert await current(page) == shipped, "the shipped one shows again, and is in use"
    await page.error("DELETE", "/api/styles?name=Anime", expect=404)
    await page.ask("PUT", "/api/styles", {"name": "Other", "prefix": "o"})
    await page.ask("PUT", "/api/styles/current", {"name": "Anime"})
    assert await page.ask("DELETE", "/api/styles?name=Other") == {"style": "Anime"}, "another one stays in use"


@pytest.mark.feature("F245")
async def test_styles_come_in_from_files_and_go_out(page: Page) -> None:
    mine = [
        {"name": "Default", "prefix": "best quality", "negative": "bad"},
        {"name": "Noir", "prefix": "n", "negative": ""},
    ]
    document = json.dumps({"extension_settings": {"sd": {"styles": mine}}}).encode()
    async with page.events() as events:
        assert await bring(page, "settings.json", document) == {
            "added": ["Noir"],
            "replaced": [],
            "same": [],
            "left": ["Default"],
        }
        await events.next("styles.changed")
    assert (await current(page))["name"] == "Default", "nothing is chosen by it"
    assert (await bring(page, "settings.json", document, "&taken=both"))["added"] == ["Default (2)"]
    assert (await bring(page, "a.json", b"{}", expect=400))["error"]["message"] == "a.json holds no styles."
    await bring(page, "a.json", document, "&taken=maybe", expect=422)

    one = await page.http.get("/api/styles/export?name=Noir")
    assert one.headers["content-disposition"] == 'attachment; filename="Noir.toml"'
    assert tomllib.loads(one.text) == {"name": "Noir", "prefix": "n"}
    everything = await page.http.get("/api/styles/export?format=json")
    assert {style["name"] for style in everything.json()} == {"Default (2)", "Noir"}
    table = await page.http.get("/api/styles/export?format=csv&name=Noir&name=Default")
    assert table.text == 'name,prompt,negative_prompt\r\nNoir,"n, {prompt}",\r\nDefault,,\r\n'
    await page.error("GET", "/api/styles/export?name=noir", expect=404)


async def test_a_file_that_cannot_be_used_is_told(page: Page, host: Host) -> None:
    (host.data / "styles" / "broken.toml").write_text("name = oops\n")
    (problem,) = (await page.ask("GET", "/api/styles"))["problems"]
    assert "broken.toml, line 1" in problem["message"]
    await page.error("GET", "/api/styles/export", expect=404)


async def test_a_chat_with_a_style_of_its_own_keeps_its_place(page: Page, host: Host) -> None:
    own, other = await page.chat("own"), await page.chat("other")
    await host.picture_settings.change("chat", {"style": "Anime", "prefix": "mine"}, own)
    await page.ask("PUT", "/api/styles", {"name": "Kept", "chat_id": own})
    assert (await current(page, f"?chat={own}"))["name"] == "Kept"
    assert (await current(page, f"?chat={other}"))["name"] == "Default"
    assert (await current(page, f"?chat={own}"))["scope"] == "chat"
    await page.ask("PATCH", "/api/styles/current", {"negative": "fog", "chat_id": own})
    found = await current(page, f"?chat={own}")
    assert (found["prefix"], found["negative"], found["changed"]) == ("mine", "fog", True)
    await page.ask("PATCH", "/api/styles/current", {"negative": "", "chat_id": own})
    await page.ask("PATCH", "/api/styles?name=Kept", {"name": "Renamed"})
    found = await current(page, f"?chat={own}")
    assert (found["name"], found["prefix"], found["changed"]) == ("Renamed", "mine", False)
    await page.ask("PUT", "/api/styles/current", {"name": "Ink drawing", "chat_id": own})
    assert (await current(page, f"?chat={own}"))["prefix"].startswith("black ink")
    assert (await current(page))["name"] == "Default"
    session = await host.session(own)
    assert (await session.run("/imagine-style Photograph | /imagine-style")).text == "Photograph"
    assert (await current(page))["name"] == "Default"


@pytest.mark.feature("F247")
@pytest.mark.parametrize("name", ["imagine-style", "sd-style", "img-style"])
async def test_the_command_and_its_aliases_choose(page: Page, host: Host, name: str) -> None:
    session = await host.session(await page.chat())
    assert (await session.run(f"/{name}")).text == "Default"
    assert (await session.run(f"/{name} Neon night | /{name}")).text == "Neon night"
    assert (await current(page))["prefix"].startswith("night scene")
    listed = [style["name"] for style in (await page.ask("GET", "/api/styles"))["styles"]]
    assert json.loads((await session.run(f"/{name}-list")).text) == listed


@pytest.mark.feature("F245")
async def test_macros_in_a_style_take_effect(page: Page, host: Host) -> None:
    session = await host.session(await page.chat())
    words = r"{{setvar::mood::calm}}{{getvar::mood}} light, {prompt}"
    await page.ask("PUT", "/api/styles", {"name": "Moody", "prefix": words, "negative": "{{user}}"})
    await session.run("/imagine quiet=true width=64 height=64 a barn")
    assert (await session.run("/getvar mood")).text == "calm"
    (picture,) = (await page.ask("GET", "/api/pictures"))["pictures"]
    assert picture["generation"]["final_prompt"] == "calm light, a barn"
    assert picture["generation"]["negative_prompt"] == host.settings.current.chat.user_name
