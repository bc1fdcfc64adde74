"""Prompt assembly (image-generation.md section 7)."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from stcore.images.prompt import MARKER, assemble, join, shave


@pytest.mark.parametrize(
    ("text", "shaven"),
    [("a", "a"), (" ,a, ", "a"), (",,x,,", ",x,"), (",", ""), ("  ", ""), ("a, b,", "a, b"), (", ,", "")],
)
def test_one_comma_is_shaved_at_each_end(text: str, shaven: str) -> None:
    assert shave(text) == shaven


@pytest.mark.parametrize(
    ("first", "second", "marker", "joined"),
    [
        ("oil,", "", "", "oil,"),
        ("oil", " ", "", "oil,"),
        ("", "fog", "", "fog"),
        ("oil,", "a heron,", "", "oil, a heron"),
        ("{prompt}, charcoal", "a heron", MARKER, "a heron, charcoal"),
        ("a {prompt} b {prompt}", "x", MARKER, "a x b {prompt}"),
        ("a {Prompt} b", "x", MARKER, "a {Prompt} b, x"),
        ("{prompt}", "$& and $$", MARKER, "$& and $$"),
        ("tag", "tag", "", "tag, tag"),
    ],
)
def test_joining(first: str, second: str, marker: str, joined: str) -> None:
    assert join(first, second, marker) == joined


@pytest.mark.feature("F235", "F239", "F240")
def test_the_example_of_the_specification() -> None:
    done = assemble(
        "mira, laughing",
        prefix="oil,",
        negative="smudges",
        extra_negative="fog",
        character_prefix="blue scarf,",
        character_negative="gloves",
        style="Oil",
    )
    assert done.positive == "oil, blue scarf, mira, laughing"
    assert done.negative == "fog, smudges, gloves"
    assert [(piece["part"], piece["text"], piece["from"]) for piece in done.pieces] == [
        ("positive", "oil,", "style Oil"),
        ("positive", "blue scarf,", "character"),
        ("positive", "mira, laughing", "prompt"),
        ("negative", "fog", "prompt"),
        ("negative", "smudges", "style Oil"),
        ("negative", "gloves", "character"),
    ]


@pytest.mark.feature("F236")
def test_the_character_lands_behind_the_whole_common_prefix() -> None:
    done = assemble("a heron", prefix="{prompt}, charcoal", character_prefix="blue scarf")
    assert done.positive == "a heron, charcoal, blue scarf"
    inside = assemble("a heron", prefix="ink", character_prefix="scarf on {prompt}")
    assert inside.positive == "ink, scarf on a heron"


@pytest.mark.feature("F244")
def test_lora_tags_are_plain_text() -> None:
    done = assemble("<lora:Extra:1>, moss", prefix="ink", character_prefix="<lora:MossStyle:0.8>, (cloak:1.2)")
    assert done.positive == "ink, <lora:MossStyle:0.8>, (cloak:1.2), <lora:Extra:1>, moss"


def test_macros_are_expanded_last_of_all() -> None:
    seen: list[str] = []

    def expand(text: str) -> str:
        seen.append(text)
        return text.replace("{{char}}", "Moss")

    done = assemble("{{char}} smiles", prefix="ink", negative="no {{char}}", expand=expand)
    assert (done.positive, done.negative) == ("ink, Moss smiles", "no Moss")
    assert seen == ["ink, {{char}} smiles", "no {{char}}"]


@given(st.text(), st.text(), st.text())
def test_whatever_the_texts_the_words_arrive(prefix: str, character: str, words: str) -> None:
    done = assemble(words, prefix=prefix, character_prefix=character)
    assert shave(words) in done.positive
