"""Personas: who a person is in a chat. One may be the default, and each may be bound to characters and groups.

Which one speaks in a chat is worked out in ``stcore/chat/cast.py``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Row, delete, insert, select, update

from stcore.chat.names import ENDING, best_matches, folded, free_key
from stcore.chat.preferences import write as write_settings
from stcore.chat.rows import note_chat
from stcore.commands.services.personas import POSITIONS, ROLES
from stcore.errors import NotFound, UserError
from stcore.images.references import known_reference
from stcore.storage.ids import is_id, new_id
from stcore.storage.journal import note
from stcore.storage.tables import chats, personas, settings

if TYPE_CHECKING:
    from stcore.bus import Bus
    from stcore.clock import Clock
    from stcore.images.library import Library
    from stcore.storage.database import Database

T = TypeVar("T")

HOST, ACTIVE, DEFAULT = "host", "persona", "default_persona"
"""Where the settings keep the persona that was taken last, and the one that new chats begin with."""

_EXTRA: dict[str, Any] = {
    "title": "",
    "position": 0,
    "depth": 2,
    "role": 0,
    "lorebook": "",
    "connections": [],
    "image_prefix": "",
    "image_negative_prefix": "",
    "references": [],
}
_LISTS = ("connections", "references")
_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody a person can be. ``key`` is its unique name (``"1700000000000-Mira.png"``); names may repeat.

    ``position`` and ``role`` are the numbers of :data:`POSITIONS` and :data:`ROLES`, ``depth`` counts messages from the
    end; ``connections`` are the ids of characters and groups in whose chats it speaks. The last three say how it looks
    in pictures (``stcore.chat.imagine.looks``).
    """

    id: str
    key: str
    name: str
    description: str
    avatar_id: str | None
    title: str
    position: int
    depth: int
    role: int
    lorebook: str
    connections: tuple[str, ...]
    image_prefix: str
    image_negative_prefix: str
    references: tuple[str, ...]
    created: int
    is_default: bool = False

    def to_dict(self) -> dict[str, Any]:
        return {
            **{name: getattr(self, name) for name in self.__dataclass_fields__ if name != "is_default"},
            **{name: list(getattr(self, name)) for name in _LISTS},
            "default": self.is_default,
        }


