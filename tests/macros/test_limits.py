"""A substitution ends, and fits on the stack, whatever the text or the macros of a plugin do."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from stcore.macros import Card, Diagnostic, Environment, MacroEngine, Registry, macro
from stcore.macros.builtin import builtin_macros


@macro("dawdle", summary="Takes a millisecond.")
def dawdle(call: object) -> str:
    time.sleep(0.001)
    return "."


def expanded(text: str, seconds: float, env: Environment) -> tuple[str, float]:
    """The result and how long it took."""
    engine = MacroEngine(Registry([*builtin_macros(), dawdle]), seconds=seconds)
    engine.expand("{{user}}", env)  # the parser is built
    start = time.monotonic()
    return engine.expand(text, env), time.monotonic() - start


def test_a_text_that_takes_too_long_stays_with_a_reason() -> None:
    said: list[Diagnostic] = []
    text = "{{dawdle}}" * 2000
    result, took = expanded(text, 0.1, Environment(diagnostics=said.append))
    assert result == text
    assert took < 1.5
    assert said[-1].message == "The text stays as it is: Its macros take longer than 0.1 seconds."
    assert said[-1].level == "error"


def test_the_fields_of_the_card_share_the_time_of_the_text() -> None:
    slow = "{{dawdle}}" * 200
    card = Card(description=slow, personality=slow, scenario=slow, creator_notes=slow, greeting=slow, depth_note=slow)
    fields = "{{description}}{{personality}}{{scenario}}{{creatorNotes}}{{greeting}}{{charDepthPrompt}}"
    _, took = expanded(fields, 0.1, Environment(card=card))
    assert took < 6 * 0.2


def test_the_clock_of_the_environment_has_no_say_in_it() -> None:
    assert expanded("{{dawdle}}" * 130, 30, Environment())[0] == "." * 130


@pytest.mark.parametrize(
    ("before", "inside", "behind", "result"),
    [
        ("{{reverse::", "ab", "}}", "ab"),
        ("{{reverse}}", "ab", "{{/reverse}}", "ab"),
        ("{{if 1}}", "x", "{{/if}}", "x"),
        ("{{if::1::", "x", "}}", "x"),
        ("{{.v = ", "x", "}}", ""),
    ],
)
def test_several_hundred_levels_work_in_every_thread(before: str, inside: str, behind: str, result: str) -> None:
    said: list[Diagnostic] = []
    text = before * 700 + inside + behind * 700
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(MacroEngine().expand, text, Environment(diagnostics=said.append)).result() == result
    assert not said


def test_deeper_levels_stay_as_text_with_a_reason() -> None:
    said: list[Diagnostic] = []
    text = "{{reverse::" * 100_000 + "x" + "}}" * 100_000
    assert "{{reverse::" in MacroEngine().expand(text, Environment(diagnostics=said.append)) or said
    assert "levels" in said[0].message
