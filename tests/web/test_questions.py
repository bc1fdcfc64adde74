"""Notices and questions of scripts on the page."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import pytest

from stcore.commands.services import Button, PromptSheet
from stcore.errors import NeedsPerson, UserError
from stcore.web.questions import Questions
from tests.web.conftest import Page

pytestmark = pytest.mark.anyio


async def asked(page: Page, question: Coroutine[Any, Any, Any], answer: Any, chat_id: str) -> tuple[Any, Any]:
    """What a page sees of a question, and what the script gets for ``answer``."""
    async with page.events(f"chat={chat_id}") as events:
        waiting = asyncio.ensure_future(question)
        event = await events.next("question")
        await page.ask("POST", f"/api/questions/{event.data['id']}", {"answer": answer}, expect=204)
        got = await waiting
        assert (await events.next("question.closed")).data["id"] == event.data["id"]
    return event.data, got


async def test_a_text_is_asked_for(page: Page) -> None:
    chat_id = await page.chat()
    ui = page.web.ui(chat_id)
    seen, got = await asked(page, ui.ask("Your *name*?", default="Ann", rows=1), "Bob", chat_id)
    assert got == "Bob"
    assert (seen["kind"], seen["default"], seen["rows"]) == ("input", "Ann", 1)
    assert seen["html"] == "<p>Your <em>name</em>?</p>\n"
    assert (await asked(page, ui.ask("Name?"), None, chat_id))[1] is None


async def test_a_dialog_waits_for_its_button(page: Page) -> None:
    chat_id = await page.chat()
    ui = page.web.ui(chat_id)
    for answer in (True, False, None):
        seen, got = await asked(page, ui.popup("Sure?", title="Delete", cancel="No"), answer, chat_id)
        assert (got, seen["title"], seen["ok"], seen["cancel"]) == (answer, "Delete", "OK", "No")


async def test_buttons_give_their_labels(page: Page) -> None:
    chat_id = await page.chat()
    ui = page.web.ui(chat_id)
    buttons = [Button("red"), Button("green", tooltip="like grass")]
    seen, got = await asked(page, ui.buttons("Colour?", buttons), "green", chat_id)
    assert (got, seen["labels"], seen["buttons"][1]["tooltip"]) == (["green"], ["red", "green"], "like grass")
    _, got = await asked(page, ui.buttons("Colours?", buttons, multiple=True), ["green", "red"], chat_id)
    assert got == ["green", "red"]


@pytest.mark.feature("F233")
async def test_a_prompt_is_looked_at(page: Page) -> None:
    chat_id = await page.chat()
    ui = page.web.ui(chat_id)
    sheet = PromptSheet("a red fox", negative="fog", size="640x512", title="Draw it again")
    changed = {"prompt": "a blue fox", "negative": "", "keep_size": False}
    seen, got = await asked(page, ui.review(sheet), changed, chat_id)
    assert (seen["kind"], seen["prompt"], seen["size"], seen["title"]) == (
        "review",
        "a red fox",
        "640x512",
        "Draw it again",
    )
    assert got == replace(sheet, **changed)
    assert (await asked(page, ui.review(sheet), {"prompt": "a fox"}, chat_id))[1] == replace(sheet, prompt="a fox")
    assert (await asked(page, ui.review(sheet), None, chat_id))[1] is None


async def test_an_answer_has_to_fit(page: Page) -> None:
    chat_id = await page.chat()
    ui = page.web.ui(chat_id)
    questions: list[tuple[Coroutine[Any, Any, Any], list[Any]]] = [
        (ui.ask("Name?"), [True, ["x"]]),
        (ui.popup("Sure?"), ["yes", []]),
        (ui.buttons("Which?", [Button("a"), Button("b")]), ["c", True, [], ["a", "b"]]),
        (ui.review(PromptSheet("a fox")), ["a cat", {"prompt": True}, {"size": "64x64"}]),
    ]
    async with page.events() as events:
        for question, wrong in questions:
            waiting = asyncio.ensure_future(question)
            question_id = (await events.next("question")).data["id"]
            for answer in wrong:
                await page.error("POST", f"/api/questions/{question_id}", {"answer": answer}, expect=400)
            assert not waiting.done()
            await page.ask("POST", f"/api/questions/{question_id}", {"answer": None}, expect=204)
            assert await waiting is None
            error = await page.error("POST", f"/api/questions/{question_id}", {"answer": None}, expect=404)
            assert "no longer open" in error["message"]


async def test_a_page_that_opens_later_sees_the_question(page: Page) -> None:
    chat_id = await page.chat()
    async with page.events() as first:
        waiting = asyncio.ensure_future(page.web.ui(chat_id).ask("Name?"))
        question = await first.next("question")
    async with page.events(f"chat={chat_id}") as second, page.events("chat=" + await page.chat()) as other:
        assert (await second.next("question")).data == question.data
        page.web.questions.answer(question.data["id"], "Bob")
        assert await waiting == "Bob"
        await second.next("question.closed")
        assert other.arrived() == []


async def test_with_nobody_there_the_script_is_told(page: Page) -> None:
    page.web.questions = Questions(page.web.host.bus, page.web.audience, grace=0.02)
    with pytest.raises(NeedsPerson):
        await page.web.ui(await page.chat()).ask("Name?")


async def test_a_page_that_reconnects_is_waited_for(page: Page) -> None:
    chat_id = await page.chat()
    waiting = asyncio.ensure_future(page.web.ui(chat_id).ask("Name?"))
    await asyncio.sleep(0.05)
    async with page.events(f"chat={chat_id}") as events:
        question = await events.next("question")
        page.web.questions.answer(question.data["id"], "Bob")
        assert await waiting == "Bob"


async def test_a_stopped_script_takes_its_question_away(page: Page) -> None:
    async with page.events() as events:
        waiting = asyncio.ensure_future(page.web.ui(None).popup("Sure?"))
        question = await events.next("question")
        waiting.cancel()
        assert (await events.next("question.closed")).data["id"] == question.data["id"]
        assert page.web.questions.open(None) == []


async def test_notices_errors_and_texts_reach_the_page(page: Page) -> None:
    chat_id = await page.chat()
    ui = page.web.ui(chat_id)
    async with page.events(f"chat={chat_id}") as events:
        ui.toast("Saved.", "success", title="Well")
        assert (await events.next()).data == {"text": "Saved.", "level": "success", "title": "Well", "chat_id": chat_id}
        ui.error(UserError("That cannot be.", hint="Do otherwise."))
        event = await events.next()
        assert (event.kind, event.data["hint"]) == ("error", "Do otherwise.")
        await ui.set_input("/sd ")
        assert (await events.next()).data["text"] == "/sd "
        ui.show("# Help", title="Commands")
        shown = await events.next("question")
        assert (shown.data["kind"], shown.data["html"]) == ("popup", "<h1>Help</h1>\n")
        await page.ask("POST", f"/api/questions/{shown.data['id']}", {"answer": True}, expect=204)
