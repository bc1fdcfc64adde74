"""Every macro's own examples run, and every macro explains itself."""

from __future__ import annotations

import pytest

from stcore.macros import Environment, Macro, MacroEngine
from stcore.macros.builtin import builtin_macros

MACROS = list(builtin_macros())


@pytest.mark.parametrize(
    ("text", "result"),
    [pytest.param(*example, id=f"{macro.name}: {example[0]}") for macro in MACROS for example in macro.examples],
)
def test_an_example_of_a_macro(text: str, result: str) -> None:
    remarks: list[object] = []
    env = Environment(user="Mira", char="Tobin", diagnostics=remarks.append)
    assert MacroEngine().expand(text, env) == result


@pytest.mark.parametrize("macro", MACROS, ids=lambda macro: macro.name)
def test_a_macro_explains_itself(macro: Macro) -> None:
    assert macro.summary.endswith((".", "..."))
    assert all(argument.summary for argument in macro.arguments)


def test_the_vocabulary_is_complete() -> None:
    registry = MacroEngine().registry
    assert len(registry) == 125
    assert len(list(registry.names(aliases=False))) == 98
    hidden = set(registry.names(hidden=True)) - set(registry.names(hidden=False))
    assert hidden == {"charIfNotGroup", "char_version", "comment", "idle_duration"}


def test_a_macro_that_needs_nothing_works_without_any_surroundings() -> None:
    engine, remarks = MacroEngine(), []
    env = Environment(diagnostics=remarks.append)
    for macro in MACROS:
        if macro.minimum == 0 and macro.name != "original":
            engine.expand("{{" + macro.name + "}}", env)
    assert remarks == []
