"""Modes of one's own and templates of prompts as slash commands see them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stcore.host import Host


class ImageModesPort:
    """What the host keeps of both."""

    def __init__(self, host: Host) -> None:
        self._host = host

    async def list(self) -> Sequence[Mapping[str, Any]]:
        return [mode.to_dict() for mode in await asyncio.to_thread(self._host.modes.list)]

    async def save(self, name: str, fields: Mapping[str, Any]) -> str:
        return (await self._host.mode_desk.change(name, fields)).name

    async def rename(self, old: str, new: str) -> str:
        return (await self._host.mode_desk.rename(old, new)).name

    async def delete(self, name: str) -> None:
        await self._host.mode_desk.delete(name)

    async def slots(self) -> Sequence[str]:
        return self._host.prompt_templates.names()

    async def template(self, slot: str) -> str:
        return (await asyncio.to_thread(self._host.prompt_templates.get, slot)).rstrip("\n")

    async def set_template(self, slot: str, text: str) -> None:
        await self._host.prompt_templates.save(slot, text)

    async def reset_template(self, slot: str) -> None:
        await self._host.prompt_templates.reset(slot)
