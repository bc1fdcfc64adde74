"""What scripts do with the device in front of the page: notices, sounds, the clipboard, busy indicators."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from stcore.commands.services import Look, Notice
from stcore.errors import UserError
from stcore.web.notices import Notices
from tests.web.conftest import Page

pytestmark = pytest.mark.anyio


async def say(page: Page, chat_id: str, text: str, **headers: str) -> None:
    answer = await page.http.post(f"/api/chats/{chat_id}/input", json={"text": text}, headers=headers)
    assert answer.status_code == 202, answer.text


async def rest(page: Page, chat_id: str) -> None:
    while page.web.runs.of(chat_id):
        await asyncio.sleep(0.01)


async def variable(page: Page, chat_id: str, name: str) -> str:
    session = await page.web.host.session(chat_id)
    return (await session.run(f"/getvar {name}")).text


async def test_a_click_on_a_notice_runs_its_closure_after_the_script_has_ended(page: Page) -> None:
    chat_id = await page.chat()
    async with page.events(f"chat={chat_id}") as events:
        await say(page, chat_id, "/let word deep | /echo onClick={: /setvar key=clicked {{var::word}} :} Click me")
        notice = (await events.next("toast")).data
        await rest(page, chat_id)
        assert await variable(page, chat_id, "clicked") == ""
        for _ in range(2):
            await page.ask("POST", f"/api/notices/{notice['id']}", {"event": "clicked"}, expect=204)
        while await variable(page, chat_id, "clicked") != "deep":
            await asyncio.sleep(0.01)


async def test_a_failing_click_is_told(page: Page) -> None:
    chat_id = await page.chat()
    async with page.events(f"chat={chat_id}") as events:
        await say(page, chat_id, '/echo onClick={: /test pattern="(" x :} Click me')
        notice = (await events.next("toast")).data
        await page.ask("POST", f"/api/notices/{notice['id']}", {"event": "clicked"}, expect=204)
        assert "regular expression" in (await events.next("error")).data["message"]


async def test_a_script_waits_until_its_notice_is_gone(page: Page) -> None:
    chat_id = await page.chat()
    async with page.events(f"chat={chat_id}") as events:
        await say(page, chat_id, "/echo awaitDismissal=true timeout=0 extendedTimeout=0 Read | /setvar key=after yes")
        notice = (await events.next("toast")).data
        assert (notice["seconds"], notice["told"]) == (0, True)
        await asyncio.sleep(0.05)
        assert await variable(page, chat_id, "after") == ""
        await page.ask("POST", f"/api/notices/{notice['id']}", {"event": "gone"}, expect=204)
        await rest(page, chat_id)
    assert await variable(page, chat_id, "after") == "yes"


async def test_nobody_waits_for_a_notice_that_nobody_sees(page: Page) -> None:
    chat_id = await page.chat()
    await page.web.ui(chat_id).notify(Notice("Alone", seconds=0, hovered=0), wait=True)
    async with page.events(f"chat={chat_id}"):
        notices = Notices(page.web.host.bus, page.web.audience, patience=0.01)
        data = {"text": "x", "seconds": 0.01, "hovered": 0.01}
        await notices.show(chat_id, data, wait=True, clicked=None, failed=lambda error: None)
        notices.happened("nothing", "gone")
        notices.happened("nothing", "clicked")


async def test_markup_in_a_notice_is_made_safe(page: Page) -> None:
    chat_id = await page.chat()
    async with page.events(f"chat={chat_id}") as events:
        session = await page.web.host.session(chat_id, page.web.ui(chat_id))
        result = await session.run("/echo escapeHtml=false <b onclick=x()>Bold</b><script>alert(1)</script>")
        assert result.text == "<b>Bold</b>"
        assert (await events.next("toast")).data["html"].strip() == "<p><b>Bold</b></p>"
        await session.run("/echo color=tomato cssClass=loud timeout=1500 preventDuplicates=true Look <here>")
        data = (await events.next("toast")).data
        assert (data["html"], data["color"], data["look"], data["seconds"], data["once"]) == (
            *("", "tomato", "loud", 1.5, True),
        )


async def asked(page: Page, chat_id: str, question: Any, answer: Any) -> tuple[Any, Any]:
    async with page.events(f"chat={chat_id}") as events:
        waiting = asyncio.ensure_future(question)
        event = await events.next("question")
        await page.ask("POST", f"/api/questions/{event.data['id']}", {"answer": answer}, expect=204)
        return event.data, await waiting


async def test_the_clipboard_is_read_when_the_person_allows_it_and_written_on_the_page(page: Page) -> None:
    chat_id = await page.chat()
    ui = page.web.ui(chat_id)
    for answer in ("copied", None):
        data, got = await asked(page, chat_id, ui.read_clipboard(), answer)
        assert (data["kind"], got) == ("clipboard", answer)
    with pytest.raises(UserError, match="No page"):
        await ui.write_clipboard("lost")
    async with page.events(f"chat={chat_id}") as events:
        session = await page.web.host.session(chat_id, ui)
        await session.run("/clipboard-set some words | /beep")
        assert (await events.next("clipboard.set")).data["text"] == "some words"
        await events.next("beep")


async def test_dialogs_tell_how_they_look(page: Page) -> None:
    chat_id = await page.chat()
    ui = page.web.ui(chat_id)
    data, _ = await asked(page, chat_id, ui.popup("x", look=Look(wide=True, scroll=False, tooltip="tip")), True)
    assert (data["look"]["wide"], data["look"]["scroll"], data["look"]["tooltip"]) == (True, False, "tip")


async def test_a_busy_indicator_is_stopped_from_the_page(page: Page) -> None:
    chat_id = await page.chat()
    async with page.events(f"chat={chat_id}") as events:
        deeds = "onStop={: /setvar key=stopped yes :} onHide={: /setvar key=hidden yes :}"
        await say(page, chat_id, f"/loader-show title=Work message=Wait {deeds}")
        shown = (await events.next("loader.shown")).data
        assert (shown["title"], shown["message"], shown["blocking"], shown["toast"]) == (
            "Work",
            "Wait",
            True,
            "stoppable",
        )
        await rest(page, chat_id)
        await page.ask("POST", f"/api/loaders/{shown['handle']}/stop", expect=204)
        assert (await events.next("loader.hidden")).data["handle"] == shown["handle"]
    assert await variable(page, chat_id, "stopped") == "yes"
    assert await variable(page, chat_id, "hidden") == "yes"
    await page.error("POST", f"/api/loaders/{shown['handle']}/stop", expect=404)


@pytest.mark.parametrize(
    ("headers", "mobile"),
    [
        ({"User-Agent": "Mozilla/5.0 (Linux; Android 14) Mobile Safari/537.36"}, "true"),
        ({"User-Agent": "Mozilla/5.0 (X11; Linux x86_64)", "Sec-CH-UA-Mobile": "?1"}, "true"),
        ({"User-Agent": "Mozilla/5.0 (X11; Linux x86_64)"}, "false"),
    ],
)
async def test_a_script_knows_whether_it_was_typed_on_a_phone(page: Page, headers: dict[str, str], mobile: str) -> None:
    chat_id = await page.chat()
    await say(page, chat_id, "/is-mobile | /setvar key=mobile", **headers)
    await rest(page, chat_id)
    assert await variable(page, chat_id, "mobile") == mobile
