"""Messages read from the database in the form that macros see (see ``window.py``)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, and_, select

from stcore.chat import rows
from stcore.chat.records import Message
from stcore.macros import environment as macros
from stcore.storage.tables import chats, messages, swipes


def read_end(connection: Connection, chat_id: str, most: int) -> tuple[int, dict[int, macros.Message], dict[str, Any]]:
    """How many messages the chat has, the last ``most`` of them by position, and what is kept with the chat."""
    count = rows.count_messages(connection, chat_id)
    kept = connection.execute(select(chats.c.extra).where(chats.c.id == chat_id)).scalar()
    return count, read_views(connection, chat_id, max(0, count - most), count), kept or {}


def read_views(connection: Connection, chat_id: str, start: int, stop: int) -> dict[int, macros.Message]:
    """The messages ``start <= position < stop`` by position."""
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
