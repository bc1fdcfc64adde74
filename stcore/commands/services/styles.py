"""Styles: words around every picture's prompt, under names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Styles(Protocol):
    """The styles that there are, and what is done with them. Names match exactly, case included."""

    async def names(self) -> Sequence[str]:
        """The names of all styles, as people see them listed."""
        ...

    async def save(self, name: str, prefix: str | None, negative: str | None) -> str:
        """Keep texts under a name and make them the current style; gives the name.

        An empty name is that of the current style, a text that is ``None`` the one in use. A style of that name is
        replaced. Raises :class:`UserError`.
        """
        ...

    async def rename(self, old: str, new: str) -> str:
        """Give a style (an empty name is the current one) another name, which it gives back.

        Raises :class:`UserError` for a name that is taken, ``NotFound`` for a style that is not one's own.
        """
        ...

    async def delete(self, name: str) -> str:
        """Remove a style of one's own; gives the name of the style then in use. Raises ``NotFound``."""
        ...
