"""Which books count in a chat: those that count everywhere, and those of the chat, its character, group and persona.

Books are bound by their names, as in the files of characters, personas and chats that travel between programs. A book
that lies in a character's card counts by itself, until the character is linked to a book of the library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Connection, select, update

from stcore.chat.cast import Cast, read_cast
from stcore.chat.characters.store import read_character
from stcore.chat.lore.books import Book
from stcore.chat.lore.card_book import from_card_book
from stcore.chat.lore.records import Entry, read_texts
from stcore.chat.names import folded
from stcore.chat.preferences import read_all, write
from stcore.storage.tables import characters, personas, settings

if TYPE_CHECKING:
    from stcore.chat.characters.records import Character

GLOBAL = "books"
"""The setting of the host that names the books that count everywhere, in their order."""
BOOK = "book"
"""The setting of a chat or group that names its book."""
MORE = "books"
"""The setting of a character that names its further books, beside the one in its card."""

HOST = "host"

Strategy = Literal["character_first", "global_first", "evenly"]
"""Whose entries come first in the budget: the character's, those that count everywhere, or all by their order."""

Open = Callable[[Connection, Sequence[str]], Sequence[Book]]


@dataclass(frozen=True, slots=True)
class Bound:
    """The books of one chat, by where they are bound; each stands only once, at the first of these places."""

    chat: tuple[Book, ...] = ()
    persona: tuple[Book, ...] = ()
    character: tuple[Book, ...] = ()
    everywhere: tuple[Book, ...] = ()

    def entries(self, strategy: Strategy) -> list[Entry]:
        """All entries in the order in which they may use the budget: of the chat, the persona, then the rest."""
        own, common = _entries(self.character), _entries(self.everywhere)
        match strategy:
            case "character_first":
                rest = _by_order(own) + _by_order(common)
            case "global_first":
                rest = _by_order(common) + _by_order(own)
            case "evenly":
                rest = _by_order(own + common)
        return _by_order(_entries(self.chat)) + _by_order(_entries(self.persona)) + rest

    def to_dict(self) -> dict[str, list[str]]:
        """The names by place."""
        return {place: [book.name for book in getattr(self, place)] for place in self.__dataclass_fields__}


def _entries(books: Iterable[Book]) -> list[Entry]:
    return [entry for book in books for entry in book.entries]


def _by_order(entries: list[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: -entry.order)


@dataclass(frozen=True, slots=True)
class Scene:
    """Who a prompt is for, and the books that count in it."""

    cast: Cast
    speaker: Character | None
    bound: Bound


def read_scene(connection: Connection, chat_id: str | None, open_books: Open, speaker_id: str | None = None) -> Scene:
    """The books of a chat, inside a transaction. ``speaker_id`` is the character that speaks, when it is another than
    the one of the chat: a member of its group."""
    cast = read_cast(connection, chat_id)
    speaker = read_character(connection, speaker_id) if speaker_id else cast.character
    taken: set[str] = set()

    def once(books: Iterable[Book]) -> tuple[Book, ...]:
        fresh = [book for book in books if folded(book.name) not in taken]
        taken.update(folded(book.name) for book in fresh)
        return tuple(fresh)

    def opened(names: Sequence[str]) -> tuple[Book, ...]:
        return once(open_books(connection, names)) if names else ()

    group = [] if cast.group_id is None else _named(connection, f"group:{cast.group_id}", BOOK)
    bound = Bound(
        chat=opened([] if chat_id is None else _named(connection, f"chat:{chat_id}", BOOK)),
        persona=opened([cast.persona.lorebook] if cast.persona and cast.persona.lorebook else []),
        character=opened(group) + (once(_of_character(connection, speaker, open_books)) if speaker else ()),
        everywhere=opened(global_books(connection)),
    )
    return Scene(cast, speaker, bound)


def _of_character(connection: Connection, character: Character, open_books: Open) -> list[Book]:
    """The linked book, else the one in the card; then the further ones."""
    linked = linked_book(character)
    books = list(open_books(connection, [linked])) if linked else []
    if not books:
        books = embedded_books(character)
    return books + list(open_books(connection, more_books(connection, character.id)))


def linked_book(character: Character) -> str:
    """The name of the book that a character's card links, empty without one."""
    return str(character.field("world") or "").strip()


def embedded_books(character: Character) -> list[Book]:
    """The book that lies in a character's card, if there is one."""
    data = character.card["data"]
    raw = data.get("character_book")
    if not isinstance(raw, Mapping):
        return []
    name = raw.get("name")
    return [from_card_book(raw, name.strip() if isinstance(name, str) and name.strip() else f"{character.name}'s book")]


def global_books(connection: Connection) -> list[str]:
    """The names of the books that count everywhere."""
    return _named(connection, HOST, GLOBAL)


def chat_book(connection: Connection, chat_id: str) -> str:
    """The name of the book of a chat, empty without one."""
    return next(iter(_named(connection, f"chat:{chat_id}", BOOK)), "")


def group_book(connection: Connection, group_id: str) -> str:
    """The name of the book of a group, empty without one."""
    return next(iter(_named(connection, f"group:{group_id}", BOOK)), "")


def more_books(connection: Connection, character_id: str) -> list[str]:
    """The names of the further books of a character."""
    return _named(connection, f"character:{character_id}", MORE)


def bind(connection: Connection, scope: str, names: Sequence[str]) -> None:
    """Bind exactly these books: to everything (``host``), or as further ones to a ``character:ID``. A ``chat:ID`` or
    ``group:ID`` takes the first."""
    if scope.partition(":")[0] in ("chat", "group"):
        write(connection, scope, {BOOK: next(iter(names), None)})
    else:
        write(connection, scope, {GLOBAL if scope == HOST else MORE: list(dict.fromkeys(names)) or None})


def _named(connection: Connection, scope: str, key: str) -> list[str]:
    value = read_all(connection, scope).get(key)
    return [value] if isinstance(value, str) else list(read_texts(value))


# -- when a book gets another name -----------------------------------------------------------------------------------


def rebind(connection: Connection, old: str, new: str | None) -> None:
    """Follow a book that gets another name wherever it is bound; ``None`` unbinds one that is gone."""
    for row in connection.execute(select(settings).where(settings.c.key.in_((BOOK, GLOBAL, MORE)))).all():
        if isinstance(row.value, str) and row.value == old:
            write(connection, row.scope, {row.key: new})
        elif isinstance(row.value, list) and old in row.value:
            names = [new if name == old else name for name in row.value]
            write(connection, row.scope, {row.key: [name for name in names if name] or None})
    for row in connection.execute(select(personas.c.id, personas.c.extra)).all():
        if row.extra.get("lorebook") == old:
            extra: dict[str, Any] = {**row.extra, "lorebook": new or ""}
            connection.execute(update(personas).where(personas.c.id == row.id).values(extra=extra))
    _relink_cards(connection, old, new)


def _relink_cards(connection: Connection, old: str, new: str | None) -> None:
    for row in connection.execute(select(characters.c.id, characters.c.card)).all():
        extensions = row.card["data"].get("extensions") or {}
        if extensions.get("world") == old:
            changed = {key: value for key, value in extensions.items() if key != "world"}
            card = {**row.card, "data": {**row.card["data"], "extensions": changed | ({"world": new} if new else {})}}
            connection.execute(update(characters).where(characters.c.id == row.id).values(card=card))
