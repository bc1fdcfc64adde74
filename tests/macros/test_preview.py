"""A preview gives what the text would give, and changes nothing."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from stcore.clock import SystemClock
from stcore.macros import Card, Chat, Environment, Macro, MacroCall, MacroEngine, MemoryVariables, Message, Registry
from stcore.macros.builtin import builtin_macros
from stcore.macros.places import macros_of
from stcore.macros.preview import MAX_SHOWN, MAX_TEXT, OverlayVariables, preview, preview_call, values_now

ENGINE = MacroEngine()


class Noon(SystemClock):
    def now(self) -> datetime:
        return datetime(2024, 3, 5, 12, tzinfo=UTC)


def surroundings(**more: object) -> Environment:
    return Environment(
        user="Mira",
        char="Tobin",
        card=Card(description="{{.mood = sad}}A smith, {{.mood}}."),
        local=MemoryVariables({"mood": "happy", "n": 4}),
        globals=MemoryVariables({"g": "x"}),
        chat=Chat([Message("Hello", is_user=True)], hash=1000),
        clock=Noon(),
        random=random.Random(1),
        **more,  # type: ignore[arg-type]
    )


CHANGES = (
    "{{setvar::mood::sad}}{{.n++}}{{$g = y}}{{deletevar::mood}}{{addglobalvar::h::1}}{{banned::word}}{{roll::1d6}}"
    "{{random::a::b}}{{description}}{{original}}{{if 1}}{{.z = 1}}{{/if}}{{.q ??= 5}}"
)


def test_nothing_is_changed() -> None:
    banned: list[str] = []
    env = surroundings(ban=banned.append, original="first")
    state = env.random.getstate()
    shown = preview(CHANGES, ENGINE, env)
    assert "first" in shown.text
    assert dict(env.local.items()) == {"mood": "happy", "n": 4}
    assert dict(env.globals.items()) == {"g": "x"}
    assert banned == []
    assert env.random.getstate() == state


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("{{user}}, {{.mood}}, {{.n++}}{{.n}}", "Mira, happy, 55"),
        ("{{setvar::mood::sad}}{{.mood}}{{deletevar::mood}}{{hasvar::mood}}", "sadfalse"),
        ("{{description}} {{lastMessage}} {{isodate}}", "A smith, sad. Hello 2024-03-05"),
        ("{{pick::oak::elm::ash::yew}} {{pick::oak::elm::ash::yew}}", "elm elm"),
        ("{{original}}", "{{original}}"),
    ],
)
def test_a_preview_is_what_the_text_gives(text: str, result: str) -> None:
    assert preview(text, ENGINE, surroundings()).text == result
    assert ENGINE.expand(text, surroundings()) == result


def test_macros_of_the_place_are_stood_in_for() -> None:
    shown = preview("{{pipe}} {{var::x}} {{prompt}}", ENGINE, surroundings(), extra=macros_of("script"))
    assert shown.text == "[pipe] [var x] {{prompt}}"


def test_what_the_engine_has_to_say_comes_along() -> None:
    shown = preview("{{user::a}}", ENGINE, surroundings())
    assert [remark.message for remark in shown.diagnostics] == ["user takes no arguments, but 1 was given."]


def test_macros_of_plugins_that_do_something_are_not_run() -> None:
    done: list[str] = []

    def ring(call: MacroCall) -> str:
        done.append("ring")
        return "ring"

    registry = Registry(builtin_macros())
    registry.register(Macro("ring", ring, effect=True), plugin="bells")
    registry.register(Macro("bell", lambda call: "bell"), plugin="bells")
    engine = MacroEngine(registry)
    shown = preview("[{{ring}}{{bell}}]", engine, surroundings())
    assert shown.text == "[bell]"
    assert "ring" in shown.diagnostics[0].message
    assert done == []


def test_size_and_time_are_bounded() -> None:
    assert preview("x" * (MAX_TEXT + 1), ENGINE, surroundings()).truncated
    long = preview("{{space::99999}}", ENGINE, surroundings())
    assert (len(long.text), long.truncated) == (MAX_SHOWN, True)
    assert preview_call("{{space::999}}", 3, ENGINE, surroundings()) == " " * 199 + "…"


def now(text: str, place: str = "message") -> str | None:
    before, _, after = text.partition("^")
    return preview_call(before + after, len(before), ENGINE, surroundings(), extra=macros_of(place))


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("{{user^", "Mira"),
        ("{{user}}^ and", "Mira"),
        ("{{us^er}} and", "Mira"),
        ("{{reverse::{{us^er}}}}", "Mira"),
        ("{{reverse::{{user}}^}}", "Mira"),
        ("{{reverse::{{user}} ^}}", "ariM"),
        ("{{reverse::{{user}} ^", "ariM"),
        ("{{.mood^", "happy"),
        ("{{ $g^ }}", "x"),
        ("{{.mood ?? none^}}", "happy"),
        ("{{.fresh = 7}}{{.fresh^}}", "7"),
        ("{{setvar::mood::sad}} {{.mood^", "sad"),
        ("{{.n++^}}", "5"),
        ("{{setvar::mood::sad^}}", ""),
        ("{{if .mo^od}}yes{{else}}no{{/if}}", "yes"),
        ("{{if {{user}}^}}yes{{else}}no{{/if}}", "Mira"),
        ("{{pick::oak::elm::ash::yew}} {{pick::oak::elm::ash::yew}}^", "elm"),
        ("{{isodate^", "2024-03-05"),
        ("{{usr^", None),
        ("{{^", None),
        ("words ^", None),
        ("{{user}} ^", None),
        ("{{user::a^}}", None),
        ("{{space::x^}}", None),
        ("{{if .mood^", None),
        ("{{/if}}^", None),
        ("{{else^", ""),
        ("{{original^", None),
    ],
)
def test_what_the_call_at_the_cursor_gives_now(text: str, result: str | None) -> None:
    assert now(text) == result


@pytest.mark.parametrize("before", ["<USER> 🎲 ", "{{time_UTC+2}}", "{{pick::1::2::3}} ", "{{.a = 1}}", "x" * 40])
def test_a_pick_is_the_one_of_the_whole_text(before: str) -> None:
    call = "{{pick::a::b::c::d::e::f::g::h}}"
    whole = ENGINE.expand(before + call, surroundings())
    assert now(f"{before}{call}^") == whole[-1]


def test_a_call_that_needs_the_place_waits_for_it() -> None:
    assert now("{{pipe^", "script") is None
    assert now("{{reverse::{{pipe}}^", "script") is None
    assert now("{{reverse::{{pipe}} x^", "script") is None
    assert now("{{user^", "script") == "Mira"


def test_values_of_calls_are_had_in_one_go() -> None:
    values = values_now(["{{user}}", "{{usr}}", "{{lastMessage}}"], ENGINE, surroundings())
    assert values == {"{{user}}": "Mira", "{{lastMessage}}": "Hello"}


NAMES = st.sampled_from("ab")
STEPS = st.lists(st.tuples(st.sampled_from(["set", "delete"]), NAMES, st.integers(0, 3)))


@given(st.dictionaries(NAMES, st.integers(0, 3)), STEPS)
def test_an_overlay_is_like_a_copy(start: dict[str, int], steps: list[tuple[str, str, int]]) -> None:
    below = MemoryVariables(dict(start))
    overlay, copy = OverlayVariables(below), MemoryVariables(dict(start))
    for step, name, value in steps:
        for store in (overlay, copy):
            store.set(name, value) if step == "set" else store.delete(name)
        assert dict(overlay.items()) == dict(copy.items())
        assert [overlay.has(key) for key in "ab"] == [copy.has(key) for key in "ab"]
        assert [overlay.get(key) for key in "ab"] == [copy.get(key) for key in "ab"]
    assert dict(below.items()) == start


@given(st.text(alphabet="{}.$ :|/!#ifuser=\n<>🎲", max_size=60), st.integers(0, 60))
def test_no_text_makes_a_preview_fail(text: str, cursor: int) -> None:
    preview(text, ENGINE, surroundings())
    preview_call(text, min(cursor, len(text)), ENGINE, surroundings())
