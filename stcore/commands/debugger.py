"""A step debugger for scripts: breakpoints, steps, what is in scope, expressions (spec/stscript.md 14.4)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, Literal

from stcore.commands.expansion import TIMES_INDEX
from stcore.commands.scope import Scope, Value
from stcore.commands.syntax import Flags, Script
from stcore.commands.watching import Moment, Watcher, shown
from stcore.errors import UserError
from stcore.macros.text import trim

if TYPE_CHECKING:
    from stcore.commands.runtime import Interpreter

Step = Literal["resume", "over", "into", "out"]
_NAMES = {TIMES_INDEX: "timesIndex"}

STEPS: tuple[Step, ...] = ("resume", "over", "into", "out")


class Debugger(Watcher):
    """Holds a script at its breakpoints and tells ``on_pause`` where it stands; :meth:`go` lets it run on.

    ``lines`` of the started script (counted from 0) are breakpoints too; ``at_start`` pauses
    before the first statement.
    """

    def __init__(
        self,
        on_pause: Callable[[dict[str, Any]], None],
        *,
        lines: Collection[int] = (),
        at_start: bool = False,
    ) -> None:
        super().__init__()
        self.lines = frozenset(lines)
        self.here: Moment | None = None
        """The statement that waits, ``None`` while the script runs."""
        self._on_pause = on_pause
        self._pause_next = at_start
        self._deepest: int | None = None
        self._root: Script | None = None
        self._line_before = -1
        self._going = asyncio.Event()

    async def before(self, moment: Moment) -> None:
        self._root = self._root or moment.script
        if not self._stops_at(moment):
            return
        self._pause_next, self._deepest = False, None
        self.here = moment
        self._going.clear()
        self._on_pause(self.state())
        try:
            await self._going.wait()
        finally:
            self.here = None  # also when the run is cancelled

    def breakpoint(self) -> None:
        self._pause_next = True

    def go(self, step: Step = "resume") -> None:
        """Let a waiting script run on: to the end, to the next statement of this closure or one around it (``over``),
        into a closure that the statement runs (``into``), or to the statement behind this closure (``out``)."""
        if self.here is None:
            raise UserError("The script is not waiting at a breakpoint.")
        depth = len(self.stack)
        match step:
            case "into":
                self._pause_next = True
            case "over":
                self._deepest = depth
            case "out":
                self._deepest = depth - 1
        self._let_go()

    def release(self) -> None:
        """Never hold the script again; for when it is stopped."""
        self.lines = frozenset()
        self._pause_next, self._deepest = False, None
        self._let_go()

    def _let_go(self) -> None:
        self.here = None
        self._going.set()

    def _stops_at(self, moment: Moment) -> bool:
        line = moment.span.line if moment.script is self._root else -1
        arrived = line in self.lines and line != self._line_before
        self._line_before = line if line >= 0 else self._line_before
        near = self._deepest is not None and len(self.stack) <= self._deepest
        return self._pause_next or near or arrived

    # -- what is visible ---------------------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Where the script stands, as JSON-ready data: the statement, its arguments, the scopes from the inside out,
        and the statements that led here, innermost first. Raises :class:`UserError` while it runs."""
        moment = self._waiting()
        return {
            "source": moment.script.source,
            "name": self.source_name(moment.script),
            "where": {**moment.span.to_dict(), "start": moment.node.start, "end": moment.node.end},
            "command": moment.command,
            **moment.arguments(),
            "pipe": shown(moment.scope.current_pipe()),
            "scopes": [_scope_state(scope) for scope in moment.scope.chain()],
            "stack": [
                {"command": each.command, "name": self.source_name(each.script), "line": each.span.line}
                for each in reversed([*self.stack, moment])
            ],
        }

    async def evaluate(self, expression: str, interpreter: Interpreter) -> Value:
        """The value of an expression where the script waits: a script when it begins with ``/``, else a text with
        macros. Variables that it sets stay set; breakpoints do not count in it."""
        moment = self._waiting()
        run = moment.scope.run
        text = trim(expression)
        if not text.startswith("/"):
            return interpreter.expand(text, moment.scope)
        run.watcher = Watcher()
        try:
            return await interpreter.run_subcommand(text, moment.scope, Flags())
        finally:
            run.watcher = self

    def _waiting(self) -> Moment:
        if self.here is None:
            raise UserError("The script is not waiting at a breakpoint.")
        return self.here


def _scope_state(scope: Scope) -> dict[str, Any]:
    return {
        "variables": {name: shown(value) for name, value in (scope.variables or {}).items()},
        "macros": {_NAMES.get(name, name): shown(value) for name, value in (scope.macros or {}).items()},
        "pipe": shown(scope.pipe),
    }
