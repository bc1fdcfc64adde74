"""Settings, plugins, commands and completion over HTTP."""

from __future__ import annotations

import pytest

from stcore.host import Host
from tests.web.conftest import Page

pytestmark = pytest.mark.anyio


async def test_the_state_is_all_a_page_needs(page: Page, host: Host) -> None:
    state = await page.ask("GET", "/api/state")
    assert {"version", "sources", "texts", "style", "styles", "modes", "settings", "plugins", "last", "chat_id"} == set(
        state
    )
    assert state["sources"]["default"] in [connection["name"] for connection in state["sources"]["connections"]]
    assert (await page.ask("GET", "/api/state"))["chat_id"] == state["chat_id"]
    async with page.events(f"since={state['last']}") as events:
        await page.chat("later")
        assert (await events.next("chat.added")).data["chat"]["title"]


async def test_settings_change_one_by_one_and_are_told(page: Page, host: Host) -> None:
    async with page.events() as events:
        changed = await page.ask("PATCH", "/api/settings", {"image": {"width": 512, "steps": 30, "clip_skip": ""}})
        await events.next("settings.changed")
    assert (changed["image"]["width"], changed["image"]["steps"], changed["image"]["clip_skip"]) == (512, 30, None)
    assert host.settings.current.images.width == 512
    back = await page.ask(
        "PATCH", "/api/settings", {"image": {"width": None, "steps": None}, "chat": {"user_name": "Ann"}}
    )
    assert (back["image"]["width"], back["image"]["steps"], back["chat"]["user_name"]) == (None, None, "Ann")


async def test_the_schema_says_which_settings_take_macros(page: Page) -> None:
    schema = await page.ask("GET", "/api/settings/schema")
    takes = {
        f"{group}.{name}"
        for group, model in schema.items()
        for name, field in model["properties"].items()
        if field.get("macros")
    }
    assert {"chat.system_prompt", "chat.summary_prompt", "image.prefix", "image.negative"} <= takes
    assert schema["image"]["properties"]["width"]["anyOf"][0]["minimum"] == 64


@pytest.mark.parametrize(
    "image",
    [
        {"width": 1},
        {"width": "wide"},
        {"nonsense": 1},
        {"nonsense": None},
        {"height": 512, "width": 10**9},
        {"count": 0.5},
    ],
)
async def test_one_wrong_value_changes_nothing(page: Page, host: Host, image: dict[str, object]) -> None:
    before = (host.data / "settings.toml").exists()
    error = await page.error("PATCH", "/api/settings", {"image": image}, expect=400)
    assert next(name for name in image if name != "height") in error["message"]
    assert (host.data / "settings.toml").exists() == before
    await page.error("PATCH", "/api/settings", {"server": {"port": 1}}, expect=422)


async def test_a_broken_settings_file_is_named_with_its_line_and_kept(page: Page, host: Host) -> None:
    broken = "[images]\nwidth = wide\n"
    host.data.settings.write_text(broken)
    for method, path, body in (
        ("GET", "/api/settings", None),
        ("PATCH", "/api/settings", {"image": {"width": 512}}),
        ("GET", "/api/sources", None),
    ):
        error = await page.error(method, path, body, expect=409)
        assert (error["kind"], error["line"], error["key"]) == ("settings", 2, "width")
    assert host.data.settings.read_text() == broken


async def test_plugins_are_listed_and_switched_off_for_the_next_start(page: Page, host: Host) -> None:
    plugins = {plugin["name"]: plugin for plugin in await page.ask("GET", "/api/plugins")}
    assert plugins["canvas"]["enabled"] and plugins["canvas"]["provides"]
    off = await page.ask("POST", "/api/plugins/canvas/disable", {})
    assert (off["enabled"], off["restart"]) == (False, True)
    assert host.settings.current.plugins.disabled == ["canvas"]
    on = await page.ask("POST", "/api/plugins/canvas/enable", {})
    assert (on["enabled"], on["restart"]) == (True, False)
    await page.error("POST", "/api/plugins/nothing/enable", {}, expect=404)


async def test_commands_describe_themselves(page: Page) -> None:
    commands = {command["name"]: command for command in await page.ask("GET", "/api/commands")}
    assert commands["echo"]["summary"]
    assert all(command["summary"] for command in commands.values())


async def test_commands_are_completed(page: Page) -> None:
    answer = await page.ask("POST", "/api/complete", {"text": "/ech", "cursor": 4})
    assert answer["items"][0]["label"] == "/echo"
    text, item = "/ech", answer["items"][0]["text"]
    assert (text[: answer["start"]] + item + text[answer["end"] :]) in ("echo", "/echo")
    inside = await page.ask("POST", "/api/complete", {"text": "/echo sev", "cursor": 9, "chat_id": await page.chat()})
    assert inside["signature"]["command"] == "echo"
    assert "severity=" in [item["text"] for item in inside["items"]]


async def test_places_are_counted_as_a_browser_counts_them(page: Page) -> None:
    text = "/echo 🍎🍎 | /ech"
    units = len(text.encode("utf-16-le")) // 2
    answer = await page.ask("POST", "/api/complete", {"text": text, "cursor": units})
    assert answer["end"] == units
    assert answer["items"][0]["label"] == "/echo"
    wrong = "/echo 🍎🍎 | /nonsense"
    problem = (await page.ask("POST", "/api/complete", {"text": wrong, "cursor": 0}))["problem"]
    place = wrong.encode("utf-16-le")[2 * problem["where"]["start"] : 2 * problem["where"]["end"]].decode("utf-16-le")
    assert "nonsense" in place


async def test_completion_never_fails_for_what_is_typed(page: Page) -> None:
    for text in ("", "/", "hello", "{{", "/echo {:", '/sd "x', "/ | /", "🍎"):
        units = len(text.encode("utf-16-le")) // 2
        for cursor in (0, units, units + 5):
            assert "items" in await page.ask("POST", "/api/complete", {"text": text, "cursor": cursor})
    await page.error("POST", "/api/complete", {"text": "/", "cursor": 1, "chat_id": "x"}, expect=404)
