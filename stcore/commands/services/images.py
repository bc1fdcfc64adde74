"""Pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


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
