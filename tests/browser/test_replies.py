"""Quick replies on the page: the bar, its menus, and the editor."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from stcore.chat.replies.files import set_from_json

from .conftest import Studio

sync_api = pytest.importorskip("playwright.sync_api")


def put(studio: Studio, name: str, *replies: dict[str, Any], on: bool = True, **options: Any) -> None:
    """A set in the host, switched on in all chats."""
    numbered = [{"id": 2 * number, **reply} for number, reply in enumerate(replies, 1)]
    of = set_from_json({"name": name, "qrList": numbered, **options})
    studio.call(studio.host.reply_sets.add(of, replacing=True))
    if on:
        studio.call(studio.host.reply_sets.switch("host", name, True))


def clear(studio: Studio) -> None:
    for name in studio.call(studio.host.reply_sets.names()):
        studio.call(studio.host.reply_sets.delete(name))


def settings(page: Any) -> Any:
    """The page of quick replies in the settings."""
    page.get_by_role("button", name="Settings").first.click()
    page.get_by_role("tab", name="Quick replies").click()
    return page.locator(".settings-content")


def test_buttons_run_scripts_and_their_menus_too(context: Any, studio: Studio, opened: Any) -> None:
    clear(studio)
    put(studio, "Below", {"label": "Chosen", "message": "/echo second {{pipe}}"}, on=False)
    link = {"set": "Below", "isChained": True}
    put(
        studio,
        "Above",
        {"label": "Go", "message": "/pass first | /echo {{pipe}}", "title": "Goes there", "contextList": [link]},
        {"label": "Secret", "isHidden": True},
    )
    page = opened(context, studio, studio.chat())
    bar = page.get_by_role("toolbar", name="Quick replies")
    button = bar.get_by_role("button", name="Go", exact=True)
    assert button.get_attribute("title") == "Goes there"
    assert bar.get_by_text("Secret").count() == 0
    button.click()
    page.locator("st-toasts").get_by_text("first", exact=True).wait_for()
    button.click(button="right")
    page.get_by_role("menuitem", name="Chosen").click()
    page.locator("st-toasts").get_by_text("second first", exact=True).wait_for()
    assert not page.get_by_role("menu").count()


def test_the_keyboard_reaches_every_button_by_one_stop(context: Any, studio: Studio, opened: Any) -> None:
    clear(studio)
    put(studio, "Below", {"label": "Deep", "message": "/echo deep"}, on=False)
    put(
        studio,
        "Keys",
        {"label": "One", "message": "/echo one"},
        {"label": "Two", "message": "/echo two", "contextList": [{"set": "Below", "isChained": False}]},
        {"label": "Three", "message": "/echo three"},
    )
    page = opened(context, studio, studio.chat())
    page.get_by_role("button", name="One", exact=True).wait_for()
    page.locator("#composer-text").focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    focused = "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent"
    assert page.evaluate(focused) == "One"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(focused) == "Menu of Two"
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.locator("st-toasts").get_by_text("deep", exact=True).wait_for()
    page.keyboard.press("End")
    assert page.evaluate(focused) == "Three"


def test_what_is_typed_goes_along_where_the_set_wants_it(context: Any, studio: Studio, opened: Any) -> None:
    clear(studio)
    put(studio, "Polite", {"label": "Please", "message": "please."}, injectInput=True, disableSend=True)
    put(studio, "Input", {"label": "Shout", "message": "/upper {{input}} | /echo {{pipe}}"})
    page = opened(context, studio, studio.chat())
    field = page.locator("#composer-text")
    field.fill("Come")
    page.get_by_role("button", name="Shout", exact=True).click()
    page.locator("st-toasts").get_by_text("COME", exact=True).wait_for()
    page.get_by_role("button", name="Please", exact=True).click()
    sync_api.expect(field).to_have_value("Come please.")
    assert page.locator("st-message").count() == 0


def test_a_set_is_made_written_tried_and_ordered(context: Any, studio: Studio, opened: Any) -> None:
    clear(studio)
    page = opened(context, studio, studio.chat())
    content = settings(page)
    content.get_by_role("button", name="New set").click()
    page.get_by_label("Name", exact=True).fill("Mine")
    page.get_by_role("button", name="Make it").click()
    for label, text in (("First", "/pass 3 |\n/var nothing"), ("Second", "/echo made")):
        content.get_by_role("button", name="New reply").click()
        content.get_by_label("Label", exact=True).fill(label)
        content.get_by_label("Script or message").fill(text)
        content.get_by_role("button", name="Run", exact=True).click()
        if label == "First":
            place = content.get_by_role("button", name="Line 2, column 2")
            place.click()
            selection = "[document.activeElement.selectionStart, document.activeElement.selectionEnd]"
            assert page.evaluate(f"document.activeElement.value.slice(...{selection})") == "var nothing"
            content.get_by_text("Run by itself", exact=True).click()
            content.get_by_label("After your message").check()
        else:
            content.get_by_text(re.compile("It left in the pipe: made")).wait_for()
        content.get_by_role("button", name="Mine", exact=True).click()
    row = content.locator(".reply-row", has_text="Second").locator(".reply-open")
    row.focus()
    page.keyboard.press("Alt+ArrowUp")
    page.get_by_role("button", name="Close the settings").click()
    page.reload()
    bar = page.get_by_role("toolbar", name="Quick replies")
    bar.get_by_role("button", name="First").wait_for()
    assert bar.get_by_role("button").all_text_contents() == ["Second", "First"]
    (stored,) = studio.call(studio.host.reply_sets.sets())
    assert [sorted(reply.occasions) for reply in stored.replies] == [[], ["user"]]


def test_a_file_is_taken_over_and_switched_on(context: Any, studio: Studio, opened: Any, tmp_path: Path) -> None:
    clear(studio)
    file = tmp_path / "set.json"
    replies = [{"id": 1, "label": "Smile", "icon": "fa-solid fa-bolt", "message": "/echo :)"}]
    file.write_text(json.dumps({"version": 2, "name": "Foreign", "color": "rgba(200, 0, 0, 1)", "qrList": replies}))
    page = opened(context, studio, studio.chat())
    content = settings(page)
    with page.expect_file_chooser() as chooser:
        content.get_by_role("button", name="Import").click()
    chooser.value.set_files(file)
    card = content.locator("[data-name=Foreign]")
    card.get_by_label("In this chat", exact=True).check()
    button = page.locator("st-reply-bar").get_by_role("button", name="Smile", include_hidden=True)
    button.wait_for(state="attached")
    assert button.locator("use").get_attribute("href").endswith("#bolt")
    card.get_by_role("button", name=re.compile("Hide the buttons")).click()
    button.wait_for(state="detached")
    with page.expect_download() as download:
        card.get_by_role("button", name="More for Foreign").click()
        page.get_by_role("menuitem", name="Save as a file").click()
    assert json.loads(Path(download.value.path()).read_text())["qrList"][0]["label"] == "Smile"


def test_the_bar_fits_a_phone_and_a_long_press_opens_the_menu(phone: Any, studio: Studio, opened: Any) -> None:
    clear(studio)
    put(studio, "Below", {"label": "Inside", "message": "/echo inside"}, on=False)
    many = [{"label": f"A longer label {number}", "message": "/echo x"} for number in range(12)]
    menu = {"label": "Hold", "message": "/echo short", "contextList": [{"set": "Below", "isChained": False}]}
    put(studio, "Many", menu, *many)
    page = opened(phone, studio, studio.chat())
    hold = page.get_by_role("button", name="Hold", exact=True)
    hold.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("st-reply-bar").bounding_box()["height"] < 70
    assert hold.bounding_box()["height"] >= 40
    hold.dispatch_event("pointerdown", {"pointerType": "touch"})
    page.get_by_role("menuitem", name="Inside").wait_for()
    hold.dispatch_event("pointerup", {"pointerType": "touch"})
    hold.dispatch_event("click")
    page.get_by_role("menuitem", name="Inside").tap()
    page.locator("st-toasts").get_by_text("inside", exact=True).wait_for()
    assert page.locator("st-toasts").get_by_text("short", exact=True).count() == 0
