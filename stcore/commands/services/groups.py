"""The group of the open chat and its members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class GroupMember:
    """A member in its place. ``number`` is the place of its character among all characters, from 0."""

    key: str
    name: str
    muted: bool
    number: int


class Groups(Protocol):
    """The group of the open chat."""

    async def members(self) -> Sequence[GroupMember] | None:
        """The members in their order; ``None`` when the open chat is no group's."""
        ...

    async def add(self, key: str) -> bool:
        """Let a character join; false when it is in already."""
        ...

    async def remove(self, key: str) -> None:
        """Let a member leave."""
        ...

    async def mute(self, key: str, *, on: bool) -> None:
        """Keep a member from being chosen to speak, or let it."""
        ...

    async def move(self, key: str, by: int) -> None:
        """Move a member by some places; it stays between the ends."""
        ...
