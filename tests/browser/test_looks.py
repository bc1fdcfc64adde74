"""How characters and personas look in pictures, in their editors."""

from __future__ import annotations

import re
from typing import Any

import pytest

from stcore.chat.imagine.looks import Looks, looks_of, set_looks
from tests.browser.conftest import Studio, picture
from tests.browser.test_people import character, choose, clear, edit, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def looks(studio: Studio, who: Any) -> Looks:
    return studio.call(looks_of(studio.host, who))


def stored(studio: Studio, seed: int) -> str:
    kept = studio.host.library.store(picture(seed), kind="message", origin="received")
    return str(studio.call(kept).id)


def pictures_of(page: Any, name: str) -> Any:
    """The page of its editor about pictures."""
    editor = edit(page, name)
    editor.get_by_role("tab", name="Pictures").click()
    return editor


@pytest.mark.feature("F243")
def test_words_are_shared_in_the_card_only_when_one_says_so(context: Any, studio: Studio, opened: Any) -> None:
    clear(studio)
    mira = character(studio, "Mira")
    page = opened(context, studio, studio.chat())
    editor = pictures_of(page, "Mira")
    editor.get_by_label("Before the prompt of its pictures").fill("blue scarf, <lora:harbour:0.8>")
    editor.get_by_label("Kept out of its pictures").fill("gloves")
    expect(editor.get_by_text("Saved", exact=True)).to_be_visible()
    assert looks(studio, mira) == Looks("blue scarf, <lora:harbour:0.8>", "gloves", shared=False)
    extensions = studio.call(studio.host.characters.get(mira.id)).card["data"]["extensions"]
    assert "sd_character_prompt" not in extensions
    editor.get_by_label("Share these words in its card").check()
    editor.get_by_role("button", name="Close").click()
    editor.wait_for(state="detached")
    extensions = studio.call(studio.host.characters.get(mira.id)).card["data"]["extensions"]
    assert extensions["sd_character_prompt"] == {"positive": "blue scarf, <lora:harbour:0.8>", "negative": "gloves"}


def test_reference_pictures_are_added_ordered_and_taken_away(context: Any, studio: Studio, opened: Any) -> None:
    clear(studio)
    mira = character(studio, "Mira", avatar=True)
    hat = stored(studio, 5)
    page = opened(context, studio, studio.chat())
    editor = pictures_of(page, "Mira")
    rows = editor.get_by_role("list", name="Reference pictures").get_by_role("listitem")
    choose(page, editor.get_by_role("button", name="Add a picture"), "The picture it wears")
    with page.expect_file_chooser() as chooser:
        choose(page, editor.get_by_role("button", name="Add a picture"), "From a file")
    chooser.value.set_files({"name": "coat.png", "mimeType": "image/png", "buffer": picture(7)})
    expect(rows).to_have_count(2)
    choose(page, editor.get_by_role("button", name="Add a picture"), "From the gallery")
    gallery = page.get_by_role("dialog", name="Choose a picture")
    gallery.get_by_role("button", name="All pictures").click()
    gallery.locator(f".choice-picture:has(img[src*='{hat}'])").click()
    expect(rows).to_have_count(3)
    rows.nth(2).get_by_role("combobox").select_option("init")
    rows.nth(2).get_by_role("spinbutton").fill("0.4")
    rows.nth(0).get_by_role("button", name=re.compile("Move")).press("End")
    rows.nth(0).get_by_role("button", name=re.compile("Take away")).click()
    expect(rows).to_have_count(2)
    expect(editor.get_by_text("Saved", exact=True)).to_be_visible()
    assert looks(studio, mira).references == (f"{hat}:init:0.4", "avatar:subject")


def test_an_open_editor_shows_what_scripts_change(context: Any, studio: Studio, opened: Any) -> None:
    clear(studio)
    mira = character(studio, "Mira")
    page = opened(context, studio, studio.chat())
    editor = pictures_of(page, "Mira")
    gone = "0" * 32
    studio.call(set_looks(studio.host, mira, prefix="oilskin", shared=True, references=[f"{gone}:style"]))
    expect(editor.get_by_label("Before the prompt of its pictures")).to_have_value("oilskin")
    expect(editor.get_by_label("Share these words in its card")).to_be_checked()
    expect(editor.get_by_role("list", name="Reference pictures")).to_contain_text("This picture is gone")


def test_a_persona_has_words_and_pictures_of_its_own(context: Any, studio: Studio, opened: Any) -> None:
    clear(studio)
    robin = studio.call(studio.host.personas.create("Robin"))
    page = opened(context, studio, studio.chat())
    choose(page, page.locator(".persona-button"), "Personas")
    page.locator(".settings-content").get_by_role("button", name="Robin", exact=True).click()
    page.get_by_label("Before the prompt of pictures of you").fill("grey coat")
    with page.expect_file_chooser() as chooser:
        choose(page, page.get_by_role("button", name="Add a picture"), "From a file")
    chooser.value.set_files({"name": "coat.png", "mimeType": "image/png", "buffer": picture(7)})
    expect(page.get_by_role("list", name="Reference pictures").get_by_role("listitem")).to_have_count(1)
    page.get_by_role("button", name="All personas").click()
    page.get_by_role("button", name="New persona").wait_for()
    kept = looks(studio, studio.call(studio.host.personas.get(robin.id)))
    assert kept.prefix == "grey coat"
    [reference] = kept.references
    assert reference.endswith(":subject")


def test_settings_of_pictures_have_references_too(context: Any, studio: Studio, opened: Any) -> None:
    clear(studio)
    page = opened(context, studio, studio.chat())
    page.get_by_role("button", name="Settings").first.click()
    page.get_by_role("tab", name="Pictures").click()
    page.locator(".unused-note").get_by_role("button", name="Show").click()  # the source that paints itself takes none
    add = page.get_by_role("button", name="Add a picture")
    choose(page, add, "The character's picture")
    with page.expect_file_chooser() as chooser:
        choose(page, add, "From a file")
    chooser.value.set_files({"name": "coat.png", "mimeType": "image/png", "buffer": picture(7)})
    rows = page.get_by_role("list", name="Reference pictures").get_by_role("listitem")
    expect(rows).to_have_count(2)
    rows.nth(1).get_by_role("combobox").select_option("style")
    expect(page.locator(".form-told").last).to_have_text("Saved")
    kept = studio.host.settings.current.images.references
    assert kept[0] == "avatar:subject"
    assert kept[1].endswith(":style")
    page.locator("[data-name=references]").get_by_role("button", name="Back to the default").click()
    expect(rows).to_have_count(0)
    assert studio.host.settings.current.images.references == ()
