"""Workflows on the page: their list, their editor with the marks of placeholders, and placeholders of one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .conftest import Studio

sync_api = pytest.importorskip("playwright.sync_api")

SHIPPED = "Default_Comfy_Workflow.json"
GRAPH = """{
  "1": {"class_type": "KSampler", "inputs": {
    "text": "%prompt%",
    "steps": %steps%,
    "strength": "%strength%"
  }}
}
"""


def settings(page: Any) -> Any:
    """The page of workflows in the settings."""
    page.get_by_role("button", name="Settings").first.click()
    page.get_by_role("tab", name="Workflows").click()
    content = page.locator(".settings-content")
    content.locator(".workflow-row").first.wait_for()
    return content


def folder(studio: Studio) -> Path:
    """Where workflows of one's own lie."""
    return studio.folder / "workflows"


def own(studio: Studio) -> list[dict[str, Any]]:
    """Placeholders of one's own as they are stored."""
    return [one.model_dump(mode="json") for one in studio.host.settings.current.images.placeholders]


def forget_own(studio: Studio) -> None:
    studio.call(studio.host.workflow_desk.set_placeholders([]))


def saved(editor: Any) -> None:
    """Wait until the host has what was typed into the list of placeholders."""
    editor.locator(".own-told").get_by_text("Saved", exact=True).wait_for()


@pytest.mark.feature("F265")
@pytest.mark.feature("F267")
def test_a_workflow_is_made_and_what_is_wrong_with_it_mended(context: Any, studio: Studio, opened: Any) -> None:
    forget_own(studio)
    page = opened(context, studio, studio.chat())
    content = settings(page)
    content.get_by_role("button", name="New workflow").click()
    page.get_by_label("Name", exact=True).fill("default_comfy_workflow")
    page.get_by_role("button", name="Make it").click()
    page.get_by_text("There is a workflow of this name already.").wait_for()
    page.get_by_label("Name", exact=True).fill("Mine")
    page.get_by_role("button", name="Make it").click()
    editor = page.locator(".workflow-editor")
    text = editor.get_by_label("Text of the workflow")
    text.fill(GRAPH)

    def mark(name: str) -> Any:
        return editor.locator(f'.placeholder[data-name="{name}"]')

    sync_api.expect(mark("prompt")).to_contain_text("in the text")
    sync_api.expect(mark("seed")).to_contain_text("missing")
    editor.get_by_role("button", name="Go to line 4, column 14").click()
    assert text.evaluate("area => area.value.slice(area.selectionStart)").startswith("%steps%")
    wrong = editor.get_by_role("list", name="Placeholders that are not filled")
    wrong.get_by_role("button", name="Put quotes around it").click()
    editor.get_by_text("A graph of 1 node").wait_for()
    wrong.get_by_role("button", name="Make it one of your own").click()
    dialog = page.get_by_role("dialog", name="Placeholders of your own")
    dialog.get_by_label("Kind of strength").select_option("number")
    dialog.get_by_label("Value", exact=True).fill("0.6")
    saved(dialog)
    dialog.get_by_role("button", name="Done").click()
    sync_api.expect(mark("strength")).to_contain_text("in the text")
    sync_api.expect(wrong).to_be_hidden()
    text.press("Control+End")
    mark("seed").get_by_role("button").click()
    sync_api.expect(mark("seed")).to_contain_text("in the text")
    text.press("Control+z")
    sync_api.expect(mark("seed")).to_contain_text("missing")
    page.keyboard.press("Control+s")
    editor.get_by_text("Saved", exact=True).wait_for()
    assert (folder(studio) / "Mine.json").read_text() == GRAPH.replace("%steps%", '"%steps%"')
    kept = {"find": "strength", "replace": "0.6", "kind": "number", "choices": [], "label": ""}
    assert own(studio) == [kept]


@pytest.mark.feature("F265")
@pytest.mark.feature("F266")
def test_what_is_typed_is_never_lost_silently_and_a_shipped_one_comes_back(
    context: Any, studio: Studio, opened: Any
) -> None:
    page = opened(context, studio, studio.chat())
    content = settings(page)
    shipped = studio.host.workflows.load(SHIPPED)
    row = content.locator(f'[data-name="{SHIPPED}"]')
    row.locator(".reply-open").click()
    text = page.get_by_label("Text of the workflow")
    text.fill("{}")
    page.get_by_text("Not saved; saving makes a copy of your own").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Go on writing").click()
    page.wait_for_function("Object.keys(localStorage).some(key => key.includes('unsaved.workflow'))")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    settings(page)
    row.locator(".reply-open").click()
    page.get_by_text("What was not saved last time is back.").wait_for()
    assert text.input_value() == "{}"
    page.keyboard.press("Escape")
    page.get_by_role("dialog", name="Save what you changed").get_by_role("button", name="Save").click()
    row.get_by_text("in place of the one that came").wait_for()
    assert studio.host.workflows.load(SHIPPED) == "{}"
    (folder(studio) / "Dropped.json").write_text(shipped)
    row.get_by_role("button", name="More for").click()
    page.get_by_role("menuitem", name="Put it back as it came").click()
    page.get_by_role("dialog").get_by_role("button", name="Put it back").click()
    row.get_by_text("comes with stcore").wait_for()
    assert studio.host.workflows.load(SHIPPED) == shipped
    content.locator('[data-name="Dropped.json"]').get_by_text("7 nodes, your own").wait_for()


@pytest.mark.feature("F264")
@pytest.mark.feature("F276")
def test_one_placeholder_goes_alone_and_values_have_fields_of_their_own(
    context: Any, studio: Studio, opened: Any, tmp_path: Path
) -> None:
    forget_own(studio)
    page = opened(context, studio, studio.chat())
    content = settings(page)
    content.get_by_text("Placeholders of your own", exact=True).click()
    for name in ("first", "mood", "last"):
        content.get_by_label("A new one").fill(name)
        content.get_by_role("button", name="Add", exact=True).click()
    rows = content.locator(".own-row")
    sync_api.expect(rows).to_have_count(3)
    content.get_by_label("Kind of mood").select_option("choice")
    values = content.get_by_label("Values to choose from")
    values.press_sequentially("calm,stormy,")
    content.get_by_role("button", name="Move last:").press("Home")
    content.get_by_role("button", name="Remove first").click()
    saved(content)
    assert [one["find"] for one in own(studio)] == ["last", "mood"]
    content.get_by_role("button", name="Bring it back").click()
    sync_api.expect(rows).to_have_count(3)
    saved(content)
    assert [(one["find"], one["replace"]) for one in own(studio)] == [("last", ""), ("first", ""), ("mood", "calm")]
    page.get_by_role("tab", name="Pictures").click()
    form = page.locator("st-placeholder-values")
    form.get_by_label("mood").select_option("stormy")
    form.get_by_text("Saved", exact=True).wait_for()
    assert own(studio)[2]["replace"] == "stormy"

    page.get_by_role("tab", name="Workflows").click()
    file = tmp_path / "Taken over.json"
    file.write_text(json.dumps({"1": {"class_type": "Empty", "inputs": {}}}))
    with page.expect_file_chooser() as chooser:
        content.get_by_role("button", name="Import").click()
    chooser.value.set_files(file)
    row = content.locator('[data-name="Taken over.json"]')
    row.get_by_text("1 node, your own").wait_for()
    row.get_by_role("button", name="More for").click()
    page.get_by_role("menuitem", name="Use for every source").click()
    row.get_by_text("In use").wait_for()
    assert studio.host.settings.current.images.workflow == "Taken over.json"
