"""World info as slash commands see it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from stcore.commands.fuzzy import best_match
from stcore.commands.services.lore import Effect, Kind
from stcore.errors import NotFound, UserError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from stcore.chat.characters.records import Character
    from stcore.chat.lore.books import Book
    from stcore.chat.lore.records import Entry
    from stcore.chat.lore.timed import TimedState
    from stcore.chat.session import Session

_THRESHOLD = 0.3
"""The share of letters that may be wrong in a search."""


class LorePort:
    """The books of the host, seen from the chat of one session. Satisfies ``Lore`` of the commands."""

    def __init__(self, session: Session) -> None:
        self._session, self._host = session, session.host

    async def books(self) -> Sequence[str]:
        return await self._host.books.names()

    # -- where books are bound ---------------------------------------------------------------------------------------

    async def global_books(self) -> Sequence[str]:
        from stcore.chat.lore.bindings import global_books

        return await self._host.database.read(global_books)

    async def set_global_books(self, names: Sequence[str]) -> None:
        await self._host.books.bind("host", *names)

    async def chat_book(self, *, create: bool, name: str = "") -> str:
        from stcore.chat.lore.bindings import chat_book

        chat_id = self._session.chat_id
        if chat_id is None:
            return ""
        bound = await self._host.database.read(lambda c: chat_book(c, chat_id))
        if bound or not create:
            return bound
        title = (await self._host.chats.get(chat_id)).title
        book = await self._create(name, f"Chat Book {title}")
        await self._host.books.bind(f"chat:{chat_id}", book.name)
        return book.name

    async def persona_book(self, *, create: bool, name: str = "") -> str:
        persona = (await self._host.lore.scene(self._session.chat_id)).cast.persona
        if persona is None:
            return ""
        bound = persona.lorebook if await self._host.books.find(persona.lorebook) else ""
        if bound or not create:
            return bound
        book = await self._create(name, f"Persona Book {persona.name}")
        await self._host.personas.update(persona.id, {"lorebook": book.name})
        return book.name

    async def character_books(self, who: str, kind: Kind, *, create: bool, name: str = "") -> Sequence[str]:
        from stcore.chat.lore.bindings import linked_book, more_books

        character = await self._character(who)
        linked = await self._host.books.find(linked_book(character))
        more = await self._host.database.read(lambda c: more_books(c, character.id))
        found = {"primary": [linked.name] if linked else [], "additional": more}
        if kind == "all":
            found["all"] = list(dict.fromkeys(found["primary"] + found["additional"]))
        if found[kind] or not create:
            return found[kind]
        return [await self._create_for(character, name, further=kind == "additional")]

    async def _character(self, who: str) -> Character:
        if who:
            return await self._host.characters.one(who)
        cast = (await self._host.lore.scene(self._session.chat_id)).cast
        if cast.character is None:
            of_group = "In a group the character needs to be named." if cast.group_id else "No character is open."
            raise UserError(of_group, hint="Write the name behind the command.")
        return cast.character

    async def _create_for(self, character: Character, name: str, *, further: bool) -> str:
        """A new book for a character. The book that lies in its card becomes the one that it is linked to."""
        from stcore.chat.lore.bindings import embedded_books

        own = [] if further else embedded_books(character)
        book = await self._create(name, f"Character Book {character.name}", content=own[0] if own else None)
        if further:
            await self._host.books.bind(f"character:{character.id}", book.name)
        else:
            await self._host.characters.update(character.id, {"world": book.name})
        return book.name

    async def _create(self, name: str, otherwise: str, *, content: Book | None = None) -> Book:
        """A new book. As scripts know it, a wanted name gets a number even when it is free, and must not be in use."""
        books = self._host.books
        if name and await books.find(name):
            raise UserError(f"There is a lorebook “{name}” already.", hint="Choose another name.")
        return await books.create(f"{name} (1)" if name else otherwise, content=content, numbered=True)

    # -- entries -----------------------------------------------------------------------------------------------------

    async def _book(self, name: str) -> Book:
        book = await self._host.books.find(name) if name.strip() else None
        if book is None:
            raise NotFound(f"There is no lorebook “{name}”.")
        return book

    async def find(self, book: str, field: str, text: str) -> int | None:
        from stcore.chat.lore.fields import searched_texts, sought_text

        items = (await self._book(book)).items
        texts = {part: uid for uid, data in reversed(list(items.items())) for part in searched_texts(data, field)}
        wanted = sought_text(field, text.strip())
        # Counting wrong letters is slow: where the text stands as it is, only those entries are compared.
        exact = [part for part in texts if wanted.lower() in part.lower()]
        found = await asyncio.to_thread(best_match, exact or list(texts), wanted, _THRESHOLD) if wanted else None
        return None if found is None else texts[found]

    async def field(self, book: str, uid: str, field: str) -> Any:
        from stcore.chat.lore.fields import stored_value

        found = await self._book(book)
        return stored_value(found.items[_uid(found, uid)], field)

    async def create(self, book: str, *, key: str, content: str) -> int:
        if not book.strip():
            raise UserError("An entry needs a book.", hint="Write file=NAME.")
        found = await self._host.books.find(book) or await self._host.books.create(book)
        keyed = {"key": [key], "comment": key, "addMemo": True} if key else {}
        data = await self._host.books.add_entry(found.id, {**keyed, "content": content})
        return int(data["uid"])

    async def set_field(self, book: str, uid: str, field: str, text: str) -> None:
        from stcore.chat.lore.fields import changed_value

        found = await self._book(book)
        number = _uid(found, uid)
        await self._host.books.change_entry(found.id, number, lambda data: changed_value(data, field, text))

    # -- effects that last -------------------------------------------------------------------------------------------

    async def set_effect(self, book: str, uid: str, effect: Effect, on: bool | None) -> None:
        from stcore.chat.lore.timed import duration

        entry = await self._entry(book, uid)
        if not duration(entry, effect):
            raise UserError(f"The entry “{entry.title}” has no {effect} effect.")

        def switch(state: TimedState, length: int) -> TimedState:
            turned = not state.left(effect, entry.id, length) if on is None else on
            return state.switched(effect, entry, length, on=turned)

        await self._timed(switch)

    async def effect_left(self, book: str, uid: str, effect: Effect) -> int:
        entry = await self._entry(book, uid)
        state, length = await self._timed(None)
        return state.left(effect, entry.id, length)

    async def _entry(self, book: str, uid: str) -> Entry:
        found = await self._book(book)
        number = _uid(found, uid)
        return next(entry for entry in found.entries if entry.uid == number)

    async def _timed(self, change: Callable[[TimedState, int], TimedState] | None) -> tuple[TimedState, int]:
        """The timed effects of the chat, maybe changed, and how many messages it has."""
        from stcore.chat.lore.effects import change_timed, read_timed

        chat_id = self._session.chat_id
        if chat_id is None:
            raise UserError("No chat is open.")

        def work(connection: Connection) -> tuple[TimedState, int]:
            if change is None:
                return read_timed(connection, chat_id)
            return change_timed(connection, chat_id, change)

        database = self._host.database
        return await (database.read(work) if change is None else database.write(work))


def _uid(book: Book, text: str) -> int:
    """The number of an entry that is there."""
    text = text.strip()
    uid = int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else -1
    if uid not in book.items:
        raise NotFound(f"The lorebook “{book.name}” has no entry {text[:40] or 'without a number'}.")
    return uid
