"""Stepping through a script with lines of input."""

from __future__ import annotations

import pytest

from stcore.commands.runtime import Interpreter
from stcore.commands.watching import Watcher
from stcore.terminal.debugging import TerminalDebugger
from stcore.testing.memory import MemoryHost, MemoryUi

pytestmark = pytest.mark.anyio

SCRIPT = "/let x 3 |\n/breakpoint |\n/times 2 {: /pass {{timesIndex}} :} |\n/setvar key=done {{var::x}}"


class Stepping(MemoryUi):
    """Steps with the answers given beforehand; ``asked`` is what was said before each."""

    def __init__(self, *answers: str) -> None:
        super().__init__(list(answers))
        self.asked: list[str] = []

    async def ask(
        self, text: str, *, default: str = "", placeholder: str = "", rows: int = 4, ok: str = "OK"
    ) -> str | None:
        self.asked.append(text)
        return await super().ask(text, default=default, placeholder=placeholder, rows=rows, ok=ok)

    def debugger(self, interpreter: Interpreter) -> Watcher:  # type: ignore[override]
        return TerminalDebugger(self, interpreter)


async def run(*answers: str) -> tuple[Stepping, MemoryHost, bool]:
    host = MemoryHost()
    host.services = host.services.__class__(host.environment, chat=host.chat, ui=(ui := Stepping(*answers)))
    return ui, host, (await host.run(SCRIPT)).aborted


async def test_a_stop_shows_the_place_the_arguments_and_the_pipe() -> None:
    ui, host, _ = await run("c")
    (shown,) = ui.asked
    assert ">    3  /times 2 {: /pass {{timesIndex}} :} |" in shown
    assert "pipe: 3" in shown
    assert host.local.get("done") == "3"


async def test_lines_step_show_and_evaluate() -> None:
    ui, host, _ = await run("v", "w", "{{var::x}}!", "/var key=x 5", "/nosuch", "s", "o", "n")
    assert ui.asked[1] == "x = 3"
    assert ui.asked[2] == "/times, line 3"
    assert ui.asked[3] == "= 3!"
    assert "no command /nosuch" in ui.asked[5]
    assert "Before /pass" in ui.asked[6]
    assert "Before /setvar" in ui.asked[7]
    assert host.local.get("done") == "5"


async def test_q_stops_the_script() -> None:
    _, host, aborted = await run("q")
    assert aborted
    assert not host.local.has("done")


async def test_when_nobody_answers_the_script_runs_on() -> None:
    ui, host, _ = await run()
    assert len(ui.asked) == 1
    assert host.local.get("done") == "3"
