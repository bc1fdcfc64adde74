"""The pictures that hang on the messages of a chat."""

from __future__ import annotations

from typing import Literal, Protocol

PictureDisplay = Literal["gallery", "list"]
Step = Literal["first", "previous", "next", "last"]


class HungPictures(Protocol):
    """Which pictures of a message are seen.

    ``number`` is that of the message, ``None`` the newest that shows a picture; pictures are counted from 0. All
    methods raise ``NotFound`` where there is no picture.
    """

    async def show(self, number: int | None, wanted: int | Step | None) -> int:
        """Look at another picture (past the last comes the first), ``None`` at the same; gives its number. Raises
        :class:`UserError` for a number that does not exist."""
        ...

    async def arrange(self, number: int | None, display: PictureDisplay | None) -> PictureDisplay:
        """Show one picture at a time or all; ``None`` only tells."""
        ...

    async def delete(self, number: int | None, index: int | None, *, every: bool, files: bool) -> int:
        """Take a picture off its message, ``None`` the one looked at, or ``every`` one of it; with ``files`` they are
        deleted everywhere. Gives how many."""
        ...
