"""The settings of pictures on the page: everywhere, with a character, in one chat (image-generation.md section 15)."""

from __future__ import annotations

from typing import Any

import pytest

from stcore.images.shapes import KNOWN_RESOLUTIONS

from .conftest import Studio

sync_api = pytest.importorskip("playwright.sync_api")


def open_pictures(page: Any) -> Any:
    page.click(".open-settings")
    page.click(".settings-tab[data-page=pictures]")
    form = page.locator(".picture-settings")
    form.locator(".schema-form").wait_for()
    return form


def saved(form: Any) -> None:
    sync_api.expect(form.locator(".form-told")).to_have_text("Saved")


@pytest.mark.feature("F248")
def test_defaults_keep_themselves_and_go_back(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    form = open_pictures(page)
    sizes = form.locator(".size-row select")
    assert len(sizes.locator("option").all()) == len(KNOWN_RESOLUTIONS) + 1
    sizes.select_option(label="512 x 768 (2:3, character card, SD 1.5)")
    saved(form)
    form.get_by_role("button", name="Exchange width and height").click()
    form.get_by_label("Pictures at once").fill("3")
    saved(form)
    kept = studio.host.settings.current.images
    assert (kept.width, kept.height, kept.count) == (768, 512, 3)
    form.get_by_label("Pictures at once").fill("9")
    sync_api.expect(form).to_contain_text("Not more than 4, please.")
    form.locator("[data-name=count]").get_by_role("button", name="Back to the default").click()
    sync_api.expect(form.get_by_label("Pictures at once")).to_have_value("1")
    form.locator("[data-name=width]").get_by_role("button", name="Back to the default").click()
    sync_api.expect(form.get_by_label("Width in pixels")).to_have_value("")
    assert studio.host.settings.current.images.width is None


def test_the_list_of_sizes_begins_with_the_nearest_one(studio: Studio, context: Any, opened: Any) -> None:
    studio.call(studio.host.picture_settings.change("host", {"width": 830, "height": 1210}))
    form = open_pictures(opened(context, studio, studio.chat()))
    sync_api.expect(form.locator(".size-row select")).to_have_value("832x1216")
    form.get_by_label("Width in pixels").fill("640")
    saved(form)
    sync_api.expect(form.locator(".size-row select")).to_have_value("832x1216")
    assert studio.host.settings.current.images.width == 640
    studio.call(studio.host.picture_settings.change("host", {"width": None, "height": None}))


def test_what_the_source_does_not_take_is_put_away(studio: Studio, context: Any, opened: Any) -> None:
    form = open_pictures(opened(context, studio, studio.chat()))
    sync_api.expect(form).to_contain_text("settings that canvas does not take are put away")
    sync_api.expect(form.get_by_label("Sampler")).to_be_hidden()
    form.get_by_role("button", name="Show", exact=True).click()
    form.get_by_label("Steps", exact=True).fill("9")
    saved(form)
    assert studio.host.settings.current.images.steps == 9
    studio.call(studio.host.picture_settings.change("host", {"steps": None}))


@pytest.mark.feature("F248")
def test_a_chat_and_a_character_say_otherwise(studio: Studio, context: Any, opened: Any) -> None:
    mira = studio.call(studio.host.characters.create("Mira"))
    chat = studio.call(studio.host.chats.create("", character_id=mira.id)).id
    page = opened(context, studio, chat)
    form = open_pictures(page)
    form.get_by_text("With Mira").click()
    form.get_by_label("Style", exact=True).select_option("Anime")
    sync_api.expect(form.get_by_label("Before every prompt")).to_have_value(
        "anime key visual, clean line art, cel shading, expressive eyes, painted background, {prompt}"
    )
    sync_api.expect(page.locator(".picker-style")).to_have_text("Anime")
    sync_api.expect(form.locator(".scope", has_text="With Mira")).to_contain_text("3")
    form.get_by_text("In this chat").click()
    form.get_by_label("Before every prompt").fill("only here")
    saved(form)
    layers = studio.call(studio.host.picture_settings.of(chat))
    assert (layers.host.style, layers.effective.style, layers.effective.prefix) == ("Default", "Anime", "only here")
    row = form.locator("[data-name=prefix]")
    sync_api.expect(row).to_have_class("form-row has-reset is-own")
    row.get_by_role("button", name="As everywhere else").click()
    sync_api.expect(form.get_by_label("Before every prompt")).to_have_value(
        "anime key visual, clean line art, cel shading, expressive eyes, painted background, {prompt}"
    )
    assert studio.call(studio.host.picture_settings.of(chat)).chat == {}
    other = opened(context, studio, studio.chat())
    sync_api.expect(other.locator(".picker-style")).to_have_text("Default")


def test_phrases_are_kept(studio: Studio, context: Any, opened: Any) -> None:
    form = open_pictures(opened(context, studio, studio.chat()))
    form.get_by_role("button", name="Add a phrase").click()
    form.get_by_label("When a reply says").fill("takes a photo")
    form.get_by_label("Draw", exact=True).fill("face")
    saved(form)
    (phrase,) = studio.host.settings.current.images.phrases
    assert (phrase.phrase, phrase.argument, phrase.regex) == ("takes a photo", "face", False)
    form.get_by_role("button", name="Remove this phrase").click()
    sync_api.expect(form.get_by_label("When a reply says")).to_have_count(0)
    saved(form)
    assert studio.host.settings.current.images.phrases == ()
