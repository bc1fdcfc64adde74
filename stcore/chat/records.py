"""What a chat is made of, as frozen values that faces and scripts read."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Role = Literal["user", "assistant", "system", "scene"]


@dataclass(frozen=True, slots=True)
class Chat:
    """One conversation. Times are milliseconds since 1970; ``preview`` is the beginning of the last message."""

    id: str
    title: str
    character_id: str | None
    persona_id: str | None
    created: int
    updated: int
    messages: int = 0
    preview: str = ""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of a chat, seen through its current swipe.

    ``position`` is its number in the chat, from 0 without gaps; ``hidden`` messages are not shown to the text model.
    ``pictures`` are those of the current swipe (a picture of one swipe is never shown under another).
    """

    id: str
    chat_id: str
    position: int
    role: Role
    name: str
    text: str
    hidden: bool = False
    created: int = 0
    swipe: int = 0
    swipes: int = 1
    extra: dict[str, Any] = field(default_factory=dict)
    pictures: tuple[dict[str, Any], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "pictures": list(self.pictures)}


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture to hang on a message: which asset, under which title."""

    asset_id: str
    title: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message before it has a place in a chat. ``at`` inserts it before that position; ``None`` appends."""

    role: Role
    name: str
    text: str
    hidden: bool = False
    at: int | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
