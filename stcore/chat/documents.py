"""The data bank: texts kept for everybody, for a character or for a chat.

A scope is ``"global"``, ``"character:ID"`` or ``"chat:ID"``. Every change is followed by the event
``documents.changed``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, delete, func, insert, select, update

from stcore.errors import NotFound, TooLarge, UserError
from stcore.storage.ids import is_id, new_id
from stcore.storage.journal import note
from stcore.storage.tables import characters, chats, documents

if TYPE_CHECKING:
    from stcore.bus import Bus
    from stcore.clock import Clock
    from stcore.storage.database import Database

T = TypeVar("T")

GLOBAL = "global"
LONGEST = 2_000_000
"""Characters of one text."""
LONGEST_NAME = 200

_HEAD = (
    documents.c.id,
    documents.c.scope,
    documents.c.name,
    documents.c.enabled,
    func.length(documents.c.text).label("size"),
    documents.c.created,
    documents.c.updated,
)


@dataclass(frozen=True, slots=True)
class Document:
    """A text of the data bank, without the text. ``size`` counts characters; times are milliseconds since 1970."""

    id: str
    scope: str
    name: str
    enabled: bool
    size: int
    created: int
    updated: int

    @property
    def url(self) -> str:
        """Where a program reads it."""
        return f"/api/documents/{self.id}"

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "url": self.url}


class DocumentStore:
    """Reads and changes the data bank. All methods are coroutines; none blocks the loop."""

    def __init__(self, database: Database, bus: Bus, clock: Clock) -> None:
        self._database, self._bus, self._clock = database, bus, clock

    async def list(self, scopes: Collection[str] | None = None) -> Sequence[Document]:
        """The texts of some scopes, of all without; those of one scope in the order in which they were added."""

        def fn(connection: Connection) -> Sequence[Document]:
            query = select(*_HEAD).order_by(documents.c.id)
            rows = connection.execute(query if scopes is None else query.where(documents.c.scope.in_(scopes)))
            return [Document(**row._mapping) for row in rows]

        found = await self._database.read(fn)
        ranks = {scope: number for number, scope in enumerate(scopes or ())}
        return sorted(found, key=lambda document: ranks.get(document.scope, 0))

    async def get(self, document_id: str) -> Document:
        """The document, or ``NotFound``."""
        return await self._database.read(lambda connection: _read(connection, document_id))

    async def text(self, document_id: str) -> str:
        """What stands in it, or ``NotFound``."""

        def fn(connection: Connection) -> str:
            _read(connection, document_id)
            return str(connection.execute(select(documents.c.text).where(documents.c.id == document_id)).scalar_one())

        return await self._database.read(fn)

    async def add(self, scope: str, name: str, text: str) -> Document:
        """Keep a text under a name, which others may have too. Raises ``NotFound`` for a scope that is none, and
        ``TooLarge``."""
        name = _checked_name(name)
        _check(text)

        def fn(connection: Connection, now: int) -> Document:
            _check_scope(connection, scope)
            document_id = new_id(now)
            row = {"id": document_id, "scope": scope, "name": name, "text": text, "created": now, "updated": now}
            connection.execute(insert(documents).values(**row, enabled=True))
            return _read(connection, document_id)

        return await self._change(fn)

    async def change(
        self, document_id: str, *, name: str | None = None, text: str | None = None, enabled: bool | None = None
    ) -> Document:
        """Change what is given. Raises ``NotFound`` and ``TooLarge``."""
        given = {"name": None if name is None else _checked_name(name), "text": text, "enabled": enabled}
        values = {key: value for key, value in given.items() if value is not None}
        _check(text or "")

        def fn(connection: Connection, now: int) -> Document:
            _read(connection, document_id)
            mine = documents.c.id == document_id
            connection.execute(update(documents).where(mine).values(**values, updated=now))
            return _read(connection, document_id)

        return await self._change(fn)

    async def delete(self, document_id: str) -> None:
        """Forget it. Raises ``NotFound``."""

        def fn(connection: Connection, now: int) -> None:
            _read(connection, document_id)
            connection.execute(delete(documents).where(documents.c.id == document_id))

        await self._change(fn)

    async def _change(self, fn: Callable[[Connection, int], T]) -> T:
        now = int(self._clock.now().timestamp() * 1000)

        def work(connection: Connection) -> T:
            result = fn(connection, now)
            note(connection, "documents.changed", {}, chat_id=None, now=now)
            return result

        result = await self._database.write(work)
        self._bus.wake()
        return result


def forget_documents(connection: Connection, scope: str) -> None:
    """Remove the texts of a chat or character that is deleted, in its transaction."""
    connection.execute(delete(documents).where(documents.c.scope == scope))


def copy_documents(connection: Connection, scope: str, to: str, now: int) -> None:
    """Give a chat that is copied from another its texts too, in the transaction of the copy."""
    rows = connection.execute(select(documents).where(documents.c.scope == scope).order_by(documents.c.id)).all()
    for row in rows:
        connection.execute(insert(documents).values({**row._mapping, "id": new_id(now), "scope": to}))


def scopes_of(chat_id: str | None, character_id: str | None) -> list[str]:
    """The scopes whose texts a chat has at hand, the widest first."""
    scopes = [GLOBAL]
    if character_id is not None:
        scopes.append(f"character:{character_id}")
    if chat_id is not None:
        scopes.append(f"chat:{chat_id}")
    return scopes


def _read(connection: Connection, document_id: str) -> Document:
    query = select(*_HEAD).where(documents.c.id == document_id)
    row = connection.execute(query).first() if is_id(document_id) else None
    if row is None:
        raise NotFound("This text of the data bank no longer exists.")
    return Document(**row._mapping)


def _check_scope(connection: Connection, scope: str) -> None:
    kind, _, owner = scope.partition(":")
    table = {"chat": chats, "character": characters}.get(kind)
    known = (
        scope == GLOBAL
        if table is None
        else bool(connection.execute(select(table.c.id).where(table.c.id == owner)).first())
    )
    if not known:
        raise NotFound(f"There is no {kind} to keep this text for.")


def _check(text: str) -> None:
    if len(text) > LONGEST:
        raise TooLarge(f"The text has {len(text):,} characters; the data bank takes {LONGEST:,}.")


def _checked_name(name: str) -> str:
    if not name.strip():
        raise UserError("A text of the data bank needs a name.")
    return name.strip()[:LONGEST_NAME]
