"""Tokens: how a text model counts."""

from __future__ import annotations

from typing import Literal, Protocol


class Tokens(Protocol):
    """Counts by the selected tokenizer."""

    async def count(self, text: str) -> int:
        """About how many tokens a text has."""
        ...

    async def cut(self, text: str, limit: int, keep: Literal["start", "end"]) -> str:
        """The first or last ``limit`` tokens."""
        ...
