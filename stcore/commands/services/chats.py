"""The chats of the host: which one is open, and going to another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Chats(Protocol):
    """The way from one chat to another. Whatever opens a chat leads the script and who watches it there.

    Messages are meant by their number; callers check that there is such a message.
    """

    async def name(self) -> str:
        """The name of the open chat; empty in a temporary one and when none is open."""
        ...

    async def rename(self, name: str) -> bool:
        """Rename the open chat; false when none is open."""
        ...

    async def new(self, *, delete: bool) -> None:
        """Begin a new chat with the same character or group; with ``delete`` the one left is removed."""
        ...

    async def delete(self) -> None:
        """Remove the open chat and open another one of the same character or group, or a new one."""
        ...

    async def temporary(self) -> None:
        """Open a chat that is not kept, with nobody in particular."""
        ...

    async def close(self) -> None:
        """Leave the open chat."""
        ...

    async def save(self) -> None:
        """Write what is not yet written."""
        ...

    async def reload(self) -> None:
        """Read the open chat again and show it again."""
        ...

    async def reroll(self, seed: int | None) -> int:
        """Set the number that ``{{pick}}`` depends on, or count it up; gives the new one."""
        ...

    async def count_tokens(self) -> int:
        """About how many tokens the messages have that a model sees."""
        ...

    async def branch(self, number: int) -> str:
        """Copy the chat up to a message and open the copy; its name."""
        ...

    async def checkpoint(self, number: int, name: str) -> str:
        """Copy the chat up to a message and link the copy to it; the name of the copy, made up without ``name``."""
        ...

    async def checkpoints(self) -> Mapping[int, str]:
        """The names of the checkpoints by the number of their message."""
        ...

    async def open_checkpoint(self, number: int) -> str:
        """Open the checkpoint of a message; its name, empty when there is none."""
        ...

    async def parent(self) -> str:
        """The name of the chat that this one is a branch or checkpoint of, empty when it is none."""
        ...

    async def open_parent(self) -> str:
        """Open that chat; its name, empty when there is none."""
        ...
