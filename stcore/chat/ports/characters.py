"""Characters as slash commands see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from stcore.chat.groups.records import Group
from stcore.chat.names import folded
from stcore.commands import services as commands
from stcore.errors import NotFound

if TYPE_CHECKING:
    from stcore.chat.characters.records import Character
    from stcore.chat.session import Session


class CharactersPort:
    """The characters of the host, seen from the chat of one session."""

    def __init__(self, session: Session) -> None:
        self._session, self._host = session, session.host

    # -- finding -----------------------------------------------------------------------------------------------------

    async def find(
        self, text: str, *, tags: Sequence[str] = (), prefer_current: bool = True
    ) -> Sequence[commands.Character]:
        here = await self._here() if prefer_current or not text.strip() else ()
        found = await self._host.characters.find(text, tags=tags, preferred=here)
        return [_seen(character) for character in found]

    async def _here(self) -> Sequence[str]:
        """The ids of who is in the chat: its character, or the members of its group."""
        there = self._session.environment.extra
        if there.get("group_id"):
            return [seat.character.id for seat in await self._host.groups.seats(there["group_id"])]
        return [there["character_id"]] if there.get("character_id") else []

    async def _one(self, key: str) -> Character:
        return await self._host.characters.one(key)

    async def tagged(self, tag: str) -> Sequence[tuple[str, str]]:
        every = await self._host.characters.sketches()
        wanted = folded(tag)
        if wanted:
            known = sorted({folded(name) for character in every for name in character.tags})
            fits = (str.__eq__, str.startswith, str.__contains__)
            meant = next((name for fit in fits for name in known if fit(name, wanted)), "")
            every = [character for character in every if meant in map(folded, character.tags)]
        return [(character.key, character.name) for character in every]

    # -- making and changing -----------------------------------------------------------------------------------------

    async def create(self, name: str, fields: Mapping[str, Any]) -> commands.Character:
        return _seen(await self._host.characters.create(name, fields))

    async def update(self, key: str, fields: Mapping[str, Any]) -> commands.Character:
        character = await self._host.characters.update((await self._one(key)).id, fields)
        await self._session.refresh()
        return _seen(character)

    async def set_avatar(self, key: str, picture: str) -> None:
        from stcore.chat.ports.pictures import picture_bytes

        character = await self._one(key)
        await self._host.characters.set_avatar(character.id, await picture_bytes(self._host, picture))

    async def duplicate(self, key: str) -> commands.Character:
        return _seen(await self._host.characters.duplicate((await self._one(key)).id))

    async def rename(self, key: str, name: str, *, chats: bool) -> commands.Character:
        character = await self._host.characters.rename((await self._one(key)).id, name, chats_too=chats)
        await self._session.refresh()
        return _seen(character)

    async def delete(self, key: str, *, chats: bool) -> None:
        character = await self._one(key)
        await self._session.switch(None)
        await self._host.characters.delete(character.id, chats_too=chats)

    # -- going there -------------------------------------------------------------------------------------------------

    async def open(self, key: str) -> None:
        from stcore.chat.beginning import chat_with

        await self._session.switch(await chat_with(self._host, (await self._one(key)).id))

    async def open_group(self, name: str) -> str:
        from stcore.chat.beginning import chat_of_group

        group = await self._group(name)
        if group is None:
            return ""
        await self._session.switch(await chat_of_group(self._host, group.id))
        return group.name

    async def _group(self, text: str) -> Group | None:
        """The group with this name, without words that of the chat."""
        meant = text.strip() or self._session.environment.extra.get("group_id")
        try:
            return await self._host.groups.one(meant) if meant else None
        except NotFound:
            return None

    # -- tags --------------------------------------------------------------------------------------------------------

    async def tags(self, target: str) -> Sequence[str] | None:
        subject = await self._subject(target)
        return None if subject is None else subject.tags

    async def set_tags(self, target: str, tags: Sequence[str]) -> None:
        subject = await self._subject(target)
        if subject is None:
            return
        if isinstance(subject, Group):
            await self._host.groups.update(subject.id, tags=tags)
        else:
            await self._host.characters.update(subject.id, {}, tags=tags)

    async def _subject(self, target: str) -> Character | Group | None:
        """The character or group meant; without words the group or character of the chat."""
        if not target.strip() and (group := await self._group("")) is not None:
            return group
        found = await self._host.characters.find(target, preferred=await self._here())
        return found[0] if found else await self._group(target)

    async def all_tags(self) -> Sequence[str]:
        return await self._host.characters.tags()

    async def tag_import_mode(self) -> str:
        from stcore.chat.characters.exchange import TAG_IMPORT

        return str(await self._host.preferences.get("host", TAG_IMPORT, "all"))


def _seen(character: Character) -> commands.Character:
    from stcore.chat.characters.fields import read_fields

    return commands.Character(character.key, character.name, read_fields(character.card))
