"""Questions in the terminal: the next line answers them; what is no answer is explained."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from stcore.commands.services import Button, PromptSheet
from stcore.errors import NeedsPerson
from stcore.terminal.screen import Screen
from stcore.terminal.ui import TerminalUi

pytestmark = pytest.mark.anyio


@pytest.fixture
def ui() -> TerminalUi:
    return TerminalUi(Screen(live=True, colours=False, width=lambda: 80))


async def answered(ui: TerminalUi, question: Coroutine[Any, Any, Any], *lines: str | None) -> Any:
    """The result of a question when ``lines`` are entered one after the other; ``None`` cancels it."""
    asking = asyncio.create_task(question)
    for line in lines:
        await asyncio.sleep(0)
        if line is None:
            assert ui.cancel()
        else:
            ui.answer(line)
    result = await asking
    assert ui.question is None
    assert not ui.cancel()
    return result


async def test_a_text_is_asked_for(ui: TerminalUi) -> None:
    assert await answered(ui, ui.ask("Name?"), "Ann ") == "Ann "
    assert await answered(ui, ui.ask("Name?"), "") == ""
    assert await answered(ui, ui.ask("Name?"), None) is None


async def test_two_scripts_ask_one_after_the_other(ui: TerminalUi) -> None:
    asking = [asyncio.create_task(ui.ask(text)) for text in ("Name?", "Colour?")]
    for line in ("Ann", "red"):
        await asyncio.sleep(0)
        assert ui.asks
        ui.answer(line)
        assert not ui.asks
        await asyncio.sleep(0)
    assert await asyncio.gather(*asking) == ["Ann", "red"]


async def test_a_default_is_put_into_the_input_line(ui: TerminalUi) -> None:
    put: list[str] = []
    ui.put_input = put.append
    await answered(ui, ui.ask("Name?", default="Bo"), "Bo")
    await ui.set_input("/sd ")
    assert put == ["Bo", "/sd "]


@pytest.mark.parametrize(
    ("lines", "result"),
    [(("y",), True), (("Keep",), True), (("no",), False), (("maybe", "drop"), False), ((None,), None)],
)
async def test_a_popup_waits_only_when_there_is_a_choice(
    ui: TerminalUi, lines: tuple[str | None, ...], result: bool | None
) -> None:
    assert await ui.popup("Just so you know") is True
    assert await answered(ui, ui.popup("Keep it?", ok="Keep", cancel="Drop"), *lines) is result


@pytest.mark.parametrize(
    ("multiple", "lines", "chosen"),
    [
        (False, ("2",), ["green tea"]),
        (False, ("RED",), ["red"]),
        (False, ("blue", "1"), ["red"]),
        (True, ("2, red",), ["green tea", "red"]),
        (True, ("1,9", "1"), ["red"]),
        (False, (None,), None),
    ],
)
async def test_buttons_by_number_or_word(
    ui: TerminalUi, capsys: pytest.CaptureFixture[str], multiple: bool, lines: Any, chosen: list[str] | None
) -> None:
    buttons = [Button("red"), Button("green tea", tooltip="hot")]
    assert await answered(ui, ui.buttons("Which?", buttons, multiple=multiple), *lines) == chosen
    out = capsys.readouterr().out
    assert "1. red\n2. green tea - hot\n" in out
    assert ("is none of them" in out) == (len(lines) == 2)


async def test_when_the_input_has_ended_nobody_answers(ui: TerminalUi) -> None:
    asking = asyncio.create_task(ui.ask("Name?"))
    await asyncio.sleep(0)
    ui.leave()
    assert await asking is None
    with pytest.raises(NeedsPerson):
        await ui.ask("Again?")


SHEET = PromptSheet("a pond", "fog", "512x640", title="Draw it again", warning="This looks like a refusal.")


@pytest.mark.feature("F233")
@pytest.mark.parametrize(
    ("sheet", "lines", "left"),
    [
        (SHEET, ("a lake", "", "no"), ("a lake", "", False)),
        (SHEET, ("a pond", "mist", "yes"), ("a pond", "mist", True)),
        (SHEET, ("",), None),
        (SHEET, (None,), None),
        (SHEET, ("a lake", None), None),
        (PromptSheet("a pond"), ("a lake ",), ("a lake", None, True)),
    ],
)
async def test_a_prompt_is_looked_at_before_it_is_drawn(
    ui: TerminalUi, capsys: pytest.CaptureFixture[str], sheet: PromptSheet, lines: tuple[str | None, ...], left: Any
) -> None:
    put: list[str] = []
    ui.put_input = put.append
    changed = await answered(ui, ui.review(sheet), *lines)
    assert (changed and (changed.prompt, changed.negative, changed.keep_size)) == left
    assert put[0] == "a pond"
    out = capsys.readouterr().out
    assert ("This looks like a refusal." in out) == bool(sheet.warning)


async def test_an_explanation_is_printed_without_its_marks(ui: TerminalUi, capsys: pytest.CaptureFixture[str]) -> None:
    ui.show("**Prompt**\n- style Ink: ink\n\n**As it was sent:** ink, a pond")
    assert capsys.readouterr().out == "Prompt\n- style Ink: ink\n\nAs it was sent: ink, a pond\n"
