"""Notices, dialogs, busy indicators and the clipboard on the page."""

from __future__ import annotations

from typing import Any

from tests.browser.conftest import Studio


def run(page: Any, script: str) -> None:
    page.fill("#composer-text", script)
    page.click("button.send")


def test_a_notice_can_be_clicked_and_waited_for(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    run(page, "/echo color=rgb(1,2,3) cssClass=loud onClick={: /echo It was clicked :} Click me")
    card = page.wait_for_selector(".toast.loud")
    assert card.evaluate("card => getComputedStyle(card).backgroundColor") == "rgb(1, 2, 3)"
    card.click()
    page.wait_for_selector(".toast >> text=It was clicked")
    run(page, "/echo awaitDismissal=true timeout=0 extendedTimeout=0 escapeHtml=false <i>Read</i> me | /echo Done")
    page.wait_for_selector(".toast i >> text=Read")
    assert page.query_selector(".toast >> text=Done") is None
    page.click(".toast:has(i) [aria-label=Dismiss]")
    page.wait_for_selector(".toast >> text=Done")


def test_a_busy_indicator_covers_the_page_and_has_a_stop_button(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    run(page, '/loader-show title=Work message="Hold on" onStop={: /echo Stopped it :} | /delay 1')
    page.wait_for_selector("st-loaders.blocking .loader >> text=Hold on")
    page.click("st-loaders button")
    page.wait_for_selector(".toast >> text=Stopped it")
    page.wait_for_selector("st-loaders", state="hidden")


def test_the_clipboard_is_written_and_read_after_a_click(studio: Studio, context: Any, opened: Any) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = opened(context, studio, studio.chat())
    run(page, "/clipboard-set from a script | /clipboard-get | /echo got {{pipe}}")
    page.click("dialog >> text=Allow >> nth=-1")
    page.wait_for_selector(".toast >> text=got from a script")
    run(page, "/clipboard-get | /echo got [{{pipe}}]")
    page.click("dialog >> text=Do not allow")
    page.wait_for_selector(".toast.warning >> text=may not be read")


def test_dialogs_look_as_scripts_want(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    run(page, "/popup wider=on large=on tooltip=tip A long text")
    dialog = page.wait_for_selector("dialog.wider.large[title=tip]")
    box = dialog.bounding_box()
    assert box["width"] > 1200
    assert box["height"] > 600
    page.click("dialog >> text=OK")


def test_a_sound_is_no_error(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    run(page, "/beep | /echo rang")
    page.wait_for_selector(".toast >> text=rang")
