"""What a host adds around macros: processors and providers (spec/macros.md sections 2, 15.3 and 16.1)."""

from __future__ import annotations

import pytest

from stcore.errors import DefinitionError
from stcore.macros import (
    Card,
    Diagnostic,
    Environment,
    Macro,
    MacroEngine,
    MacroProcessor,
    MacroProvider,
    Registry,
)
from stcore.macros.builtin import builtin_macros


def appending(letter: str) -> MacroProcessor:
    return MacroProcessor("post", lambda text, env: text + letter)


def test_processors_run_between_the_steps_of_the_language_itself() -> None:
    engine = MacroEngine()
    seen: dict[str, str] = {}

    def look(name: str) -> object:
        def process(text: str, env: Environment) -> str:
            seen[name] = text
            return text

        return process

    for phase, priority in (("pre", 5), ("pre", 15), ("pre", 25), ("post", 5), ("post", 15), ("post", 25)):
        engine.add_processor(phase, look(f"{phase}{priority}"), priority=priority)  # type: ignore[arg-type]
    engine.expand(
        "\\{ <USER>{{time_UTC+2}}{{trim}}\n", Environment(user="Mira", dynamic={"time": Macro("time", len, 1)})
    )
    assert seen["pre5"] == "\\{ <USER>{{time_UTC+2}}{{trim}}\n"
    assert seen["pre15"] == "\\{ <USER>{{time::UTC+2}}{{trim}}\n"
    assert seen["pre25"] == "\\{ {{user}}{{time::UTC+2}}{{trim}}\n"
    assert seen["post5"].startswith("\\{ Mira") and seen["post5"].endswith("{{trim}}\n")
    assert seen["post15"].startswith("{ Mira") and seen["post15"].endswith("{{trim}}\n")
    assert not seen["post25"].endswith("\n")


def test_equal_priorities_keep_their_order_and_all_can_be_taken_out_again() -> None:
    engine = MacroEngine()
    first, second = appending("1"), appending("2")
    engine.add(first)
    engine.add(second)
    assert engine.expand("x", Environment()) == "x12"
    assert engine.remove_processor("post", first.change) is True
    assert engine.expand("x", Environment()) == "x2"
    assert engine.remove_processor("post", first.change) is False
    assert engine.remove_processor("pre", second.change) is False
    assert engine.remove_processor("post", second.change) is True
    assert engine.expand("x {{user}}", Environment(user="Mira")) == "x Mira"


def test_a_failing_processor_is_left_out_of_the_text_with_a_diagnostic() -> None:
    engine, remarks = MacroEngine(), list[Diagnostic]()
    engine.add_processor("pre", lambda text, env: text.upper())
    engine.add_processor("pre", lambda text, env: str(1 / 0))
    engine.add_processor("post", lambda text, env: None)  # type: ignore[arg-type, return-value]
    engine.add(appending("!"))
    env = Environment(user="Mira", diagnostics=remarks.append)
    assert engine.expand("hello {{user}}", env) == "HELLO Mira!"
    assert [remark.level for remark in remarks] == ["error", "error"]
    assert "division by zero" in remarks[0].message and "gave NoneType, not text" in remarks[1].message


def test_processors_run_again_on_the_parts_of_an_if() -> None:
    engine = MacroEngine()
    engine.add_processor("pre", lambda text, env: text.replace("@", "{{user}}"))
    engine.add(appending("."))
    assert engine.expand("{{if @}}@{{/if}}", Environment(user="Mira")) == "Mira.."


def test_providers_add_to_a_copy_of_the_environment_in_their_order() -> None:
    engine = MacroEngine(Registry([*builtin_macros(), Macro("mood", lambda call: call.environment.extra["mood"])]))
    given = Environment(user="Mira", card=Card(description="{{mood}}"))

    def late(env: Environment) -> None:
        env.extra["mood"] += f" {env.user}"

    def early(env: Environment) -> None:
        env.extra["mood"] = "calm"

    engine.add_provider(late)
    engine.add(MacroProvider(early, order=0))
    assert engine.expand("{{mood}}|{{description}}", given) == "calm Mira|calm Mira"
    assert given.extra == {}
    assert engine.remove_provider(late) is True and engine.remove_provider(late) is False
    assert engine.expand("{{mood}}", given) == "calm"


def test_a_failing_provider_is_left_out() -> None:
    engine, remarks = MacroEngine(), list[Diagnostic]()
    engine.add_provider(lambda env: 1 / 0)
    engine.add_provider(lambda env: setattr(env, "user", "Ada"))
    assert engine.expand("{{user}}", Environment(user="Mira", diagnostics=remarks.append)) == "Ada"
    assert len(remarks) == 1 and remarks[0].level == "error"


@pytest.mark.parametrize(
    "declare",
    [
        lambda: MacroProcessor("during", lambda text, env: text),  # type: ignore[arg-type]
        lambda: MacroProcessor("pre", "text"),  # type: ignore[arg-type]
        lambda: MacroProcessor("pre", lambda text, env: text, "high"),  # type: ignore[arg-type]
        lambda: MacroProvider(None),  # type: ignore[arg-type]
        lambda: MacroProvider(lambda env: None, float("nan")),
        lambda: MacroEngine().add("pre"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_added_is_refused_with_the_mend(declare: object) -> None:
    with pytest.raises(DefinitionError) as refusal:
        declare()  # type: ignore[operator]
    assert refusal.value.message and refusal.value.hint


def test_what_is_no_text_becomes_one_first() -> None:
    engine = MacroEngine()
    results = [engine.expand(value, Environment()) for value in (None, 42, 1.5, True, ["{{user}}"])]
    assert results == ["", "42", "1.5", "true", '["User"]']
