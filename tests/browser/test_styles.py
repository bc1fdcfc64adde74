"""Styles on the page: changed, kept, named, shared, and followed by other pages (image-generation.md section 11)."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from .conftest import Studio

sync_api = pytest.importorskip("playwright.sync_api")


def open_styles(page: Any) -> Any:
    page.click(".open-settings")
    page.click(".settings-tab[data-page=styles]")
    card = page.locator(".style-card")
    card.wait_for()
    return card


@pytest.mark.feature("F245", "F246")
def test_words_are_changed_kept_and_given_up(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    other = opened(context, studio, studio.chat())
    card = open_styles(page)
    prefix, negative = card.get_by_label("Before every prompt"), card.get_by_label("Kept out of every picture")
    card.get_by_label("Style in use").select_option("Ink drawing")
    sync_api.expect(prefix).to_have_value("black ink drawing, confident line, cross-hatching, cream paper, {prompt}")
    sync_api.expect(other.locator(".picker-style")).to_have_text("Ink drawing")
    save = card.get_by_role("button", name="Save", exact=True)
    sync_api.expect(save).to_be_disabled()

    prefix.fill("ink, {prompt}")
    sync_api.expect(card.locator(".style-state")).to_contain_text("Changed since Ink drawing was saved")
    card.get_by_role("button", name="Save as …").click()
    dialog = page.get_by_role("dialog", name="Save the words in use")
    sync_api.expect(dialog.get_by_label("Name")).to_have_value("Ink drawing")
    sync_api.expect(dialog).to_contain_text("your own Ink drawing will stand in its place")
    dialog.get_by_label("Name").fill("My ink")
    dialog.get_by_role("button", name="Save").click()
    sync_api.expect(other.locator(".picker-style")).to_have_text("My ink")
    sync_api.expect(card.get_by_label("Style in use")).to_have_value("My ink")
    assert tomllib.loads((studio.folder / "styles" / "my-ink.toml").read_text())["prefix"] == "ink, {prompt}"

    negative.fill("colour, blur")
    card.get_by_role("button", name="As it was saved").click()
    sync_api.expect(negative).to_have_value("colour, photograph, gradient, blur, render")
    negative.fill("")
    save.click()
    sync_api.expect(save).to_be_disabled()
    assert "negative" not in tomllib.loads((studio.folder / "styles" / "my-ink.toml").read_text())

    row = page.locator(".style-row[data-name='My ink']")
    row.get_by_label("More for My ink").click()
    page.get_by_role("menuitem", name="Rename …").click()
    renaming = page.get_by_role("dialog", name="Rename the style")
    renaming.get_by_label("Name").fill("Anime")
    sync_api.expect(renaming).to_contain_text("There is a style of this name already.")
    renaming.get_by_label("Name").fill("Quill")
    renaming.get_by_role("button", name="Rename").click()
    sync_api.expect(other.locator(".picker-style")).to_have_text("Quill")
    page.locator(".style-row[data-name=Quill]").get_by_label("More for Quill").click()
    page.get_by_role("menuitem", name="Delete …").click()
    page.get_by_role("dialog", name="Delete Quill?").get_by_role("button", name="Delete").click()
    sync_api.expect(other.locator(".picker-style")).to_have_text("Default")
    sync_api.expect(prefix).to_have_value("")


def test_a_shipped_style_is_covered_and_comes_back(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    card = open_styles(page)
    page.locator(".style-row[data-name=Photograph] .reply-open").click()
    prefix = card.get_by_label("Before every prompt")
    sync_api.expect(prefix).to_have_value("photograph, natural light, 35 mm lens, true colours, fine detail, {prompt}")
    prefix.fill("photo of {prompt}")
    card.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("dialog", name="Change Photograph?").get_by_role("button", name="Change it").click()
    row = page.locator(".style-row[data-name=Photograph]")
    sync_api.expect(row).to_contain_text("Changed by you")
    row.get_by_label("More for Photograph").click()
    page.get_by_role("menuitem", name="Put it back as it came …").click()
    page.get_by_role("dialog").get_by_role("button", name="Put it back").click()
    sync_api.expect(prefix).to_have_value("photograph, natural light, 35 mm lens, true colours, fine detail, {prompt}")
    sync_api.expect(row).not_to_contain_text("Changed by you")


def test_styles_come_in_and_go_out_as_files(studio: Studio, context: Any, opened: Any, tmp_path: Path) -> None:
    page = opened(context, studio, studio.chat())
    open_styles(page)
    file = tmp_path / "settings.json"
    mine = [
        {"name": "Noir", "prefix": "film noir", "negative": ""},
        {"name": "Anime", "prefix": "other", "negative": ""},
    ]
    file.write_text(json.dumps({"extension_settings": {"sd": {"styles": mine}}}))
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import …").click()
    chooser.value.set_files(file)
    question = page.get_by_role("dialog", name="1 name is taken")
    sync_api.expect(question).to_contain_text("settings.json brings other words for Anime")
    question.get_by_role("button", name="Keep both").click()
    page.locator(".style-row[data-name=Noir]").wait_for()
    page.locator(".style-row[data-name='Anime (2)']").wait_for()
    page.locator(".style-row[data-name=Noir]").get_by_label("More for Noir").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Save as a file", exact=True).click()
    assert download.value.suggested_filename == "Noir.toml"
    assert tomllib.loads(Path(download.value.path()).read_text()) == {"name": "Noir", "prefix": "film noir"}
    for name in ("Noir", "Anime (2)"):
        studio.call(studio.host.style_desk.delete(name))
    sync_api.expect(page.locator(".style-row[data-name=Noir]")).to_have_count(0)


def test_a_chat_with_words_of_its_own_says_so(studio: Studio, context: Any, opened: Any) -> None:
    chat = studio.chat()
    studio.call(studio.host.style_desk.choose("Default"))
    studio.call(studio.host.picture_settings.change("chat", {"prefix": "only here"}, chat))
    page = opened(context, studio, chat)
    card = open_styles(page)
    sync_api.expect(card).to_contain_text("This chat has words of its own.")
    sync_api.expect(card.get_by_label("Before every prompt")).to_have_value("only here")
    card.get_by_role("button", name="As everywhere else").click()
    sync_api.expect(card.get_by_label("Before every prompt")).to_have_value("")
    sync_api.expect(card).not_to_contain_text("This chat has words of its own.")
