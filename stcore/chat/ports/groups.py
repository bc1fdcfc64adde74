"""The group of the open chat as slash commands see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from stcore.commands.services.groups import GroupMember
from stcore.errors import UserError

if TYPE_CHECKING:
    from stcore.chat.session import Session


class GroupsPort:
    """The group of the chat that a session is in."""

    def __init__(self, session: Session) -> None:
        self._session, self._host = session, session.host

    async def members(self) -> Sequence[GroupMember] | None:
        group_id = await self._group_id()
        if group_id is None:
            return None
        numbers = {character.id: number for number, character in enumerate(await self._host.characters.list())}
        return [
            GroupMember(seat.character.key, seat.character.name, seat.muted, numbers[seat.character.id])
            for seat in await self._host.groups.seats(group_id)
        ]

    async def add(self, key: str) -> bool:
        joined = await self._host.groups.add_member(*await self._meant(key))
        await self._session.refresh()
        return joined

    async def remove(self, key: str) -> None:
        await self._host.groups.remove_member(*await self._meant(key))
        await self._session.refresh()

    async def mute(self, key: str, *, on: bool) -> None:
        await self._host.groups.mute(*await self._meant(key), on=on)
        await self._session.refresh()

    async def move(self, key: str, by: int) -> None:
        await self._host.groups.move(*await self._meant(key), by)
        await self._session.refresh()

    async def _group_id(self) -> str | None:
        chat_id = self._session.chat_id
        return None if chat_id is None else (await self._host.chats.get(chat_id)).group_id

    async def _meant(self, key: str) -> tuple[str, str]:
        """The ids of the group and of a character."""
        group_id = await self._group_id()
        if group_id is None:
            raise UserError("This chat belongs to no group.")
        return group_id, (await self._host.characters.one(key)).id
