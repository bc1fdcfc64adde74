"""Chats and messages: the store that faces, scripts and the picture pipeline share.

Every change is one write transaction that also notes itself in the journal, so each open page and terminal sees it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import ColumnElement, Connection, and_, delete, true, update

from stcore.chat import copies, hanging, rows, swipes
from stcore.chat.documents import forget_documents
from stcore.chat.records import Chat, Message, NewMessage
from stcore.errors import UserError
from stcore.storage.journal import note
from stcore.storage.tables import chats, messages, settings, variables

if TYPE_CHECKING:
    from stcore.bus import Bus
    from stcore.clock import Clock
    from stcore.storage.database import Database

T = TypeVar("T")


class ChatStore:
    """Reads and changes chats. All methods are coroutines; none blocks the loop."""

    def __init__(self, database: Database, bus: Bus, clock: Clock) -> None:
        self._database, self._bus, self._clock = database, bus, clock

    async def _change(self, fn: Callable[[Connection, int], T]) -> T:
        now = self.now()
        result = await self._database.write(lambda connection: fn(connection, now))
        self._bus.wake()
        return result

    def now(self) -> int:
        """The host's time in milliseconds."""
        return int(self._clock.now().timestamp() * 1000)

    # -- chats -------------------------------------------------------------------------------------------------------

    async def create(
        self,
        title: str = "",
        *,
        character_id: str | None = None,
        group_id: str | None = None,
        temporary: bool = False,
    ) -> Chat:
        """A new chat. Temporary ones (a script without ``--chat``) are not listed."""
        values = {"character_id": character_id, "group_id": group_id, "temporary": temporary}
        return await self._change(lambda connection, now: rows.add_chat(connection, now, title=title, **values))

    async def get(self, chat_id: str) -> Chat:
        """The chat, or ``NotFound``."""
        return await self._database.read(lambda c: rows.read_chat(c, chat_id))

    async def list(
        self,
        before: str | None = None,
        limit: int = 50,
        *,
        character_id: str | None = None,
        group_id: str | None = None,
    ) -> Sequence[Chat]:
        """Chats, the most recently used first; ``before`` is the id of the last one of the page before.

        With ``character_id`` or ``group_id`` only those with that character or group.
        """

        def fn(connection: Connection) -> list[Chat]:
            where: ColumnElement[bool] = chats.c.temporary.is_(False)
            if character_id is not None:
                where = and_(where, chats.c.character_id == character_id)
            if group_id is not None:
                where = and_(where, chats.c.group_id == group_id)
            if before is not None:
                mark = rows.read_chat(connection, before)
                same = and_(chats.c.updated == mark.updated, chats.c.id < mark.id)
                where = and_(where, (chats.c.updated < mark.updated) | same)
            return rows.read_chats(connection, where, limit)

        return await self._database.read(fn)

    async def alike(self, chat_id: str) -> Sequence[Chat]:
        """The other chats with the same character or group (or with neither), the most recently used first."""

        def fn(connection: Connection) -> list[Chat]:
            chat = rows.read_chat(connection, chat_id)
            same = and_(
                chats.c.character_id.is_not_distinct_from(chat.character_id),
                chats.c.group_id.is_not_distinct_from(chat.group_id),
            )
            return rows.read_chats(connection, and_(same, chats.c.id != chat_id, chats.c.temporary.is_(False)), 1000)

        return await self._database.read(fn)

    async def latest(self) -> Chat | None:
        """The chat used last."""
        found = await self.list(limit=1)
        return found[0] if found else None

    async def rename(self, chat_id: str, title: str) -> Chat:
        """Give the chat another title; an empty one is refused."""
        if not title.strip():
            raise UserError("A chat needs a title.")

        def fn(connection: Connection, now: int) -> Chat:
            connection.execute(update(chats).where(chats.c.id == chat_id).values(title=title.strip()[:200]))
            return rows.note_chat(connection, chat_id, "chat.changed", now)

        return await self._change(fn)

    async def note_extra(self, chat_id: str, **values: Any) -> Chat:
        """Keep something with the chat; ``None`` forgets it."""

        def fn(connection: Connection, now: int) -> Chat:
            merged = {**rows.read_chat(connection, chat_id).extra, **values}
            kept = {key: value for key, value in merged.items() if value is not None}
            connection.execute(update(chats).where(chats.c.id == chat_id).values(extra=kept))
            return rows.read_chat(connection, chat_id)

        return await self._change(fn)

    async def delete(self, chat_id: str) -> None:
        """Remove the chat with its messages. Pictures are released by the library (STO-4)."""

        def fn(connection: Connection, now: int) -> None:
            rows.read_chat(connection, chat_id)
            connection.execute(delete(chats).where(chats.c.id == chat_id))
            connection.execute(delete(variables).where(variables.c.scope == chat_id))
            connection.execute(delete(settings).where(settings.c.scope == f"chat:{chat_id}"))
            forget_documents(connection, f"chat:{chat_id}")
            note(connection, "chat.removed", {"id": chat_id}, chat_id=None, now=now)

        await self._change(fn)

    # -- branches and checkpoints ------------------------------------------------------------------------------------

    async def branch(self, chat_id: str, up_to: int, title: str = "") -> Chat:
        """A new chat with the messages 0 to ``up_to``; without a title it is called ``<chat> - Branch #n``."""

        def fn(connection: Connection, now: int) -> Chat:
            self._check_position(connection, chat_id, up_to)
            name = title.strip() or copies.free_title(connection, chat_id, "Branch")
            return copies.copy_chat(connection, chat_id, up_to, name, now)

        return await self._change(fn)

    async def checkpoint(self, message_id: str, title: str = "") -> Chat:
        """A copy of the chat up to a message, linked to it; untitled it is called ``<chat> - Checkpoint #n``."""
        return await self._change(lambda c, now: copies.make_checkpoint(c, message_id, title, now))

    async def checkpoints(self, chat_id: str, position: int | None = None) -> Mapping[int, Chat]:
        """The checkpoints of a chat by the position of the message they are linked to."""
        return await self._database.read(lambda c: copies.checkpoints(c, chat_id, position))

    def _check_position(self, connection: Connection, chat_id: str, position: int) -> None:
        count = rows.count_messages(connection, chat_id)
        if not 0 <= position < count:
            raise UserError(f"The chat has no message {position}.", hint=f"It has {count}, numbered from 0.")

    # -- messages ----------------------------------------------------------------------------------------------------

    async def append(self, chat_id: str, new: NewMessage) -> Message:
        """Add a message: at the end, or before position ``new.at``."""
        return await self._change(lambda connection, now: rows.add_message(connection, chat_id, new, now))

    async def messages(self, chat_id: str, before: int | None = None, limit: int = 60) -> Sequence[Message]:
        """The newest ``limit`` messages before position ``before``, oldest first."""
        where = and_(messages.c.chat_id == chat_id, true() if before is None else messages.c.position < before)
        return await self._database.read(lambda c: rows.read_messages(c, where, newest=limit))

    async def texts(self, chat_id: str) -> Sequence[Message]:
        """All messages of the chat without their pictures, for scripts."""
        where = messages.c.chat_id == chat_id
        return await self._database.read(lambda c: rows.read_messages(c, where, with_pictures=False))

    async def message(self, message_id: str) -> Message:
        """The message, or ``NotFound``."""
        return await self._database.read(lambda c: rows.read_message(c, message_id))

    async def count(self, chat_id: str) -> int:
        """How many messages the chat has."""
        return await self._database.read(lambda c: rows.count_messages(c, chat_id))

    async def edit(self, message_id: str, **changes: Any) -> Message:
        """Change ``text`` (of the swipe shown), ``name``, ``role``, ``hidden``, ``extra``, or the ``swipe`` itself.

        ``picture`` is the id of the one to look at, ``display`` how pictures are shown (``gallery`` or ``list``).
        """
        unknown = set(changes) - {"text", "name", "role", "hidden", "extra", "swipe", "picture", "display"}
        if unknown:
            raise UserError(f"A message has no {', '.join(sorted(unknown))} to change.")

        def fn(connection: Connection, now: int) -> Message:
            shown = rows.read_message(connection, message_id).swipe
            if "swipe" in changes:
                shown = changes["swipe"]
                swipes.choose(connection, message_id, shown)
            own = {key: changes[key] for key in ("name", "role", "hidden") if key in changes}
            if own:
                connection.execute(update(messages).where(messages.c.id == message_id).values(own))
            if "text" in changes:
                swipes.write_text(connection, message_id, shown, changes["text"])
            if "extra" in changes:
                swipes.write_extra(connection, message_id, shown, changes["extra"])
            if "picture" in changes:
                hanging.show(connection, message_id, changes["picture"])
            if "display" in changes:
                hanging.arrange(connection, message_id, changes["display"])
            return rows.note_message(connection, message_id, now)

        return await self._change(fn)

    async def remove(self, message_id: str) -> Message:
        """Take the message out of its chat; returns what it was."""
        return await self._change(lambda connection, now: rows.remove_message(connection, message_id, now))

    async def remove_all(self, message_ids: Sequence[str]) -> None:
        """Take several messages out, all or none."""

        def fn(connection: Connection, now: int) -> None:
            for message_id in message_ids:
                rows.remove_message(connection, message_id, now)

        await self._change(fn)

    async def pictured(self, chat_id: str, number: int | None = None) -> Message:
        """The message at a position; without one the newest that shows a picture. Raises ``NotFound``."""
        return await self._database.read(lambda c: hanging.find_message(c, chat_id, number))

    async def take_pictures(self, message_id: str, asset_ids: Sequence[str] | None = None) -> Sequence[str]:
        """Take pictures (without ``asset_ids`` all) off the text that a message shows; which were taken. They stay in
        the gallery."""
        return await self._change(lambda c, now: hanging.take_from(c, message_id, asset_ids, now))

    # -- alternatives of a message -----------------------------------------------------------------------------------

    async def add_swipe(
        self, message_id: str, text: str, extra: dict[str, Any] | None = None, *, show: bool = True
    ) -> Message:
        """Another text for the same message; it becomes the one shown unless ``show`` is false."""

        def fn(connection: Connection, now: int) -> Message:
            swipes.add(connection, message_id, text, extra or {}, now, show=show)
            return rows.note_message(connection, message_id, now)

        return await self._change(fn)

    async def remove_swipe(self, message_id: str, number: int) -> Message:
        """Take one text of a message away, with what is hung on it; see :func:`stcore.chat.swipes.remove`."""

        def fn(connection: Connection, now: int) -> Message:
            swipes.remove(connection, message_id, number)
            return rows.note_message(connection, message_id, now)

        return await self._change(fn)

    async def swipe_texts(self, message_id: str) -> Sequence[str]:
        """All texts of a message, by number."""
        return await self._database.read(lambda c: swipes.read_texts(c, message_id))
