"""Texts of the text model: into the chat, and for scripts."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Literal, Protocol

Way = Literal["normal", "continue", "regenerate", "impersonate"]
"""How a text comes into the chat: a reply, more of the last message, another in place of the last reply, words for the
message box of the user."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A text for a script, with the chat as context. ``length`` counts tokens; ``speaker`` is who gives the prompt."""

    prompt: str = ""
    length: int | None = None
    stop: tuple[str, ...] = ()
    speaker: str = ""
    as_character: bool = False
    lock: bool = False
    """Nobody may write into the chat meanwhile."""


@dataclass(frozen=True, slots=True)
class AskedAlone:
    """A text for a script, from the prompt alone. ``prefill`` begins the answer. With ``tidy`` names of speakers are
    taken off and the answer ends where it begins to speak for the user."""

    prompt: str
    system: str = ""
    prefill: str = ""
    length: int | None = None
    stop: tuple[str, ...] = ()
    tidy: bool = True
    instruct: bool = True
    as_character: bool = False
    lock: bool = False


@dataclass(frozen=True, slots=True)
class Generated:
    """What came: the words, the thoughts before them, and whether somebody stopped it."""

    text: str
    reasoning: str = ""
    stopped: bool = False


class Generation(Protocol):
    """What the text model writes. A text that is stopped is ``None``; failures are raised."""

    async def understands(self) -> bool:
        """Whether a model is selected that reads texts; the built-in helper only follows rules."""
        ...

    async def generate(self, asked: Asked) -> str | None:
        """A text with the chat as context; nothing is stored."""
        ...

    async def generate_alone(self, asked: AskedAlone) -> str | None:
        """A text from the prompt alone."""
        ...

    async def generate_by(self, profile: str, asked: AskedAlone) -> Generated:
        """A text from the prompt alone through the connection profile of a name; the selected one without it.

        Words that had come when it was stopped are given.
        """
        ...

    async def free(self, seconds: float) -> bool:
        """Wait until nothing is written into the chat, at most so long; whether it is free then."""
        ...

    async def write(self, way: Way, instruction: str = "", member: str = "") -> None:
        """Let the model write into the chat, to the end. ``member`` of a group speaks, by name or position."""
        ...

    async def swipe(self, direction: Literal["left", "right"]) -> None:
        """Show the next or previous alternative of the last message; behind the last one of a reply make another."""
        ...

    async def answer_as(self, name: str) -> str | None:
        """Let a character that is not in the chat answer in it; the id of the message, ``None`` without words.

        Raises ``NotFound`` for an unknown one, :class:`UserError` in the chat of a group.
        """
        ...

    def go_on(self, work: Awaitable[None]) -> None:
        """Let ``work`` run while the script goes on; its failures are shown."""
        ...

    async def stop(self) -> bool:
        """Stop what the model writes in this chat; whether it wrote anything."""
        ...
