"""The use of commands, checked before a script runs."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from stcore.commands.checking import check_script
from stcore.testing.memory import make_interpreter

INTERPRETER = make_interpreter()


def problems(script: str) -> list[tuple[str, str]]:
    """Severity and the text that is underlined, for each problem."""
    found = check_script(script, INTERPRETER)
    return [(problem.severity, script[problem.span.start : problem.span.end]) for problem in found]


def messages(script: str) -> str:
    return "\n".join(f"{problem.message} {problem.hint}" for problem in check_script(script, INTERPRETER))


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("/echo hi", []),
        ("/pass a | /upper | /setvar key=x", []),
        ("/let f {: n=1 /mul n 2 :} | /:f n=3 | /var f", []),
        ("/run any=thing goes=here x", []),
        ("/pass a |\n  /nosuch", [("error", "nosuch")]),
        ("/pass {: a", [("error", "a")]),
        ("/echo severity=wrn hi", [("warning", "wrn")]),
        ("/setvar kye=a key=b 1", [("warning", "kye")]),
        ("/times abc {: /pass 1 :}", [("warning", "abc")]),
        ("/let x 1 | /var y", [("warning", "y")]),
        ("/let x 1 | /var index=2 y", []),
        ("/pass {: /echo {{usr}} :}", [("error", "usr")]),
        ("/times 2 {: /pass {{pipe}} {{timesIndex}} {{var::x}} {{arg::y}} :}", []),
        ("/pass x || /upper", [("warning", "upper")]),
        ("/if left=1 {: /pass a :} else={: /pass b :}", [("warning", "else={:")]),
    ],
)
def test_problems_with_their_places(script: str, expected: list[tuple[str, str]]) -> None:
    assert problems(script) == expected


def test_hints_name_what_was_meant() -> None:
    assert "Did you mean key=?" in messages("/setvar kye=a key=b 1")
    assert "Did you mean warning?" in messages("/echo severity=warnin hi")
    assert "Did you mean counter?" in messages("/let counter 1 | /var countr")
    assert "Did you mean {{user}}?" in messages("/echo {{usr}}")
    assert "Did you mean /upper" in messages("/uper x")


@given(st.text(alphabet='/abx ={}:|"[]\\\n.', max_size=60))
def test_any_text_gives_problems_inside_it_and_never_fails(text: str) -> None:
    for problem in check_script(text, INTERPRETER):
        assert 0 <= problem.span.start <= len(text)
        assert problem.message
