"""Notices, dialogs and busy indicators as scripts ask for them."""

from __future__ import annotations

import pytest

from stcore.errors import ExecutionError
from stcore.testing.memory import MemoryHost, make_interpreter

pytestmark = pytest.mark.anyio


def host(*answers: object) -> MemoryHost:
    return MemoryHost(interpreter=make_interpreter(), answers=answers)


async def test_a_notice_is_what_the_arguments_say() -> None:
    memory = host()
    await memory.run("/echo title=T severity=warning timeout=500 extendedTimeout=none preventDuplicates=on Text")
    (notice,) = memory.ui.notices
    assert (notice.title, notice.level, notice.seconds, notice.hovered, notice.once) == ("T", "warning", 0.5, 10, True)
    await memory.run("/echo plain")
    assert len(memory.ui.notices) == 1, "a plain one takes the short way"


async def test_a_click_needs_a_closure() -> None:
    memory = host()
    await memory.run("/echo onClick=nothing Text | /echo onClick={: /setvar key=x clicked :} Click")
    assert memory.ui.toasts[0].level == "warning"
    assert memory.local.get("x") == "clicked"


async def test_an_abort_in_a_click_ends_only_the_click() -> None:
    memory = host()
    result = await memory.run("/echo onClick={: /abort | /setvar key=x yes :} Click | /pass after")
    assert (result.text, memory.local.has("x")) == ("after", False)


async def test_dialogs_carry_their_look() -> None:
    memory = host(True, "typed")
    await memory.run("/popup wide=on transparent=on scroll=off tooltip=tip Text | /input large=on wider=x Name?")
    popup, ask = memory.ui.looks
    assert (popup.wide, popup.transparent, popup.scroll, popup.tooltip) == (True, True, False, "tip")
    assert (ask.large, ask.wide) == (True, False)


async def test_a_wrapped_closure_shows_its_indicator_also_when_it_fails() -> None:
    memory = host()
    with pytest.raises(ExecutionError):
        await memory.run('/loader-wrap blocking=off toast=static {: /test pattern="(" x :}')
    assert memory.ui.loading == []
    assert (await memory.run("/times 3 {: /loader-wrap {: /break gone :} | /pass on :}")).text == "gone"
    with pytest.raises(ExecutionError, match="toast="):
        await memory.run("/loader-show toast=loud")
    with pytest.raises(ExecutionError, match="needs handle="):
        await memory.run("/loader-stop")


async def test_all_indicators_are_hidden_at_once() -> None:
    memory = host()
    await memory.run("/loader-show slug=one onHide={: /incvar hidden :} | /loader-show onHide={: /incvar hidden :}")
    assert [loader.handle.rpartition("-")[0] for loader in memory.ui.loading] == ["one", "slash-show"]
    assert (await memory.run("/loader-hide || /getvar hidden")).text == "2"
