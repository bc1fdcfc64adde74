"""The galleries of characters and groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

Sort = Literal["date", "name"]
Order = Literal["asc", "desc"]


class Galleries(Protocol):
    """What was made with characters and groups, across their chats."""

    async def here(self) -> str | None:
        """The id of the character or group that the open chat is with; ``None`` when it is with nobody."""
        ...

    async def list(
        self, *, character: str = "", group: str = "", sort: Sort = "date", order: Order = "asc"
    ) -> Sequence[str]:
        """The addresses of all pictures of a gallery.

        ``character`` is the name or key of a character, or the name of a gallery that several share; ``group`` the
        name of a group. With neither: the gallery of whom the open chat is with, or what hangs in the chat itself.
        Raises :class:`NotFound` for a name that nobody has.
        """
        ...