class PersonaStore:
    """Reads and changes personas. All methods are coroutines; none blocks the loop."""

    def __init__(self, database: Database, bus: Bus, clock: Clock, library: Library) -> None:
        self._database, self._bus, self._clock, self._library = database, bus, clock, library

    async def _change(self, fn: Callable[[Connection, int], T]) -> T:
        now = self._now()
        result = await self._database.write(lambda connection: fn(connection, now))
        self._bus.wake()
        return result

    def _now(self) -> int:
        return int(self._clock.now().timestamp() * 1000)

    # -- reading -----------------------------------------------------------------------------------------------------

    async def get(self, persona_id: str) -> Persona:
        """The persona with this id, or ``NotFound``."""
        return await self._database.read(lambda c: read_persona(c, persona_id))

    async def list(self) -> Sequence[Persona]:
        """All personas by name."""
        found = await self._database.read(lambda c: read_personas(c))
        return sorted(found, key=lambda persona: (folded(persona.name), persona.id))

    async def find(self, text: str) -> Sequence[Persona]:
        """Those meant by a key or a name, best first."""
        found = await self._database.read(lambda c: read_personas(c))
        return best_matches(text.strip(), found, key=lambda p: p.key, name=lambda p: p.name) if text.strip() else []

    async def one(self, text: str) -> Persona:
        """The persona with this id, key or name, or ``NotFound``."""
        if is_id(text):
            return await self.get(text)
        found = await self.find(text)
        if not found:
            raise _unknown(text)
        return found[0]

    async def avatar(self, persona: Persona) -> bytes | None:
        """The picture it wears, ``None`` without one."""
        return (await self._library.read(persona.avatar_id))[0] if persona.avatar_id else None

    # -- making and changing -----------------------------------------------------------------------------------------

    async def create(
        self, name: str, fields: Mapping[str, Any] | None = None, *, avatar: bytes | None = None, key: str = ""
    ) -> Persona:
        """A new persona. ``fields`` as for :meth:`update`.

        Its key is made of the time and the letters of its name, since names may repeat; a ``key`` that is given gets
        a number when it is taken. Raises ``UnusablePicture`` for an avatar that is none, before anything is kept.
        """
        values = _columns({**(fields or {}), "name": name}, _EXTRA)
        persona_id = new_id()
        avatar_id = None if avatar is None else await self._store_avatar(persona_id, name, avatar)

        def fn(connection: Connection, now: int) -> Persona:
            taken = _taken(connection)
            letters = _LETTERS.sub("", values["name"])
            own_key = free_key(key.removesuffix(ENDING), taken) if key else _timed_key(now, letters, taken)
            row = {
                "id": persona_id,
                "key": own_key,
                "avatar_id": avatar_id,
                "created": now,
                "description": "",
                **values,
            }
            connection.execute(insert(personas).values(row))
            return _note(connection, persona_id, "persona.added", now)

        return await self._change(fn)

    async def update(self, persona_id: str, fields: Mapping[str, Any]) -> Persona:
        """Change ``name``, ``description``, ``title``, ``position``, ``depth``, ``role``, ``lorebook``, ``connections``
        (ids), ``image_prefix``, ``image_negative_prefix`` or ``references``. Raises :class:`UserError` for an unknown
        field or a value that cannot be."""

        def fn(connection: Connection, now: int) -> Persona:
            row = connection.execute(select(personas.c.extra).where(personas.c.id == persona_id)).first()
            values = _columns(fields, {} if row is None else row.extra)
            connection.execute(update(personas).where(personas.c.id == persona_id).values(values))
            return _note(connection, persona_id, "persona.changed", now)

        return await self._change(fn)

    async def set_avatar(self, persona_id: str, avatar: bytes | None) -> Persona:
        """Give it another picture, or none. The pictures it wore before stay in the library."""
        persona = await self.get(persona_id)
        avatar_id = None if avatar is None else await self._store_avatar(persona_id, persona.name, avatar)

        def fn(connection: Connection, now: int) -> Persona:
            connection.execute(update(personas).where(personas.c.id == persona_id).values(avatar_id=avatar_id))
            return _note(connection, persona_id, "persona.changed", now)

        return await self._change(fn)

    async def duplicate(self, persona_id: str) -> Persona:
        """A copy under another key, bound to nothing."""
        from stcore.chat.imagine.looks import copied_references

        persona = await self.get(persona_id)
        fields = {name: getattr(persona, name) for name in ("description", *_EXTRA)}
        avatar = await self.avatar(persona)
        copy = await self.create(persona.name, {**fields, "connections": []}, avatar=avatar)
        if not persona.references:
            return copy
        references = await copied_references(self._library, persona.references, of=persona.id, to=copy.id)
        return await self.update(copy.id, {"references": references})

    async def delete(self, persona_id: str) -> None:
        """Remove it with its pictures and all its bindings. What was said under its name stays."""

        def fn(connection: Connection, now: int) -> None:
            read_persona(connection, persona_id)
            connection.execute(delete(personas).where(personas.c.id == persona_id))
            for key in (ACTIVE, DEFAULT):
                if _setting(connection, key) == persona_id:
                    write_settings(connection, HOST, {key: None})
            note(connection, "persona.removed", {"id": persona_id}, chat_id=None, now=now)

        await self._change(fn)
        await self._library.delete_of_subject(persona_id)

    # -- bindings ----------------------------------------------------------------------------------------------------

    async def set_default(self, persona_id: str | None) -> None:
        """The persona that chats begin with, ``None`` for none."""

        def fn(connection: Connection, now: int) -> None:
            before = _setting(connection, DEFAULT)
            write_settings(connection, HOST, {DEFAULT: persona_id})
            for changed in {before, persona_id} - {None}:
                _note(connection, changed, "persona.changed", now)

        await self._change(fn)

    async def connect(self, persona_id: str, subject_id: str, *, on: bool) -> Persona:
        """Bind it to a character or group, in whose chats it then speaks, or take the binding away.

        A character or group has one persona: the others lose theirs.
        """

        def fn(connection: Connection, now: int) -> Persona:
            read_persona(connection, persona_id)
            for persona in read_personas(connection):
                wanted = set(persona.connections) - {subject_id}
                if on and persona.id == persona_id:
                    wanted.add(subject_id)
                if wanted != set(persona.connections):
                    _write_extra(connection, persona.id, connections=sorted(wanted))
                    _note(connection, persona.id, "persona.changed", now)
            return read_persona(connection, persona_id)

        return await self._change(fn)

    async def lock_chat(self, chat_id: str, persona_id: str | None) -> None:
        """Bind a chat to a persona, or to none."""

        def fn(connection: Connection, now: int) -> None:
            connection.execute(update(chats).where(chats.c.id == chat_id).values(persona_id=persona_id))
            note_chat(connection, chat_id, "chat.changed", now)

        await self._change(fn)

    async def _store_avatar(self, persona_id: str, name: str, avatar: bytes) -> str:
        from stcore.chat.characters.store import AVATAR

        asset = await self._library.store(
            avatar, kind=AVATAR, origin="uploaded", subject_id=persona_id, label=name, embed=False
        )
        return asset.id


