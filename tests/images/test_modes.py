"""Modes, who gets the character's prefixes, and the markers of a free prompt (image-generation.md 2, 5, 7.3)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, strategies as st

from stcore.images.modes import (
    BACKGROUND,
    FACE,
    FACE_MULTIMODAL,
    FREE,
    FREE_EXTENDED,
    LAST,
    ME,
    ME_MULTIMODAL,
    MODES,
    RAW_LAST,
    SCENE,
    WORDS,
    YOU,
    YOU_MULTIMODAL,
    Marked,
    Mode,
    by_number,
    expand_markers,
    mode_of,
    raw_last_text,
    takes_prefixes,
)

switches = st.booleans()


@pytest.mark.parametrize(
    ("argument", "mode"),
    [
        ("you", YOU),
        (" YOU\n", YOU),
        ("Me", ME),
        ("scene", SCENE),
        ("raw_last", RAW_LAST),
        ("LAST", LAST),
        ("face", FACE),
        ("background", BACKGROUND),
        ("you smiling", FREE),
        ("your face", FREE),
        ("whole story", FREE),
        ("you.", FREE),
        ("free", FREE),
        ("you_multimodal", FREE),
        ("", FREE),
    ],
)
def test_only_a_whole_word_chooses_a_mode(argument: str, mode: Mode) -> None:
    assert mode_of(argument) is mode


def test_multimodal_changes_portraits_and_extension_free_prompts() -> None:
    both = {word: mode_of(word, multimodal=True, extend=True) for word in [*WORDS, "a heron"]}
    assert both == {
        **WORDS,
        "you": YOU_MULTIMODAL,
        "me": ME_MULTIMODAL,
        "face": FACE_MULTIMODAL,
        "a heron": FREE_EXTENDED,
    }


@given(st.text(), switches, switches)
def test_any_text_has_a_mode(text: str, multimodal: bool, extend: bool) -> None:
    assert mode_of(text, multimodal=multimodal, extend=extend) in MODES


def test_numbers_are_those_stored_in_chats() -> None:
    assert [mode.number for mode in MODES] == list(range(12))
    assert all(by_number(mode.number) is mode for mode in MODES)
    assert by_number(None) is by_number(-2) is by_number("5") is FREE


def test_prefixes_come_by_themselves_only_where_the_character_is_drawn() -> None:
    with_prefix = [mode for mode in MODES if takes_prefixes(mode, one_to_one=True)]
    assert with_prefix == [YOU, SCENE, RAW_LAST, LAST, FACE, YOU_MULTIMODAL, FACE_MULTIMODAL]
    assert all(takes_prefixes(mode, one_to_one=True, again=True) for mode in MODES)
    assert not any(takes_prefixes(mode, one_to_one=False, again=again) for mode in MODES for again in (True, False))


def test_the_last_message_as_it_stands() -> None:
    assert raw_last_text("Hi there", "garden", "green", str.upper) == "((HI THERE)), (GARDEN:0.7), (GREEN:0.5)"
    assert raw_last_text("Hi", "", "", str) == "((Hi)), (:0.7), (:0.5)"


# -- markers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "letter", "mended"),
    [
        ("char, on a raft", "blue scarf, on a raft", "blue scarf, on a raft"),
        ("char on a raft", "blue scarf,on a raft", "blue scarf, on a raft"),
        ("Char,on a raft", "blue scarf,on a raft", "blue scarf, on a raft"),
        ("  CHAR\non a raft ", "blue scarf,on a raft", "blue scarf, on a raft"),
        ("char, {{charPREFIX}} twice", "blue scarf, blue scarf twice", "blue scarf, blue scarf twice"),
        ("char,", "blue scarf,", "blue scarf,"),
        ("chart of stars", "chart of stars", "chart of stars"),
        ("char", "char", "char"),
        ("a char, burnt", "a char, burnt", "a char, burnt"),
        ("{{charPrefix}}, fishing", "blue scarf, fishing", "blue scarf, fishing"),
    ],
)
def test_where_a_marker_puts_the_prefix(text: str, letter: str, mended: str) -> None:
    assert expand_markers(text, " blue scarf ", tight=True).text == letter
    assert expand_markers(text, "blue scarf").text == mended


@pytest.mark.parametrize(
    ("text", "expected"),
    [("char, a raft", " a raft"), ("char a raft", "a raft"), ("{{charPrefix}}, a raft", ", a raft")],
)
@pytest.mark.parametrize("prefix", ["", "  "])
def test_without_a_prefix_the_marker_vanishes(text: str, expected: str, prefix: str) -> None:
    assert expand_markers(text, prefix, "gloves") == Marked(expected, "gloves")


def test_a_prefix_between_commas_and_one_with_signs_of_its_own() -> None:
    assert expand_markers("char, on a raft", ",blue scarf,").text == "blue scarf, on a raft"
    assert expand_markers("{{charPrefix}} on a raft", ",blue scarf,").text == ",blue scarf, on a raft"
    assert (
        expand_markers("char, {{charPrefix}}", r"\1 $& {{charPrefix}}").text
        == r"\1 $& {{charPrefix}}, \1 $& {{charPrefix}}"
    )


@given(st.lists(st.sampled_from(["{{charPrefix}}", "{{CHARprefix}}", "fog", "char", ", "])), switches)
def test_every_marker_merges_the_negative_once(parts: list[str], leading: bool) -> None:
    text = ("char, x" if leading else "x") + "".join(parts)
    markers = len(re.findall(r"\{\{charprefix\}\}", text, re.IGNORECASE)) + leading
    assert expand_markers(text, "p", "gloves").extra_negative == ", ".join(["gloves"] * markers)
    assert expand_markers(text, "p", "gloves", "fog").extra_negative == ", ".join(["fog", *["gloves"] * markers])
    assert expand_markers(text, "p", "", "fog").extra_negative == "fog"
