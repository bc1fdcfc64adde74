"""What commands may touch of the world. A host puts its own behind these protocols; the language knows no more of it.

Everything may be missing: a one-shot script has no chat, a test no pictures. A command that needs what is missing says
so in plain words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from stcore.errors import StcoreError
from stcore.macros.environment import Environment

Role = Literal["user", "character", "system", "comment"]
"""Whose message it is; ``system`` is the narrator, ``comment`` a note that no model sees."""

Level = Literal["info", "success", "warning", "error"]


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


class Images(Protocol):
    """The way of a picture, from the words of ``/imagine`` to its address."""

    async def imagine(self, subject: str, overrides: Mapping[str, Any]) -> str:
        """Make a picture and publish it as ``overrides`` say; gives its address, empty when it was called off.

        ``overrides`` holds only what was given, checked and typed, under the names of the command's arguments.
        Raises :class:`StcoreError`.
        """
        ...

    async def source(self, name: str | None) -> str:
        """Select an image source by its id, or only read (``None``); gives the id now active."""
        ...

    async def style(self, name: str | None) -> str:
        """Select a style by its exact name, or only read; gives the name now active."""
        ...

    async def workflow(self, name: str) -> str:
        """Select a workflow, with or without its ending; gives the name now active."""
        ...

    async def choices(self, what: str) -> Sequence[str]:
        """What can be chosen now: ``sources``, ``styles``, ``workflows``, ``models``, ``samplers``, ``schedulers``,
        ``vaes``, ``upscalers``."""
        ...


@dataclass(frozen=True, slots=True)
class Button:
    """One button of a choice."""

    text: str
    tooltip: str = ""
    icon: str = ""


class Ui(Protocol):
    """The person in front of it. Questions raise :class:`NeedsPerson` when nobody is there to answer."""

    def toast(self, text: str, level: Level = "info", title: str = "") -> None:
        """Show a short notice."""
        ...

    def error(self, error: StcoreError) -> None:
        """Show an error that does not end the script."""
        ...

    def show(self, markdown: str, title: str = "") -> None:
        """Show a longer text, help for example, without waiting."""
        ...

    async def popup(self, text: str, *, title: str = "", ok: str = "OK", cancel: str = "") -> bool | None:
        """Show a dialog and wait: true for the confirming button, false for the other, ``None`` when closed."""
        ...

    async def ask(
        self, text: str, *, default: str = "", placeholder: str = "", rows: int = 4, ok: str = "OK"
    ) -> str | None:
        """Ask for a text; ``None`` when cancelled."""
        ...

    async def buttons(self, text: str, buttons: Sequence[Button], *, multiple: bool = False) -> Sequence[str] | None:
        """Offer buttons; the labels chosen in the order of clicking, ``None`` when cancelled."""
        ...

    async def set_input(self, text: str) -> None:
        """Put ``text`` into the message box."""
        ...


class Scripts(Protocol):
    """Scripts stored under a name: quick replies."""

    async def find(self, name: str) -> str | None:
        """The text of the stored script that ``/run name`` means, ``None`` when there is none."""
        ...

    async def names(self) -> Sequence[str]:
        """The names that ``/run`` finds, for completion."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """All that the commands of one script may touch."""

    environment: Environment
    """What macros see. Its stores are the variables of ``/setvar`` and ``/setglobalvar``; its clock and its random
    numbers are those of the commands too."""
    chat: Chat | None = None
    images: Images | None = None
    ui: Ui | None = None
    scripts: Scripts | None = None
    choices: Callable[[str], Sequence[str]] | None = None
    """Running lists for completion that no other service has: ``characters``, ``personas`` ..."""
