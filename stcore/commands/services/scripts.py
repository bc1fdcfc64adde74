"""Stored scripts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Scripts(Protocol):
    """Scripts stored under a name: quick replies."""

    async def find(self, name: str) -> str | None:
        """The text of the stored script that ``/run name`` means, ``None`` when there is none."""
        ...

    async def names(self) -> Sequence[str]:
        """The names that ``/run`` finds, for completion."""
        ...
