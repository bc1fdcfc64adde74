"""Books kept in the database. Every change is one transaction that also tells all faces (``book.*`` in the journal)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from stcore.chat.lore.bindings import bind, rebind
from stcore.chat.lore.books import Book, EntryData, in_order, storable
from stcore.chat.lore.fields import new_entry
from stcore.chat.names import folded
from stcore.errors import NotFound, UserError
from stcore.storage.ids import is_id, new_id
from stcore.storage.journal import note
from stcore.storage.tables import book_entries, books

if TYPE_CHECKING:
    from stcore.bus import Bus
    from stcore.clock import Clock
    from stcore.storage.database import Database

T = TypeVar("T")

LONGEST_NAME = 200
_HEAD = (books.c.id, books.c.name, books.c.created, books.c.updated)
_SUMMARY = select(
    books.c.id,
    books.c.name,
    select(func.count()).where(book_entries.c.book_id == books.c.id).scalar_subquery().label("entries"),
    books.c.updated,
)
_KEPT = 32
"""Books that stay read: a prompt looks at every active one, and reading a thousand entries takes a while."""


class BookStore:
    """Reads and changes books. All methods are coroutines; none blocks the loop."""

    def __init__(self, database: Database, bus: Bus, clock: Clock) -> None:
        self._database, self._bus, self._clock = database, bus, clock
        self._read: dict[str, Book] = {}

    async def _change(self, fn: Callable[[Connection, int], T]) -> T:
        now = int(self._clock.now().timestamp() * 1000)
        result = await self._database.write(lambda connection: fn(connection, now))
        self._bus.wake()
        return result

    # -- reading -----------------------------------------------------------------------------------------------------

    async def list(self) -> Sequence[dict[str, Any]]:
        """The summaries of all books by name: ``id``, ``name``, number of ``entries``, ``updated``."""
        found = await self._database.read(lambda c: c.execute(_SUMMARY).all())
        return [dict(row._mapping) for row in sorted(found, key=lambda row: (folded(row.name), row.name))]

    async def names(self) -> Sequence[str]:
        """The names of all books."""
        return [str(book["name"]) for book in await self.list()]

    async def get(self, book_id: str) -> Book:
        """The book with this id, or ``NotFound``."""
        return await self._database.read(lambda c: self._open(_row(c, book_id), c))

    async def find(self, name: str) -> Book | None:
        """The book of this name, exactly or in another case; ``None`` when there is none."""
        found = await self.named([name])
        return found[0] if found else None

    async def one(self, text: str) -> Book:
        """The book with this id or name, or ``NotFound``."""
        found = await self.get(text) if is_id(text) else await self.find(text)
        if found is None:
            raise _unknown(text)
        return found

    async def named(self, names: Collection[str]) -> Sequence[Book]:
        """The books of these names, in their order; names without a book are passed over."""
        return await self._database.read(lambda c: self.read_named(c, names))

    def read_named(self, connection: Connection, names: Collection[str]) -> Sequence[Book]:
        """As :meth:`named`, inside a transaction."""
        if not names:
            return []
        rows = connection.execute(select(*_HEAD)).all()
        exact, loose = {row.name: row for row in rows}, {folded(row.name): row for row in rows}
        found = (exact.get(name.strip()) or loose.get(folded(name)) for name in names)
        return [self._open(row, connection) for row in {row.id: row for row in found if row is not None}.values()]

    def _open(self, row: Any, connection: Connection) -> Book:
        """The book of a row, from memory when it was read before and nobody changed it since."""
        known = self._read.pop(row.id, None)
        if known is None or (known.updated, known.name) != (row.updated, row.name):
            known = _read_book(connection, row.id)
        self._read[row.id] = known
        while len(self._read) > _KEPT:
            self._read.pop(next(iter(self._read)), None)
        return known

    # -- books -------------------------------------------------------------------------------------------------------

    async def create(self, name: str, *, content: Book | None = None, numbered: bool = False) -> Book:
        """A new book, empty or with what ``content`` holds. A name in use is refused, or with ``numbered`` gets a
        number behind it. Raises :class:`UserError`."""
        name = _checked(name)

        def fn(connection: Connection, now: int) -> Book:
            chosen = _free_name(connection, name) if numbered else name
            _refuse_taken(connection, chosen)
            book_id = new_id(now)
            values = {"id": book_id, "name": chosen, "data": dict(content.data) if content else {}}
            connection.execute(insert(books).values(**values, created=now, updated=now))
            _insert_entries(connection, book_id, content.items if content else {})
            _note(connection, book_id, "book.added", now)
            return _read_book(connection, book_id)

        return await self._change(fn)

    async def replace(self, book_id: str, content: Book) -> Book:
        """Put other entries and data into a book; its name stays."""

        def fn(connection: Connection, now: int) -> Book:
            row = _row(connection, book_id)
            connection.execute(delete(book_entries).where(book_entries.c.book_id == book_id))
            _insert_entries(connection, book_id, content.items)
            _touch(connection, row, now, data=dict(content.data))
            return _read_book(connection, book_id)

        return await self._change(fn)

    async def rename(self, book_id: str, name: str) -> Book:
        """Give a book another name, also where chats, characters, personas and the settings name it."""
        name = _checked(name)

        def fn(connection: Connection, now: int) -> Book:
            row = _row(connection, book_id)
            _refuse_taken(connection, name, besides=book_id)
            rebind(connection, row.name, name)
            _touch(connection, row, now, name=name)
            return _read_book(connection, book_id)

        return await self._change(fn)

    async def change(self, book_id: str, data: Mapping[str, Any]) -> Book:
        """Change what a book holds beside its entries (``description``, ``extensions`` ...); ``None`` removes a key."""

        def fn(connection: Connection, now: int) -> Book:
            row = _row(connection, book_id)
            merged = {key: value for key, value in {**row.data, **storable(data)}.items() if value is not None}
            _touch(connection, row, now, data=merged)
            return _read_book(connection, book_id)

        return await self._change(fn)

    async def delete(self, book_id: str) -> None:
        """Remove a book with its entries; nothing is bound to it any more."""

        def fn(connection: Connection, now: int) -> None:
            row = _row(connection, book_id)
            connection.execute(delete(books).where(books.c.id == book_id))
            rebind(connection, row.name, None)
            note(connection, "book.removed", {"id": book_id, "name": row.name}, chat_id=None, now=now)

        await self._change(fn)
        self._read.pop(book_id, None)

    async def bind(self, scope: str, *names: str) -> None:
        """Let exactly these books count everywhere (``scope`` = ``host``), in a ``chat:ID`` or ``group:ID`` (one book),
        or for a ``character:ID`` beside the book that its card links. Raises ``NotFound`` for a name without a book."""

        def fn(connection: Connection, now: int) -> None:
            known = {row.name for row in connection.execute(select(books.c.name))}
            missing = next((name for name in names if name not in known), None)
            if missing is not None:
                raise _unknown(missing)
            bind(connection, scope, names)
            note(connection, "books.bound", {"scope": scope, "books": list(names)}, chat_id=None, now=now)

        await self._change(fn)

    # -- entries -----------------------------------------------------------------------------------------------------

    async def add_entry(self, book_id: str, values: Mapping[str, Any] | None = None) -> EntryData:
        """A new entry with the next number, counted from 0; ``values`` are fields that differ from the defaults."""

        def fn(connection: Connection, now: int) -> EntryData:
            row = _row(connection, book_id)
            highest = select(func.max(book_entries.c.uid)).where(book_entries.c.book_id == book_id)
            last = connection.execute(highest).scalar()
            uid = 0 if last is None else last + 1
            data = {**new_entry(uid, storable(values or {})), "uid": uid}
            connection.execute(insert(book_entries).values(book_id=book_id, uid=uid, data=data))
            _touch(connection, row, now)
            return data

        return await self._change(fn)

    async def change_entry(
        self, book_id: str, uid: int, edit: Mapping[str, Any] | Callable[[EntryData], Mapping[str, Any]]
    ) -> EntryData:
        """Change the given fields of an entry, or those that ``edit`` gives for it. Raises ``NotFound``."""

        def fn(connection: Connection, now: int) -> EntryData:
            row = _row(connection, book_id)
            before = _entry(connection, row, uid)
            data = {**before, **storable(edit(before) if callable(edit) else edit), "uid": uid}
            where = (book_entries.c.book_id == book_id) & (book_entries.c.uid == uid)
            connection.execute(update(book_entries).where(where).values(data=data))
            _touch(connection, row, now)
            return data

        return await self._change(fn)

    async def remove_entry(self, book_id: str, uid: int) -> None:
        """Remove an entry. Raises ``NotFound``."""

        def fn(connection: Connection, now: int) -> None:
            row = _row(connection, book_id)
            _entry(connection, row, uid)
            where = (book_entries.c.book_id == book_id) & (book_entries.c.uid == uid)
            connection.execute(delete(book_entries).where(where))
            _touch(connection, row, now)

        await self._change(fn)

    async def order(self, book_id: str, uids: Sequence[int]) -> None:
        """Show the entries in another order; ``uids`` has each of them once. What joins a prompt does not change."""

        def fn(connection: Connection, now: int) -> None:
            row = _row(connection, book_id)
            items = _read_book(connection, book_id).items
            if sorted(uids) != sorted(items):
                raise UserError("The new order must hold each entry of the book once.")
            for place, uid in enumerate(uids):
                where = (book_entries.c.book_id == book_id) & (book_entries.c.uid == uid)
                data = {**items[uid], "displayIndex": place}
                connection.execute(update(book_entries).where(where).values(data=data))
            _touch(connection, row, now)

        await self._change(fn)


# -- inside a transaction --------------------------------------------------------------------------------------------


def _row(connection: Connection, book_id: str) -> Row[Any]:
    row = connection.execute(select(books).where(books.c.id == book_id)).first() if is_id(book_id) else None
    if row is None:
        raise _unknown(book_id)
    return row


def _entry(connection: Connection, book: Row[Any], uid: int) -> EntryData:
    query = select(book_entries.c.data).where(book_entries.c.book_id == book.id, book_entries.c.uid == uid)
    row = connection.execute(query).first()
    if row is None:
        raise NotFound(f"The lorebook “{book.name}” has no entry {uid}.")
    data: EntryData = row.data
    return data


def _read_book(connection: Connection, book_id: str) -> Book:
    row = _row(connection, book_id)
    query = select(book_entries.c.uid, book_entries.c.data).where(book_entries.c.book_id == book_id)
    items = {entry.uid: entry.data for entry in connection.execute(query)}
    return Book(row.id, row.name, row.data, in_order(items), row.created, row.updated)


def _insert_entries(connection: Connection, book_id: str, items: Mapping[int, EntryData]) -> None:
    rows = [{"book_id": book_id, "uid": uid, "data": {**data, "uid": uid}} for uid, data in items.items()]
    if rows:
        connection.execute(insert(book_entries), rows)


def _touch(connection: Connection, row: Row[Any], now: int, **values: Any) -> None:
    """Mark a book as changed: later than before, even within one millisecond, so that what was read is read again."""
    stamp = max(now, row.updated + 1)
    connection.execute(update(books).where(books.c.id == row.id).values(updated=stamp, **values))
    _note(connection, row.id, "book.changed", now)


def _note(connection: Connection, book_id: str, kind: str, now: int) -> None:
    summary = connection.execute(_SUMMARY.where(books.c.id == book_id)).one()
    note(connection, kind, {"book": dict(summary._mapping)}, chat_id=None, now=now)


def _names(connection: Connection, besides: str = "") -> set[str]:
    return {folded(row.name) for row in connection.execute(select(books.c.name).where(books.c.id != besides))}


def _refuse_taken(connection: Connection, name: str, besides: str = "") -> None:
    if folded(name) in _names(connection, besides):
        raise UserError(f"There is a lorebook “{name}” already.", hint="Choose another name.")


def _free_name(connection: Connection, name: str) -> str:
    taken = _names(connection)
    chosen, number = name, 0
    while folded(chosen) in taken:
        number += 1
        chosen = f"{name} ({number})"
    return chosen


def _checked(name: str) -> str:
    name = " ".join(name.split())[:LONGEST_NAME].strip()
    if not name or is_id(name):
        raise UserError("A lorebook needs a name.")
    return name


def _unknown(text: str) -> NotFound:
    return NotFound(f"There is no lorebook {text!r}.", hint="`stcore books list` shows those there are.")
