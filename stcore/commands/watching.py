"""Looking on while a script runs: what a debugger and a trace have in common (spec/stscript.md 14.4).

A run with a :class:`Watcher` uses steps of its own that resolve the arguments, tell the watcher, and then run the
command. Runs without one pay nothing for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any

from stcore.commands.scope import Closure
from stcore.commands.syntax import BreakNode, ClosureNode, CommandNode, Part, Script
from stcore.errors import Span

if TYPE_CHECKING:
    from stcore.commands.scope import Scope

LONGEST_VALUE = 10_000
"""Characters of a value that are shown."""

TRACED = 10_000
"""Commands that a trace keeps; of a longer run it keeps the first ones and counts the rest."""


@dataclass(eq=False, slots=True)
class Moment:
    """A statement that is about to run, or runs. ``named`` and ``unnamed`` are ``None`` until they are resolved."""

    node: CommandNode | BreakNode
    script: Script
    scope: Scope
    named: dict[str, Any] | None = None
    unnamed: Any = None
    begun: float = field(default_factory=perf_counter)

    @property
    def command(self) -> str:
        """The name as written."""
        return self.node.name if isinstance(self.node, CommandNode) else "break"

    @property
    def span(self) -> Span:
        """Where it stands in ``script.source``."""
        return Span.at(self.script.source, self.node.start, self.node.end)

    def arguments(self) -> dict[str, Any]:
        """The named and unnamed arguments, as written and as they are now."""
        written = self.node.named if isinstance(self.node, CommandNode) else ()
        named = [
            {
                "name": argument.name,
                "written": as_written(argument.value, self.script),
                "value": None if self.named is None else shown(self.named.get(argument.name)),
            }
            for argument in written
        ]
        parts = " ".join(as_written(part, self.script) for part in self.node.parts)
        return {"named": named, "unnamed": {"written": parts, "value": shown(self.unnamed)}}


class Watcher:
    """Told of every statement. This one does nothing; :meth:`before` may hold the script."""

    def __init__(self) -> None:
        self.stack: list[Moment] = []
        """The statements that have begun and not ended, outermost first."""
        self.names: dict[int, str] = {}
        """The names of stored scripts by the identity of their syntax."""

    def entered(self, script: Script, name: str) -> None:
        """A stored script begins."""
        self.names[id(script)] = name

    async def before(self, moment: Moment) -> None:
        """A statement is about to run: its arguments are resolved, unless one of them runs a closure at once."""

    def after(self, moment: Moment) -> None:
        """It has ended, in whatever way."""

    def breakpoint(self) -> None:
        """The script passed a ``/breakpoint``."""

    def ended(self) -> None:
        """The script has ended, in whatever way."""

    def release(self) -> None:
        """The script is stopped: do not hold it any longer."""

    def source_name(self, script: Script) -> str:
        """The name of a stored script, empty for the one that was started."""
        return self.names.get(id(script), "")


class Trace(Watcher):
    """Notes every command with its arguments, its pipe and its time."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[dict[str, Any]] = []
        self.left_out = 0
        self._open: dict[int, dict[str, Any]] = {}

    async def before(self, moment: Moment) -> None:
        if len(self.entries) >= TRACED:
            self.left_out += 1
            return
        span = moment.span
        entry: dict[str, Any] = {
            "command": moment.command,
            "source": self.source_name(moment.script),
            "line": span.line,
            "column": span.column,
            "depth": len(self.stack),
        }
        self.entries.append(entry)
        self._open[id(moment)] = entry

    def after(self, moment: Moment) -> None:
        entry = self._open.pop(id(moment), None)
        if entry is not None:
            seconds = perf_counter() - moment.begun
            entry.update(
                **moment.arguments(), pipe=shown(moment.scope.current_pipe()), milliseconds=round(seconds * 1000, 3)
            )


def as_written(part: Part, script: Script) -> str:
    """A part of an argument as it stands in the source."""
    if isinstance(part, ClosureNode):
        return script.source[part.start : part.end]
    return part.value


def shown(value: Any) -> Any:
    """A value for people: closures by their source, long texts cut."""
    if isinstance(value, list):
        return [shown(entry) for entry in value]
    if value is None:
        return None
    text = f"{{:{value.source}:}}" if isinstance(value, Closure) else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
