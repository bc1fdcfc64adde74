"""Keeping and giving up modes of one's own, in the same way on every face.

Templates are tried out before they are kept. Every change is followed by the event ``image-modes.changed``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from stcore.errors import NotFound, UserError
from stcore.images.own_modes import Clash, OwnMode, misfit_of
from stcore.storage.journal import note

if TYPE_CHECKING:
    from stcore.chat.parts import ChatHost

CHANGED = "image-modes.changed"

T = TypeVar("T")


class ModeDesk:
    """What people do with modes of their own. Raises as :class:`stcore.images.own_modes.ModeLibrary` does."""

    def __init__(self, host: ChatHost) -> None:
        self._host = host

    async def save(self, mode: OwnMode) -> OwnMode:
        """Keep a mode; one of its name is replaced. Raises ``SettingsError`` for a template that does not work."""
        await self._try_template(mode)
        return await self._change(lambda: self._host.modes.save(mode))

    async def change(self, name: str, fields: Mapping[str, Any]) -> OwnMode:
        """Keep a mode, or change ``fields`` of the one that has this name. Raises ``UserError`` for what cannot be."""
        try:
            known = (await asyncio.to_thread(self._host.modes.get, name)).model_dump()
        except NotFound:
            known = {"name": name}
        return await self.save(_made_of({**known, **fields}))

    async def replace(self, old: str, mode: OwnMode) -> OwnMode:
        """Keep ``mode`` in place of the mode ``old``, under another name perhaps."""
        await self._try_template(mode)
        return await self._change(lambda: self._host.modes.replace(old, mode))

    async def rename(self, old: str, new: str) -> OwnMode:
        """Give a mode another name. Without words of its own that is the word that chooses it from now on."""
        mode = await asyncio.to_thread(self._host.modes.get, old)
        renamed = _made_of({**mode.model_dump(), "name": new})
        return await self._change(lambda: self._host.modes.replace(old, renamed))

    async def delete(self, name: str) -> None:
        """Remove a mode; pictures that were made in it stay."""
        await self._change(lambda: self._host.modes.delete(name))

    async def add(self, mode: OwnMode, clash: Clash = "leave") -> OwnMode | None:
        """Keep a mode that comes from a file; ``None`` when its name is taken and it is left out."""
        await self._try_template(mode)
        return await self._change(lambda: self._host.modes.add(mode, clash))

    async def _try_template(self, mode: OwnMode) -> None:
        await self._host.prompt_templates.check(f"The template of the mode {mode.name!r}", mode.template)

    async def _change(self, work: Callable[[], T]) -> T:
        done = await asyncio.to_thread(work)
        now = self._host.chats.now()
        await self._host.database.write(lambda connection: note(connection, CHANGED, {}, chat_id=None, now=now))
        self._host.bus.wake()
        return done


def _made_of(fields: Mapping[str, Any]) -> OwnMode:
    try:
        return OwnMode.model_validate(fields)
    except ValidationError as error:
        raise UserError(misfit_of(error)) from error
