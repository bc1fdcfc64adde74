"""Regex scripts: expressions with names that change texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Regexes(Protocol):
    """The regex scripts that the open chat has. Scripts are found by name, in any case."""

    async def names(self) -> Sequence[str]:
        """The names of all scripts, in the order in which they run."""
        ...

    async def find(self, name: str) -> tuple[str, bool] | None:
        """A script's name as written and whether it is on; ``None`` when there is none."""
        ...

    async def run(self, name: str, text: str) -> str:
        """``text`` after the script, whatever it is meant for. Raises :class:`UserError`, ``NotFound``."""
        ...

    async def switch(self, name: str, enabled: bool) -> None:
        """Switch a script on or off. Raises ``NotFound``."""
        ...

    async def preset(self) -> str:
        """The id of the choice of scripts that was selected last, empty without one."""
        ...

    async def select(self, preset: str) -> tuple[str, str] | None:
        """Switch the scripts of a choice (by name or id) on and all others off: its id and name, ``None`` if there is
        none."""
        ...
