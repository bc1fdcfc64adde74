"""Pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

SettingScope = Literal["host", "character", "chat"]


@dataclass(frozen=True, slots=True)
class Imagine:
    """What ``/imagine`` was told. ``overrides`` holds only what was given, checked and typed, under the names of the
    command's arguments; ``marked`` counts the markers of the character's prefix in the text as it was written."""

    subject: str
    overrides: Mapping[str, Any] = field(default_factory=dict)
    negative: str = ""
    quiet: bool = False
    gallery: bool = True
    references: tuple[str, ...] = ()
    marked: int = 0


@dataclass(frozen=True, slots=True)
class Which:
    """A picture of the chat: by its own address or id, else that of a message by its number, else the newest."""

    picture: str = ""
    number: int | None = None


class Images(Protocol):
    """The way of a picture, from the words of ``/imagine`` to its address."""

    async def imagine(self, wanted: Imagine) -> str:
        """Make a picture and publish it; gives its address, empty when it was called off. Raises ``StcoreError``."""
        ...

    async def further(self, which: Which, *, anew: bool = False) -> str:
        """Another picture beside this one; ``anew`` with a prompt that is written again. A message without pictures is
        drawn. As :meth:`imagine` otherwise."""
        ...

    async def redo(self, which: Which, changes: Mapping[str, Any]) -> str:
        """This picture once more with changes; what cannot be carried over is told."""
        ...

    async def explain(self, which: Which) -> Mapping[str, Any]:
        """How this picture came to be. Raises ``NotFound``."""
        ...

    async def explanation(self, told: Mapping[str, Any]) -> str:
        """The same in Markdown."""
        ...

    async def setting(self, key: str, scope: SettingScope | None, value: str | None) -> Any:
        """Read a setting of pictures, or set it in a scope; all of them by name for an empty key. ``value`` empty
        forgets it. Raises :class:`UserError`."""
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
        ``vaes``, ``upscalers``, ``image-settings``, ``image-modes``."""
        ...
