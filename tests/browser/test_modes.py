"""Picture prompts on the page: templates that are changed and restored, and modes of one's own."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from stcore.chat.records import NewMessage

from .conftest import Studio

sync_api = pytest.importorskip("playwright.sync_api")


def prompts(page: Any) -> Any:
    """The page of picture prompts in the settings."""
    page.get_by_role("button", name="Settings").first.click()
    page.get_by_role("tab", name="Picture prompts").click()
    content = page.locator(".settings-content")
    content.get_by_role("heading", name="Templates").wait_for()
    return content


def open_template(content: Any, slot: str) -> Any:
    fold = content.locator(f"details.template[data-slot={slot}]")
    fold.locator("summary").first.click()
    return fold


@pytest.mark.feature("F232")
def test_a_template_is_changed_previewed_and_restored(context: Any, studio: Studio, opened: Any) -> None:
    chat_id = studio.chat()
    studio.call(studio.host.chats.append(chat_id, NewMessage("user", "Ann", "I see {{ships}}.")))
    page = opened(context, studio, chat_id)
    fold = open_template(prompts(page), "last")
    field = fold.get_by_label("The last message", exact=True)
    shipped = field.input_value()
    assert "POV" in shipped
    save, restore = (fold.get_by_role("button", name=name) for name in ("Save", "Restore default"))
    assert save.is_disabled()
    assert restore.is_disabled()

    field.fill("Say it:\n<%= message.text %> {{user}}")
    fold.get_by_text("What this gives").click()
    fold.get_by_text("I see {{ships}}. User").wait_for()
    fold.get_by_text("Not saved").wait_for()
    save.click()
    fold.get_by_text("Changed by you").wait_for()
    assert studio.host.prompt_templates.get("last") == "Say it:\n<%= message.text %> {{user}}\n"

    field.fill("fine\n<%= nothing %>")
    save.click()
    fold.get_by_text("last.jinja, line 2: There is no 'nothing'").wait_for()
    chosen = field.evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)")
    assert chosen == "<%= nothing %>", "the line that is wrong is selected"
    assert studio.host.prompt_templates.get("last").startswith("Say it"), "what was saved still counts"

    restore.click()
    page.get_by_role("dialog", name="Restore The last message?").get_by_role("button", name="Restore default").click()
    sync_api.expect(field).to_have_value(shipped)
    assert not studio.host.prompt_templates.is_own("last")


def test_another_face_changes_what_is_shown(context: Any, studio: Studio, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    content = prompts(page)
    fold = open_template(content, "you")
    field = fold.get_by_label("Yourself", exact=True)
    field.wait_for()
    studio.call(studio.host.prompt_templates.save("you", "from elsewhere"))
    sync_api.expect(field).to_have_value("from elsewhere\n")
    studio.call(studio.host.prompt_templates.reset("you"))
    sync_api.expect(field).not_to_have_value("from elsewhere\n")


def test_a_mode_is_written_drawn_shared_and_deleted(context: Any, studio: Studio, opened: Any, tmp_path: Path) -> None:
    page = opened(context, studio, studio.chat())
    content = prompts(page)
    content.get_by_text("None yet.").wait_for()
    content.get_by_role("button", name="New mode").click()
    content.get_by_label("Name").fill("Film noir")
    content.get_by_label("Words").fill("noir\nyou")
    content.get_by_label("Template").fill("rain on {{user}}")
    content.get_by_label("Written by").select_option("nobody")
    content.get_by_label("Shape").select_option("wide")
    content.get_by_role("button", name="Save", exact=True).click()
    content.get_by_role("alert").get_by_text("The word “you” chooses a mode of stcore itself.").wait_for()
    content.get_by_label("Words").fill("noir")
    content.get_by_role("button", name="Save", exact=True).click()
    entry = content.get_by_role("button", name="Film noir /imagine noir")
    entry.wait_for()
    assert studio.host.modes.get("film noir").triggers == ("noir",)
    sync_api.expect(entry).to_be_focused()

    with page.expect_download() as download:
        content.get_by_role("button", name="More for Film noir").click()
        page.get_by_role("menuitem", name="Save as a file").click()
    file = tmp_path / "Film noir.toml"
    download.value.save_as(file)
    assert 'shape = "wide"' in file.read_text()

    content.get_by_role("button", name="More for Film noir").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("dialog", name="Delete Film noir?").get_by_role("button", name="Delete").click()
    content.get_by_text("None yet.").wait_for()
    with page.expect_file_chooser() as chooser:
        content.get_by_role("button", name="Import").click()
    chooser.value.set_files(file)
    entry.wait_for()

    page.keyboard.press("Escape")
    page.fill("#composer-text", "/sd quiet=true noir")
    page.press("#composer-text", "Enter")
    assert studio.call(_asked(studio)) == "rain on User"


async def _asked(studio: Studio) -> str:
    """The prompt of the newest picture that was asked for."""
    async with asyncio.timeout(20):
        while not (jobs := await studio.host.jobs.list(limit=1)):
            await asyncio.sleep(0.05)
    return str(jobs[0]["prompt"])
