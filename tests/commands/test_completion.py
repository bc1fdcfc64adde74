"""What is offered at the caret, marked as ``^`` in the texts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from stcore.commands import standard_registry
from stcore.commands.caret import find_caret
from stcore.commands.completion import Completions, complete
from stcore.macros.matching import rank_match
from stcore.testing.memory import MemoryHost, make_interpreter

INTERPRETER = make_interpreter()
REGISTRY = standard_registry()


async def at(text: str, **variables: str) -> Completions:
    host = MemoryHost(interpreter=INTERPRETER)
    for name, value in variables.items():
        host.local.set(name, value)
    return await complete(text.replace("^", ""), text.index("^"), INTERPRETER.registry, host.services)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("/ec^", ["echo"]),
        ("/pass a | /setv^", ["setvar"]),
        ("/times 3 {: /img^", ["img"]),
        ("/echo sev^", ["severity="]),
        ("/echo severity=^", ["info", "success", "warning", "error"]),
        ("/echo severity=w^", ["warning"]),
        ('/echo severity="w^', ["warning"]),
        ("/if left=1 rule=n^", ["neq", "nin", "not"]),
        ("/imagine-style I^", ["Ink"]),
        ("/let fruit x | /var ^", ["key="]),
        ("/let fruit x | /var fr^", ["fruit"]),
        ("/let fruit x | /:^", ["fruit"]),
        ("/run {: who=you tone=warm /let q 3 | /:^", ["who", "tone", "q"]),
        ("/run {: /let inner 3 :} | /let outer 4 | /:^", ["outer"]),
        ("/let key=fruit x | /run f^", ["fruit"]),
        ("/getvar sc^", ["score"]),
        ("/? imagine-st^", ["imagine-style"]),
        ("/pass it is ^", []),
        ("/pass hello | ^", []),
        ("// comment /e^", []),
        ("plain text^", []),
    ],
)
async def test_offers_begin_with(text: str, first: list[str]) -> None:
    found = await at(text, score="5")
    assert [item.text for item in found.items][: len(first)] == first
    if not first:
        assert found.items == ()


@pytest.mark.anyio
async def test_given_arguments_are_not_offered_again() -> None:
    found = await at("/echo severity=info title=x ^")
    offered = {item.text for item in found.items}
    assert "timeout=" in offered
    assert not offered & {"severity=", "title="}


@pytest.mark.anyio
async def test_the_command_at_the_caret_is_explained() -> None:
    found = await at("/pass a | /echo severity=^")
    assert (found.command, found.argument) == ("echo", "severity")
    assert found.signature.startswith("# /echo")
    assert (await at("/unknown-one x=^")).signature == ""


@pytest.mark.anyio
async def test_what_is_replaced_is_what_was_typed() -> None:
    found = await at("/pass a | /imagine wid^")
    assert (found.start, found.end) == (19, 22)
    found = await at("/echo severity=warn^")
    assert (found.start, found.end) == (15, 19)


@pytest.mark.anyio
async def test_values_with_blanks_come_in_quotes() -> None:
    host = MemoryHost(interpreter=INTERPRETER)
    host.local.set("my score", 1)
    found = await complete("/getvar my", 10, INTERPRETER.registry, host.services)
    assert [item.text for item in found.items] == ['"my score"']


@pytest.mark.anyio
async def test_messages_are_offered_newest_first_with_their_beginning() -> None:
    host = MemoryHost(interpreter=INTERPRETER)
    await host.run("/send the road goes on")
    found = await complete("/cut ", 5, INTERPRETER.registry, host.services)
    assert [(item.text, item.summary) for item in found.items][:1] == [("1", "User: the road goes on")]


@pytest.mark.anyio
async def test_an_alias_is_listed_only_when_the_command_is_not() -> None:
    names = [item.text for item in (await at("/sd^")).items]
    assert names[0] == "sd"
    assert "imagine" not in names


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("/pass {{pi^", "pipe}}"),
        ("/pass {{us^", "user}}"),
        ("/let fruit x | /pass {{var::fr^", "fruit"),
        ('/echo title="{{ti^', "time"),
        ("/let fruit x | /pass {{VAR :: fr^", "fruit"),
        ("/pass {{.sc^", "score"),
        ("/pass {{if 1}}a{{^", "/if}}"),
        ("/echo {{if 1}}a | /pass {{if 2}}b{{/^", "if}}"),
        ("/setvar key={{us^ 5", "user}}"),
        ("/pass {{us^}} and {{", "user"),
        ("/times 3 {: /pass {{times^", "timesIndex}}"),
    ],
)
async def test_macros_are_offered_inside_braces(text: str, offered: str) -> None:
    found = await in_macro(text)
    assert offered in [item.text for item in found.items]
    assert text.replace("^", "")[found.start : found.end] in offered


@pytest.mark.anyio
async def test_macros_of_another_argument_are_not_mixed_in() -> None:
    assert (await in_macro("/setvar key={{if 1}}a {{/^")).items == ()
    assert (await in_macro("/pass {{if 1}}a | /pass b {{^")).items[0].text != "/if}}"


@pytest.mark.anyio
async def test_the_macro_at_the_caret_is_known_with_its_place_in_the_script() -> None:
    found = (await in_macro("/pass 🎲 | /echo {{setvar::mood::ha^")).macro
    assert found is not None
    assert found.macro is not None
    assert (found.macro.name, found.argument, found.start) == ("setvar", 1, 32)


async def in_macro(text: str) -> Completions:
    host = MemoryHost(interpreter=INTERPRETER)
    host.local.set("score", "5")
    macros = INTERPRETER.engine.registry
    return await complete(text.replace("^", ""), text.index("^"), INTERPRETER.registry, host.services, macros=macros)


def test_ranking() -> None:
    assert rank_match("ec", "echo") < rank_match("ec", "exec")  # type: ignore[operator]
    assert rank_match("stv", "setvar") is not None
    assert rank_match("vts", "setvar") is None
    assert rank_match("tv", "setvar", "prefix") is None
    assert rank_match("tv", "setvar", "includes") == (2, -2)


@given(st.text('/{:}|"[]\\ \n=eco', max_size=30), st.integers(0, 30))
@settings(max_examples=300, deadline=None)
def test_any_unfinished_text_has_a_caret(text: str, caret: int) -> None:
    found = find_caret(text, min(caret, len(text)), REGISTRY)
    assert 0 <= found.start <= len(text)
