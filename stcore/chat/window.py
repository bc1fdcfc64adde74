"""The open chat as macros see it: a sequence of messages of which only what is asked for is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, overload

from sqlalchemy import and_, select

from stcore.chat import rows
from stcore.macros import environment as macros
from stcore.storage.tables import messages, swipes

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from stcore.chat.records import Message
    from stcore.storage.database import Database

NEAR_END = 50
"""Messages read ahead: almost every macro looks at the end of the chat."""


class ChatWindow(Sequence[macros.Message]):
    """Satisfies ``stcore.macros.environment.ChatView`` and its own ``messages``.

    :meth:`refresh` reads the end of the chat in a worker thread; an older message is read when a macro asks for it
    (one indexed look-up of about 0.2 ms).
    """

    hash = 0
    reroll = 0
    first_included: int | None = None
    first_displayed: int | None = None

    def __init__(self, database: Callable[[], Database], chat_id: str | None) -> None:
        self._database, self.chat_id = database, chat_id
        self._count = 0
        self._known: dict[int, macros.Message] = {}
        # The first 52 bits of the id: any number will do that stays with the chat (`{{pick}}` depends on it).
        self.hash = int(chat_id[:13], 16) if chat_id else 0

    @property
    def messages(self) -> Sequence[macros.Message]:
        return self

    async def refresh(self) -> None:
        """Forget what was read and read the end again."""
        if self.chat_id is None:
            return
        chat_id = self.chat_id

        def fn(connection: Connection) -> tuple[int, dict[int, macros.Message]]:
            count = rows.count_messages(connection, chat_id)
            return count, _read(connection, chat_id, max(0, count - NEAR_END), count)

        self._count, self._known = await self._database().read(fn)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> macros.Message: ...
    @overload
    def __getitem__(self, index: slice) -> list[macros.Message]: ...
    def __getitem__(self, index: int | slice) -> macros.Message | list[macros.Message]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(self._count))]
        number = index + self._count if index < 0 else index
        if not 0 <= number < self._count:
            raise IndexError(index)
        if number not in self._known:
            chat_id, start = self.chat_id or "", max(0, number - NEAR_END + 1)
            self._known.update(self._database().read_now(lambda c: _read(c, chat_id, start, number + 1)))
        return self._known[number]


def _read(connection: Connection, chat_id: str, start: int, stop: int) -> dict[int, macros.Message]:
    where = and_(messages.c.chat_id == chat_id, messages.c.position >= start, messages.c.position < stop)
    found = rows.read_messages(connection, where, with_pictures=False)
    several = [message.id for message in found if message.swipes > 1]
    texts: dict[str, list[str]] = {}
    if several:
        query = select(swipes.c.message_id, swipes.c.text).where(swipes.c.message_id.in_(several))
        for row in connection.execute(query.order_by(swipes.c.number)):
            texts.setdefault(row.message_id, []).append(row.text)
    return {message.position: _view(message, texts.get(message.id)) for message in found}


def _view(message: Message, texts: list[str] | None) -> macros.Message:
    return macros.Message(
        text=message.text,
        is_user=message.role == "user",
        is_hidden=message.hidden,
        name=message.name,
        sent_at=message.created,
        swipes=texts,
        swipe=message.swipe if texts else None,
    )
