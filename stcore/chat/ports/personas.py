"""Personas as slash commands see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from stcore.commands import services as commands
from stcore.errors import UserError

if TYPE_CHECKING:
    from stcore.chat.cast import Cast
    from stcore.chat.personas import Persona
    from stcore.chat.session import Session


class PersonasPort:
    """The personas of the host, seen from the chat of one session."""

    def __init__(self, session: Session) -> None:
        self._session, self._host = session, session.host

    async def _cast(self) -> Cast:
        from stcore.chat.cast import read_cast

        chat_id = self._session.chat_id
        return await self._host.database.read(lambda c: read_cast(c, chat_id))

    async def active(self) -> commands.Persona | None:
        persona = (await self._cast()).persona
        return None if persona is None else await self._seen(persona)

    async def find(self, text: str) -> Sequence[commands.Persona]:
        return [await self._seen(persona) for persona in await self._host.personas.find(text)]

    # -- making and changing -----------------------------------------------------------------------------------------

    async def create(self, name: str, fields: Mapping[str, Any]) -> commands.Persona:
        return await self._seen(await self._host.personas.create(name, fields))

    async def update(self, key: str, fields: Mapping[str, Any]) -> commands.Persona:
        persona = await self._host.personas.update(await self._id(key), fields)
        await self._session.refresh()
        return await self._seen(persona)

    async def set_avatar(self, key: str, picture: str) -> None:
        from stcore.chat.ports.pictures import picture_bytes

        await self._host.personas.set_avatar(await self._id(key), await picture_bytes(self._host, picture))

    async def duplicate(self, key: str) -> commands.Persona:
        return await self._seen(await self._host.personas.duplicate(await self._id(key)))

    async def delete(self, key: str) -> None:
        await self._host.personas.delete(await self._id(key))
        await self._session.refresh()

    async def _id(self, key: str) -> str:
        return (await self._host.personas.one(key)).id

    # -- being somebody ----------------------------------------------------------------------------------------------

    async def select(self, key: str) -> None:
        from stcore.chat.cast import take_persona

        await take_persona(self._host, await self._session.open_chat(), await self._id(key))
        await self._session.refresh()

    async def rename_user(self, name: str) -> None:
        from stcore.chat.cast import take_name

        await take_name(self._host, await self._session.open_chat(), name)
        await self._session.refresh()

    async def is_bound(self, what: commands.Binding) -> bool:
        cast = await self._cast()
        if cast.persona is None:
            return False
        if what == "chat":
            return cast.locked == cast.persona.id
        return cast.persona.is_default if what == "default" else cast.partner in cast.persona.connections

    async def bind(self, what: commands.Binding, on: bool) -> None:
        cast = await self._cast()
        if cast.persona is None:
            raise UserError("No persona is active, only a name.", hint="Take one with /persona-set.")
        persona_id = cast.persona.id
        if what == "chat":
            await self._host.personas.lock_chat(await self._session.open_chat(), persona_id if on else None)
            # Without the binding the person stays who it is.
            await self.select(cast.persona.key)
        elif what == "default":
            await self._host.personas.set_default(persona_id if on else None)
        elif cast.partner is None:
            raise UserError("There is no character in this chat to bind the persona to.")
        else:
            await self._host.personas.connect(persona_id, cast.partner, on=on)

    async def _seen(self, persona: Persona) -> commands.Persona:
        """The record under the names that scripts use; characters are called by their keys there."""
        known = await self._host.characters.sketches() if persona.connections else ()
        keys = {character.id: character.key for character in known}
        connections = [
            {"type": "character", "id": keys[subject]} if subject in keys else {"type": "group", "id": subject}
            for subject in persona.connections
        ]
        fields = {
            "avatar": persona.key,
            "name": persona.name,
            "description": persona.description,
            "title": persona.title,
            "position": persona.position,
            "depth": persona.depth,
            "role": persona.role,
            "lorebook": persona.lorebook,
            "default": persona.is_default,
            "connections": connections,
        }
        return commands.Persona(persona.key, persona.name, fields)
