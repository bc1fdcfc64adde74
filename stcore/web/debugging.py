"""Scripts that wait at a breakpoint until somebody in front of a page lets them go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from stcore.commands.debugger import Debugger
from stcore.errors import NotFound
from stcore.macros.numbers import utf16_offset
from stcore.storage.ids import new_id

if TYPE_CHECKING:
    from stcore.bus import Bus
    from stcore.commands.runtime import Interpreter


class PageDebugger(Debugger):
    """Tells every page that shows the chat where the script waits, and when it runs on or has ended."""

    def __init__(self, id: str, interpreter: Interpreter, tell: Callable[[str, dict[str, Any]], None]) -> None:
        super().__init__(lambda state: tell("debug.paused", state))
        self.id = id
        self._interpreter = interpreter
        self._tell = tell

    def go(self, step: Any = "resume") -> None:
        super().go(step)
        self._tell("debug.running", {"id": self.id})

    def state(self) -> dict[str, Any]:
        """As in every debugger, with the id; places count UTF-16 units."""
        state = super().state()
        source, where = state["source"], state["where"]
        units = {edge: utf16_offset(source, where[edge]) for edge in ("start", "end")}
        return {"id": self.id, **state, "where": {**where, **units}}

    async def value_of(self, expression: str) -> str:
        """What an expression gives where the script waits."""
        return str(await self.evaluate(expression, self._interpreter))

    def ended(self) -> None:
        self._tell("debug.ended", {"id": self.id})


class Debuggers:
    """The debuggers of scripts that have not ended. A page that opens later asks for those that wait."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._open: dict[str, tuple[str | None, PageDebugger]] = {}

    def open(self, chat_id: str | None, interpreter: Interpreter) -> PageDebugger:
        """A debugger for a script of a chat."""
        id = new_id()

        def tell(kind: str, data: dict[str, Any]) -> None:
            self._bus.publish(kind, data, chat_id)
            if kind == "debug.ended":
                self._open.pop(id, None)

        debugger = PageDebugger(id, interpreter, tell)
        self._open[id] = (chat_id, debugger)
        return debugger

    def find(self, id: str) -> PageDebugger:
        """The debugger with an id, or ``NotFound``."""
        if id not in self._open:
            raise NotFound("This script has ended, so there is nothing to step through.")
        return self._open[id][1]

    def waiting(self, chat_id: str) -> list[dict[str, Any]]:
        """Where the scripts of a chat wait."""
        return [
            debugger.state() for chat, debugger in self._open.values() if chat == chat_id and debugger.here is not None
        ]
