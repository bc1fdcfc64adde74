"""The functions that are registered: by scripts, for as long as the program runs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from stcore.commands.services.tools import FunctionTool
from stcore.errors import NotFound, UserError

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
MOST = 128
"""Functions at once; models take no more."""


class ToolBox:
    """Satisfies ``stcore.commands.services.FunctionTools``."""

    def __init__(self) -> None:
        self._tools: dict[str, FunctionTool] = {}

    def with_(self, *tools: FunctionTool) -> ToolBox:
        """These functions and further ones, in a box of its own."""
        box = ToolBox()
        box._tools = {**self._tools, **{tool.name: tool for tool in tools}}
        return box

    def list(self) -> Sequence[FunctionTool]:
        """All of them by name."""
        return sorted(self._tools.values(), key=lambda tool: tool.name)

    def register(self, tool: FunctionTool) -> None:
        """Offer a function, in place of one of the same name."""
        if not _NAME.fullmatch(tool.name):
            raise UserError(
                f"“{tool.name[:60]}” is no name for a function.",
                hint="Up to 64 letters without accents, digits, - and _.",
            )
        if tool.name not in self._tools and len(self._tools) >= MOST:
            raise UserError(f"{MOST} functions are registered already.", hint="/tools-unregister withdraws one.")
        self._tools[tool.name] = tool

    def unregister(self, name: str) -> None:
        """Offer it no longer. Raises ``NotFound``."""
        self._get(name)
        del self._tools[name]

    def find(self, name: str) -> FunctionTool | None:
        """The function of exactly this name."""
        return self._tools.get(name)

    async def invoke(self, name: str, arguments: Mapping[str, Any]) -> str:
        """Call one and give its result. Raises ``NotFound`` and what it raises."""
        return await self._get(name).action(arguments)

    def _get(self, name: str) -> FunctionTool:
        found = self._tools.get(name)
        if found is None:
            known = ", ".join(sorted(self._tools)) or "none is registered"
            raise NotFound(f"There is no function “{name}”.", hint=f"Known: {known}.")
        return found
