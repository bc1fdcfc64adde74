"""Stepping through a script from the page."""

from __future__ import annotations

import pytest

from tests.web.conftest import Page

pytestmark = pytest.mark.anyio

SCRIPT = "/let x 3 |\n/breakpoint |\n/times 2 {: /pass {{timesIndex}} :} |\n/setvar key=done {{var::x}}"


async def test_a_script_waits_at_its_breakpoint_and_goes_on_step_by_step(page: Page) -> None:
    chat_id = await page.chat()
    async with page.events(f"chat={chat_id}") as events:
        await page.ask("POST", f"/api/chats/{chat_id}/input", {"text": SCRIPT}, expect=202)
        paused = (await events.next("debug.paused")).data
        assert (paused["command"], paused["where"]["line"]) == ("times", 2)
        assert paused["scopes"][0]["variables"] == {"x": "3"}
        waiting = await page.ask("GET", f"/api/chats/{chat_id}/debug")
        assert [each["id"] for each in waiting] == [paused["id"]], "a page that opens later finds it"
        path = f"/api/debug/{paused['id']}"
        answer = await page.ask("POST", f"{path}/evaluate", {"text": "/var key=x 5 | /pass {{var::x}}!"})
        assert answer["value"] == "5!"
        assert answer["state"]["scopes"][0]["variables"] == {"x": "5"}
        await page.ask("POST", f"{path}/step", {"step": "into"}, expect=204)
        assert (await events.next("debug.paused")).data["command"] == "pass"
        await page.ask("POST", f"{path}/step", {"step": "out"}, expect=204)
        assert (await events.next("debug.paused")).data["command"] == "setvar"
        await page.ask("POST", f"{path}/step", {}, expect=204)
        assert (await events.next("debug.ended")).data["id"] == paused["id"]
    error = await page.error("POST", f"{path}/step", {}, expect=404)
    assert "has ended" in error["message"]
    assert await page.ask("GET", f"/api/chats/{chat_id}/debug") == []


async def test_a_waiting_script_can_be_stopped(page: Page) -> None:
    chat_id = await page.chat()
    async with page.events(f"chat={chat_id}") as events:
        await page.ask("POST", f"/api/chats/{chat_id}/input", {"text": SCRIPT}, expect=202)
        await events.next("debug.paused")
        assert (await page.ask("POST", f"/api/chats/{chat_id}/stop"))["stopped"]
        await events.next("debug.ended")


async def test_an_expression_that_fails_says_why_and_the_script_still_waits(page: Page) -> None:
    chat_id = await page.chat()
    async with page.events(f"chat={chat_id}") as events:
        await page.ask("POST", f"/api/chats/{chat_id}/input", {"text": SCRIPT}, expect=202)
        paused = (await events.next("debug.paused")).data
        path = f"/api/debug/{paused['id']}"
        error = await page.error("POST", f"{path}/evaluate", {"text": "/nosuch"}, expect=422)
        assert "no command /nosuch" in error["message"]
        await page.ask("POST", f"{path}/step", {"step": "resume"}, expect=204)
        await events.next("debug.ended")


async def test_without_a_page_nothing_waits(page: Page) -> None:
    chat_id = await page.chat()
    session = await page.web.host.session(chat_id, page.web.ui(chat_id))
    assert (await session.run(SCRIPT)).text == "3"
