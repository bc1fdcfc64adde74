"""How characters and personas look in pictures, as slash commands see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from stcore.chat.imagine.looks import looks_of, set_looks

if TYPE_CHECKING:
    from stcore.chat.characters.records import Character
    from stcore.chat.personas import Persona
    from stcore.chat.session import Session
    from stcore.commands.services.looks import Who


class LooksPort:
    """The looks of everybody of the host."""

    def __init__(self, session: Session) -> None:
        self._session, self._host = session, session.host

    async def read(self, who: Who, key: str) -> Mapping[str, Any]:
        return (await looks_of(self._host, await self._one(who, key))).to_dict()

    async def change(self, who: Who, key: str, changes: Mapping[str, Any]) -> Mapping[str, Any]:
        looks = await set_looks(self._host, await self._one(who, key), **changes)
        await self._session.refresh()
        return looks.to_dict()

    async def _one(self, who: Who, key: str) -> Character | Persona:
        return await (self._host.characters if who == "character" else self._host.personas).one(key)
