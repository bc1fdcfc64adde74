"""Functions that the text model may call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Action = Callable[[Mapping[str, Any]], Awaitable[str]]
"""From the arguments of a call, by name, to its result."""


@dataclass(frozen=True, slots=True)
class FunctionTool:
    """A function as it is offered. ``parameters`` is the JSON schema of its arguments.

    ``announce`` gives the notice shown while it runs, ``offered`` whether it is offered at all this time. The result of
    a ``stealth`` one is not told to the model, which then writes no further words.
    """

    name: str
    description: str
    parameters: Mapping[str, Any]
    action: Action
    display_name: str = ""
    announce: Action | None = None
    offered: Callable[[], Awaitable[bool]] | None = None
    stealth: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The function as models are told it."""
        function = {"name": self.name, "description": self.description, "parameters": dict(self.parameters)}
        return {"type": "function", "function": function}


class FunctionTools(Protocol):
    """The functions that are registered; they last until the program ends."""

    def list(self) -> Sequence[FunctionTool]:
        """All of them by name."""
        ...

    def register(self, tool: FunctionTool) -> None:
        """Offer a function, in place of one of the same name. Raises :class:`UserError` for an unusable name."""
        ...

    def unregister(self, name: str) -> None:
        """Offer it no longer. Raises ``NotFound``."""
        ...

    async def invoke(self, name: str, arguments: Mapping[str, Any]) -> str:
        """Call one and give its result. Raises ``NotFound`` and what it raises."""
        ...
