"""Modes of one's own, and the templates by which prompts of pictures are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class ImageModes(Protocol):
    """What ``/imagine`` can draw beside a free prompt. Names of modes match whatever their case."""

    async def list(self) -> Sequence[Mapping[str, Any]]:
        """Every mode of one's own: ``name``, ``title``, ``words``, ``takes_subject``, ``subjects``, ``template``,
        ``writer``, ``shape``, ``style``, ``prefixed``."""
        ...

    async def save(self, name: str, fields: Mapping[str, Any]) -> str:
        """Keep a mode, or change fields of the one that has this name; gives the name.

        Raises :class:`UserError` for what cannot be, ``SettingsError`` for a template that does not work.
        """
        ...

    async def rename(self, old: str, new: str) -> str:
        """Give a mode another name, which it gives back. Raises ``NotFound``, ``Taken``."""
        ...

    async def delete(self, name: str) -> None:
        """Remove a mode. Raises ``NotFound``."""
        ...

    async def slots(self) -> Sequence[str]:
        """The names of all templates."""
        ...

    async def template(self, slot: str) -> str:
        """The template in use. Raises ``NotFound``."""
        ...

    async def set_template(self, slot: str, text: str) -> None:
        """Use a template of one's own. Raises ``SettingsError`` for one that does not work, ``NotFound``."""
        ...

    async def reset_template(self, slot: str) -> None:
        """Use the template that comes with the host again. Raises ``NotFound``."""
        ...
