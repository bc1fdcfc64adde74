"""Completion at a place in a text, finished or not. ``^`` marks the cursor."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from stcore.macros import MacroEngine
from stcore.macros.completion import Completion, complete, rank

REGISTRY = MacroEngine().registry


def at(text: str, **names: list[str]) -> Completion:
    before, _, after = text.partition("^")
    return complete(before + after, len(before), REGISTRY, **names)  # type: ignore[arg-type]


def accepted(text: str, **names: list[str]) -> str:
    """The text up to the cursor once the first option was accepted."""
    found = at(text, **names)
    return text.partition("^")[0][: found.start] + found.options[0].insert


@pytest.mark.parametrize(
    ("typed", "result"),
    [
        ("{{us^", "{{user}}"),
        ("{{ us^", "{{ user }}"),
        ("{{reverse::{{us^ }}", "{{reverse::{{user}}"),
        ("{{!us^", "{{!user}}"),
        ("{{setv^", "{{setvar"),
        ("{{ setvar k }}v{{^", "{{ setvar k }}v{{ /setvar }}"),
        ("{{ setvar k}}v{{ /^", "{{ setvar k}}v{{ /setvar}}"),
        ("{{setvar k}}v{{/^", "{{setvar k}}v{{/setvar}}"),
        ("{{if 1}}a{{reverse}}b{{/reverse}}{{^", "{{if 1}}a{{reverse}}b{{/reverse}}{{/if}}"),
        ("{{if 1}}a{{el^", "{{if 1}}a{{else}}"),
        ("{{if pers^", "{{if persona}}"),
        ("{{if !us^", "{{if !user}}"),
        ("{{if .mo^", "{{if .mood"),
        ("{{.mo^", "{{.mood"),
        ("{{.mood >^", "{{.mood >="),
        ("{{greeting^", "{{greeting"),
    ],
)
def test_accepting_the_first_option(typed: str, result: str) -> None:
    assert accepted(typed, local=["mood", "not expressible"]) == result


def test_an_empty_opener_offers_everything_but_hidden_names() -> None:
    labels = [option.label for option in at("{{^").options]
    assert labels[:3] == [".name", "$name", "#"]
    assert "{{setvar::name::value}}" in labels
    assert not any("charIfNotGroup" in label for label in labels)


def test_the_current_argument_is_known() -> None:
    found = at("x {{setvar::mood::{{user}} ha^ }}")
    assert (found.where, found.argument) == ("argument", 1)
    assert found.macro is not None and found.macro.name == "setvar"
    assert found.current is not None and found.current.name == "value"
    assert at("{{random::a::b^}}").current is not None
    assert at("{{reverse a b^").argument == 0


def test_what_is_wrong_is_said() -> None:
    assert at("{{user::a^").warning == "user takes no arguments."
    assert at("{{nosuch::a^").warning == "There is no macro nosuch."


def test_outside_of_macros_nothing_is_offered() -> None:
    for text in ("^", "a {{user}} b^", "{{5^", "{{user}}}^"):
        assert at(text) == Completion("text", text.index("^"), text.index("^"))
    assert at("{{.v = some^").where == "value"


def test_new_and_existing_variables() -> None:
    options = at("{{$m^", globals=["memo", "hum", "bad name"]).options
    assert [option.insert for option in options] == ["memo", "hum", "m"]
    assert [option.insert for option in at("{{.m ^").options][:3] == ["=", "++", "--"]


def test_fuzzy_matches_are_ranked() -> None:
    names = ["lastMessage", "lastMessageId", "allChatRange", "lastUserMessage"]
    assert rank(names, "lm") == ["lastMessage", "lastMessageId", "lastUserMessage"]
    assert rank(names, "last", "prefix") == ["lastMessage", "lastMessageId", "lastUserMessage"]
    assert rank(names, "user", "substring") == ["lastUserMessage"]
    assert rank(names, "xyz") == []


@given(st.text(alphabet="{}.$ :|/!#ifuser=\n"), st.integers(0, 60))
def test_no_text_makes_completion_fail(text: str, cursor: int) -> None:
    found = complete(text, min(cursor, len(text)), REGISTRY)
    assert 0 <= found.start <= found.end <= len(text)
