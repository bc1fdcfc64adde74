"""Summaries of the chat."""

from __future__ import annotations

from typing import Protocol


class Summaries(Protocol):
    """What has happened in the open chat, in a few words."""

    async def make(self, instruction: str = "") -> str | None:
        """Summarise the chat, going on from the last summary, and keep the result with the chat.

        ``None`` when it was stopped. Raises what the text model does.
        """
        ...

    async def instruction(self) -> str:
        """How the model is told to summarise."""
        ...

    async def language(self) -> str:
        """The code of the language that translations are made into unless another is asked for."""
        ...
