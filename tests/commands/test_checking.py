"""What is wrong with a script is found without running it, macros in its arguments included."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given, settings, strategies as st

from stcore.commands.caret import Anchor, Caret, find_caret
from stcore.commands.checking import Reading
from stcore.testing.memory import make_interpreter

INTERPRETER = make_interpreter()


def problems(script: str) -> list[tuple[str, str]]:
    """Each underlined stretch with the beginning of its message."""
    found = Reading(script, INTERPRETER).problems()
    return [(script[problem.span.start : problem.span.end], problem.message) for problem in found]


@pytest.mark.parametrize(
    "script",
    [
        "/echo hello {{user}} | /pass {{pipe}}",
        "/let x 5 | /times 3 {: /echo {{timesIndex}} {{var::x}} {{VAR::x::0}} :} | /pass {{arg::name}}",
        '/setvar key=k "{{if .a}}x|y{{else}}z{{/if}}" | /:k',
        "/pass {{.p = a}}\\|{{.p}}",
    ],
)
def test_a_good_script_has_no_problems(script: str) -> None:
    assert problems(script) == []


@pytest.mark.parametrize(
    ("script", "part", "message"),
    [
        ("/pass a | /echo {{usr}}", "usr", "There is no macro usr."),
        ("/setvar key={{usr}} 5", "usr", "There is no macro usr."),
        ('/echo title="hi {{usr}}" x', "usr", "There is no macro usr."),
        ('/echo title="say \\"hi\\" {{usr}}" x', "usr", "There is no macro usr."),
        ("/pass a\\|b {{usr}}", "usr", "There is no macro usr."),
        ("/if left={{user::a}} right=1 {: /pass {: :} :}", "{{user::a}}", "user takes no arguments"),
        ("/times 2 {: /pass 🎲\n {{usr}} :}", "usr", "There is no macro usr."),
        ("/let x 5 | /pass {{var::x::0::1}}", "{{var::x::0::1}}", "var takes between 1 and 2"),
        ("/pass {{reverse::a|b}}", "{{reverse::a|", "A pipe in an argument"),
        ("/setvar key={{getvar x}} 5", "{{", "The macro is never closed."),
        ("/nosuch x", "nosuch", "There is no command /nosuch."),
        ("/let x {: /pass a :} | /:x y", "y", "Unexpected text behind the call of a closure."),
    ],
)
def test_each_problem_is_told_at_its_place(script: str, part: str, message: str) -> None:
    [(marked, said)] = problems(script)
    assert marked == part
    assert said.startswith(message)


def test_what_cannot_be_read_hides_no_macro() -> None:
    assert [part for part, _ in problems("/echo {{usr}} | /nosuch {{chr}} | /pass {{randm}}")] == [
        "usr",
        "nosuch",
        "chr",
        "randm",
    ]


def test_the_argument_at_a_caret_is_known() -> None:
    script = '/echo title="a {{user}}" b {{char}} | /pass c'
    reading = Reading(script, INTERPRETER)
    places = [reading.argument_at(script.index(word)) for word in ("user", "char", "| /")]
    assert [place and script[slice(*place)] for place in places[:2]] == ['"a {{user}}"', "b {{char}} "]
    assert reading.argument_at(2) is None


SCRIPTS = [
    "/let a 1 | /let b {: c=1 /let d 2 | /pass {{var::d}} :} | /echo severity=info {{var::a}} | /:b c=5",
    '/pass "a | b" | /* c | *| /parser-flag STRICT_ESCAPING off | /let x y | /echo {{user}} x',
    "/let a {{random::x|y}} | /times 3 {: /let i 1 | /echo title=x {{var::a}} :} | plain text | /echo x",
    '/echo "never closed | /echo x',
]


@pytest.mark.parametrize("script", SCRIPTS)
def test_from_an_anchor_the_caret_is_the_same(script: str) -> None:
    registry = INTERPRETER.registry
    reading = Reading(script, INTERPRETER)
    for caret in range(len(script) + 1):
        assert told(find_caret(script, caret, registry, reading.anchor(caret))) == told(
            find_caret(script, caret, registry)
        )


def told(caret: Caret) -> dict[str, object]:
    """What a caret says, a command by its name; the order of variables is not said."""
    said = {entry.name: getattr(caret, entry.name) for entry in fields(Caret)}
    return {**said, "command": caret.command.name if caret.command else "", "variables": sorted(caret.variables)}


LANGUAGE = """
    /let /echo /pass x a=1 {: :} | || {{user}} {{ }} [ ] /:x /# *| /* "
"""
WORDS = st.sampled_from(LANGUAGE.split())


@given(st.lists(WORDS))
@settings(max_examples=1000, deadline=None)
def test_an_anchor_never_misleads(words: list[str]) -> None:
    script = " ".join(words)
    reading, registry = Reading(script, INTERPRETER), INTERPRETER.registry
    for caret in range(0, len(script) + 1, 3):
        near, whole = (find_caret(script, caret, registry, anchor) for anchor in (reading.anchor(caret), Anchor()))
        assert told(near) == told(whole)


@given(st.text('/{:}|"[]\\ \n=echo.usr', max_size=40))
@settings(max_examples=300, deadline=None)
def test_no_text_makes_reading_fail(script: str) -> None:
    reading = Reading(script, INTERPRETER)
    for problem in reading.problems():
        assert 0 <= problem.span.start <= problem.span.end <= len(script) + 1
    reading.argument_at(len(script) // 2)
