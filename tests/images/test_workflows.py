"""Workflows: filling, reporting, refusing, and the library of files."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from PIL import Image

from stcore.errors import Misconfigured, NotFound, SettingsError, UserError
from stcore.images.filling import (
    PLACEHOLDERS,
    bound_fields,
    check_graph,
    fill_workflow,
    parse_workflow,
    placeholders,
)
from stcore.images.request import Workflow
from stcore.images.workflows import WorkflowLibrary

VALUES: dict[str, Any] = {
    "prompt": 'a "red" fox\n\\ $& $1',
    "negative_prompt": "blur",
    "model": "m.safetensors",
    "vae": "v.pt",
    "sampler": "euler",
    "scheduler": "karras",
    "steps": 22,
    "scale": 5.5,
    "width": 640,
    "height": 832,
    "seed": 99,
    "denoise": 0.6,
    "clip_skip": 2,
}


def fill(graph: object, values: dict[str, Any] | None = None, **parts: Any) -> dict[str, Any]:
    workflow = Workflow(name="test.json", text=json.dumps(graph), **parts)
    return fill_workflow(workflow, VALUES if values is None else values)


@pytest.mark.feature("F268", "F272", "F273", "F274")
def test_every_value_arrives_with_its_type() -> None:
    filled = fill({name: f"%{name}%" for name in PLACEHOLDERS if "avatar" not in name})
    assert filled == {**VALUES, "clip_skip": -2}
    assert type(filled["steps"]) is int


def test_values_that_are_not_set() -> None:
    filled = fill({name: f"%{name}%" for name in ("model", "vae", "steps", "denoise", "clip_skip")}, {})
    assert filled == {"model": None, "vae": None, "steps": None, "denoise": 1, "clip_skip": -1}


def test_only_whole_strings_are_placeholders() -> None:
    graph = {"a": "a %prompt%", "b": "%Prompt%", "c": ["%seed%", {"d": "%seed%"}], "e": "%other%"}
    assert fill(graph) == {"a": "a %prompt%", "b": "%Prompt%", "c": [99, {"d": 99}], "e": "%other%"}


def test_keys_are_replaced_and_stay_keys() -> None:
    assert fill({"%sampler%": 1, "%steps%": 2}) == {"euler": 1, "22": 2}


@pytest.mark.feature("F276")
def test_custom_values_come_in_order_and_after_the_built_in_ones() -> None:
    custom = (("mine", "%next%"), ("next", "7"), ("seed", "never"), ("later", "%seed%"))
    filled = fill({"a": "%mine%", "b": "%next%", "c": "%seed%", "d": "%later%"}, custom=custom)
    assert filled == {"a": "7", "b": "7", "c": 99, "d": "%seed%"}


@pytest.mark.feature("F271")
def test_avatars_are_base64_and_never_absent() -> None:
    picture = b"\x89PNG not really"
    filled = fill({"a": "%char_avatar%", "b": "%user_avatar%"}, char_avatar=picture)
    assert base64.b64decode(filled["a"]) == picture
    empty = Image.open(io.BytesIO(base64.b64decode(filled["b"])))
    assert (empty.size, empty.convert("RGBA").getpixel((0, 0))[3]) == ((1, 1), 0)


def test_a_server_without_lists_fills_fewer() -> None:
    workflow = Workflow(name="r", text='{"m": "%model%", "p": "%prompt%"}')
    assert fill_workflow(workflow, VALUES, names={"prompt"}) == {"m": "%model%", "p": VALUES["prompt"]}


texts = st.text() | st.sampled_from(['"', "\\", "%seed%", '%prompt%"', '", "x": "', "$&", "\u2028", "\ud83e"])


@given(prompt=texts, negative=texts, custom=texts)
def test_no_prompt_can_break_the_graph(prompt: str, negative: str, custom: str) -> None:
    graph = {"p": "%prompt%", "n": ["%negative_prompt%"], "c": "%c%", "%prompt%": "key", "s": "%seed%"}
    workflow = Workflow(name="t", text=json.dumps(graph), custom=(("c", custom),))
    filled = fill_workflow(workflow, {"prompt": prompt, "negative_prompt": negative, "seed": 5})
    again = json.loads(json.dumps(filled))
    assert again["s"] == 5
    if not prompt.startswith("%"):
        assert again["p"] == prompt
    if not custom.startswith("%"):
        assert again["c"] == custom


# -- what is refused -------------------------------------------------------------------------------------------------


def test_faults_of_the_text_are_named() -> None:
    with pytest.raises(Misconfigured, match="line 2, column 7") as caught:
        parse_workflow('{"a": 1,\n "b": %steps%}')
    assert '"%steps%"' in caught.value.hint
    for text in ("", "   ", "[]", '"x"', "[" * 100_000):
        with pytest.raises(Misconfigured):
            parse_workflow(text)


@pytest.mark.parametrize(
    ("graph", "word"),
    [
        ({"nodes": [], "links": [], "version": 0.4}, "format of the editor"),
        ({}, "no nodes"),
        ({"1": {"inputs": {}}}, "1"),
        ({"1": "x"}, "no class_type"),
    ],
)
def test_graphs_that_cannot_run(graph: dict[str, Any], word: str) -> None:
    with pytest.raises(Misconfigured, match=word) as caught:
        check_graph(graph)
    assert "Export (API)" in caught.value.hint


@pytest.mark.feature("F267")
def test_report_counts_only_quoted_names() -> None:
    text = '{"a": "%prompt%", "b": %steps%, "c": "x %seed%", "d": "%mine%", "e": "%strange%"}'
    report = placeholders(text, custom=["mine", "unused"])
    assert report.present == ("prompt", "mine")
    assert "steps" in report.missing and "seed" in report.missing and report.missing[-1] == "unused"
    assert report.unknown == ("strange",)
    assert report.unquoted == ("seed", "steps"), "bare, or inside a longer text"


def test_fields_of_a_graph() -> None:
    assert bound_fields('{"a": "%prompt%", "b": "%scale%", "w": "%width%"}') == {"prompt", "guidance"}
    assert bound_fields('{"w": "%width%", "h": "%height%", "i": "%init_image%"}') == {"size", "references"}


# -- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.feature("F264")
def test_shipped_workflows_are_runnable_graphs() -> None:
    library = WorkflowLibrary()
    assert {"Char_Avatar_Comfy_Workflow.json", "Default_Comfy_Workflow.json"} <= set(library.names())
    for name in library.names():
        text = library.load(name)
        graph = fill_workflow(Workflow(name=name, text=text), VALUES)
        check_graph(graph)
        assert not placeholders(text).unknown
        assert "%" not in json.dumps(graph)
    assert "denoise" not in bound_fields(library.load("Default_Comfy_Workflow"))
    assert "denoise" in bound_fields(library.load("Char_Avatar_Comfy_Workflow"))


@pytest.mark.feature("F265", "F266")
def test_files_of_ones_own(tmp_path: Path) -> None:
    library = WorkflowLibrary(tmp_path / "workflows", {"from plugin": "{}"})
    assert library.save("Mine", "not json yet") == "Mine.json"
    (tmp_path / "workflows" / "dropped.json").write_text("{}")
    (tmp_path / "workflows" / ".hidden.json").write_text("{}")
    assert {"Mine.json", "dropped.json", "from plugin.json"} <= set(library.names())
    assert ".hidden.json" not in library.names()
    assert library.load("Mine") == library.load("Mine.json") == "not json yet"
    library.save("Default_Comfy_Workflow", "{}")
    assert library.load("Default_Comfy_Workflow.json") == "{}"
    library.delete("Default_Comfy_Workflow")
    assert "CheckpointLoaderSimple" in library.load("Default_Comfy_Workflow")
    with pytest.raises(UserError):
        library.rename("Mine", "dropped")
    assert library.rename("Mine", "Yours") == "Yours.json"
    with pytest.raises(NotFound, match="Mine"):
        library.load("Mine")
    (tmp_path / "workflows" / "bad.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError):
        library.load("bad")


@pytest.mark.parametrize("name", ["../x", "a/b", "a\\b", ".x", "", "x\0", "c:x", "y" * 300])
def test_names_that_could_leave_the_folder(tmp_path: Path, name: str) -> None:
    library = WorkflowLibrary(tmp_path)
    with pytest.raises(UserError):
        library.load(name)
    with pytest.raises(UserError):
        library.save(name, "x")
