"""Captions on the page: asked of a model that sees, written, removed; what pictures the prompt holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from stcore.testing.servers.openai import FakeOpenAI, Reply
from stcore.testing.servers.serve import serve

from .conftest import Studio

sync_api = pytest.importorskip("playwright.sync_api")


@pytest.fixture
def fake(studio: Studio) -> Iterator[FakeOpenAI]:
    """A model that sees, which describes pictures and answers in the chat."""
    fake = FakeOpenAI()
    with serve(fake) as url:
        studio.call(studio.host.texts.add("openai-compatible", "eyes", {"url": url, "model": "chatty-seeing"}))
        yield fake
        studio.call(studio.host.texts.remove("eyes"))


def choose(page: Any, entry: str) -> None:
    """An entry of the menu of the picture that is shown, by keyboard."""
    page.get_by_role("button", name="More with this picture").focus()
    page.keyboard.press("Enter")
    page.get_by_role("menuitem", name=entry).press("Enter")


def test_a_caption_is_asked_for_changed_and_removed(
    context: Any, studio: Studio, opened: Any, fake: FakeOpenAI
) -> None:
    chat_id = studio.chat()
    studio.say(chat_id, "assistant", "Look.", tuple(studio.pictures(chat_id, 1)))
    page = opened(context, studio, chat_id)
    image = page.locator("st-pictures img")
    sync_api.expect(image).to_have_attribute("alt", "study 0")

    fake.queue.append(Reply(pieces=("A red boat on a beach.",)))
    choose(page, "Describe it")
    sync_api.expect(image).to_have_attribute("alt", "A red boat on a beach.")
    sync_api.expect(page.locator("figcaption")).to_contain_text("a picture")
    sync_api.expect(page.locator("figcaption")).to_contain_text("A red boat on a beach.")
    assert len(fake.shown) == 1

    choose(page, "Change the caption")
    field = page.get_by_role("dialog").get_by_role("textbox")
    sync_api.expect(field).to_have_value("A red boat on a beach.")
    field.fill("A boat.")
    page.get_by_role("button", name="Keep").click()
    sync_api.expect(image).to_have_attribute("alt", "A boat.")

    choose(page, "Remove the caption")
    sync_api.expect(image).to_have_attribute("alt", "study 0")
    sync_api.expect(page.locator(".picture-described")).to_have_count(0)


def test_a_caption_is_not_shown_twice_under_words_that_say_it(
    context: Any, studio: Studio, opened: Any, fake: FakeOpenAI
) -> None:
    chat_id = studio.chat()
    (asset_id,) = studio.pictures(chat_id, 1)
    studio.say(chat_id, "user", "[User shows a picture: A red boat.]", (asset_id,))
    page = opened(context, studio, chat_id)
    choose(page, "Write a caption")
    page.get_by_role("dialog").get_by_role("textbox").fill("A red boat.")
    page.get_by_role("button", name="Keep").click()
    sync_api.expect(page.locator("st-pictures img")).to_have_attribute("alt", "A red boat.")
    sync_api.expect(page.locator(".picture-described")).to_have_count(0)


def test_who_cannot_see_is_told_with_the_mend(context: Any, studio: Studio, opened: Any) -> None:
    chat_id = studio.chat()
    studio.say(chat_id, "assistant", "Look.", tuple(studio.pictures(chat_id, 1)))
    page = opened(context, studio, chat_id)
    choose(page, "Describe it")
    sync_api.expect(page.locator("st-toasts")).to_contain_text("cannot see pictures")


@pytest.mark.usefixtures("fake")
def test_the_prompt_tells_of_its_pictures(context: Any, studio: Studio, opened: Any) -> None:
    chat_id = studio.chat()
    studio.say(chat_id, "user", "My boat.", tuple(studio.pictures(chat_id, 1)))
    page = opened(context, studio, chat_id)
    page.get_by_role("button", name="What the model is told").click()
    page.get_by_role("menuitem", name="Prompt").click()
    part = page.get_by_role("dialog").locator(".prompt-part", has_text="message 0")
    sync_api.expect(part).to_contain_text("1 picture")
