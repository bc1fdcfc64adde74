"""Plugins that bring macros, or do something around them: a real file in a data folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from stcore.chat.environment import build_environment
from stcore.host import Host
from stcore.macros import MacroEngine

pytestmark = pytest.mark.anyio

WEATHER = '''
"""The weather of the harbour."""
from stcore import Argument, MacroFailure, MacroProcessor, MacroProvider, hookimpl, macro, value_macro


@macro("weather", Argument("place", "Where."), aliases=["sky"], group="harbour", determinism="clock",
       examples=[("{{weather::the harbour}}", "calm at the harbour")])
def weather(call, place):
    """The weather of a place."""
    if place == "nowhere":
        raise MacroFailure("nobody has been there")
    return f"{call.environment.extra['mood']} at {place}"


def shouting(text, environment):
    return text.replace("!!", f"! {environment.user} shouts.")


def mood(environment):
    environment.extra["mood"] = "calm"


@hookimpl
def stcore_macros():
    return [weather, value_macro("tide", lambda: "high"), value_macro("port", "Ternhaven")]


@hookimpl
def stcore_macro_processors():
    return [MacroProcessor("post", shouting), MacroProvider(mood)]
'''

MIXED = '''
"""Something works, something does not."""
from stcore import Macro, hookimpl, value_macro


def undecorated(call):
    return ""


@hookimpl
def stcore_macros():
    good, last, replaced = value_macro("good", "works"), value_macro("last", "too"), value_macro("user", "replaced")
    return [good, undecorated, replaced, "text", last]


@hookimpl
def stcore_macro_processors():
    return [undecorated]
'''

BROKEN = {
    "a_name": ('@macro("no good")\ndef broken(call):\n    return ""\n', "The macro no good", "`name` is 'no good'"),
    "a_type": ('@macro("ok", Argument("count", types="int"))\ndef broken(call, count):\n    return ""\n',
               "The argument count", "`types` holds 'int', none of string, integer, number, boolean"),
    "an_order": ('@macro("ok", Argument("a", optional=True), Argument("b"))\ndef broken(call, a, b):\n    return ""\n',
                 "The macro ok", "the argument b is required but stands behind an optional one"),
    "a_handler": ('broken = Macro("ok", "text")\n', "The macro ok", "`handler` is 'text', which cannot be called"),
    "an_alias": ('@macro("ok", aliases=["OK"])\ndef broken(call):\n    return ""\n',
                 "The macro ok", "its alias OK is its own name"),
}  # fmt: skip


def data_with(tmp_path: Path, **files: str) -> Path:
    (tmp_path / "plugins").mkdir(parents=True)
    for name, text in files.items():
        (tmp_path / "plugins" / f"{name}.py").write_text(text)
    return tmp_path


async def test_macros_of_a_plugin_work_in_texts_and_say_whose_they_are(tmp_path: Path) -> None:
    async with Host.open(data_with(tmp_path, weather=WEATHER), face="once") as host:
        environment = await build_environment(host)
        text = "{{weather::sea}}, {{sky}}the pier{{/sky}}, {{tide}}, {{PORT}}, {{sky::nowhere}}, {{if tide}}wet{{/if}}"
        expected = "calm at sea, calm at the pier, high, Ternhaven, {{sky::nowhere}}, wet"
        assert host.macros.expand(text, environment) == expected
        found = host.macros.registry.find("weather")
        assert found is not None and found.plugin == "weather"
        tide = host.macros.registry.find("tide")
        assert tide is not None and tide.group == "legacy"
        assert host.plugins.record("weather").problem == ""


@pytest.mark.parametrize("face", ["once", "web"])
async def test_processors_of_a_plugin_act_on_every_text(tmp_path: Path, face: str) -> None:
    async with Host.open(data_with(tmp_path, weather=WEATHER), face=face) as host:
        assert host.macros.expand("Ahoy!!", await build_environment(host)) == "Ahoy! User shouts."


async def test_bad_definitions_are_refused_one_by_one(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with Host.open(data_with(tmp_path, mixed=MIXED), face="once") as host:
        environment = await build_environment(host)
        assert host.macros.expand("{{good}} {{last}} {{user}}", environment) == "works too replaced"
        record = host.plugins.record("mixed")
        assert "stcore_macros: <function undecorated" in record.problem and "'text' is no macro" in record.problem
        assert "stcore_macro_processors: <function undecorated" in record.problem
        assert record.hint
    assert "{{user}} of the plugin mixed replaces that of the host." in caplog.text


@pytest.mark.parametrize("name", BROKEN)
async def test_an_impossible_declaration_names_macro_field_place_and_mend(tmp_path: Path, name: str) -> None:
    text, what, why = BROKEN[name]
    hook = "@hookimpl\ndef stcore_macros():\n    return [broken]\n"
    source = f"from stcore import Argument, Macro, hookimpl, macro\n\n{text}\n{hook}"
    async with Host.open(data_with(tmp_path, **{name: source}), face="once") as host:
        record = host.plugins.record(name.replace("_", "-"))
        assert what in record.problem and why in record.problem
        assert f"{name}.py, line" in record.problem
        assert record.hint


async def test_plugins_are_left_alone_while_nothing_needs_them(tmp_path: Path) -> None:
    async with Host.open(tmp_path, face="once") as host:
        assert host.macros.expand("{{user}} {{if {{user}}}}a{{/if}}", await build_environment(host)) == "User a"
        assert "plugins" not in vars(host)


def test_a_legacy_value_that_fails_gives_nothing() -> None:
    from stcore import value_macro
    from stcore.errors import DefinitionError
    from stcore.macros import Diagnostic, Environment

    engine, remarks = MacroEngine(), list[Diagnostic]()
    engine.registry.register(value_macro("broken", lambda: 1 / 0))
    assert engine.expand("[{{broken}}]", Environment(diagnostics=remarks.append)) == "[]"
    assert "division by zero" in remarks[0].message
    with pytest.raises(DefinitionError):
        value_macro("number", 7)  # type: ignore[arg-type]


async def test_the_older_engine_is_a_setting(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('[chat]\nuser_name = "Mira"\nmacro_engine = "old"\n')
    async with Host.open(data_with(tmp_path, weather=WEATHER), face="once") as host:
        text = "{{user}} {{if 1}}a{{/if}} {{reverse:x|y}} {{port}}"
        assert host.macros.expand(text, await build_environment(host)) == "Mira {{if 1}}a{{/if}} y|x Ternhaven"
