"""Every command's own examples run, and every declaration is complete enough for help and completion."""

from __future__ import annotations

from typing import Any

import pytest

from stcore.chat.session import Session
from stcore.commands import Command, Example, Named, Registry, Unnamed, command, standard_registry
from stcore.commands.help import describe_command, help_text
from stcore.errors import ExecutionError, ParseError, PluginError
from stcore.testing.memory import MemoryHost, make_interpreter
from stcore.testing.stage import stage

INTERPRETER = make_interpreter()


ON_STAGE = frozenset(("characters", "chat", "data-bank-and-files", "groups", "personas", "world-info"))
"""Groups whose commands need what only a real host has."""

ALSO_ON_STAGE = frozenset(
    (
        "backgrounds",
        "captions",
        "gallery",
        "generation",
        "hung_pictures",
        "image_modes",
        "image_styles",
        "image_workflows",
        "models",
        "presets",
        "reasoning",
        "regexes",
        "rewriting",
        "writing",
    )
)
"""Modules of commands that do, in groups that mostly do not."""


def examples(*, on_stage: bool) -> list[Any]:
    return [
        pytest.param(example, entry.group, id=f"{entry.name}-{number}")
        for entry in standard_registry()
        for number, example in enumerate(entry.examples)
        if needs_stage(entry) == on_stage
    ]


def needs_stage(entry: Command) -> bool:
    module = getattr(entry.function, "__module__", "").rpartition(".")[2]
    return entry.group in ON_STAGE or module in ALSO_ON_STAGE


@pytest.mark.anyio
@pytest.mark.parametrize(("example", "group"), examples(on_stage=False))
async def test_example_does_what_it_says(example: Example, group: str) -> None:
    await check_example(MemoryHost(interpreter=INTERPRETER), example)


@pytest.mark.anyio
@pytest.mark.parametrize(("example", "group"), examples(on_stage=True))
async def test_example_does_what_it_says_on_a_real_host(example: Example, group: str) -> None:
    where: dict[str, Any] = {"group": ("Alice", "Bob"), "others": ("Carol",)} if group == "groups" else {}
    async with stage(**where) as session:
        await check_example(session, example)


async def check_example(host: MemoryHost | Session, example: Example) -> None:
    if example.setup:
        await host.run(example.setup)
    if example.error:
        with pytest.raises(ParseError if example.error == "parse" else ExecutionError):
            await host.run(example.script)
        return
    result = await host.run(example.script)
    if example.pipe is not None:
        assert result.text == example.pipe


@pytest.mark.parametrize("entry", list(standard_registry()), ids=lambda entry: entry.name)
def test_declaration_explains_itself(entry: Command) -> None:
    assert entry.summary.endswith("."), "a summary is a sentence"
    assert entry.group, "a command belongs to a group"
    assert entry.returns, "help says what it gives"
    assert all(argument.summary for argument in (*entry.named, *entry.unnamed))
    text = describe_command(entry)
    assert all(f"`{argument.name}=`" in text for argument in entry.named)
    assert all(example.script in text for example in entry.examples)


def test_describe_is_plain_data() -> None:
    described = {entry["name"]: entry for entry in standard_registry().describe()}
    imagine = described["imagine"]
    assert imagine["aliases"] == ["sd", "img", "image"]
    assert {"name": "width", "types": ["number"]}.items() <= next(
        argument for argument in imagine["named"] if argument["name"] == "width"
    ).items()


def test_help_names_similar_commands() -> None:
    registry = standard_registry()
    assert "`/help setvar`" in help_text(registry, "/setvr")
    assert "# /imagine" in help_text(registry, "sd")
    assert "`/echo" in help_text(registry, "slash")
    assert "slash" in help_text(registry, "")
    for number, title in (("1", "# Commands"), ("2", "# Formatting"), ("3", "# Keys"), ("4", "# Macros")):
        assert help_text(registry, number).startswith(title)
    assert help_text(registry, "hotkeys") == help_text(registry, "3")


# -- the registry refuses what cannot work ---------------------------------------------------------------------------


def shout(**changes: Any) -> Command:
    declaration: dict[str, Any] = {"summary": "Make loud.", "unnamed": Unnamed("the text")} | changes
    name = declaration.pop("name", "shout")
    function = declaration.pop("function", lambda call: call.text.upper())
    return command(name, **declaration)(function)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"name": "two words"}, "no name"),
        ({"name": ""}, "no name"),
        ({"name": "/slash"}, "reserved"),
        ({"name": "Breakpoint-here"}, "reserved"),
        ({"aliases": ("shout",)}, "twice"),
        ({"summary": ""}, "summary"),
        ({"function": lambda: ""}, "one argument"),
        ({"function": lambda call, more: ""}, "one argument"),
        ({"named": (Named("a b"),)}, "a b"),
        ({"named": (Named("x"), Named("x"))}, "twice"),
        ({"named": (Named("x", type="colour"),)}, "colour"),
        ({"named": (Named("x", type="enum"),)}, "enum"),
        ({"named": (Named("x", type="enum", enum=("a", "b"), default="c"),)}, "'c'"),
        ({"split": 0}, "split"),
        ({"split": "letters"}, "split"),
    ],
)
def test_bad_definition_is_refused_with_its_plugin(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(PluginError, match=complaint) as caught:
        Registry().add(shout(**changes), plugin="loud")
    assert caught.value.plugin == "loud"


def test_plugin_is_asked_for_a_missing_name_once_it_is_met() -> None:
    asked = []

    def load(name: str) -> bool:
        asked.append(name)
        registry.add(shout(), plugin="loud")
        return True

    registry = standard_registry()
    registry.on_missing = load
    assert registry.find("echo") is not None
    assert asked == []
    found = registry.find("shout")
    assert found is not None
    assert (found.plugin, asked) == ("loud", ["shout"])


@pytest.mark.anyio
async def test_a_later_command_of_the_same_name_wins_even_for_a_script_already_read() -> None:
    interpreter = make_interpreter()
    host = MemoryHost(interpreter=interpreter)
    assert (await host.run("/upper a")).pipe == "A"
    interpreter.registry.add(shout(name="upper", function=lambda call: call.text + "!"))
    assert (await host.run("/upper a")).pipe == "a!"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("returned", "pipe"),
    [(42, "42"), (2.50, "2.5"), (True, "true"), (None, ""), (float("nan"), "null"), ([1, "a"], '[1,"a"]')],
)
async def test_what_a_function_returns_becomes_text(returned: Any, pipe: str) -> None:
    interpreter = make_interpreter()
    interpreter.registry.add(shout(function=lambda call: returned))
    assert (await MemoryHost(interpreter=interpreter).run("/shout")).pipe == pipe


def test_every_protocol_and_record_of_the_services_can_be_had() -> None:
    from stcore.commands import services

    assert all(getattr(services, name) is not None for name in services.__all__)
    assert {name for names in services._HOMES.values() for name in names} == set(services.__all__) - {"Services"}
