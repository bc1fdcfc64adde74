"""Completion at a place in a text, finished or not. ``^`` marks the cursor."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from stcore.macros import MacroEngine
from stcore.macros.completion import Completion, complete
from stcore.macros.places import macros_of

REGISTRY = MacroEngine().registry


def at(text: str, **names: list[str]) -> Completion:
    before, _, after = text.partition("^")
    return complete(before + after, len(before), REGISTRY, **names)  # type: ignore[arg-type]


def accepted(text: str, **names: list[str]) -> str:
    """The text up to the cursor once the first option was accepted."""
    found = at(text, **names)
    return text.partition("^")[0][: found.start] + (found.options[0].insert if found.options else "")


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
        ("{{if .mo^", "{{if .mood}}"),
        ("{{ if us^", "{{ if user}}"),
        ("{{.mo^", "{{.mood"),
        ("{{.mood >^", "{{.mood >="),
        ("{{greeting^", "{{greeting"),
        ("{{greet^", "{{greeting"),
        ("{{idle_duration^", "{{idle_duration}}"),
        # The name that the cursor is in, and the braces that are there already, are not written twice.
        ("{{us^}}", "{{user"),
        ("{{us^er}} x", "{{user"),
        ("{{if us^}}x{{/if}}", "{{if user"),
        ("{{if 1}}a{{/^}}", "{{if 1}}a{{/if"),
        # A closing tag and an else are offered on the level on which they can pair.
        ("{{if 1}}{{setvar k}}{{/if}}x{{/^", "{{if 1}}{{setvar k}}{{/if}}x{{/"),
        ("{{reverse::{{setvar k}}v{{^", "{{reverse::{{setvar k}}v{{/setvar}}"),
        ("{{if 1}}a{{else}}b{{^", "{{if 1}}a{{else}}b{{/if}}"),
        ("{{trim}} a {{/^", "{{trim}} a {{/trim}}"),
        ("{{roll::^", "{{roll::2d6+1"),
        ("{{roll::3^", "{{roll::3d6"),
        ("{{setvar::a::^", "{{setvar::a::"),
        ("{{datetimeformat::YY^", "{{datetimeformat::YYYY-MM-DD"),
        ("{{timeDiff::2024-01-01::^", "{{timeDiff::2024-01-01::2024-03-07 14:00"),
        ("{{getvar::mo^", "{{getvar::mood"),
        ("{{setvar mo^", "{{setvar mood"),
    ],
)
def test_accepting_the_first_option(typed: str, result: str) -> None:
    assert accepted(typed, local=["mood", "not expressible"]) == result


def test_an_empty_opener_offers_everything_but_hidden_names() -> None:
    offered = labels("{{^")
    assert offered[:3] == [".name", "$name", "#"]
    assert "{{setvar::name::value}}" in offered
    assert not any("charIfNotGroup" in label for label in offered)


def labels(text: str) -> list[str]:
    return [option.label for option in at(text).options]


def test_the_offers_have_their_order() -> None:
    offered = labels("{{if 1}}a{{trim}}b{{^")
    assert offered[:6] == ["{{/if}}", "{{else}}", ".name", "$name", "#", "/"]
    assert offered[-1] == "{{/trim}}"
    names = [label.strip("{}").partition("::")[0] for label in offered[6:-1]]
    assert names == sorted(names, key=str.lower)
    assert "else" not in names
    assert "//" not in names


def test_a_closing_tag_is_not_offered_where_it_could_not_pair() -> None:
    assert "{{/if}}" not in labels("{{if 1}}{{reverse::{{^")
    assert "{{/reverse}}" not in labels("{{.v = {{reverse}}a{{^")
    assert "{{else}}" not in labels("{{if 1}}a{{else}}b{{^")
    assert "{{else}}" not in labels("{{setvar k}}a{{^")


def test_an_else_without_an_if_is_no_offer_but_a_warning() -> None:
    assert "{{else}}" not in labels("a {{els^")
    assert "no if" in at("a {{else^").warning
    assert at("{{if 1}}{{else^").warning == ""


def test_a_condition_offers_what_has_a_value_by_itself() -> None:
    offered = labels("{{if ^")
    assert offered[:3] == ["!", ".name", "$name"]
    assert "{{user}}" in offered
    assert not {"{{trim}}", "{{noop}}", "{{else}}", "{{reverse::value}}", "{{random::item…}}"} & set(offered)
    assert labels("{{if !^")[0] == ".name"


def test_after_a_whole_name_every_operator_is_offered() -> None:
    found = at("{{.mood^", local=["mood", "moody"])
    assert [option.label for option in found.options][:3] == [".mood", ".moody", "="]
    assert found.variable == ".mood"
    assert [option.label for option in at("{{.mood ?^").options] == ["??", "??="]
    assert [option.label for option in at("{{.mood >^").options] == [">="]


def test_a_value_tells_what_it_is_for() -> None:
    found = at("{{ $score ||= 5 {{user}} ^")
    assert (found.where, found.variable, found.operator) == ("value", "$score", "||=")
    assert at("{{.a == {{reverse::x}}^").operator == "=="


def test_in_the_content_of_a_block_it_is_explained() -> None:
    found = at("{{setvar k}}some ^")
    assert found.macro is not None
    assert (found.where, found.macro.name, found.argument) == ("text", "setvar", 1)
    assert at("{{trim}} some ^").macro is None
    assert at("{{setvar k}}some{{/setvar}} ^").macro is None


def test_macros_of_the_place_are_offered_and_explained() -> None:
    text = "{{var::x"
    inside = complete(text, len(text), REGISTRY, extra=macros_of("script"))
    assert inside.macro is not None
    assert (inside.macro.name, inside.argument) == ("var", 0)
    names = [option.insert for option in complete("{{pip", 5, REGISTRY, extra=macros_of("script")).options]
    assert names[0] == "pipe}}"
    assert "pipe}}" not in [option.insert for option in at("{{pip^").options]


def test_only_what_has_no_effect_is_worth_a_look_beforehand() -> None:
    assert at("{{datetimeformat::YY^").options[0].now == "{{datetimeformat::YYYY-MM-DD}}"
    assert at("{{roll::3^").options[0].now == at("{{timeDiff::^").options[0].now == ""
    assert at("{{.mo^", local=["mood"]).options[0].now == "{{.mood}}"
    by_label = {option.label: option.now for option in at("{{^").options}
    assert by_label["{{user}}"] == "{{user}}"
    assert by_label["{{original}}"] == by_label["{{setvar::name::value}}"] == ""


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


def test_new_and_existing_variables() -> None:
    options = at("{{$m^", globals=["memo", "hum", "bad name"]).options
    assert [option.insert for option in options] == ["memo", "hum", "m"]
    assert [option.insert for option in at("{{.m ^").options][:3] == ["=", "++", "--"]


@given(st.text(alphabet="{}.$ :|/!#ifuser=\n"), st.integers(0, 60))
def test_no_text_makes_completion_fail(text: str, cursor: int) -> None:
    found = complete(text, min(cursor, len(text)), REGISTRY)
    assert 0 <= found.start <= found.end <= len(text)
