"""``stcore workflows`` as people call it."""

from __future__ import annotations

import json

import pytest

from stcore.images.embed import with_texts
from tests.cli.conftest import Program
from tests.images.pictures import picture

GRAPH = '{"1": {"class_type": "A", "inputs": {"a": "%prompt%", "b": "x %seed%", "c": "%odd%"}}}'


@pytest.mark.feature("F264", "F265", "F266")
def test_workflows_come_and_go(stcore: Program) -> None:
    assert stcore("workflows", "new", "Mine", "-", stdin=GRAPH).out == "Mine.json\n"
    assert "There is a workflow “Mine.json” already." in stcore("workflows", "new", "mine").err
    assert stcore("workflows", "show", "mine").out == GRAPH + "\n"
    assert stcore("workflows", "copy", "Mine", "Other").out == "Other.json\n"
    assert stcore("workflows", "rename", "Other", "Yours").out == "Yours.json\n"
    (stcore.data / "workflows" / "dropped.json").write_text("{")
    assert stcore("workflows", "delete", "Mine").status == 0
    listed = {entry["name"]: entry for entry in stcore("workflows", "list", "--json").json}
    assert set(listed) == {
        "Char_Avatar_Comfy_Workflow.json",
        "Default_Comfy_Workflow.json",
        "dropped.json",
        "Yours.json",
    }
    assert (listed["Yours.json"]["from"], listed["dropped.json"]["nodes"]) == ("own", 0)
    assert "no valid JSON" in stcore("workflows", "list").out
    refused = stcore("workflows", "delete", "Default_Comfy_Workflow", "--data", str(stcore.data))
    assert (refused.status, "none of your own" in refused.err) == (1, True)


def test_files_are_taken_over(stcore: Program) -> None:
    folder = stcore.data.parent
    (folder / "good.json").write_text(GRAPH)
    (folder / "editor.json").write_text('{"nodes": [], "links": []}')
    (folder / "made.png").write_bytes(with_texts(picture(), {"prompt": GRAPH}))
    done = stcore("workflows", "import", *(str(folder / name) for name in ("editor.json", "good.json", "made.png")))
    assert (done.status, done.out) == (1, "good.json\nmade.json\n")
    assert "editor.json: The workflow is in the format of the editor" in done.err and "Export (API)" in done.err
    assert stcore("workflows", "import", str(folder / "good.json"), "--name", "Mine").out == "Mine.json\n"
    assert stcore("workflows", "import", str(folder / "good.json")).out == "good 2.json\n"


@pytest.mark.feature("F267")
def test_a_check_says_what_is_missing(stcore: Program) -> None:
    stcore("workflows", "new", "Mine", "-", stdin=GRAPH)
    told = stcore("workflows", "check", "Mine")
    assert (told.status, told.out.splitlines()) == (
        0,
        ["Mine: ready", "  filled: prompt", "  nothing fills: odd", "  without quotes around it, so it stays: seed"],
    )
    stcore("run", "-c", "/imagine-workflow-placeholder find=odd kind=number 3")
    checked = stcore("workflows", "check", "Mine", "--json").json
    assert checked[0]["report"]["unknown"] == [] and checked[0]["report"]["custom"] == ["odd"]
    assert json.loads(stcore("workflows", "placeholders", "--json").out)[0]["replace"] == "3"
    file = stcore.data.parent / "bad.json"
    file.write_text("{")
    assert stcore("workflows", "check", str(file)).status == 1
    assert "There is no workflow “nothing.json”" in stcore("workflows", "check", "nothing").err


def test_the_text_is_changed_in_an_editor(stcore: Program) -> None:
    done = stcore("workflows", "edit", "default_comfy_workflow", EDITOR="sed -i s/KSampler/Other/")
    assert done.out == "Default_Comfy_Workflow.json\n"
    assert "Other" in stcore("workflows", "show", "Default_Comfy_Workflow").out
    assert stcore("workflows", "edit", "Default_Comfy_Workflow", EDITOR="true").out == "Nothing was changed.\n"
    assert stcore("workflows", "delete", "Default_Comfy_Workflow").status == 0
    assert "KSampler" in stcore("workflows", "show", "Default_Comfy_Workflow").out
