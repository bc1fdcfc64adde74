"""Cleaning of what a text model wrote (image-generation.md section 6)."""

from __future__ import annotations

import string
import unicodedata

import pytest
from hypothesis import given, strategies as st

from stcore.images.cleaning import clean, cleaning_minimal, cleaning_standard
from stcore.testing.conformance_images import observe_prompt

KEPT = string.ascii_letters + string.digits + ".,:_(){}<>[]/-'|# "
texts = st.text() | st.text(alphabet=KEPT + '\n\t"“”’éïß*')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('smiling, "shy" look', "smiling, shy look"),
        ("tall man\n\ngrey coat", "tall man, grey coat"),
        ("(rain:1.3), <lora:noir:0.6>, [dusk|dawn]", "(rain:1.3), <lora:noir:0.6>, [dusk|dawn]"),
        ("rosé wine, coöp", "rose wine, coo p"),
        ("*grins* 50% done!", "grins 50 done"),
        ("a , ,, b,", "a, b"),
        ("about 1,000 gulls", "about 1, 000 gulls"),
        ("- a gull\n- a crab", "- a gull, - a crab"),
        ("“open” it's ’tis", "open it's tis"),
        ("a\r\nb\tc\xa0d", "a, b c d"),
        ("日本 fox BREAK snake_case {x}", "fox BREAK snake_case {x}"),
        ("!?;&=@$^\\~", ""),
        ("", ""),
    ],
)
def test_standard_to_the_letter(text: str, expected: str) -> None:
    assert cleaning_standard(text, accents="gap") == expected
    assert observe_prompt({"kind": "cleaning_standard", "input": text}) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("rosé wine, coöp", "rose wine, coop"), ("Ångström façade", "Angstrom facade"), ("Zoe\u0308's hat", "Zoe's hat")],
)
def test_accents_leave_no_gap_unless_asked_to(text: str, expected: str) -> None:
    assert cleaning_standard(text) == clean(text) == expected


@given(texts)
def test_standard_leaves_a_tidy_list_of_plain_words(text: str) -> None:
    for cleaned in (cleaning_standard(text), cleaning_standard(text, accents="gap")):
        assert set(cleaned) <= set(KEPT)
        assert "  " not in cleaned
        assert not cleaned or all(part and part == part.strip() for part in cleaned.split(", "))
        assert cleaning_standard(cleaned) == cleaned


@given(st.lists(st.text(alphabet=KEPT.replace(",", "").replace(" ", ""), min_size=1), min_size=1))
def test_words_of_kept_signs_survive(words: list[str]) -> None:
    assert cleaning_standard(" ".join(words)) == " ".join(words)
    assert cleaning_standard(",".join(words)) == ", ".join(words)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"k": "v",\n "n": 1}', '{"k": "v", "n": 1}'),
        (" \ufeffé\xa0\u3000ok ", "e\u0301 ok"),
        ("a,,b", "a,,b"),
        ("", ""),
    ],
)
def test_minimal(text: str, expected: str) -> None:
    assert cleaning_minimal(text) == clean(text, "minimal") == expected
    assert observe_prompt({"kind": "cleaning_minimal", "input": text}) == expected


@given(texts)
def test_minimal_loses_only_white_space(text: str) -> None:
    cleaned = cleaning_minimal(text)
    assert cleaning_minimal(cleaned) == cleaned
    blank = " \t\n\r\v\f\xa0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))
    without = str.maketrans("", "", blank)
    assert cleaned.translate(without) == unicodedata.normalize("NFD", text).translate(without)
