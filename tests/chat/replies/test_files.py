"""Sets of quick replies as files: nothing is lost on the way through this program."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from stcore.chat.replies.files import set_from_json, set_to_json
from stcore.chat.replies.records import OCCASIONS, MenuLink, Reply, ReplySet
from stcore.errors import UserError

words = st.text(max_size=12)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=5,
)
unknown = st.dictionaries(words.map(lambda word: f"x-{word}"), json_values, max_size=2)
links = st.builds(MenuLink, words, st.booleans(), unknown)
replies = st.builds(
    Reply,
    id=st.integers(1, 50),
    label=words,
    message=words,
    icon=words,
    show_label=st.booleans(),
    title=words,
    hidden=st.booleans(),
    occasions=st.frozensets(st.sampled_from(OCCASIONS)),
    calm=st.booleans(),
    automation_id=words,
    menu=st.lists(links, max_size=3).map(tuple),
    extra=unknown,
)
sets = st.builds(
    ReplySet,
    name=words.filter(lambda name: name.strip() == name != ""),
    no_send=st.booleans(),
    before=st.booleans(),
    inject=st.booleans(),
    color=st.sampled_from(["", "rgba(12, 34, 56, 0.5)", "#ff8800"]),
    only_border=st.booleans(),
    replies=st.lists(replies, max_size=4, unique_by=lambda reply: reply.id).map(tuple),
    highest_id=st.integers(0, 60),
    extra=unknown,
)


@given(sets)
def test_what_is_written_is_read_again(of: ReplySet) -> None:
    assert set_from_json(json.loads(json.dumps(set_to_json(of)))) == of


@given(sets)
def test_a_file_that_comes_in_goes_out_as_it_was(of: ReplySet) -> None:
    file = set_to_json(of)
    assert set_to_json(set_from_json(file)) == file


@given(json_values | st.dictionaries(st.sampled_from(["name", "qrList", "idIndex", "color"]), json_values))
def test_anything_else_is_refused_in_plain_words(data: Any) -> None:
    try:
        assert isinstance(set_from_json(data), ReplySet)
    except UserError as error:
        assert error.message.endswith(".")


def test_replies_without_an_id_or_with_one_that_is_taken_get_their_own() -> None:
    file = {"name": "Trip", "qrList": [{"id": 3, "label": "a"}, {"label": "b"}, {"id": 3, "label": "c"}]}
    of = set_from_json(file)
    assert [reply.label for reply in of.replies] == ["a", "b", "c"]
    assert len({reply.id for reply in of.replies} - {0}) == 3


@pytest.mark.parametrize(
    ("file", "place"),
    [
        ({"name": "x", "qrList": [{}, {"isHidden": "yes"}]}, "Reply 2: isHidden"),
        ({"name": "x", "qrList": [{"contextList": {}}]}, "Reply 1: contextList"),
        ({"name": "x", "qrList": [7]}, "Reply 1"),
        ({"qrList": []}, "name"),
    ],
)
def test_a_mistake_is_named_with_its_place(file: dict[str, Any], place: str) -> None:
    with pytest.raises(UserError, match=place):
        set_from_json(file)
