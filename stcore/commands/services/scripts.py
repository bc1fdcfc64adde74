"""Stored scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class StoredScript:
    """A stored text as it was found.

    ``text`` is what is done when it is called: ``source``, its own text, with what is typed where it takes that.
    ``deed`` is what is done with it: run it, send it as a message, or only put it into the message box.
    """

    name: str
    text: str
    deed: Literal["run", "send", "insert"]
    source: str


class Scripts(Protocol):
    """Scripts stored under a name: quick replies (spec/stscript.md 17.2)."""

    async def find(self, name: str, *, of_character: bool = True) -> StoredScript | None:
        """The stored script that ``/run name`` means, ``None`` when there is none.

        Without ``of_character`` those that are only switched on for the character are not looked at.
        """
        ...

    async def at(self, position: int) -> StoredScript | None:
        """The stored script at a position, from 0, among those that are switched on."""
        ...

    async def listed(self) -> Sequence[str]:
        """The names of those that are switched on, in the order of their positions."""
        ...

    async def names(self) -> Sequence[str]:
        """The names that ``/run`` finds, for completion."""
        ...

    async def say(self, text: str, *, send: bool) -> None:
        """Put ``text`` into the message box, and send it; nobody waits for the reply to it."""
        ...
