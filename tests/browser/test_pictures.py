"""The pictures of messages on the page: made by a menu, looked at first, leafed through, drawn again, deleted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.browser.conftest import Studio

PICTURE = "st-message st-image[data-state=shown]"
COUNT = ".picture-count"
EXPLAINED = "localStorage.setItem('stcore.swipe-explained', 'true')"


def hang(studio: Studio, count: int) -> tuple[str, str, list[str]]:
    """A chat with one message that shows so many pictures: the ids of all."""
    chat_id = studio.chat()
    ids = studio.pictures(chat_id, count)
    return chat_id, studio.say(chat_id, "assistant", "", pictures=tuple(ids)), ids


def pictures_of(studio: Studio, message_id: str) -> Any:
    return studio.call(studio.host.chats.message(message_id)).pictures


def setting(studio: Studio, chat_id: str, **values: Any) -> None:
    studio.call(studio.host.picture_settings.change("chat", values, chat_id))


@contextmanager
def slow(studio: Studio) -> Iterator[None]:
    """Pictures take their time: so many seconds for each of a dozen steps."""
    studio.call(studio.host.connections.set("canvas", {"delay": 0.2}))
    try:
        yield
    finally:
        studio.call(studio.host.connections.set("canvas", {"delay": 0.0}))


@pytest.mark.feature("F222")
def test_the_menu_makes_a_picture_of_what_a_mode_stands_for(context: Any, studio: Studio, opened: Any) -> None:
    chat_id = studio.chat()
    studio.say(chat_id, "user", "a lighthouse in the fog")
    setting(studio, chat_id, width=256, height=192)
    page = opened(context, studio, chat_id)
    page.click("[aria-label='Make a picture']")
    page.click(".menu-item >> text=word for word")
    page.wait_for_selector(PICTURE)
    assert "a lighthouse in the fog" in page.inner_text(".picture-caption")


@pytest.mark.feature("F233", "F252")
def test_a_prompt_is_looked_at_first_and_calling_it_off_costs_nothing(
    context: Any, studio: Studio, opened: Any
) -> None:
    chat_id, message_id, _ = hang(studio, 1)
    setting(studio, chat_id, review=True, width=256, height=192)
    page = opened(context, studio, chat_id)
    page.click("[data-act=dice]")
    page.wait_for_selector("dialog.question[open] textarea:focus")
    page.keyboard.press("Escape")
    page.wait_for_selector(".toast >> text=Called off")
    assert page.locator("dialog[open]").count() == 0
    assert len(pictures_of(studio, message_id)) == 1
    page.click("[data-act=dice]")
    page.fill("dialog.question[open] textarea", "")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("dialog.question .wrong:not([hidden])")
    page.fill("dialog.question[open] textarea", "a heron")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(f"{COUNT} >> text=2 / 2")
    assert page.inner_text(".picture-caption") == "a heron"


@pytest.mark.feature("F254")
def test_arrows_leaf_in_a_circle_and_what_was_looked_at_is_remembered(
    context: Any, studio: Studio, opened: Any
) -> None:
    chat_id, message_id, _ids = hang(studio, 3)
    setting(studio, chat_id, swipe="rollover")
    page = opened(context, studio, chat_id)
    page.wait_for_selector(f"{COUNT} >> text=3 / 3")
    page.hover(".picture")
    page.wait_for_selector(".next[title='First picture']")
    for act, shown in (("next", "1 / 3"), ("previous", "3 / 3"), ("previous", "2 / 3"), ("previous", "1 / 3")):
        page.click(f"[data-act={act}]")
        assert page.inner_text(COUNT) == shown
    page.wait_for_timeout(300)
    assert studio.call(studio.host.chats.message(message_id)).extra["media_index"] == 0
    page.reload()
    page.wait_for_selector(f"{COUNT} >> text=1 / 3")
    page.hover("st-message")
    page.click("[data-act=arrange]")
    page.wait_for_function("() => document.querySelectorAll('figure.picture').length === 3")
    assert page.locator(".picture-arrow").count() == 0


@pytest.mark.feature("F252", "F254")
def test_while_another_one_is_made_the_picture_pulses_and_a_stopped_one_stays(
    context: Any, studio: Studio, opened: Any
) -> None:
    chat_id, message_id, _ids = hang(studio, 2)
    context.add_init_script(EXPLAINED)
    with slow(studio):
        page = opened(context, studio, chat_id)
        page.hover(".picture")
        page.click("[data-act=next]")
        page.wait_for_selector(".picture.pulsing")
        page.dispatch_event("[data-act=previous]", "click")
        assert page.inner_text(COUNT) == "2 / 2", "clicks are ignored meanwhile"
        page.hover("st-message")
        page.click("[data-act=paint][title='Stop this picture']")
        page.wait_for_selector("[data-act=paint][title='Draw another picture']", state="attached")
        page.wait_for_selector(".picture:not(.pulsing)")
    assert (page.inner_text(COUNT), len(pictures_of(studio, message_id))) == ("2 / 2", 2)


@pytest.mark.feature("F224")
def test_the_paintbrush_draws_a_message_and_stops_its_own_picture_only(
    context: Any, studio: Studio, opened: Any
) -> None:
    chat_id = studio.chat()
    first = studio.say(chat_id, "user", "a green pond")
    second = studio.say(chat_id, "assistant", "a red barn")
    setting(studio, chat_id, width=256, height=192)
    with slow(studio):
        page = opened(context, studio, chat_id)
        for message_id in (first, second):
            page.hover(f"st-message[data-id='{message_id}']")
            page.click(f"st-message[data-id='{message_id}'] [data-act=paint]")
            page.wait_for_selector(f"st-message[data-id='{message_id}'] st-job")
        page.hover(f"st-message[data-id='{first}']")
        page.click(f"st-message[data-id='{first}'] [title='Stop this picture']")
        page.wait_for_function(f"() => !document.querySelector(`st-message[data-id='{first}'] st-job`)")
        assert page.locator(f"st-message[data-id='{second}'] st-job").count() == 1
    page.wait_for_selector(f"st-message[data-id='{second}'] st-image[data-state=shown]", timeout=15_000)
    assert pictures_of(studio, first) == ()
    assert page.inner_text(f"st-message[data-id='{second}'] .message-body") == "a red barn"


@pytest.mark.feature("F252")
def test_a_picture_is_drawn_again_with_a_change(context: Any, studio: Studio, opened: Any) -> None:
    chat_id = studio.chat()
    page = opened(context, studio, chat_id)
    page.fill("st-composer textarea", "/sd width=256 height=192 a pond")
    page.keyboard.press("Enter")
    page.wait_for_selector(PICTURE)
    page.click("[data-act=picture-more]")
    page.click(".menu-item >> text=Again with a change")
    page.fill("dialog.redo textarea:focus", "a lake")
    page.fill("dialog.redo input[type=number] >> nth=0", "320")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{COUNT} >> text=2 / 2")
    assert page.inner_text(".picture-caption") == "a lake"
    [chat] = [message for message in studio.call(studio.host.chats.messages(chat_id)) if message.pictures]
    assert [(one["width"], one["height"]) for one in chat.pictures] == [(256, 192), (320, 192)]


def test_deleting_asks_for_one_or_all_and_can_leave_the_files(context: Any, studio: Studio, opened: Any) -> None:
    chat_id, message_id, ids = hang(studio, 3)
    page = opened(context, studio, chat_id)

    def delete(answer: str, *, files: bool = True) -> None:
        page.click("[data-act=picture-more]")
        page.click(".menu-item >> text=Delete")
        page.set_checked("dialog[open] input[type=checkbox]", files)
        page.click(f"dialog[open] >> text={answer}")

    delete("Cancel")
    delete("This one", files=False)
    page.wait_for_selector(f"{COUNT} >> text=2 / 2")
    assert studio.call(studio.host.library.get(ids[2]))["id"] == ids[2], "it stays in the gallery"
    delete("All 2 of this message")
    page.wait_for_selector("figure.picture", state="detached")
    assert pictures_of(studio, message_id) == ()
