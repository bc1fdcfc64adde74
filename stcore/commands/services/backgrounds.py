"""What stands behind the chat."""

from __future__ import annotations

from typing import Protocol


class Backgrounds(Protocol):
    """The background of the open chat, and those there are."""

    async def current(self) -> str:
        """Its name, empty when there is none."""
        ...

    async def choose(self, text: str) -> str | None:
        """Use the one that ``text`` means: its name, ``None`` when none is like it."""
        ...

    async def lock(self) -> None:
        """Tie the one that is shown to this chat."""
        ...

    async def unlock(self) -> None:
        """Show again in this chat what is shown everywhere."""
        ...