# -- inside a transaction --------------------------------------------------------------------------------------------


def read_persona(connection: Connection, persona_id: str) -> Persona:
    """The persona, or :class:`NotFound`."""
    found = read_personas(connection, personas.c.id == persona_id) if is_id(persona_id) else []
    if not found:
        raise _unknown(persona_id)
    return found[0]


def read_personas(connection: Connection, where: Any = None) -> list[Persona]:
    """Personas by a condition, in the order in which they were made."""
    query = select(personas) if where is None else select(personas).where(where)
    default = _setting(connection, DEFAULT)
    return [_persona(row, default) for row in connection.execute(query.order_by(personas.c.id))]


def _persona(row: Row[Any], default: Any) -> Persona:
    extra = {**_EXTRA, **{name: value for name, value in row.extra.items() if name in _EXTRA}}
    extra |= {name: tuple(extra[name]) for name in _LISTS}
    return Persona(
        row.id,
        row.key,
        row.name,
        row.description,
        row.avatar_id,
        **extra,
        created=row.created,
        is_default=row.id == default,
    )


def _setting(connection: Connection, key: str) -> Any:
    query = select(settings.c.value).where(settings.c.scope == HOST, settings.c.key == key)
    return connection.execute(query).scalar()


def _write_extra(connection: Connection, persona_id: str, **changes: Any) -> None:
    extra = connection.execute(select(personas.c.extra).where(personas.c.id == persona_id)).scalar_one()
    connection.execute(update(personas).where(personas.c.id == persona_id).values(extra={**extra, **changes}))


def _note(connection: Connection, persona_id: str, kind: str, now: int) -> Persona:
    persona = read_persona(connection, persona_id)
    note(connection, kind, {"persona": persona.to_dict()}, chat_id=None, now=now)
    return persona


def _taken(connection: Connection) -> Callable[[str], bool]:
    keys = {key.casefold() for key in connection.execute(select(personas.c.key)).scalars()}
    return lambda key: key.casefold() in keys


def _timed_key(now: int, letters: str, taken: Callable[[str], bool]) -> str:
    while taken(key := f"{now}-{letters}{ENDING}"):
        now += 1
    return key


def _columns(fields: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the row for checked fields."""
    values: dict[str, Any] = {}
    added: dict[str, Any] = {}
    for name, value in fields.items():
        if name in ("name", "description"):
            values[name] = _text(name, value)
        elif name in _EXTRA:
            added[name] = _checked(name, value)
        else:
            raise UserError(f"A persona has no field {name!r}.", hint="name, description, " + ", ".join(_EXTRA))
    if "name" in values:
        values["name"] = " ".join(values["name"].split())[:200]
        if not values["name"]:
            raise UserError("A persona needs a name.")
    return {**values, "extra": {**extra, **added}}


def _checked(name: str, value: Any) -> Any:
    match name:
        case "position":
            return _one_of(name, value, POSITIONS.values())
        case "role":
            return _one_of(name, value, ROLES.values())
        case "depth":
            if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 9999:
                raise UserError(f"depth must be a whole number from 0 to 9999, not {value!r}.")
            return value
        case "connections":
            if not isinstance(value, list | tuple) or not all(isinstance(entry, str) for entry in value):
                raise UserError("connections must be a list of ids of characters and groups.")
            return list(value)
        case "references":
            if not isinstance(value, list | tuple) or not all(isinstance(entry, str) for entry in value):
                raise UserError("references must be a list of texts such as avatar:subject.")
            return [known_reference(entry) for entry in value]
        case _:
            return _text(name, value)


def _one_of(name: str, value: Any, allowed: Collection[int]) -> Any:
    if isinstance(value, bool) or value not in allowed:
        raise UserError(f"{name} must be one of {', '.join(map(str, allowed))}, not {value!r}.")
    return value


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise UserError(f"{name} must be a text, not {value!r}.")
    return value.replace("\0", "")


def _unknown(text: str) -> NotFound:
    return NotFound(f"There is no persona {text!r}.", hint="GET /api/personas lists those there are.")
