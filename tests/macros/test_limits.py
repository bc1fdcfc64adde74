"""A substitution ends: by time, whatever the text or the macros of a plugin do."""

from __future__ import annotations

import time

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
