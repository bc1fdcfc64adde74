"""Personas: who the person is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Binding = Literal["chat", "character", "default"]
"""What a persona can be bound to: this chat, the current character (or group), or all new chats."""


POSITIONS = {"inPrompt": 0, "topAN": 2, "bottomAN": 3, "atDepth": 4, "none": 9}
"""Where a description goes: into the prompt, above or below the author's note, among the messages, nowhere."""

ROLES = {"system": 0, "user": 1, "assistant": 2}


@dataclass(frozen=True, slots=True)
class Persona:
    """A persona as commands see it; ``fields`` is its record under the names scripts use."""

    key: str
    name: str
    fields: Mapping[str, Any] = field(default_factory=dict)


class Personas(Protocol):
    """Who the person is."""

    async def active(self) -> Persona | None:
        """The persona that speaks in this chat, ``None`` when it is only a name."""
        ...

    async def find(self, text: str) -> Sequence[Persona]:
        """Those meant by a key or a name, best first."""
        ...

    async def create(self, name: str, fields: Mapping[str, Any]) -> Persona:
        """Make a persona."""
        ...

    async def update(self, key: str, fields: Mapping[str, Any]) -> Persona:
        """Change the given fields."""
        ...

    async def set_avatar(self, key: str, picture: str) -> None:
        """As :meth:`Characters.set_avatar`."""
        ...

    async def duplicate(self, key: str) -> Persona:
        """Copy it."""
        ...

    async def delete(self, key: str) -> None:
        """Delete it."""
        ...

    async def select(self, key: str) -> None:
        """Be this persona from now on."""
        ...

    async def rename_user(self, name: str) -> None:
        """Go by another name in this chat, without being any persona."""
        ...

    async def is_bound(self, what: Binding) -> bool:
        """Whether the active persona is bound to it."""
        ...

    async def bind(self, what: Binding, on: bool) -> None:
        """Bind the active persona to it, or take its binding away."""
        ...
