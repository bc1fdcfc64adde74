"""The shelf of quick replies in the database: sets as they are shared with others, activations as scoped settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, delete, insert, select, update

from stcore.chat.preferences import write as write_settings
from stcore.chat.replies.files import set_from_json, set_to_json
from stcore.chat.replies.records import ActiveSet, ReplySet
from stcore.chat.replies.shelf import Shelf, by_alphabet, scopes_of
from stcore.storage.journal import note
from stcore.storage.tables import chats, reply_sets, settings

if TYPE_CHECKING:
    from stcore.bus import Bus
    from stcore.clock import Clock
    from stcore.storage.database import Database

T = TypeVar("T")

KEY = "quick_replies"
"""The setting of a scope that lists the sets switched on there."""


class RowStore:
    """Reads and changes the shelf in transactions; every change is told to all faces as ``replies.changed``."""

    def __init__(self, database: Database, bus: Bus, clock: Clock) -> None:
        self._database, self._bus, self._clock = database, bus, clock

    async def read(self, fn: Callable[[Shelf], T]) -> T:
        return await self._database.read(lambda connection: fn(_RowShelf(connection, 0)))

    async def write(self, fn: Callable[[Shelf], T]) -> T:
        now = int(self._clock.now().timestamp() * 1000)

        def work(connection: Connection) -> T:
            result = fn(_RowShelf(connection, now))
            note(connection, "replies.changed", {}, chat_id=None, now=now)
            return result

        result = await self._database.write(work)
        self._bus.wake()
        return result


class _RowShelf:
    """The shelf as one transaction sees it."""

    def __init__(self, connection: Connection, now: int) -> None:
        self._connection, self._now = connection, now

    def names(self) -> Sequence[str]:
        return sorted(self._connection.execute(select(reply_sets.c.name)).scalars(), key=by_alphabet)

    def get(self, name: str) -> ReplySet | None:
        data: Any = self._connection.execute(select(reply_sets.c.data).where(reply_sets.c.name == name)).scalar()
        return None if data is None else set_from_json(data)

    def put(self, of: ReplySet) -> None:
        values = {"data": set_to_json(of), "updated": self._now}
        changed = self._connection.execute(update(reply_sets).where(reply_sets.c.name == of.name).values(**values))
        if not changed.rowcount:
            self._connection.execute(insert(reply_sets).values(name=of.name, created=self._now, **values))

    def drop(self, name: str) -> None:
        self._connection.execute(delete(reply_sets).where(reply_sets.c.name == name))

    def active(self, scope: str) -> Sequence[ActiveSet]:
        query = select(settings.c.value).where(settings.c.scope == scope, settings.c.key == KEY)
        stored: Any = self._connection.execute(query).scalar()
        return [ActiveSet(entry["set"], bool(entry["visible"])) for entry in stored or ()]

    def activate(self, scope: str, sets: Sequence[ActiveSet]) -> None:
        value = [{"set": of.name, "visible": of.visible} for of in sets]
        write_settings(self._connection, scope, {KEY: value or None})

    def scopes(self) -> Sequence[str]:
        return list(self._connection.execute(select(settings.c.scope).where(settings.c.key == KEY)).scalars())

    def places(self, chat_id: str | None) -> Sequence[str]:
        if chat_id is None:
            return scopes_of(None)
        query = select(chats.c.character_id).where(chats.c.id == chat_id)
        return scopes_of(chat_id, self._connection.execute(query).scalar())
