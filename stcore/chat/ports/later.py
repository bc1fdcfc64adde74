"""Ports that are made when a command first asks one of them for something.

Some ports need the database or what describes text models, whose import takes longer than a whole short script.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


class Later:
    """Stands for the port that ``make`` gives, which is called once, when an attribute is first wanted."""

    __slots__ = ("_made", "_make")

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make, self._made = make, None

    def __getattr__(self, name: str) -> Any:
        if self._made is None:
            self._made = self._make()
        return getattr(self._made, name)


def later(module: str, name: str, *arguments: Any) -> Any:
    """The port ``name`` of ``stcore.chat.ports.MODULE``, imported and made when it is first used."""
    return Later(lambda: getattr(import_module(f"stcore.chat.ports.{module}"), name)(*arguments))
