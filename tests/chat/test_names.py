"""Finding by name, and keys made of names."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, strategies as st

from stcore.chat.names import best_matches, copy_key, folded, free_key, stem_of


@dataclass(frozen=True)
class Named:
    key: str
    name: str


ALICE, OTHER, ELSE = Named("Alice.png", "Alice"), Named("Alice1.png", "Álice"), Named("Bob.png", "alice")


def match(text: str, preferred: tuple[Named, ...] = ()) -> list[Named]:
    return best_matches(text, [ALICE, OTHER, ELSE], key=lambda e: e.key, name=lambda e: e.name, preferred=preferred)


def test_a_key_is_exact_and_a_name_is_not() -> None:
    assert match("Bob.png") == [ELSE]
    assert match("Alice1") == [OTHER]
    assert match("ALICÈ") == [ALICE, OTHER, ELSE]
    assert match("alice.png") == []
    assert match("") == []


def test_who_is_here_comes_first_and_then_the_key() -> None:
    assert match("alice", (ELSE,)) == [ELSE, ALICE, OTHER]
    assert match("Alice", ()) == [ALICE, OTHER, ELSE]
    assert match("Alice.png", (OTHER,)) == [ALICE], "a whole key means one"


@pytest.mark.parametrize(
    ("name", "taken", "key"),
    [
        ("Alice", [], "Alice.png"),
        ("Alice", ["Alice.png"], "Alice1.png"),
        ("Alice", ["Alice.png", "Alice1.png"], "Alice2.png"),
        ("a/b\\c:d*?", [], "abcd.png"),
        ("...", [], "unnamed.png"),
        ("CON", [], "CON_.png"),
    ],
)
def test_keys_of_new_names(name: str, taken: list[str], key: str) -> None:
    assert free_key(name, taken.__contains__) == key


def test_keys_of_copies() -> None:
    assert copy_key("Bob.png", ["Bob.png"].__contains__) == "Bob_1.png"
    assert copy_key("Bob_1.png", ["Bob.png", "Bob_1.png"].__contains__) == "Bob_2.png"


@given(st.text())
def test_a_stem_is_a_file_name_everywhere(name: str) -> None:
    stem = stem_of(name)
    assert stem
    assert not set(stem) & set('/\\?<>:*|"\0\n')
    assert stem == stem.strip(" .")
    assert len(stem) <= 201


@given(st.text())
def test_folding_ignores_case(name: str) -> None:
    assert folded(folded(name)) == folded(name)
