"""Reading and writing chats inside one transaction: plain functions of a connection.

They are apart from :mod:`stcore.chat.store` because a finished picture is published in the same transaction that
ends its job.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, func, insert, select, update

from stcore.chat.records import Attachment, Chat, Message, NewMessage, split_extra
from stcore.errors import NotFound
from stcore.images.asset_rows import picture_columns, picture_dict
from stcore.storage.ids import is_id, new_id
from stcore.storage.journal import note
from stcore.storage.tables import assets, attachments, chats, generations, messages, swipes

UNTITLED = "New chat"
"""The title of a chat that has none yet; its first message gives it one."""

TITLE = 60
"""Characters of the first message that become the title."""

PREVIEW = 120
"""Characters of the last message shown in the list of chats."""

_AT_ONCE = 500
_INSERT_MESSAGE = insert(messages)
_INSERT_SWIPE = insert(swipes)
_COUNT = select(func.max(messages.c.position)).where(messages.c.chat_id == bindparam("chat"))
_TOUCH = update(chats).where(chats.c.id == bindparam("chat")).values(updated=bindparam("now"))


# -- chats -----------------------------------------------------------------------------------------------------------


def read_chat(connection: Connection, chat_id: str) -> Chat:
    """The chat, or :class:`NotFound`."""
    found = read_chats(connection, chats.c.id == chat_id) if is_id(chat_id) else []
    if not found:
        raise NotFound(f"There is no chat {chat_id!r}.", hint="`stcore chats list` shows those there are.")
    return found[0]


def read_chats(connection: Connection, where: Any, limit: int = 1) -> list[Chat]:
    """Chats by a condition, the most recently used first."""
    last = select(func.max(messages.c.position)).where(messages.c.chat_id == chats.c.id).scalar_subquery()
    preview = (
        select(func.substr(swipes.c.text, 1, PREVIEW))
        .join(messages, and_(messages.c.id == swipes.c.message_id, messages.c.swipe == swipes.c.number))
        .where(messages.c.chat_id == chats.c.id)
        .order_by(messages.c.position.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = select(chats, last.label("last"), preview.label("preview")).where(where)
    rows = connection.execute(query.order_by(chats.c.updated.desc(), chats.c.id.desc()).limit(limit))
    return [
        Chat(
            id=row.id,
            title=row.title,
            character_id=row.character_id,
            persona_id=row.persona_id,
            created=row.created,
            updated=row.updated,
            messages=0 if row.last is None else row.last + 1,
            preview=row.preview or "",
            group_id=row.group_id,
            parent_id=row.parent_id,
            temporary=row.temporary,
            extra=row.extra,
        )
        for row in rows
    ]


def note_chat(connection: Connection, chat_id: str, kind: str, now: int) -> Chat:
    """Journal the chat as it is now; a temporary one is on no list, so nobody is told."""
    chat = read_chat(connection, chat_id)
    if not chat.temporary:
        note(connection, kind, {"chat": chat.to_dict()}, chat_id=None, now=now)
    return chat


def add_chat(connection: Connection, now: int, *, title: str = "", **values: Any) -> Chat:
    """A new chat."""
    chat_id = new_id(now)
    row = {"id": chat_id, "title": title.strip() or UNTITLED, "extra": {}, "created": now, "updated": now, **values}
    connection.execute(insert(chats), row)
    return note_chat(connection, chat_id, "chat.added", now)


# -- messages --------------------------------------------------------------------------------------------------------


def count_messages(connection: Connection, chat_id: str) -> int:
    last = connection.execute(_COUNT, {"chat": chat_id}).scalar()
    return 0 if last is None else int(last) + 1


def read_message(connection: Connection, message_id: str) -> Message:
    """The message, or :class:`NotFound`."""
    found = read_messages(connection, messages.c.id == message_id) if is_id(message_id) else []
    if not found:
        raise NotFound("This message no longer exists.")
    return found[0]


def read_messages(
    connection: Connection, where: Any, *, newest: int | None = None, with_pictures: bool = True
) -> list[Message]:
    """Messages by a condition, in the order of the chat; with ``newest`` only so many from the end."""
    every = swipes.alias()
    total = select(func.count()).select_from(every).where(every.c.message_id == messages.c.id).scalar_subquery()
    query = (
        select(messages, swipes.c.text, swipes.c.extra.label("text_extra"), total.label("swipes"))
        .join(swipes, and_(swipes.c.message_id == messages.c.id, swipes.c.number == messages.c.swipe))
        .where(where)
    )
    if newest is None:
        rows: Sequence[Row[Any]] = connection.execute(query.order_by(messages.c.position)).all()
    else:
        rows = connection.execute(query.order_by(messages.c.position.desc()).limit(newest)).all()[::-1]
    pictures = read_pictures(connection, [row.id for row in rows]) if with_pictures and rows else {}
    return [_message(row, pictures.get((row.id, row.swipe), ())) for row in rows]


def _message(row: Row[Any], pictures: Iterable[dict[str, Any]]) -> Message:
    return Message(
        id=row.id,
        chat_id=row.chat_id,
        position=row.position,
        role=row.role,
        name=row.name,
        text=row.text,
        hidden=row.hidden,
        created=row.created,
        swipe=row.swipe,
        swipes=row.swipes,
        extra={**row.extra, **row.text_extra} if row.text_extra else row.extra,
        pictures=tuple(pictures),
    )


def read_pictures(connection: Connection, message_ids: Sequence[str]) -> dict[tuple[str, int], list[dict[str, Any]]]:
    """The pictures of some messages, by (message id, swipe), in the order in which they were hung."""
    query = (
        select(attachments.c.id.label("attachment_id"), attachments.c.message_id, attachments.c.swipe)
        .add_columns(attachments.c.title, attachments.c.asset_id, attachments.c.extra)
        .add_columns(*picture_columns())
        .join(assets, assets.c.id == attachments.c.asset_id)
        .outerjoin(generations, generations.c.asset_id == assets.c.id)
        .order_by(attachments.c.id)
    )
    found: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    # A database takes only so many values in one statement.
    for start in range(0, len(message_ids), _AT_ONCE):
        some = attachments.c.message_id.in_(message_ids[start : start + _AT_ONCE])
        for row in connection.execute(query.where(some)):
            hung = {"attachment_id": row.attachment_id, "title": row.title, "extra": row.extra}
            picture = {**picture_dict(row), **hung}
            found[row.message_id, row.swipe].append(picture)
    return found


def add_message(connection: Connection, chat_id: str, new: NewMessage, now: int) -> Message:
    """Append (or insert) one message. The cost does not depend on the length of the chat, unless it is inserted.

    Raises :class:`NotFound` for a chat that is gone.
    """
    touch(connection, chat_id, now)
    end = count_messages(connection, chat_id)
    position = end if new.at is None else max(0, min(new.at, end))
    if position < end:
        shift_positions(connection, chat_id, position, +1)
    message_id = new_id(now)
    of_message, of_text = split_extra(new.extra)
    row = {
        "id": message_id,
        "chat_id": chat_id,
        "position": position,
        "role": new.role,
        "name": new.name,
        "hidden": new.hidden,
        "swipe": 0,
        "extra": of_message,
        "created": now,
    }
    # Values go apart from the statement, which is then compiled once and for all.
    connection.execute(_INSERT_MESSAGE, row)
    text = {"message_id": message_id, "number": 0, "text": new.text, "extra": of_text, "created": now}
    connection.execute(_INSERT_SWIPE, text)
    add_attachments(connection, message_id, 0, new.attachments, now)
    pictures = read_pictures(connection, [message_id])[message_id, 0] if new.attachments else []
    message = Message(
        message_id, chat_id, position, new.role, new.name, new.text, new.hidden, now, 0, 1, new.extra, tuple(pictures)
    )
    note(connection, "message.added", {"message": message.to_dict()}, chat_id=chat_id, now=now)
    if end == 0 and new.role in ("user", "assistant"):
        # The words of a picture's message are about it; its prompt says what the chat began with.
        prompt = new.attachments[0].title if new.extra.get("picture") and new.attachments else ""
        _give_title(connection, chat_id, prompt or new.text, now)
    return message


def _give_title(connection: Connection, chat_id: str, text: str, now: int) -> None:
    """Name an untitled chat by the words that began it."""
    line = " ".join(text.split())
    title = line if len(line) <= TITLE else line[:TITLE].rsplit(" ", 1)[0] + "\u2026"
    untitled = and_(chats.c.id == chat_id, chats.c.title == UNTITLED, chats.c.temporary.is_(False))
    if title and connection.execute(update(chats).where(untitled).values(title=title)).rowcount:
        note_chat(connection, chat_id, "chat.changed", now)


def add_attachments(
    connection: Connection, message_id: str, swipe: int, new: Iterable[Attachment], now: int
) -> list[str]:
    """Hang pictures on one swipe of a message; returns the ids of the attachments."""
    ids = []
    for attachment in new:
        ids.append(new_id(now))
        connection.execute(
            insert(attachments).values(
                id=ids[-1],
                message_id=message_id,
                swipe=swipe,
                asset_id=attachment.asset_id,
                title=attachment.title,
                extra=attachment.extra,
            )
        )
    return ids


def swipe_with(connection: Connection, message_id: str, asset_id: str) -> int | None:
    """The swipe of a message on which a picture hangs, ``None`` when it hangs there no more."""
    here = and_(attachments.c.message_id == message_id, attachments.c.asset_id == asset_id)
    return connection.execute(select(attachments.c.swipe).where(here).order_by(attachments.c.id).limit(1)).scalar()


def note_message(connection: Connection, message_id: str, now: int) -> Message:
    """Journal the message as it is now."""
    message = read_message(connection, message_id)
    note(connection, "message.changed", {"message": message.to_dict()}, chat_id=message.chat_id, now=now)
    return message


def remove_message(connection: Connection, message_id: str, now: int) -> Message:
    """Take a message out; those behind it move up."""
    touch(connection, read_message(connection, message_id).chat_id, now)
    message = read_message(connection, message_id)
    connection.execute(delete(messages).where(messages.c.id == message_id))
    shift_positions(connection, message.chat_id, message.position, -1)
    data = {"id": message_id, "position": message.position}
    note(connection, "message.removed", data, chat_id=message.chat_id, now=now)
    return message


def shift_positions(connection: Connection, chat_id: str, start: int, by: int) -> None:
    where = and_(messages.c.chat_id == chat_id, messages.c.position >= start)
    connection.execute(update(messages).where(where).values(position=messages.c.position + by))


def touch(connection: Connection, chat_id: str, now: int) -> None:
    """The chat was used just now. Before anything is numbered: where several write at once (PostgreSQL), this holds
    the others off until the end of the transaction. Raises :class:`NotFound` for a chat that is gone."""
    if not connection.execute(_TOUCH, {"chat": chat_id, "now": now}).rowcount:
        raise NotFound("This chat no longer exists.")
