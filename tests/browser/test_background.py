"""What stands behind the chat, and that words stay readable in front of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import Studio, picture

VEIL = "getComputedStyle(document.querySelector('.stream')).backgroundColor"


def run(page: Any, script: str) -> None:
    page.fill("#composer-text", script)
    page.click("button.send")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_background_is_shown_behind_a_veil(studio: Studio, context: Any, opened: Any, theme: str) -> None:
    chat_id = studio.chat()
    studio.say(chat_id, "assistant", "Words in front of it.")
    page = opened(context, studio, chat_id)
    page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
    plain = page.evaluate(VEIL)
    for name in ("Dusk", "Meadow", "Paper", "Stars", "Tide"):
        run(page, f"/bg {name}")
        page.wait_for_selector(f".app-main[data-drawn={name.lower()}]")
        drawn = page.evaluate("getComputedStyle(document.querySelector('.app-main'), '::before').backgroundImage")
        assert "gradient" in drawn
    assert page.evaluate(VEIL) != plain
    run(page, "/bg none")
    page.wait_for_selector(".app-main:not(.has-background)")


def test_a_file_is_shown_where_it_is_locked(studio: Studio, context: Any, opened: Any) -> None:
    made = studio.call(studio.host.backgrounds.add("It's a (wide) view.png", picture(7)))
    first, second = studio.chat(), studio.chat()
    page = opened(context, studio, first)
    studio.call(studio.host.backgrounds.lock(first, made))
    page.wait_for_selector(".app-main.has-background")
    shown = page.evaluate("getComputedStyle(document.querySelector('.app-main'), '::before').backgroundImage")
    assert "/api/backgrounds/files/" in shown
    page.evaluate(f"location.hash = '{second}'")
    page.wait_for_selector(".app-main:not(.has-background)")
