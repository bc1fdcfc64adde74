"""Stepping through a script in front of the page."""

from __future__ import annotations

from typing import Any

from tests.browser.conftest import Studio

SCRIPT = "/let x 3 |\n/breakpoint |\n/times 2 {: /pass {{timesIndex}} :} |\n/echo ended with {{var::x}}"


def start(page: Any) -> None:
    page.fill("#composer-text", SCRIPT)
    page.click("button.send")
    page.wait_for_selector("st-debugger >> text=Waiting before /times, line 3")


def test_a_breakpoint_shows_the_place_and_steps_with_keys(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    start(page)
    assert page.text_content("st-debugger mark") == "/times 2 {: /pass {{timesIndex}} :}"
    assert page.evaluate("document.activeElement.dataset.step") == "resume", "the keyboard is where it is needed"
    page.keyboard.press("F11")
    page.wait_for_selector("st-debugger >> text=Waiting before /pass")
    assert "{{timesIndex}}" in page.text_content(".debugger-facts")
    page.keyboard.press("Shift+F11")
    page.wait_for_selector("st-debugger >> text=Waiting before /echo")
    page.keyboard.press("F8")
    page.wait_for_selector(".toast >> text=ended with 3")
    page.wait_for_selector("st-debugger", state="hidden")


def test_expressions_see_the_script_and_change_it(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    start(page)
    page.fill(".debugger-evaluate input", "/var key=x 5")
    page.keyboard.press("Enter")
    page.wait_for_selector(".debugger-output >> text=gives 5")
    page.fill(".debugger-evaluate input", "/nosuch")
    page.keyboard.press("Enter")
    page.wait_for_selector(".debugger-wrong >> text=There is no command /nosuch.")
    page.click("[data-step=resume]")
    page.wait_for_selector(".toast >> text=ended with 5")


def test_a_page_that_opens_later_finds_the_waiting_script(studio: Studio, context: Any, opened: Any) -> None:
    chat_id = studio.chat()
    start(opened(context, studio, chat_id))
    page = opened(context, studio, chat_id)
    page.wait_for_selector("st-debugger >> text=Waiting before /times, line 3")
    page.click("st-debugger >> text=Stop")
    page.wait_for_selector("st-debugger", state="hidden")
