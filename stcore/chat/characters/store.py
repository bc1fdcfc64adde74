"""The characters of this host: made, found, changed, copied, deleted.

Every change is one write transaction that also notes itself in the journal. What a character looks like is a picture
of the library whose subject it is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Row, and_, delete, insert, select, update

from stcore.chat.characters.card import Card, new_card
from stcore.chat.characters.fields import with_fields
from stcore.chat.characters.records import Character, Sketch
from stcore.chat.documents import forget_documents
from stcore.chat.names import best_matches, copy_key, folded, free_key
from stcore.chat.preferences import read_all as read_settings, write as write_settings
from stcore.errors import NotFound, UserError
from stcore.images.asset_rows import read_pictures
from stcore.storage.ids import is_id, new_id
from stcore.storage.journal import note
from stcore.storage.tables import characters, chats, messages, settings

if TYPE_CHECKING:
    from stcore.bus import Bus
    from stcore.chat.imagine.looks import Looks
    from stcore.clock import Clock
    from stcore.images.library import Library
    from stcore.storage.database import Database

T = TypeVar("T")
Named = TypeVar("Named", Character, Sketch)

AVATAR = "portrait"
"""The kind of the pictures that characters and personas wear."""


BESIDE = "unassigned"
"""The kind of the other pictures that came with a card."""

FILES = "card_files"
"""The setting of a character that holds the ids of those, by the path that the card uses for them."""


class CharacterStore:
    """Reads and changes characters. All methods are coroutines; none blocks the loop."""

    def __init__(
        self,
        database: Database,
        bus: Bus,
        clock: Clock,
        library: Library,
        delete_chat: Callable[[str], Awaitable[None]],
    ) -> None:
        """``delete_chat`` removes a chat with everything that belongs to it."""
        self._database, self._bus, self._clock, self._library = database, bus, clock, library
        self._delete_chat = delete_chat

    async def _change(self, fn: Callable[[Connection, int], T]) -> T:
        now = int(self._clock.now().timestamp() * 1000)
        result = await self._database.write(lambda connection: fn(connection, now))
        self._bus.wake()
        return result

    # -- reading -----------------------------------------------------------------------------------------------------

    async def get(self, character_id: str) -> Character:
        """The character with this id, or ``NotFound``."""
        return await self._database.read(lambda c: read_character(c, character_id))

    async def list(self, *, tag: str = "", favourite: bool = False) -> Sequence[Character]:
        """Characters by name; with ``tag`` (in any case) or ``favourite`` only those."""
        wanted = folded(tag)
        return [
            character
            for character in _by_name(await self._database.read(read_characters))
            if (not wanted or wanted in map(folded, character.tags)) and (not favourite or character.field("fav"))
        ]

    async def sketches(self) -> Sequence[Sketch]:
        """All characters by name, without their cards."""
        return _by_name(await self._database.read(read_sketches))

    async def find(
        self, text: str, *, tags: Collection[str] = (), preferred: Collection[str] = ()
    ) -> Sequence[Character]:
        """Whom a script means by a key or a name, best first (command-semantics.md section 17).

        Only those that carry all ``tags``; those whose ids are ``preferred`` (who is in the chat) come first. Without
        ``text`` only they are meant.
        """

        def fn(connection: Connection) -> list[Character]:
            meant = [character.id for character in _meant(read_sketches(connection), text, tags, preferred)]
            found = {character.id: character for character in read_characters(connection, characters.c.id.in_(meant))}
            return [found[character_id] for character_id in meant]

        return await self._database.read(fn)

    async def one(self, text: str) -> Character:
        """The character with this id, key or name, or ``NotFound``."""
        if is_id(text):
            return await self.get(text)
        found = await self.find(text) if text.strip() else ()
        if not found:
            raise _unknown(text)
        return found[0]

    async def tags(self) -> Sequence[str]:
        """Every tag that some character carries, in order."""
        found = await self._database.read(lambda c: c.execute(select(characters.c.tags)).scalars().all())
        return sorted({tag for tags in found for tag in tags}, key=folded)

    async def avatar(self, character: Character) -> bytes | None:
        """The picture it wears, ``None`` without one."""
        return (await self._library.read(character.avatar_id))[0] if character.avatar_id else None

    async def files(self, character: Character) -> dict[str, bytes]:
        """The other pictures that its card brought, by the path that the card uses, without those since deleted."""
        kept = await self._database.read(lambda c: read_settings(c, _scope(character.id)).get(FILES, {}))
        known = await self._database.read(lambda c: [p["id"] for p in read_pictures(c, list(kept.values()))])
        return {path: (await self._library.read(id))[0] for path, id in kept.items() if id in known}

    # -- making and changing -----------------------------------------------------------------------------------------

    async def create(self, name: str, fields: Mapping[str, Any] | None = None, **how: Any) -> Character:
        """A new character with some fields by their flat names (``fields.py``); ``how`` as for :meth:`add`."""
        if not name.strip():
            raise UserError("A character needs a name.")
        return await self.add(with_fields(new_card(name), fields or {}), **how)

    async def add(
        self,
        card: Card,
        *,
        avatar: bytes | None = None,
        files: Mapping[str, bytes] | None = None,
        tags: Collection[str] = (),
        copy_of: str = "",
    ) -> Character:
        """A new character from a whole card. A name that is taken gets a number in its key (``Alice1.png``).

        ``files`` are the pictures that the card mentions, by path; ``copy_of`` is the key of the character that this
        is a copy of. Raises ``UnusablePicture`` for a picture that is none, and then keeps nothing.
        """
        character_id, name = new_id(), card["data"]["name"]
        try:
            avatar_id = None if avatar is None else await self._store_picture(character_id, name, avatar)
            kept = {
                path: await self._store_picture(character_id, name, content, kind=BESIDE)
                for path, content in (files or {}).items()
            }
        except Exception:
            await self._library.delete_of_subject(character_id)
            raise

        def fn(connection: Connection, now: int) -> Character:
            key = copy_key(copy_of, _taken(connection)) if copy_of else free_key(name, _taken(connection))
            values = {"id": character_id, "key": key, "name": name, "card": card, "avatar_id": avatar_id}
            connection.execute(insert(characters).values(**values, tags=unique(tags), created=now, updated=now))
            if kept:
                write_settings(connection, _scope(character_id), {FILES: kept})
            return _note(connection, character_id, "character.added", now)

        return await self._change(fn)

    async def update(
        self, character_id: str, fields: Mapping[str, Any], *, tags: Collection[str] | None = None
    ) -> Character:
        """Change some fields of the card, and the ``tags`` when given. The key stays, also under another name."""

        def fn(connection: Connection, now: int) -> Character:
            character = read_character(connection, character_id)
            card = with_fields(character.card, fields)
            return _write(connection, character, now, card=card, tags=character.tags if tags is None else tags)

        return await self._change(fn)

    async def replace(self, character_id: str, card: Card) -> Character:
        """Put another card in place of the whole one (an editor that knows every field)."""
        return await self._change(
            lambda connection, now: _write(connection, read_character(connection, character_id), now, card=card)
        )

    async def change_looks(self, character_id: str, change: Callable[[Looks], Looks]) -> Looks:
        """How it looks in pictures, changed. Only words that are shared, now or before, touch its card."""
        from stcore.chat.imagine.looks import card_with, read_looks, write_looks

        def fn(connection: Connection, now: int) -> Looks:
            character = read_character(connection, character_id)
            looks = change(read_looks(connection, character))
            write_looks(connection, character_id, looks)
            _write(connection, character, now, card=card_with(character.card, looks))
            return looks

        return await self._change(fn)

    async def set_avatar(self, character_id: str, avatar: bytes | None) -> Character:
        """Give it another picture, or none. The pictures it wore before stay in the library."""
        character = await self.get(character_id)
        avatar_id = None if avatar is None else await self._store_picture(character_id, character.name, avatar)

        def fn(connection: Connection, now: int) -> Character:
            where = characters.c.id == character_id
            connection.execute(update(characters).where(where).values(avatar_id=avatar_id, updated=now))
            return _note(connection, character_id, "character.changed", now)

        return await self._change(fn)

    async def rename(self, character_id: str, name: str, *, chats_too: bool = False) -> Character:
        """Another name and the key that goes with it; with ``chats_too`` also in the messages it sent before."""

        def fn(connection: Connection, now: int) -> Character:
            character = read_character(connection, character_id)
            card = with_fields(character.card, {"name": name})
            key = free_key(card["data"]["name"], _taken(connection, besides=character_id))
            connection.execute(update(characters).where(characters.c.id == character_id).values(key=key))
            if chats_too:
                _rename_sender(connection, character, card["data"]["name"])
            return _write(connection, character, now, card=card)

        return await self._change(fn)

    async def duplicate(self, character_id: str) -> Character:
        """A copy with the same name, looks and pictures, and a numbered key (``Bob_1.png``)."""
        from stcore.chat.imagine.looks import copy_looks

        character = await self.get(character_id)
        avatar, files = await self.avatar(character), await self.files(character)
        copy = await self.add(character.card, avatar=avatar, files=files, tags=character.tags, copy_of=character.key)
        await copy_looks(self._database, self._library, character, copy.id)
        return copy

    async def delete(self, character_id: str, *, chats_too: bool = False) -> None:
        """Remove it with its pictures. Its chats stay without it, unless ``chats_too``."""
        if chats_too:
            for chat_id in await self.chats(character_id):
                await self._delete_chat(chat_id)

        def fn(connection: Connection, now: int) -> None:
            read_character(connection, character_id)
            connection.execute(delete(characters).where(characters.c.id == character_id))
            connection.execute(delete(settings).where(settings.c.scope == _scope(character_id)))
            forget_documents(connection, _scope(character_id))
            note(connection, "character.removed", {"id": character_id}, chat_id=None, now=now)

        await self._change(fn)
        await self._library.delete_of_subject(character_id)

    # -- its chats ---------------------------------------------------------------------------------------------------

    async def chats(self, character_id: str) -> Sequence[str]:
        """The ids of the chats with it, the last used first."""
        query = select(chats.c.id).where(chats.c.character_id == character_id, chats.c.temporary.is_(False))
        newest = query.order_by(chats.c.updated.desc(), chats.c.id.desc())
        return await self._database.read(lambda c: c.execute(newest).scalars().all())

    async def _store_picture(self, character_id: str, name: str, picture: bytes, *, kind: str = AVATAR) -> str:
        asset = await self._library.store(
            picture, kind=kind, origin="uploaded", subject_id=character_id, label=name, embed=False
        )
        return asset.id


# -- inside a transaction --------------------------------------------------------------------------------------------


def read_character(connection: Connection, character_id: str) -> Character:
    """The character, or :class:`NotFound`."""
    found = read_characters(connection, characters.c.id == character_id) if is_id(character_id) else []
    if not found:
        raise _unknown(character_id)
    return found[0]


def read_characters(connection: Connection, where: Any = None) -> list[Character]:
    """Characters by a condition, in the order in which they were made."""
    query = select(characters) if where is None else select(characters).where(where)
    return [_character(row) for row in connection.execute(query.order_by(characters.c.id))]


def read_sketches(connection: Connection) -> list[Sketch]:
    """All characters in the order in which they were made, without their cards."""
    query = select(characters.c.id, characters.c.key, characters.c.name, characters.c.tags).order_by(characters.c.id)
    return [Sketch(row.id, row.key, row.name, tuple(row.tags)) for row in connection.execute(query)]


def _by_name(found: Iterable[Named]) -> list[Named]:
    return sorted(found, key=lambda character: (folded(character.name), character.id))


def _meant(every: Sequence[Sketch], text: str, tags: Collection[str], preferred: Collection[str]) -> Sequence[Sketch]:
    wanted = {folded(tag) for tag in tags}
    tagged = [character for character in every if wanted <= {folded(tag) for tag in character.tags}]
    here = [character for character in tagged if character.id in preferred]
    if not text.strip():
        return sorted(here, key=lambda character: list(preferred).index(character.id))
    return best_matches(text.strip(), tagged, key=lambda c: c.key, name=lambda c: c.name, preferred=here)


def _character(row: Row[Any]) -> Character:
    return Character(row.id, row.key, row.name, tuple(row.tags), row.card, row.avatar_id, row.created, row.updated)


def _scope(character_id: str) -> str:
    return f"character:{character_id}"


def unique(tags: Collection[str]) -> list[str]:
    """Tags without blanks around them, each once whatever its case."""
    found: dict[str, str] = {}
    for tag in tags:
        if tag.strip():
            found.setdefault(folded(tag), tag.strip())
    return list(found.values())


def _write(
    connection: Connection, character: Character, now: int, *, card: Card, tags: Collection[str] | None = None
) -> Character:
    values: dict[str, Any] = {"card": card, "name": card["data"]["name"], "updated": now}
    if tags is not None:
        values["tags"] = unique(tags)
    connection.execute(update(characters).where(characters.c.id == character.id).values(values))
    return _note(connection, character.id, "character.changed", now)


def _note(connection: Connection, character_id: str, kind: str, now: int) -> Character:
    character = read_character(connection, character_id)
    note(connection, kind, {"character": character.summary()}, chat_id=None, now=now)
    return character


def _taken(connection: Connection, besides: str = "") -> Callable[[str], bool]:
    """Whether a key is in use; keys that differ only in case would be one file elsewhere."""
    query = select(characters.c.key).where(characters.c.id != besides)
    keys = {key.casefold() for key in connection.execute(query).scalars()}
    return lambda key: key.casefold() in keys


def _rename_sender(connection: Connection, character: Character, name: str) -> None:
    its_chats = select(chats.c.id).where(chats.c.character_id == character.id)
    sent = and_(messages.c.chat_id.in_(its_chats), messages.c.role == "assistant", messages.c.name == character.name)
    connection.execute(update(messages).where(sent).values(name=name))


def _unknown(text: str) -> NotFound:
    return NotFound(f"There is no character {text!r}.", hint="`stcore characters list` shows those there are.")
