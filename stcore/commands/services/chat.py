"""The open chat and its messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Role = Literal["user", "character", "system", "comment"]
"""Whose message it is; ``system`` is the narrator, ``comment`` a note that no model sees."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message of the chat as commands see it. ``hidden`` keeps it out of prompts."""

    id: str
    name: str
    text: str
    role: Role
    hidden: bool = False
    sent_at: str = ""
    """ISO time, may be empty."""

    def to_dict(self) -> dict[str, Any]:
        """The record that ``return=object`` gives."""
        return {
            "name": self.name,
            "is_user": self.role == "user",
            "is_system": self.hidden,
            "send_date": self.sent_at,
            "mes": self.text,
            "extra": {"type": {"system": "narrator", "comment": "comment"}.get(self.role, "")},
        }


class Chat(Protocol):
    """The open chat."""

    @property
    def user(self) -> str:
        """The name the person goes by."""
        ...

    @property
    def character(self) -> str:
        """The name of the character the person talks to."""
        ...

    @property
    def narrator(self) -> str:
        """The name narrator messages carry when none is given."""
        ...

    async def set_narrator(self, name: str) -> None:
        """Change the narrator's name for this chat; empty sets it back."""
        ...

    async def messages(self) -> Sequence[Message]:
        """All messages, oldest first; a message's place is its number."""
        ...

    async def send(
        self, text: str, *, name: str | None = None, role: Role = "user", hidden: bool = False, at: int | None = None
    ) -> Message:
        """Add a message before number ``at``, or at the end. Without ``name`` the role's own name stands."""
        ...

    async def update(
        self, id: str, *, name: str | None = None, role: Role | None = None, hidden: bool | None = None
    ) -> Message:
        """Change what is given of one message."""
        ...

    async def delete(self, ids: Sequence[str]) -> None:
        """Delete messages."""
        ...
