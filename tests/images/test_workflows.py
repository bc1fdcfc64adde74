"""Workflows: filling, reporting, refusing, and the library of files."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, strategies as st
from PIL import Image

from stcore.errors import Misconfigured, NotFound, SettingsError, Taken, TooLarge, UserError
from stcore.images.filling import (
    PLACEHOLDERS,
    bound_fields,
    check_graph,
    fill_workflow,
    parse_workflow,
    placeholders,
)
from stcore.images.request import Workflow
from stcore.images.workflows import LARGEST, WorkflowLibrary, problem_of

ORDER = (
    "prompt",
    "negative_prompt",
    "seed",
    "denoise",
    "clip_skip",
    "model",
    "vae",
    "sampler",
    "scheduler",
    "steps",
    "scale",
    "width",
    "height",
)
"""Section 16.3."""

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


def test_half_characters_are_left_behind() -> None:
    workflow = Workflow(name="t", text=r'{"a\ud83e": "x\ud83e", "b": "\ud83e\udd8a"}')
    assert fill_workflow(workflow, VALUES) == {"a?": "x?", "b": "🦊"}


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
    assert (empty.size, empty.convert("RGBA").getchannel("A").getextrema()) == ((1, 1), (0, 0))


def test_a_server_without_lists_fills_fewer() -> None:
    workflow = Workflow(name="r", text='{"m": "%model%", "p": "%prompt%"}')
    assert fill_workflow(workflow, VALUES, names={"prompt"}) == {"m": "%model%", "p": VALUES["prompt"]}


TOKENS = tuple(f"%{name}%" for name in (*VALUES, "mine", "other"))
texts = st.text() | st.sampled_from(['"', "\\", "%seed%", '%prompt%"', '", "x": "', "$&", "\u2028", "\ud83e", *TOKENS])
values = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)


def graphs(leaves: st.SearchStrategy[Any], keys: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    inner = st.recursive(leaves, lambda more: st.lists(more, max_size=4) | st.dictionaries(keys, more, max_size=4))
    return st.dictionaries(keys, inner, max_size=5)


def same_but_placeholders(before: Any, after: Any) -> None:
    if isinstance(before, str) and before in TOKENS:
        return
    if isinstance(before, dict):
        assert list(before) == list(after)
        before, after = list(before.values()), list(after.values())
    if isinstance(before, list):
        assert len(before) == len(after)
        for one, other in zip(before, after, strict=True):
            same_but_placeholders(one, other)
    else:
        assert (before, type(before)) == (after, type(after))


@given(
    graph=graphs(st.text() | st.sampled_from(TOKENS) | values, st.text(max_size=5)),
    prompt=texts,
    negative=texts,
    custom=texts,
    number=st.integers(),
)
def test_nothing_can_break_the_graph(
    graph: dict[str, Any], prompt: str, negative: str, custom: str, number: int
) -> None:
    workflow = Workflow(name="t", text=json.dumps(graph), custom=(("mine", custom), ("other", number)))
    filled = fill_workflow(workflow, {**VALUES, "prompt": prompt, "negative_prompt": negative})
    sent = json.dumps(filled, ensure_ascii=False, allow_nan=False).encode()
    assert json.loads(sent) == filled, "it is JSON"
    same_but_placeholders(graph, filled)


quiet = st.text(st.characters(exclude_characters='"\\', exclude_categories=["Cs"]), max_size=20)


@given(
    graph=graphs(quiet | values | st.sampled_from(TOKENS), quiet | st.sampled_from(("%prompt%", "%mine%"))),
    prompt=quiet | st.sampled_from(TOKENS),
    custom=quiet | st.sampled_from(TOKENS),
)
def test_filling_is_replacing_in_the_text(graph: dict[str, Any], prompt: str, custom: str) -> None:
    """The rule of 16.3, carried out on the text itself where that is harmless: without quotes in the values."""
    given = {**VALUES, "prompt": prompt}
    steps = {**{name: given[name] for name in ORDER}, "clip_skip": -2, "mine": custom, "other": 5}
    text = json.dumps(graph, ensure_ascii=False)
    filled = fill_workflow(Workflow(name="t", text=text, custom=(("mine", custom), ("other", 5))), given)
    for name, value in steps.items():
        text = text.replace(f'"%{name}%"', json.dumps(value, ensure_ascii=False))
    try:
        expected = json.loads(text)
    except ValueError:
        return  # a number where a key stood
    assert filled == expected


# -- what is refused -------------------------------------------------------------------------------------------------


def test_faults_of_the_text_are_named() -> None:
    with pytest.raises(Misconfigured, match="line 2, column 7") as caught:
        parse_workflow('{"a": 1,\n "b": %steps%}')
    assert '"%steps%"' in caught.value.hint
    for text in ("", "   ", "[]", '"x"', "[" * 100_000, '{"a": NaN}', '{"a": 1e999}', '{"a": %s}' % ("9" * 5000)):
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


def test_report_on_ones_own_and_on_escaped_names() -> None:
    report = placeholders(
        r'{"a": "%gr\u00f6\u00dfe%", "b": %größe%, "c": "%prompt% x", "d": "%init_image%"}', ["größe", "seed"]
    )
    assert report.custom == ("größe",), "a built-in name stays built in"
    assert report.present == ("größe",) and report.unknown == ()
    assert report.unquoted == ("größe", "prompt")


@given(st.text() | st.lists(st.sampled_from(["%", '"', "seed", "\\ud83e", "{", "}", ":", "1"])).map("".join))
@example('{"\\ud83e": "%\\ud83e%"}')
def test_any_text_can_be_looked_at(text: str) -> None:
    report = placeholders(text, ["mine"])
    assert len(report.present) + len(report.missing) == len(PLACEHOLDERS) + 1
    problem, nodes = problem_of(text)
    assert (problem is None) is (nodes > 0)
    json.dumps([report.to_dict(), problem], ensure_ascii=False).encode()


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


GRAPH = '{"1": {"class_type": "A", "inputs": {"text": "%prompt%"}}}'


@pytest.fixture
def library(tmp_path: Path) -> WorkflowLibrary:
    return WorkflowLibrary(tmp_path / "workflows", {"from plugin": GRAPH})


def drop(tmp_path: Path, name: str, data: bytes | str = GRAPH) -> None:
    (tmp_path / "workflows").mkdir(exist_ok=True)
    (tmp_path / "workflows" / name).write_bytes(data.encode() if isinstance(data, str) else data)


@pytest.mark.feature("F266")
def test_files_that_are_dropped_into_the_folder(library: WorkflowLibrary, tmp_path: Path) -> None:
    for name in ("mine.json", "Zwei Füchse.JSON", ".hidden.json", "notes.txt", "a:b.json", "nfd u\u0308.json"):
        drop(tmp_path, name)
    drop(tmp_path, "MINE.json", "{}\r\n")
    drop(tmp_path, "broken.json", "{")
    drop(tmp_path, "utf16.json", b"\xff\xfe\x00")
    drop(tmp_path, "bom.json", b"\xef\xbb\xbf" + GRAPH.encode())
    drop(tmp_path, "huge.json", b" " * (LARGEST + 1))
    (tmp_path / "workflows" / "folder.json").mkdir()
    (tmp_path / "workflows" / "bytes-\udcff.json").write_text(GRAPH)
    entries = {entry.name: entry for entry in library.entries()}
    assert list(entries) == library.names() == sorted(entries, key=lambda name: (name.casefold(), name))
    own = {name: (entry.nodes, (entry.problem or "")[:32]) for name, entry in entries.items() if entry.origin == "own"}
    assert own == {
        "a:b.json": (1, ""),
        "bom.json": (1, ""),
        "broken.json": (0, "The workflow is no valid JSON: E"),
        "bytes-\ufffd.json": (1, ""),
        "huge.json": (0, "The workflow huge.json is larger"),
        "MINE.json": (0, "The workflow has no nodes. In th"),
        "mine.json": (1, ""),
        "nfd \u00fc.json": (1, ""),
        "utf16.json": (0, "The workflow utf16.json is no UT"),
        "Zwei Füchse.json": (1, ""),
    }
    for name in ("zwei füchse", "Zwei Füchse.JSON", "a:b", "nfd \u00fc", "bytes-\ufffd.json"):
        assert library.load(name) == GRAPH
    for name in ("utf16", "huge"):
        with pytest.raises(SettingsError):
            library.load(name)
    assert library.load("MINE") == "{}\r\n", "as it is"
    assert (library.save("mine", "{}"), library.load("MINE")) == ("mine.json", "{}\r\n"), "each its own"
    with pytest.raises(Taken):
        library.rename("mine", "MINE")
    library.save("ZWEI FÜCHSE", "changed")
    assert (tmp_path / "workflows" / "Zwei Füchse.JSON").read_text() == "changed", "the file that was meant"


@pytest.mark.feature("F264", "F265")
def test_ones_own_hides_a_shipped_one(library: WorkflowLibrary) -> None:
    def seen(name: str) -> tuple[str, bool]:
        entry = library.entry(name)
        return entry.origin, entry.hides

    assert (seen("Default_Comfy_Workflow"), seen("from plugin")) == (("stcore", False), ("plugin", False))
    for name in ("default_comfy_workflow", "from plugin"):
        shipped = library.load(name)
        library.save(name, "{}")
        assert (library.load(name), seen(name)) == ("{}", ("own", True))
        library.delete(name)
        assert library.load(name) == shipped
        with pytest.raises(NotFound, match="none of your own"):
            library.delete(name)
        with pytest.raises(NotFound, match="none of your own"):
            library.rename(name, "x")


@pytest.mark.feature("F265")
def test_names_that_are_taken(library: WorkflowLibrary) -> None:
    assert library.create("Mine") == "Mine.json" and library.load("Mine") == ""
    library.save("mine", GRAPH)
    for taken in ("MINE.json", "default_comfy_workflow", "from plugin"):
        with pytest.raises(Taken):
            library.create(taken)
        with pytest.raises(Taken):
            library.copy("Mine", taken)
    assert library.load("Mine") == GRAPH
    assert library.copy("mine") == "Mine copy.json" and library.load("Mine copy") == GRAPH
    assert library.copy("mine") == "Mine copy 2.json"
    assert library.free_name("mine COPY") == "mine COPY 3.json"
    assert library.rename("Mine", "Mine") == "Mine.json"
    assert library.rename("Mine", "mine") == "mine.json" and "Mine.json" not in library.names()
    with pytest.raises(Taken):
        library.rename("mine", "Mine Copy")
    assert library.rename("mine copy", "Yours") == "Yours.json"
    with pytest.raises(NotFound, match="Mine copy") as caught:
        library.load("Mine copy")
    assert "Yours.json" in caught.value.hint
    with pytest.raises(TooLarge):
        library.save("mine", "x" * (LARGEST + 1))
    assert library.load("mine") == GRAPH, "a text that is refused leaves the old one"


UNUSUAL = ["../x", "a/b", "a\\b", ".x", "", "x\0", "c:x", "y" * 300, "con", "COM1.json", " . ", "a\nb", "x?", "x."]


@pytest.mark.parametrize("name", UNUSUAL)
def test_names_that_no_file_may_have(tmp_path: Path, name: str) -> None:
    library = WorkflowLibrary(tmp_path / "workflows", {"../x": GRAPH})
    library.create("Mine", GRAPH)
    for act in (
        lambda: library.create(name),
        lambda: library.rename("Mine", name),
        lambda: library.save(name, "x"),
        lambda: library.delete(name),
    ):
        with pytest.raises(UserError):
            act()
    assert [path.name for path in tmp_path.rglob("*")] == ["workflows", "Mine.json"]
