"""The open chat and its messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Role = Literal["user", "character", "system", "comment"]
"""Whose message it is; ``system`` is the narrator, ``comment`` a note that no model sees."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message of the chat as commands see it, through the swipe shown. ``hidden`` keeps it out of prompts.

    ``swipe`` is the number of the text shown, of ``swipes`` alternatives. ``extra`` holds what else is stored with it,
    under the names that SillyTavern uses (``reasoning``, ``type``, ``isSmallSys`` ...).
    """

    id: str
    name: str
    text: str
    role: Role
    hidden: bool = False
    sent_at: str = ""
    """ISO time, may be empty."""
    swipe: int = 0
    swipes: int = 1
    extra: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The record that ``return=object`` gives."""
        return {
            "name": self.name,
            "is_user": self.role == "user",
            "is_system": self.hidden,
            "send_date": self.sent_at,
            "mes": self.text,
            "extra": dict(self.extra),
        }


_TYPES: dict[Role, str] = {"system": "narrator", "comment": "comment"}
"""``type`` in the extra of a message, as SillyTavern marks these two."""


def mark_role(extra: Mapping[str, Any], role: Role) -> dict[str, Any]:
    """``extra`` with the mark of the role, and without that of another."""
    kept = {key: value for key, value in extra.items() if key != "type" or value not in _TYPES.values()}
    return {**kept, "type": _TYPES[role]} if role in _TYPES else kept


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
        self,
        text: str,
        *,
        name: str | None = None,
        role: Role = "user",
        hidden: bool = False,
        at: int | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> Message:
        """Add a message before number ``at``, or at the end. Without ``name`` the role's own name stands."""
        ...

    async def update(
        self,
        id: str,
        *,
        name: str | None = None,
        role: Role | None = None,
        hidden: bool | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> Message:
        """Change what is given of one message. ``extra`` is merged; a value of ``None`` takes its key away."""
        ...

    async def add_swipe(self, id: str, text: str, *, show: bool) -> Message:
        """Add an alternative text behind the others."""
        ...

    async def show_swipe(self, id: str, number: int) -> Message:
        """Show the alternative ``number``, from 0."""
        ...

    async def remove_swipe(self, id: str, number: int) -> Message:
        """Delete the alternative ``number``; of the shown one its neighbour is shown, the next before the previous.

        Raises ``UserError`` for the only one.
        """
        ...

    async def delete(self, ids: Sequence[str]) -> None:
        """Delete messages, all or none."""
        ...
