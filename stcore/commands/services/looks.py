"""How characters and personas look in pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol

Who = Literal["character", "persona"]


class PictureLooks(Protocol):
    """Their prefixes and reference pictures: ``prefix`` and ``negative`` ``shared``, ``references``."""

    async def read(self, who: Who, key: str) -> Mapping[str, Any]:
        """What counts for the one with this key."""
        ...

    async def change(self, who: Who, key: str, changes: Mapping[str, Any]) -> Mapping[str, Any]:
        """Change what is given, and tell what counts then. Raises :class:`UserError`."""
        ...
