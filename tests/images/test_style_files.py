"""Styles in the files of other programs, in and out."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from stcore.errors import UserError
from stcore.images.prompt import assemble
from stcore.images.style_files import Format, read_styles, write_styles
from stcore.images.styles import Style

TWO = [
    {"name": "Default", "prefix": "best quality,", "negative": "blurry,"},
    {"name": " Noir ", "prefix": "film noir, {prompt}", "negative": ""},
]
AS_STYLES = [Style("Default", "best quality,", "blurry,"), Style("Noir", "film noir, {prompt}")]


@pytest.mark.feature("F245", "F246")
@pytest.mark.parametrize(
    "document",
    [
        TWO,
        {"styles": TWO},
        {"sd": {"styles": TWO, "style": "Noir"}},
        {"username": "Ann", "extension_settings": {"sd": {"source": "comfy", "styles": TWO}}, "styles": {"other": 1}},
    ],
)
def test_sillytavern_keeps_its_styles_in_many_places(document: Any) -> None:
    assert list(read_styles(json.dumps(document).encode(), "settings.json")) == AS_STYLES
    assert list(read_styles(b"\xef\xbb\xbf" + json.dumps(document).encode(), "whatever")) == AS_STYLES


def test_one_style_alone() -> None:
    assert list(read_styles(json.dumps(TWO[1]).encode(), "noir.json")) == AS_STYLES[1:]
    assert list(read_styles(b'prefix = "soft, {prompt}"', "Soft light.toml")) == [Style("Soft light", "soft, {prompt}")]


WEB_UI = """\ufeffname,prompt,negative_prompt
,,
--- Moods ---,,
Calm,"calm {prompt}, still water","storm, {prompt}, waves"
Sharp,"highly detailed, sharp focus,",
Only against,,"blurry, noise"
"Two
lines","a
b",""
"""


def words(style: Style, prompt: str = "a cat") -> tuple[str, str]:
    made = assemble(prompt, prefix=style.prefix, negative=style.negative)
    return made.positive, made.negative


@pytest.mark.feature("F245")
def test_a_table_of_web_ui_keeps_its_meaning() -> None:
    styles = {style.name: style for style in read_styles(WEB_UI.encode(), "styles.csv")}
    assert list(styles) == ["Calm", "Sharp", "Only against", "Two\nlines"], "headings are left out"
    assert words(styles["Calm"]) == ("calm a cat, still water", "storm, waves")
    assert words(styles["Sharp"])[0] == "a cat, highly detailed, sharp focus", "without a marker it goes behind"
    assert words(styles["Only against"]) == ("a cat", "blurry, noise")


def test_older_tables_and_those_of_spreadsheets() -> None:
    assert list(read_styles(b"name;text;negative_prompt\r\nInk;ink;photo\r\n", "s.csv")) == [
        Style("Ink", "{prompt}, ink", "photo")
    ]
    with pytest.raises(UserError, match="no columns called name and prompt"):
        read_styles(b"a,b,c\n1,2,3\n", "s.csv")
    with pytest.raises(UserError, match="holds no styles"):
        read_styles(b"name,prompt\n", "s.csv")


def test_lists_of_prompt_stylers() -> None:
    items = [
        {"name": "base", "prompt": "{prompt}", "negative_prompt": ""},
        {"name": "sai-cinematic", "prompt": "cinematic still {prompt} . shallow depth", "negative_prompt": "anime"},
    ]
    base, cinematic = read_styles(json.dumps(items).encode(), "sdxl_styles.json")
    assert words(base) == ("a cat", "")
    assert words(cinematic) == ("cinematic still a cat . shallow depth", "anime")


@pytest.mark.parametrize(
    ("file", "content", "complaint"),
    [
        ("a.json", b'{"name": ', "a.json, line 1: this is not JSON"),
        ("a.json", b'{"temperature": 1}', "holds no styles"),
        ("a.json", b"[]", "holds no styles"),
        ("a.json", b'[{"name": "A"}, 3]', "style 2 is no object"),
        ("a.json", b'[{"prefix": "x"}]', "style 1 has no name"),
        ("a.json", b'[{"name": "A", "prefix": ["x"]}]', "style 1: prefix must be a text"),
        ("a.json", b"[" * 100_000, "a.json"),
        ("a.toml", b'name = "A"\nprefix = x\n', "a.toml, line 2: this is not TOML"),
        ("a.toml", b'[[styles]]\nprefix = "x"\n', "a style has no name"),
        ("a.toml", b'styles = "x"\n', "written as \\[\\[styles\\]\\]"),
        ("a.txt", b"\xff\xfe", "no UTF-8"),
        ("a.png", b"\x89PNG\r\n", "no UTF-8"),
        ("a.csv", b'name,prompt\n"' + b"x" * 200_000, "line 2: this is no table"),
        ("a.txt", b"Hello there", "not TOML"),
    ],
)
def test_what_is_no_file_of_styles_is_named(file: str, content: bytes, complaint: str) -> None:
    with pytest.raises(UserError, match=complaint) as caught:
        read_styles(content, file)
    assert file in caught.value.message


TEXT = st.text(st.characters(codec="utf-8"), max_size=40)
STYLES = st.lists(
    st.builds(Style, TEXT.map(str.strip).filter(bool), TEXT, TEXT, TEXT),
    min_size=1,
    max_size=5,
    unique_by=lambda s: s.name,
)


@given(STYLES, st.sampled_from(["toml", "json"]), st.booleans())
def test_what_is_written_is_read_again(styles: list[Style], format: Format, named: bool) -> None:
    data = write_styles(styles, format).encode()
    assert list(read_styles(data, f"styles.{format}" if named else "styles")) == styles


# The joining shaves commas off one by one, so several at an end are another prompt after the way there and back.
PLAIN = st.text("abc, {}", max_size=12).map(lambda text: text.strip(" ,"))
PLAIN |= st.sampled_from(["{prompt}, x", "x {prompt} y", ",a,"])


@given(PLAIN, PLAIN.filter(lambda text: "{prompt}" not in text))
def test_a_table_written_and_read_makes_the_same_prompts(prefix: str, negative: str) -> None:
    style = Style("Mine", prefix, negative)
    text = write_styles([style], "csv")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert set(row) == {"name", "prompt", "negative_prompt"}
    if not (prefix.strip() or negative.strip()):
        return  # a heading, for web UI
    (again,) = read_styles(text.encode(), "styles.csv")
    assert words(again)[0].split() == words(style)[0].split()
