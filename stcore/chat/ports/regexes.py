"""Regex scripts as slash commands see them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from stcore.chat.regexes.applying import run_script
from stcore.errors import NotFound

if TYPE_CHECKING:
    from stcore.chat.regexes.records import Scoped
    from stcore.chat.session import Session


class RegexesPort:
    """The regex scripts of the chat that a session is in."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def names(self) -> Sequence[str]:
        return [entry.script.name for entry in await self._scripts()]

    async def find(self, name: str) -> tuple[str, bool] | None:
        found = await self._find(name)
        return None if found is None else (found.script.name, not found.script.disabled)

    async def run(self, name: str, text: str) -> str:
        script, session = (await self._get(name)).script, self._session
        return await asyncio.to_thread(run_script, script, text, session.expand, session.host.searcher)

    async def switch(self, name: str, enabled: bool) -> None:
        found = await self._get(name)
        await self._session.host.regexes.save(found.scope, replace(found.script, disabled=not enabled))

    async def preset(self) -> str:
        return await self._session.host.regexes.selected()

    async def select(self, preset: str) -> tuple[str, str] | None:
        store, wanted = self._session.host.regexes, preset.strip().lower()
        for known in await store.presets():
            if wanted in (known.id.lower(), known.name.lower()):
                await store.select(known.id, self._character)
                return known.id, known.name
        return None

    @property
    def _character(self) -> str | None:
        character_id: str | None = self._session.environment.extra.get("character_id")
        return character_id

    async def _scripts(self) -> Sequence[Scoped]:
        """Those that count, and those that would if they were on."""
        return [entry for entry in await self._session.host.regexes.scripts(self._character) if entry.allowed]

    async def _find(self, name: str) -> Scoped | None:
        wanted = name.strip().lower()
        return next((entry for entry in await self._scripts() if entry.script.name.lower() == wanted), None)

    async def _get(self, name: str) -> Scoped:
        found = await self._find(name)
        if found is None:
            raise NotFound(f"There is no regex script “{name}”.")
        return found
