"""What scripts put into prompts: injections, and the author's note of the chat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

PromptRole = Literal["system", "user", "assistant"]
PROMPT_ROLES: tuple[PromptRole, ...] = ("system", "user", "assistant")
"""Roles by the numbers under which they are stored."""

InjectionPosition = Literal["none", "after", "chat", "before"]
INJECTION_POSITIONS: Mapping[InjectionPosition, int] = {"none": -1, "after": 0, "chat": 1, "before": 2}
"""Positions and the numbers under which they are stored: not in the prompt, behind or before the main prompt, between
the messages."""

NotePosition = Literal["after", "chat", "before"]
NOTE_POSITIONS: tuple[NotePosition, ...] = ("after", "chat", "before")


@dataclass(frozen=True, slots=True)
class Injection:
    """A text for the prompts of a chat. ``depth`` counts messages from the end, ``filter`` is the text of a closure
    that decides each time, ``scan`` lets world info look in it, an ``ephemeral`` one is gone after one generation."""

    value: str
    position: InjectionPosition = "after"
    depth: int = 4
    scan: bool = False
    role: PromptRole = "system"
    filter: str | None = None
    ephemeral: bool = False

    def to_dict(self) -> dict[str, Any]:
        """As it is stored, and as ``/listinjects`` gives it; ``ephemeral`` only where it is."""
        fields: dict[str, Any] = {
            "value": self.value,
            "position": INJECTION_POSITIONS[self.position],
            "depth": self.depth,
            "scan": self.scan,
            "role": PROMPT_ROLES.index(self.role),
            "filter": self.filter,
        }
        return {**fields, "ephemeral": True} if self.ephemeral else fields


class Injections(Protocol):
    """The injections of the open chat."""

    async def all(self) -> Mapping[str, Injection]:
        """All of them by id, in the order of their ids."""
        ...

    async def put(self, id: str, injection: Injection) -> None:
        """Keep an injection; one of the same id is replaced."""
        ...

    async def remove(self, id: str | None = None) -> None:
        """Forget one injection, or all; an unknown id is ignored."""
        ...


@dataclass(frozen=True, slots=True)
class Note:
    """A reminder for the model: every ``frequency`` messages of the user (0 = never), ``depth`` messages from the end
    when its position is ``chat``."""

    text: str = ""
    depth: int = 4
    frequency: int = 1
    position: NotePosition = "chat"
    role: PromptRole = "system"


class AuthorsNote(Protocol):
    """The author's note of the open chat."""

    async def get(self) -> Note:
        """The note as it is now."""
        ...

    async def change(self, **changes: Any) -> Note:
        """Change some fields; gives the whole note."""
        ...
