"""The page goes with a script that goes to another chat."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import Studio

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def type_line(page: Any, text: str) -> None:
    page.fill("#composer-text", text)
    page.press("#composer-text", "Enter")


def is_at(page: Any, chat_id: str, *, gone: bool = False) -> str:
    """Wait until the page shows the chat (or another one); gives the id of the one it shows."""
    page.wait_for_function(
        "([id, gone]) => (location.hash.slice(1) === id) !== gone && document.querySelector('st-message, st-welcome')",
        arg=[chat_id, gone],
    )
    return str(page.evaluate("location.hash.slice(1)"))


def test_a_branch_and_the_way_back(studio: Studio, context: Any, opened: Any) -> None:
    chat_id = studio.chat("Harbour")
    for number in range(3):
        studio.say(chat_id, "assistant", f"wave {number}")
    page = opened(context, studio, chat_id)
    elsewhere = opened(context, studio, studio.chat("Elsewhere"))
    there = elsewhere.url
    type_line(page, "/branch-create 1")
    branch = is_at(page, chat_id, gone=True)
    page.wait_for_selector("st-message >> text=wave 1")
    assert page.locator("st-message").count() == 2
    page.wait_for_selector(".chat-list >> text=Harbour - Branch #1")
    type_line(page, "/checkpoint-exit | /send back again")
    is_at(page, chat_id)
    page.wait_for_selector("st-message >> text=back again")
    assert elsewhere.url == there, "a page that shows another chat stays"
    assert studio.call(studio.host.chats.get(branch)).parent_id == chat_id


def test_a_chat_deleted_by_its_own_script_leads_to_another(studio: Studio, context: Any, opened: Any) -> None:
    chat_id = studio.chat("Doomed")
    studio.say(chat_id, "assistant", "last words")
    page = opened(context, studio, chat_id)
    type_line(page, "/delchat")
    is_at(page, chat_id, gone=True)
    page.wait_for_function("!document.body.innerText.includes('last words')")


def test_a_closed_chat_shows_an_empty_one(studio: Studio, context: Any, opened: Any) -> None:
    chat_id = studio.chat("Over")
    studio.say(chat_id, "assistant", "good night")
    page = opened(context, studio, chat_id)
    type_line(page, "/closechat")
    is_at(page, chat_id, gone=True)
    page.wait_for_selector("st-welcome")
