"""The page as a newcomer meets it: a picture, a talk, mistakes, settings, keyboard and phone."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.browser.conftest import Studio

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PICTURE = ".message st-image[data-state=shown]"
SMALL = "width=192 height=128"


def type_line(page: Any, text: str) -> None:
    page.fill("#composer-text", text)
    page.press("#composer-text", "Enter")


def count_is(page: Any, selector: str, count: int) -> None:
    page.wait_for_function(
        "([selector, count]) => document.querySelectorAll(selector).length === count", arg=[selector, count]
    )


# -- pictures in the conversation ------------------------------------------------------------------------------------


def test_a_newcomer_clicks_an_example_and_sees_a_picture(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    page.click(".welcome-chip >> text=/sd apple tree")
    page.wait_for_selector(PICTURE)
    assert page.get_attribute(".picture img", "alt") == "apple tree"
    assert not page.is_visible("st-welcome")
    assert page.locator(".picture-open").bounding_box()["width"] <= 420
    page.reload()
    page.wait_for_selector(PICTURE)


def test_a_command_with_arguments_is_obeyed_and_told(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    type_line(page, '/sd seed=42 width=256 height=192 negative="fog" harbour at dawn')
    page.wait_for_selector(PICTURE)
    assert page.inner_text(".seed") == "42"
    page.click(".picture-open")
    page.wait_for_selector(".lightbox st-image[data-state=shown]")
    size = page.evaluate(
        "[document.querySelector('.lightbox img').naturalWidth, document.querySelector('.lightbox img').naturalHeight]"
    )
    assert size == [256, 192]
    told = page.inner_text(".lightbox-details")
    for word in ("harbour at dawn", "fog", "42", "256 × 192", "canvas"):
        assert word in told


@pytest.mark.feature("F252", "F253", "F254")
def test_the_right_arrow_on_the_last_picture_makes_another(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    type_line(page, f"/sd seed=7 {SMALL} a lighthouse")
    page.wait_for_selector(PICTURE)
    page.focus(".picture-open")
    page.wait_for_function("() => getComputedStyle(document.querySelector('.picture-arrow.next')).opacity === '1'")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.click("dialog[open] >> text=Draw it")  # what the arrow means is explained once
    page.wait_for_selector(".picture-count >> text=2 / 2")
    assert page.locator(".message").count() == 1
    second = page.inner_text(".seed")
    assert second != "7"
    page.click(".picture-arrow.previous")
    page.wait_for_selector(".picture-count >> text=1 / 2")
    assert page.inner_text(".seed") == "7"


def test_a_running_picture_shows_its_progress_and_can_be_stopped(studio: Studio, context: Any, opened: Any) -> None:
    studio.call(studio.host.connections.set("canvas", {"delay": 5.0}))
    try:
        page = opened(context, studio, studio.chat())
        type_line(page, "/sd width=300 height=200 a slow apple tree")
        card = page.wait_for_selector(".job.active")
        assert page.inner_text("st-jobs .badge") == "1"
        shape = page.locator(".job-canvas").bounding_box()
        assert shape["width"] / shape["height"] == pytest.approx(1.5, abs=0.02)
        page.wait_for_function("() => /Step \\d+ of \\d+/.test(document.querySelector('.job-words').textContent)")
        card.query_selector("button").click()
        page.wait_for_selector(".job.active", state="detached")
        count_is(page, ".message", 0)
        page.wait_for_selector("st-jobs .badge", state="hidden")
    finally:
        studio.call(studio.host.connections.set("canvas", {"delay": 0.0}))


# -- talking ---------------------------------------------------------------------------------------------------------


def test_a_message_gets_a_reply_and_both_are_there_after_a_reload(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    type_line(page, "Hello there")
    page.wait_for_selector("st-message[data-role=assistant] .message-body p")
    assert page.inner_text("st-message[data-role=user] .message-body") == "Hello there"
    count_is(page, "st-reply", 0)
    reply = page.inner_text("st-message[data-role=assistant] .message-body")
    page.reload()
    page.wait_for_selector("st-message[data-role=assistant]")
    assert page.inner_text("st-message[data-role=assistant] .message-body") == reply


def test_a_reply_is_written_again_and_both_stay(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    type_line(page, "Good morning")
    page.wait_for_selector(".swipes-count >> text=1 / 1")
    page.click("[data-act=swipe-right]")
    page.wait_for_selector(".swipes-count >> text=2 / 2")
    count_is(page, "st-message", 2)
    page.click("[data-act=swipe-left]")
    page.wait_for_selector(".swipes-count >> text=1 / 2")


def test_a_reply_that_fails_is_told_once_and_the_message_stays(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    studio.call(studio.host.texts.add("openai-compatible", "nobody", {"url": "http://127.0.0.1:1/v1"}))
    studio.call(studio.host.texts.default("nobody"))
    try:
        type_line(page, "Is anybody there?")
        page.wait_for_selector(".toast >> text=Cannot reach 127.0.0.1:1")
        page.wait_for_timeout(300)  # a second one would be there by now
        count_is(page, ".toast", 1)
        assert page.inner_text("st-message[data-role=user] .message-body") == "Is anybody there?"
    finally:
        studio.call(studio.host.texts.remove("nobody"))


def test_what_others_write_appears_by_itself(studio: Studio, context: Any, opened: Any) -> None:
    chat = studio.chat()
    page = opened(context, studio, chat)
    studio.say(chat, "assistant", "A word from **elsewhere**")
    page.wait_for_selector(".message strong >> text=elsewhere")
    page.wait_for_function("() => document.getElementById('announcer').textContent.includes('elsewhere')")
    assert page.inner_text(".current .chat-entry-preview") == "A word from **elsewhere**"


def test_text_of_others_is_never_run(studio: Studio, context: Any, opened: Any) -> None:
    evil = (
        '<script>window.hit = 1</script><img src=x onerror="window.hit = 2"> [x](javascript:window.hit=3) <b>bold</b>'
    )
    chat = studio.chat('<img src=x onerror="window.hit = 4">')
    studio.say(chat, "assistant", evil)
    page = opened(context, studio, chat)
    assert page.locator(".message-body script, .message-body [onerror], .message-body [href^=javascript]").count() == 0
    assert page.inner_text(".chat-name") == '<img src=x onerror="window.hit = 4">'
    assert page.evaluate("() => window.hit ?? null") is None


def test_older_messages_load_on_the_way_up_and_nothing_jumps(studio: Studio, context: Any, opened: Any) -> None:
    chat = studio.chat()
    for number in range(130):
        studio.say(chat, "user", f"line {number}")
    page = opened(context, studio, chat)
    page.wait_for_selector("text=line 129")
    assert page.locator("st-message").count() == 60
    place = "document.querySelector('[data-key=\"m:' + id + '\"]').getBoundingClientRect().top"
    # The first one may lose its name when a message of the same speaker comes before it; the second one may not move.
    second = page.get_attribute("st-message >> nth=1", "data-id")
    page.evaluate("() => { document.querySelector('.scroller').scrollTop = 500 }")
    before = page.evaluate(f"id => {place}", second)
    page.wait_for_function("() => document.querySelectorAll('st-message').length > 60")
    assert page.evaluate(f"id => {place}", second) == pytest.approx(before, abs=2)
    page.click(".jump")
    page.wait_for_function("() => document.querySelector('.jump').hidden")
    page.wait_for_selector("text=line 129")


def test_a_message_is_edited_hidden_and_deleted_with_the_keyboard_alone(
    studio: Studio, context: Any, opened: Any
) -> None:
    chat = studio.chat()
    message = studio.say(chat, "user", "old words")
    page = opened(context, studio, chat)
    page.focus("[data-act=copy]")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("() => document.activeElement.dataset.act") == "edit"
    assert page.evaluate("() => getComputedStyle(document.querySelector('.tools')).pointerEvents") == "auto"
    page.keyboard.press("Enter")
    page.keyboard.press("Control+a")
    page.keyboard.type("new words")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".message-body >> text=new words")
    assert studio.call(studio.host.chats.message(message)).text == "new words"
    page.focus("[data-act=hide]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".is-hidden >> text=Hidden from the model")
    page.focus("[data-act=delete]")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open] >> text=Delete this message?")
    page.keyboard.press("Enter")
    page.wait_for_selector("st-welcome")


# -- writing ---------------------------------------------------------------------------------------------------------


def test_completion_explains_and_fills_in(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    field = page.locator("#composer-text")
    field.press_sequentially("/imagine-st")
    page.wait_for_selector("[role=option] >> text=/imagine-style")
    assert field.get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    active = field.get_attribute("aria-activedescendant")
    assert page.get_attribute(f"#{active}", "aria-selected") == "true"
    page.keyboard.press("Enter")
    assert field.input_value().strip() == "/imagine-style"
    field.fill("")
    field.press_sequentially("/sd nega")
    page.wait_for_selector("[role=option] >> text=negative")
    page.keyboard.press("Tab")
    assert field.input_value().startswith("/sd negative=")
    page.wait_for_selector(".signature-argument.current >> text=negative=")
    page.keyboard.press("Escape")
    page.wait_for_selector(".completion", state="hidden")
    assert field.input_value().startswith("/sd negative=")


def test_a_mistake_is_underlined_while_typing_and_explained_when_sent(
    studio: Studio, context: Any, opened: Any
) -> None:
    page = opened(context, studio, studio.chat())
    page.locator("#composer-text").press_sequentially("/echo hi | /nonsense")
    page.wait_for_selector(".completion-problem >> text=nonsense")
    assert "nonsense" in page.text_content("st-composer .assist-mirror mark")
    page.keyboard.press("Enter")
    page.wait_for_selector(".toast.error >> text=nonsense")
    line, caret = page.inner_text(".toast .excerpt").rstrip("\n").split("\n")
    assert line.startswith("/echo hi | /nonsense")
    assert caret.index("^") in (line.index("/nonsense"), line.index("nonsense"))


def test_arrow_up_brings_back_what_was_sent(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    for text in ("/echo one", "/echo two"):
        type_line(page, text)
        page.wait_for_selector(f".toast >> text={text.split()[1]}")
    for key, shown in (
        ("ArrowUp", "/echo two"),
        ("ArrowUp", "/echo one"),
        ("ArrowDown", "/echo two"),
        ("ArrowDown", ""),
    ):
        page.press("#composer-text", key)
        assert page.input_value("#composer-text") == shown


def test_a_draft_waits_in_its_chat(studio: Studio, context: Any, opened: Any) -> None:
    here, there = studio.chat("First place"), studio.chat("Second place")
    page = opened(context, studio, here)
    page.fill("#composer-text", "unfinished")
    page.wait_for_function("id => localStorage.getItem('stcore.draft.' + id)", arg=here)
    page.click(".chat-open >> text=Second place")
    page.wait_for_function("id => location.hash === '#' + id", arg=there)
    assert page.input_value("#composer-text") == ""
    page.click(".chat-open >> text=First place")
    page.wait_for_function("() => document.querySelector('#composer-text').value === 'unfinished'")


def test_a_script_asks_and_goes_on_with_the_answer(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    type_line(page, "/input rows=1 What is its name? | /echo Welcome, {{pipe}}!")
    page.wait_for_selector("dialog.question >> text=What is its name?")
    page.keyboard.type("Saltmouth")
    page.keyboard.press("Enter")
    page.wait_for_selector(".toast >> text=Welcome, Saltmouth!")


def test_a_longer_script_can_be_held_and_stopped(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    type_line(page, "/delay 600000 | /echo never")
    page.wait_for_selector("st-script-bar >> text=A script is running")
    page.click("st-script-bar >> text=Hold")
    page.wait_for_selector("st-script-bar >> text=The script is held")
    page.click("st-script-bar >> text=Stop")
    page.wait_for_selector("st-script-bar", state="hidden")


def test_the_skip_link_leads_to_the_message_field(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    address = page.url
    page.focus(".skip-link")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.id === 'composer-text'")
    assert page.url == address


# -- chats and settings ----------------------------------------------------------------------------------------------


def test_chats_are_begun_renamed_found_and_deleted(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat("Quay notes"))
    page.click(".chat-name")
    page.keyboard.press("Control+a")
    page.keyboard.type("Zanzibar notes")
    page.keyboard.press("Enter")
    page.wait_for_selector(".current >> text=Zanzibar notes")
    page.fill("st-rail input", "zanzibar")
    count_is(page, ".chat-entry", 1)
    page.hover(".chat-entry")
    page.click(".chat-more")
    page.click(".menu-item >> text=Delete")
    page.click("dialog[open] >> .button.danger")
    count_is(page, ".chat-entry", 0)
    page.fill("st-rail input", "")
    page.click("text=New chat >> nth=0")
    page.wait_for_selector("st-welcome")


def test_a_source_is_added_checked_and_chosen_by_its_form(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    page.click(".open-settings")
    page.click("text=Add a source")
    page.click(".kind >> text=ComfyUI")
    page.fill("#connection-name", "workshop")
    page.get_by_label("Address").fill("http://127.0.0.1:9")
    page.get_by_label("Extra headers").fill("X-Key: hush")
    page.click(".form-footer >> text=Check")
    page.wait_for_selector(".health.bad")
    page.get_by_label("Steps").fill("0")
    page.click(".form-footer >> text=Add a source")
    page.wait_for_selector(".field-help.wrong >> text=Not less than 1")
    page.get_by_label("Steps").fill("12")
    page.click(".form-footer >> text=Add a source")
    page.wait_for_selector(".connection[data-name=workshop]")
    page.click(".connection[data-name=workshop] >> text=Edit")
    page.wait_for_selector("#connection-name:disabled")
    assert page.get_by_label("Extra headers").input_value() == ""
    assert "hush" not in page.content()
    page.click(".back")
    page.click(".connection[data-name=workshop] >> text=Make default")
    page.wait_for_selector(".connection[data-name=workshop].is-default")
    assert page.inner_text(".picker-source") == "workshop"
    page.click(".connection[data-name=workshop] >> text=Remove")
    page.click("dialog[open] >> .button.danger")
    count_is(page, ".connection[data-name=workshop]", 0)


def test_the_theme_is_chosen_and_remembered(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    ground = "() => getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.click(".theme-button")
    page.click(".menu-item >> text=Dark")
    assert page.evaluate(ground) != light
    page.reload()
    page.wait_for_selector("html[data-ready][data-theme=dark]")


# -- the host goes away ----------------------------------------------------------------------------------------------


def test_the_page_says_that_the_host_is_gone_and_catches_up(studio: Studio, context: Any, opened: Any) -> None:
    chat = studio.chat()
    streams: list[Any] = []
    context.route("**/api/events?*", lambda route: route.abort() if streams else route.continue_())
    page = opened(context, studio, chat)
    page.wait_for_timeout(300)
    streams.append("closed")
    studio.loop.call_soon_threadsafe(studio.web.stopping.set)
    page.wait_for_selector(".banner >> text=The host cannot be reached")
    studio.loop.call_soon_threadsafe(studio.web.stopping.clear)
    studio.say(chat, "assistant", "said meanwhile")
    streams.clear()
    page.wait_for_selector(".message >> text=said meanwhile")
    page.wait_for_selector(".banner", state="hidden")


# -- a phone ---------------------------------------------------------------------------------------------------------


@pytest.mark.feature("FAC-1")
def test_everything_fits_on_a_phone(studio: Studio, phone: Any, opened: Any) -> None:
    chat = studio.chat("A rather long title that will never fit into the header of a phone")
    studio.say(chat, "user", "averyveryverylongwordwithoutanyspace" * 6)
    for asset in studio.pictures(chat, 2):
        studio.say(chat, "assistant", "```\n" + "wide code " * 20 + "\n```", (asset,))
    page = opened(phone, studio, chat)
    fits(page)
    page.tap(".toggle-rail")
    page.wait_for_timeout(350)
    fits(page)
    page.keyboard.press("Escape")
    page.tap(".open-settings")
    for name in ("texts", "pictures", "styles", "you", "plugins", "about", "sources"):
        page.tap(f".settings-tab[data-page={name}]")
        page.wait_for_selector(".settings-content > *")
        fits(page)
    page.tap("text=Add a source")
    page.tap(".kind >> text=ComfyUI")
    footer = page.locator(".form-footer").bounding_box()
    assert footer["y"] + footer["height"] <= 844
    fits(page)


def fits(page: Any) -> None:
    """Nothing is wider than the screen, and every button is large enough for a finger."""
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, textarea, summary")]
            .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
            .filter((one) => !one.closest("[inert]") && !one.matches(".app-scrim, .seed, [type=checkbox], summary"))
            .map((one) => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()])
            .filter(([, box]) => box.width > 0 && (box.height < 39.5 || box.width < 39.5))
            .map(([html, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${html}`)"""
    )
    assert small == []


def test_a_phone_sends_with_the_button_and_enter_begins_a_line(studio: Studio, phone: Any, opened: Any) -> None:
    page = opened(phone, studio, studio.chat())
    page.tap("#composer-text")
    page.keyboard.type("one")
    page.keyboard.press("Enter")
    page.keyboard.type("two")
    assert page.input_value("#composer-text") == "one\ntwo"
    page.tap(".send")
    page.wait_for_selector("st-message[data-role=user]")
    assert re.sub(r"\s+", " ", page.inner_text("st-message[data-role=user] .message-body")) == "one two"
