"""Files of world info: nothing of them is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from stcore.chat.lore.books import Book
from stcore.chat.lore.card_book import from_card_book, to_card_book
from stcore.chat.lore.fields import FIELDS, changed_value, is_field, new_entry, stored_value
from stcore.chat.lore.formats import parse_book, read_book, write_book
from stcore.chat.lore.records import Position, read_entry
from stcore.commands.services.lore import ENTRY_FIELDS
from stcore.errors import UserError

WORDS = st.text("abcé龍 ", max_size=6)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)
UNKNOWN = st.dictionaries(st.sampled_from(["x_mine", "vendor", "zeta"]), JSON, max_size=2)

WORLD_ENTRY = st.builds(
    lambda known, unknown: {**known, **unknown},
    st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, JSON)),
    UNKNOWN,
)


@settings(max_examples=100)
@given(st.dictionaries(st.integers(0, 50), WORLD_ENTRY, max_size=4), UNKNOWN)
def test_world_info_goes_in_and_out_unchanged(entries: dict[int, Any], beside: dict[str, Any]) -> None:
    file = {"entries": {str(uid): {**data, "uid": uid} for uid, data in entries.items()}, "name": "Town", **beside}
    book = parse_book(json.dumps(file), "Town")
    assert write_book(book) == file
    assert [entry.uid for entry in book.entries] == list(book.items)


CARD_ENTRY = st.builds(
    lambda known, extensions, unknown: {**known, "extensions": extensions, **unknown},
    st.fixed_dictionaries(
        {
            "keys": st.lists(WORDS, max_size=3),
            "content": WORDS,
            "enabled": st.booleans(),
            "insertion_order": st.integers(0, 200),
        },
        optional={
            "secondary_keys": st.lists(WORDS, max_size=2),
            "selective": st.booleans(),
            "constant": st.booleans(),
            "position": st.sampled_from(["before_char", "after_char"]),
            "id": st.integers(0, 99),
            "name": WORDS,
            "priority": st.integers(0, 9),
            "comment": WORDS,
            "case_sensitive": st.booleans(),
            "use_regex": st.booleans(),
        },
    ),
    st.dictionaries(st.sampled_from(["depth", "group", "scan_depth", "sticky", "x/vendor"]), JSON, max_size=3),
    UNKNOWN,
)


@settings(max_examples=100)
@given(st.lists(CARD_ENTRY, max_size=4), UNKNOWN)
def test_a_book_of_a_card_goes_in_and_out_without_a_loss(entries: list[Any], beside: dict[str, Any]) -> None:
    raw = {"name": "Town", "extensions": {"a": 1}, "scan_depth": 5, **beside, "entries": entries}
    written = to_card_book(from_card_book(raw, "Town"))
    assert {key: written[key] for key in raw if key != "entries"} == {key: raw[key] for key in raw if key != "entries"}
    for before, after in zip(entries, written["entries"], strict=True):
        assert after["extensions"].items() >= before["extensions"].items()
        assert {key: after[key] for key in before if key != "extensions"} == {
            key: before[key] for key in before if key != "extensions"
        }
    # What was written once stays as it is.
    assert to_card_book(from_card_book(written, "Town")) == written


def test_a_book_goes_through_a_card_unchanged() -> None:
    data = new_entry(0, {"key": ["a"], "position": 4, "depth": 2, "role": 1, "sticky": 3, "outletName": "o"})
    through = from_card_book(to_card_book(Book("", "Town", {}, {0: data})), "Town")
    assert {key: through.items[0][key] for key in data if key != "addMemo"} == {
        key: data[key] for key in data if key != "addMemo"
    }


@settings(max_examples=150)
@given(JSON)
def test_any_json_is_a_book_or_refused_in_plain_words(raw: Any) -> None:
    try:
        book = read_book({"entries": raw}, "x")
    except UserError as error:
        assert error.hint
    else:
        assert len(book.entries) == len(book.items)


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "{", '{"entries": 5}', "[" * 100_000])
def test_what_is_no_book(text: str) -> None:
    with pytest.raises(UserError, match="no world info"):
        parse_book(text, "x")


@pytest.mark.parametrize(
    "file",
    [
        {"lorebookVersion": 5, "entries": [{"text": "T", "displayName": "N", "keys": ["k"], "enabled": False}]},
        {"kind": "memory", "entries": [{"entry": "T", "name": "N", "keywords": ["k"], "enabled": False}]},
        {"type": "risu", "data": [{"content": "T", "comment": "N", "key": "k"}]},
        {"spec": "lorebook_v3", "data": {"entries": [{"content": "T", "comment": "N", "keys": ["k"]}]}},
        {"data": {"name": "Ada", "character_book": {"entries": [{"content": "T", "comment": "N", "keys": ["k"]}]}}},
        {"entries": [{"content": "T", "comment": "N", "keys": ["k"]}]},
        {"entries": {"0": {"content": "T", "comment": "N", "key": ["k"]}}},
    ],
)
def test_files_of_other_programs(file: dict[str, Any]) -> None:
    (entry,) = read_book(file, "x").entries
    assert (entry.content, entry.comment, entry.keys) == ("T", "N", ("k",))


def test_entries_with_the_same_number_are_told_apart() -> None:
    book = read_book({"entries": {"a": {"uid": 1, "content": "x"}, "b": {"uid": 1, "content": "y"}, "c": 5}}, "x")
    assert {uid: data["content"] for uid, data in book.items.items()} == {1: "x", 2: "y"}


# -- fields ----------------------------------------------------------------------------------------------------------


def test_scripts_know_the_fields_that_are_stored() -> None:
    assert all(is_field(name) for name in ENTRY_FIELDS)
    assert set(FIELDS) <= set(ENTRY_FIELDS)


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("key", "a, b,", ["a", "b"]),
        ("key", '["a,b", 3]', ["a,b", "3"]),
        ("constant", "ON", True),
        ("constant", "maybe", False),
        ("order", " 7 ", 7),
        ("order", "2.5", 2.5),
        ("scanDepth", "", None),
        ("caseSensitive", "null", None),
        ("caseSensitive", "off", False),
        ("delayUntilRecursion", "true", 1),
        ("characterFilterNames", "Ada, Bob", ["Ada", "Bob"]),
        ("characterFilterExclude", "1", True),
        ("content", " as it is ", " as it is "),
    ],
)
def test_fields_are_written_as_text(field: str, text: str, value: Any) -> None:
    data = new_entry(0)
    assert stored_value({**data, **changed_value(data, field, text)}, field) == value


@pytest.mark.parametrize(("field", "text"), [("order", "many"), ("nope", "1"), ("depth", "")])
def test_what_a_field_cannot_hold(field: str, text: str) -> None:
    with pytest.raises(UserError):
        changed_value(new_entry(0), field, text)


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from([*FIELDS, "characterFilter", "card", "uid"]), JSON | st.floats()))
def test_any_entry_can_be_read(data: dict[str, Any]) -> None:
    entry = read_entry("B", data)
    assert 0 <= entry.probability <= 100
    assert entry.position in Position
