"""Help while typing, as people meet it: suggestions, explanations, underlined mistakes, previews, the reference."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import Studio

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FIELD = "#composer-text"
LIST_OPEN = f"{FIELD}[aria-expanded=true]"
WORDS = "First words to the model"


def typed(page: Any, text: str) -> Any:
    """Type ``text`` into the composer key by key; its field."""
    field = page.locator(FIELD)
    field.press_sequentially(text)
    return field


def becomes(page: Any, text: str) -> None:
    page.wait_for_function("([field, text]) => document.querySelector(field).value === text", arg=[FIELD, text])


def underlined(page: Any, within: str = "st-composer") -> list[str]:
    page.wait_for_selector(f"{within} .assist-mirror mark")
    return list(page.locator(f"{within} .assist-mirror mark").all_text_contents())


def words_of_settings(page: Any) -> Any:
    """The field for the system prompt, in the settings."""
    page.click(".open-settings")
    page.click("[data-page=you]")
    field = page.get_by_label(WORDS)
    field.wait_for()
    return field


# -- suggestions -----------------------------------------------------------------------------------------------------


def test_a_macro_is_completed_in_a_plain_message_and_says_what_it_gives_now(
    studio: Studio, context: Any, opened: Any
) -> None:
    page = opened(context, studio, studio.chat())
    typed(page, "Good day, {{us")
    page.wait_for_selector(LIST_OPEN)
    first = page.locator("[role=option] >> nth=0")
    assert "{{user}}" in first.inner_text() and "User" in first.locator(".completion-detail").inner_text()
    page.keyboard.press("Tab")
    becomes(page, "Good day, {{user}}")
    page.wait_for_selector(".completion", state="hidden")
    page.keyboard.press("Enter")
    page.wait_for_selector("st-message[data-role=user] >> text=Good day, User")


def test_arrows_choose_enter_takes_and_undo_gives_back(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    field = typed(page, "😀 {{us")
    page.wait_for_selector(LIST_OPEN)
    page.keyboard.press("ArrowDown")
    chosen = page.locator(f"#{field.get_attribute('aria-activedescendant')}")
    assert chosen.get_attribute("aria-selected") == "true"
    page.keyboard.press("Enter")
    becomes(page, "😀 {{user}}")
    page.keyboard.press("Control+z")
    becomes(page, "😀 {{us")


def test_enter_sends_while_nothing_is_chosen(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    typed(page, "I wrote {{us")
    page.wait_for_selector(LIST_OPEN)
    page.keyboard.press("Enter")
    page.wait_for_selector("st-message[data-role=user] >> text=I wrote {{us")
    assert page.is_hidden(".completion")


def test_the_rest_of_a_name_is_replaced_with_it(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    typed(page, "{{uer}}")
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    page.keyboard.type("s")
    page.wait_for_selector(LIST_OPEN)
    page.keyboard.press("Tab")
    becomes(page, "{{user}}")


def test_a_fast_typist_need_not_wait_for_the_list(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    typed(page, "{{u")
    page.wait_for_selector(LIST_OPEN)
    page.keyboard.type("ser")
    page.keyboard.press("Tab")
    becomes(page, "{{user}}")


def test_escape_closes_until_there_is_something_else(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    field = typed(page, "{{us")
    page.wait_for_selector(LIST_OPEN)
    page.keyboard.press("Escape")
    page.wait_for_selector(".completion", state="hidden")
    with page.expect_response("**/api/complete"):
        page.keyboard.type("e")
    page.wait_for_timeout(50)
    assert page.is_hidden(".completion") and field.get_attribute("aria-expanded") == "false"
    page.keyboard.press("Control+Space")
    page.wait_for_selector(LIST_OPEN)


def test_control_and_space_offer_macros_anywhere(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    typed(page, "Hello ")
    page.keyboard.press("Control+Space")
    page.wait_for_selector(LIST_OPEN)
    page.click("[role=option] >> text={{char}}")
    becomes(page, "Hello {{char}}")


def test_plain_words_cost_no_request(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    asked: list[str] = []
    page.on("request", lambda sent: "/api/complete" in sent.url and asked.append(sent.url))
    typed(page, "just words, with a {brace}")
    page.wait_for_timeout(300)
    assert asked == []
    typed(page, " {{")
    page.wait_for_selector(LIST_OPEN)
    assert asked


def test_who_wants_no_suggestions_still_gets_them_by_key(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    page.click(".open-settings")
    page.click("[data-page=about]")
    page.get_by_label("Suggestions while typing").select_option("off")
    page.keyboard.press("Escape")
    with page.expect_response("**/api/complete"):
        typed(page, "{{us")
    page.wait_for_timeout(50)
    assert page.get_attribute(FIELD, "aria-expanded") == "false"
    page.keyboard.press("Control+Space")
    page.wait_for_selector(LIST_OPEN)


# -- explanations ----------------------------------------------------------------------------------------------------


def test_the_argument_at_the_cursor_is_shown_and_explained(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    typed(page, "{{setvar::mood")
    page.wait_for_selector(".signature-argument.current >> text=name")
    page.keyboard.type("::")
    page.wait_for_selector(".signature-argument.current >> text=value")
    assert "value:" in page.inner_text(".signature")
    page.keyboard.type("happy}}")
    page.wait_for_selector(".completion", state="hidden")


def test_a_finished_call_says_what_it_gives_and_changes_nothing(studio: Studio, context: Any, opened: Any) -> None:
    chat = studio.chat()
    page = opened(context, studio, chat)
    typed(page, "{{setvar::mood::sunny}}{{getvar::mood}}")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector(".signature-now")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    typed(page, "/echo mood {{getvar::mood}}.")
    page.keyboard.press("Enter")
    page.wait_for_selector(".toast >> text=mood .")


# -- mistakes --------------------------------------------------------------------------------------------------------


def test_every_mistake_is_underlined_with_its_reason(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    typed(page, "Hi {{usr}}, {{setvar::mood}} and on")
    marks = underlined(page)
    assert len(marks) == 2 and "usr" in marks[0] and "setvar" in marks[1]
    told = page.inner_text(".completion-problems")
    assert "usr" in told and "user" in told and "setvar" in told
    assert "usr" in page.text_content("st-composer [role=status]")
    page.keyboard.press("Escape")
    page.wait_for_selector(".completion", state="hidden")
    assert len(underlined(page)) == 2
    page.keyboard.press("F8")
    page.wait_for_selector(".completion-problem >> text=usr")
    assert page.locator(".completion-problem").count() == 1
    page.keyboard.press("Control+a")
    page.keyboard.type("Hi {{user}}")
    page.wait_for_function("() => !document.querySelector('st-composer .assist-mirror mark')")


def test_a_mark_moves_along_with_its_word(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    typed(page, "See {{usr}} there")
    (before,) = underlined(page)
    page.keyboard.press("Home")
    page.keyboard.type("Now ")
    (mark,) = underlined(page)
    assert mark == before


def test_what_is_still_being_written_is_no_mistake_yet(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    typed(page, "Hello {{setvar::mood::")
    page.wait_for_selector(".signature")
    page.wait_for_timeout(900)
    assert page.locator(".assist-mirror mark").count() == 0
    page.focus(".open-settings")
    assert underlined(page)


def test_errors_and_warnings_differ_not_only_in_colour(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    typed(page, "{{usr}} and {{else}} here")
    page.wait_for_selector("mark[data-severity=error] >> nth=0")
    page.wait_for_selector("mark[data-severity=warning] >> nth=0")
    styles = [
        page.evaluate(f"getComputedStyle(document.querySelector('mark[data-severity={name}]')).textDecorationStyle")
        for name in ("error", "warning")
    ]
    assert styles == ["wavy", "dotted"]
    lines = page.locator(".completion-problem").all_text_contents()
    assert {line.split(":")[0] for line in lines} == {"Error", "Warning"}


# -- fields of forms -------------------------------------------------------------------------------------------------


def test_a_setting_that_takes_macros_is_helped_checked_and_previewed(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    field = words_of_settings(page)
    field.press_sequentially("You are {{cha")
    page.wait_for_selector("dialog.settings [role=option] >> text={{char}}")
    page.keyboard.press("Tab")
    assert field.input_value() == "You are {{char}}"
    page.keyboard.type(", not {{chr}} at all")
    page.wait_for_selector(".assist-problems >> text=chr")
    (mark,) = underlined(page, "dialog.settings")
    assert "chr" in mark
    page.click("dialog.settings .preview summary")
    page.wait_for_selector(".preview-text >> text=You are Assistant, not {{chr}} at all")
    field.press("End")
    field.press_sequentially(" {{user}}")
    page.wait_for_selector(".preview-text >> text=at all User")
    page.click(".form-footer >> text=Save")
    page.wait_for_selector(".toast.success")
    assert studio.host.settings.current.chat.system_prompt == "You are {{char}}, not {{chr}} at all {{user}}"


def test_escape_closes_the_list_before_the_dialog_and_tab_leaves_a_field(
    studio: Studio, context: Any, opened: Any
) -> None:
    page = opened(context, studio, studio.chat())
    field = words_of_settings(page)
    field.fill("")
    field.press_sequentially("{{us")
    page.wait_for_selector("dialog.settings .completion:popover-open")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.settings .completion", state="hidden")
    assert page.is_visible("dialog.settings")
    page.keyboard.press("Tab")
    assert page.evaluate(f"() => document.activeElement.getAttribute('aria-label') !== '{WORDS}'")
    assert field.input_value() == "{{us"
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.settings", state="hidden")


# -- the reference ---------------------------------------------------------------------------------------------------


def test_a_macro_is_found_explained_and_inserted_with_keys_alone(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    typed(page, "At , friend")
    for _ in range(len(", friend")):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("F1")
    page.wait_for_selector("dialog.reference .reference-option")
    page.keyboard.type("time of day")
    page.wait_for_function("() => document.querySelectorAll('.reference-option').length < 6")
    assert "{{time" in "".join(page.locator(".reference-sign").all_inner_texts())
    page.keyboard.press("ArrowDown")
    chosen = page.get_attribute("dialog.reference input", "aria-activedescendant")
    assert page.inner_text(f"#{chosen} .reference-sign") == page.inner_text(".entry-sign")
    page.fill("dialog.reference input", "user")
    page.wait_for_selector(".entry-now >> text=User")
    page.keyboard.press("Enter")
    becomes(page, "At {{user}}, friend")
    assert page.evaluate("() => document.activeElement.id") == "composer-text"


def test_the_reference_opens_at_what_the_cursor_is_in(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    typed(page, "{{setvar::")
    page.wait_for_selector(".signature")
    page.keyboard.press("F1")
    page.wait_for_selector(".entry-sign >> text=setvar")
    for words in ("Arguments", "Good to know", "Examples", "changes something"):
        assert words in page.inner_text(".reference-entry")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.reference", state="hidden")
    assert page.evaluate("() => document.activeElement.id") == "composer-text"
    page.keyboard.type("x")
    becomes(page, "{{setvar::x")


def test_a_macro_comes_into_the_field_of_a_form(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    field = words_of_settings(page)
    field.fill("Be {{se")
    page.click(".macro-tools >> text=Macros")
    page.wait_for_selector("dialog.reference .reference-option")
    page.keyboard.type("setvar")
    page.click(".entry-buttons >> text=Insert")
    page.wait_for_selector("dialog.reference", state="hidden")
    assert page.is_visible("dialog.settings")
    assert field.input_value() == "Be {{setvar::::}}"
    page.wait_for_selector(".signature-argument.current >> text=name")
    page.keyboard.type("mood")
    assert field.input_value() == "Be {{setvar::mood::}}"


def test_a_command_is_looked_up_and_inserted_behind_a_pipe(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    typed(page, "/pass x")
    page.keyboard.press("Escape")
    page.click(".hint-link >> text=commands")
    page.wait_for_selector("dialog.reference .reference-option")
    page.keyboard.type("echo")
    page.wait_for_selector(".entry-sign >> text=/echo")
    assert "Examples" in page.inner_text(".reference-entry") or "Arguments" in page.inner_text(".reference-entry")
    page.keyboard.press("Enter")
    becomes(page, "/pass x | /echo ")
    page.keyboard.press("F1")
    page.wait_for_selector(".entry-sign >> text=/echo")
    page.press(".reference-tabs [aria-selected=true]", "ArrowLeft")
    page.wait_for_selector(".reference-option >> text={{user}}")


def test_the_reference_on_a_phone_shows_list_and_entry_in_turn(studio: Studio, phone: Any, opened: Any) -> None:
    page = opened(phone, studio, studio.chat())
    page.tap(".picture-button")
    page.tap(".menu-item >> text=Macros")
    page.wait_for_selector("dialog.reference .reference-option")
    assert not page.is_visible(".reference-entry")
    page.tap(".reference-option >> text={{char}}")
    page.wait_for_selector(".entry-now >> text=Assistant")
    assert not page.is_visible(".reference-list")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    page.tap(".back")
    page.wait_for_selector(".reference-list")
    page.tap(".reference-option >> text={{char}}")
    page.tap(".entry-buttons >> text=Insert")
    becomes(page, "{{char}}")
