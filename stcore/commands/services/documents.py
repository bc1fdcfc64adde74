"""The data bank: texts kept beside the chats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Source = Literal["global", "character", "chat"]
"""Whose texts: everybody's, those of the character, those of the chat."""

SOURCES: tuple[Source, ...] = ("global", "character", "chat")


@dataclass(frozen=True, slots=True)
class Document:
    """A text of the data bank, without the text. ``url`` is its address; ``size`` counts characters."""

    id: str
    source: Source
    name: str
    url: str
    enabled: bool
    size: int


class Documents(Protocol):
    """The texts that the open chat has at hand."""

    async def list(self, source: Source | None = None) -> Sequence[Document]:
        """Those of one place, or of all; global ones first, older ones before newer ones."""
        ...

    async def text(self, id: str) -> str:
        """What stands in it. Raises ``NotFound``."""
        ...

    async def add(self, source: Source, name: str, text: str) -> Document:
        """Keep a text. Raises ``TooLarge``, :class:`UserError` where there is no character."""
        ...

    async def write(self, id: str, text: str) -> Document:
        """Replace what stands in it."""
        ...

    async def enable(self, id: str, enabled: bool) -> None:
        """Whether it is used."""
        ...

    async def delete(self, id: str) -> None:
        """Forget it."""
        ...
