"""Who talks to whom in a chat: its character, and the persona that the person is there.

The persona of a chat is, in this order: the one taken in this chat (or only a name), the one that the chat is bound to,
the one bound to its character or group, the default one, the one taken last anywhere. Without any the person has the
name of the settings and no description.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from stcore.chat.characters.records import Character
from stcore.chat.characters.store import read_characters
from stcore.chat.imagine.looks import seen_card
from stcore.chat.personas import ACTIVE, DEFAULT, HOST, Persona, read_personas
from stcore.chat.preferences import read_all, write as write_settings
from stcore.chat.rows import note_chat
from stcore.storage.tables import characters, chats

if TYPE_CHECKING:
    from stcore.host import Host
    from stcore.macros import Environment, environment as macros

TAKEN = "persona"
"""The setting of a chat that holds what was taken in it: ``{"id": persona}`` or ``{"name": text}``."""


@dataclass(frozen=True, slots=True)
class Cast:
    """``locked`` is the id of the persona that the chat is bound to; ``name`` is what the person goes by, empty for
    the name of the settings."""

    character: Character | None = None
    group_id: str | None = None
    persona: Persona | None = None
    name: str = ""
    locked: str | None = None

    @property
    def partner(self) -> str | None:
        """The id of the character or group that a persona can be bound to."""
        return self.group_id or (self.character.id if self.character else None)


def read_cast(connection: Connection, chat_id: str | None) -> Cast:
    """The cast of a chat, inside a transaction; without a chat (or for one that is gone) only the person's."""
    columns = (chats.c.character_id, chats.c.group_id, chats.c.persona_id)
    row = connection.execute(select(*columns).where(chats.c.id == chat_id)).first() if chat_id else None
    if row is None:
        return _with_persona(connection, Cast(), {})
    found = read_characters(connection, characters.c.id == row.character_id) if row.character_id else []
    cast = Cast(character=found[0] if found else None, group_id=row.group_id, locked=row.persona_id)
    return _with_persona(connection, cast, read_all(connection, f"chat:{chat_id}").get(TAKEN) or {})


def _with_persona(connection: Connection, cast: Cast, taken: dict[str, Any]) -> Cast:
    name = str(taken.get("name") or "")
    persona = None if name else _choose(connection, cast, taken.get("id"))
    return Cast(cast.character, cast.group_id, persona, name or (persona.name if persona else ""), cast.locked)


def _choose(connection: Connection, cast: Cast, taken: str | None) -> Persona | None:
    by_id = {persona.id: persona for persona in read_personas(connection)}
    bound = [persona.id for persona in by_id.values() if cast.partner and cast.partner in persona.connections]
    host = read_all(connection, HOST) if by_id else {}
    order = (taken, cast.locked, *bound, host.get(DEFAULT), host.get(ACTIVE))
    return next((by_id[persona_id] for persona_id in order if persona_id in by_id), None)


async def load_cast(host: Host, chat_id: str, environment: Environment) -> None:
    """Put the cast of a chat into what macros see; ``extra`` tells the ids of who is there."""

    def fn(connection: Connection) -> tuple[Cast, macros.Card | None]:
        cast = read_cast(connection, chat_id)
        return cast, seen_card(connection, cast.character) if cast.character else None

    cast, card = await host.database.read(fn)
    environment.extra = {
        **environment.extra,
        "character_id": cast.character.id if cast.character else None,
        "group_id": cast.group_id,
        "persona_id": cast.persona.id if cast.persona else None,
    }
    environment.user = cast.name or environment.user
    environment.persona = cast.persona.description if cast.persona else ""
    if cast.character is not None:
        environment.char, environment.card = cast.character.name, card


# -- taking a persona ------------------------------------------------------------------------------------------------


async def take_persona(host: Host, chat_id: str, persona_id: str) -> None:
    """Be this persona in the chat, and in others where nothing else is said."""
    await _take(host, chat_id, {"id": persona_id}, {ACTIVE: persona_id})


async def take_name(host: Host, chat_id: str, name: str) -> None:
    """Go by a name in the chat, without being any persona."""
    await _take(host, chat_id, {"name": name}, {})


async def _take(host: Host, chat_id: str, taken: dict[str, str], everywhere: dict[str, str]) -> None:
    now = host.chats.now()

    def fn(connection: Connection) -> None:
        write_settings(connection, f"chat:{chat_id}", {TAKEN: taken})
        write_settings(connection, HOST, everywhere)
        note_chat(connection, chat_id, "chat.changed", now)

    await host.database.write(fn)
    host.bus.wake()
