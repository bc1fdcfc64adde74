"""Stepping through a script at the terminal: it asks at each stop how to go on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from stcore.commands.debugger import Debugger, Step
from stcore.errors import StcoreError
from stcore.terminal.wording import fitted

if TYPE_CHECKING:
    from stcore.commands.runtime import Interpreter
    from stcore.commands.services import Ui

_STEPS: dict[str, Step] = {
    "": "over",
    "n": "over",
    "next": "over",
    "s": "into",
    "step": "into",
    "o": "out",
    "out": "out",
    "c": "resume",
    "continue": "resume",
}
_HELP = (
    "n next, s step into, o step out, c continue, v variables, w where, q stop; anything else is evaluated: "
    "{{var::x}} or /command"
)
_AROUND = 2
"""Lines of the script shown before and behind the current one."""


class TerminalDebugger(Debugger):
    """A debugger whose controls are lines of input. When the input ends, the script runs on."""

    def __init__(self, ui: Ui, interpreter: Interpreter) -> None:
        super().__init__(self._stopped)
        self._ui, self._interpreter = ui, interpreter
        self._talk: asyncio.Task[None] | None = None

    def _stopped(self, state: dict[str, Any]) -> None:
        self._talk = asyncio.ensure_future(self._converse(state))

    async def _converse(self, state: dict[str, Any]) -> None:
        question = f"{_place(state)}\n{_arguments(state)}\n({_HELP})"
        while self.here is not None:
            try:
                line = await self._ui.ask(question)
            except StcoreError:  # nobody is there any more
                line = "c"
            question = await self._obey("q" if line is None else line.strip())

    async def _obey(self, line: str) -> str:
        """Do what a line says; gives what to say before the next one."""
        here = self.here
        if line in _STEPS:
            self.go(_STEPS[line])
        elif line == "q" and here is not None:
            here.scope.run.stop()
        elif line == "v":
            return _variables(self.state())
        elif line == "w":
            return _stack(self.state())
        elif line == "?":
            return _HELP
        else:
            return await self._value(line)
        return ""

    async def _value(self, line: str) -> str:
        try:
            return f"= {await self.evaluate(line, self._interpreter)}"
        except StcoreError as error:
            return f"{error.message} {error.hint}".strip()

    def ended(self) -> None:
        if self._talk is not None and self._talk is not asyncio.current_task():
            self._talk.cancel()


def _place(state: dict[str, Any]) -> str:
    """The lines around the statement, a mark before its own."""
    current = state["where"]["line"]
    lines = state["source"].split("\n")
    shown = range(max(0, current - _AROUND), min(len(lines), current + _AROUND + 1))
    name = f" in {state['name']}" if state["name"] else ""
    rows = [f"{'>' if number == current else ' '} {number + 1:>4}  {_fitted_line(lines[number])}" for number in shown]
    return "\n".join([f"Before /{state['command']}, line {current + 1}{name}:", *rows])


def _fitted_line(line: str) -> str:
    """A line with its indentation, cut where it gets long."""
    indent = line[: len(line) - len(line.lstrip())]
    return indent + fitted(line, 100)


def _arguments(state: dict[str, Any]) -> str:
    rows = [f"  {each['name']}= {_short(each['value'])}" for each in state["named"]]
    if state["unnamed"]["value"] is not None:
        rows.append(f"  text: {_short(state['unnamed']['value'])}")
    rows.append(f"  pipe: {_short(state['pipe'])}")
    return "\n".join(rows)


def _variables(state: dict[str, Any]) -> str:
    rows = []
    for depth, scope in enumerate(state["scopes"]):
        values = {**scope["variables"], **{f"{{{{{name}}}}}": value for name, value in scope["macros"].items()}}
        rows += [f"{'  ' * depth}{name} = {_short(value)}" for name, value in values.items()]
    return "\n".join(rows) or "There are no variables here."


def _stack(state: dict[str, Any]) -> str:
    return "\n".join(
        f"/{frame['command']}{' in ' + frame['name'] if frame['name'] else ''}, line {frame['line'] + 1}"
        for frame in state["stack"]
    )


def _short(value: object) -> str:
    text = " ".join(map(str, value)) if isinstance(value, list) else str(value)
    return fitted(text.replace("\n", "⏎"), 100)
