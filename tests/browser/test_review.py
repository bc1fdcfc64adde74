"""A prompt is looked at and changed on the page before its picture is drawn."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Studio

sync_api = pytest.importorskip("playwright.sync_api")


def run(page: Any, script: str) -> None:
    page.fill("#composer-text", script)
    page.press("#composer-text", "Enter")


@pytest.mark.feature("F233")
def test_a_prompt_is_changed_before_it_is_drawn(context: Any, studio: Studio, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    run(page, "/sd edit=true extend=true width=128 height=128 owl")
    sheet = page.get_by_role("dialog")
    prompt = sheet.get_by_label("Prompt")
    assert prompt.input_value().startswith("owl, ")
    prompt.fill("")
    sheet.get_by_role("button", name="Draw it").click()
    sheet.get_by_text("A picture needs some words.").wait_for()
    prompt.fill("an owl in a blue tree")
    prompt.press("Control+Enter")
    page.get_by_text("an owl in a blue tree", exact=True).wait_for()
    assert not sheet.is_visible()


def test_a_prompt_that_is_called_off_costs_nothing(context: Any, studio: Studio, opened: Any) -> None:
    chat_id = studio.chat()
    page = opened(context, studio, chat_id)
    run(page, "/sd edit=true extend=true owl | /echo it is “{{pipe}}”")
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    page.get_by_text("it is “”").wait_for()
    assert not [job for job in studio.call(studio.host.jobs.list()) if job["chat_id"] == chat_id]
