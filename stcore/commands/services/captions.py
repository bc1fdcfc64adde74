"""Captions of pictures."""

from __future__ import annotations

from typing import Protocol


class Captions(Protocol):
    """What is on the pictures of a chat, in words.

    ``number`` is that of a message, ``None`` the newest that shows a picture; ``index`` one of its pictures from 0,
    ``None`` the one looked at. All methods raise ``NotFound`` where there is no picture.
    """

    async def caption(self, question: str, *, number: int | None, index: int | None, quiet: bool) -> str:
        """Ask a model that sees; unless ``quiet``, post picture and caption as a message of the user. Empty when it was
        stopped or called off. Raises ``StcoreError``."""
        ...

    async def keep(self, caption: str | None, *, number: int | None, index: int | None) -> str:
        """Keep a caption with the picture, ``None`` that of a model that sees; an empty one forgets it. Gives it."""
        ...

    async def read(self, *, number: int | None, index: int | None) -> str:
        """The caption that is kept, empty without one."""
        ...
