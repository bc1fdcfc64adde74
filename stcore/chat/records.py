"""What a chat is made of, as frozen values that faces and scripts read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Role = Literal["user", "assistant", "system", "scene"]


@dataclass(frozen=True, slots=True)
class Chat:
    """One conversation. Times are milliseconds since 1970; ``preview`` is the beginning of the last message.

    ``parent_id`` is the chat that this one is a branch or checkpoint of. ``temporary`` ones are not listed. ``extra``
    holds what is kept for other programs and rarely asked for; faces do not get it.
    """

    id: str
    title: str
    character_id: str | None
    persona_id: str | None
    created: int
    updated: int
    messages: int = 0
    preview: str = ""
    group_id: str | None = None
    parent_id: str | None = None
    temporary: bool = False
    extra: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        found = asdict(self)
        del found["extra"]
        return found


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


_OF_TEXT = frozenset(
    (
        "api",
        "model",
        "gen_id",
        "gen_started",
        "gen_finished",
        "token_count",
        "time_to_first_token",
        "reasoning",
        "reasoning_duration",
        "reasoning_signature",
        "reasoning_type",
        "reasoning_collapsed",
        "cut_off",
        "tool_invocations",
        "media",
        "media_index",
        "media_display",
        "inline_image",
        "image",  # the pictures of older chats, and what those say of them
        "image_swipes",
        "video",
        "title",
        "negative",
        "generationType",
        "jsonl_text",
    )
)


def split_extra(extra: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What belongs to the message, and what to the text shown (how it was made)."""
    of_text = {key: value for key, value in extra.items() if key in _OF_TEXT}
    return {key: value for key, value in extra.items() if key not in _OF_TEXT}, of_text
