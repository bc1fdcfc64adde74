"""Branches and checkpoints: a chat that begins as a copy of another one, up to one of its messages.

Everything of the messages is copied: their swipes, what is stored with them, the pictures hung on each swipe; with
them the variables and settings of the chat. The files of the pictures are shared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, and_, insert, literal, select

from stcore.chat import rows
from stcore.chat.documents import copy_documents
from stcore.chat.records import Chat
from stcore.chat.swipes import write_extra
from stcore.storage.ids import new_id
from stcore.storage.tables import attachments, chats, messages, settings, swipes, variables

CHECKPOINT = "checkpoint"
"""The key in the extra of a message that holds the id of its checkpoint."""

LINK = "bookmark_link"
"""The same in chats that came from elsewhere: they name it by title."""

_AT_ONCE = 500


def copy_chat(connection: Connection, chat_id: str, up_to: int, title: str, now: int) -> Chat:
    """A new chat called ``title`` with the messages 0 to ``up_to`` of another one, its parent. Raises ``NotFound``."""
    parent = rows.read_chat(connection, chat_id)
    values = {name: getattr(parent, name) for name in ("character_id", "group_id", "persona_id", "extra")}
    copy_id = rows.add_chat(connection, now, title=title, temporary=True, parent_id=chat_id, **values).id
    for ids in _copy_messages(connection, chat_id, copy_id, up_to, now):
        _copy_parts(connection, ids, now)
    _copy_scope(connection, variables, chat_id, copy_id)
    _copy_scope(connection, settings, f"chat:{chat_id}", f"chat:{copy_id}")
    copy_documents(connection, f"chat:{chat_id}", f"chat:{copy_id}", now)
    # Told only now that it is whole.
    connection.execute(chats.update().where(chats.c.id == copy_id).values(temporary=False))
    return rows.note_chat(connection, copy_id, "chat.added", now)


def free_title(connection: Connection, chat_id: str, kind: str) -> str:
    """A title that is not taken yet for a copy: ``<chat> - Branch #1``."""
    stem = f"{rows.read_chat(connection, chat_id).title} - {kind} #"
    like = chats.c.title.startswith(stem, autoescape=True)
    taken = set(connection.execute(select(chats.c.title).where(like)).scalars())
    number = 1
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"


def _copy_messages(
    connection: Connection, chat_id: str, copy_id: str, up_to: int, now: int
) -> Iterator[Mapping[str, str]]:
    """Copy the messages in portions; gives the new ids by the old ones."""
    start = 0
    while start <= up_to:
        stop = min(start + _AT_ONCE, up_to + 1)
        portion = and_(messages.c.chat_id == chat_id, messages.c.position >= start, messages.c.position < stop)
        found = connection.execute(select(messages).where(portion).order_by(messages.c.position)).all()
        if not found:
            return
        ids = {row.id: new_id(now) for row in found}
        copies = [{**row._asdict(), "id": ids[row.id], "chat_id": copy_id} for row in found]
        connection.execute(insert(messages), copies)
        yield ids
        start = stop


def _copy_parts(connection: Connection, ids: Mapping[str, str], now: int) -> None:
    """Copy the swipes and pictures of some messages."""
    for table in (swipes, attachments):
        query = select(table).where(table.c.message_id.in_(ids)).order_by(*table.primary_key.columns)
        copies = [_moved(row, ids) for row in connection.execute(query)]
        if table is attachments:
            copies = [{**copy, "id": new_id(now)} for copy in copies]
        if copies:
            connection.execute(insert(table), copies)


def _moved(row: Row[Any], ids: Mapping[str, str]) -> dict[str, Any]:
    return {**row._asdict(), "message_id": ids[row.message_id]}


def _copy_scope(connection: Connection, table: Table, scope: str, other: str) -> None:
    """Copy the rows of one scope to another one, inside the database."""
    rest = [column for column in table.c if column.name != "scope"]
    query: Select[Any] = select(literal(other), *rest).where(table.c.scope == scope)
    connection.execute(insert(table).from_select(["scope", *(column.name for column in rest)], query))


# -- checkpoints -----------------------------------------------------------------------------------------------------


def make_checkpoint(connection: Connection, message_id: str, title: str, now: int) -> Chat:
    """Copy the chat up to a message and link the copy to it, instead of an older one. Raises ``NotFound``."""
    message = rows.read_message(connection, message_id)
    title = title.strip() or free_title(connection, message.chat_id, "Checkpoint")
    copy = copy_chat(connection, message.chat_id, message.position, title, now)
    extra = {key: value for key, value in message.extra.items() if key != LINK}
    write_extra(connection, message_id, message.swipe, {**extra, CHECKPOINT: copy.id})
    rows.note_message(connection, message_id, now)
    return copy


def checkpoints(connection: Connection, chat_id: str, position: int | None = None) -> dict[int, Chat]:
    """The checkpoints of a chat by the position of their message, of one message with ``position``.

    Those that were deleted are left out. A message from elsewhere names its checkpoint by title.
    """
    where = messages.c.chat_id == chat_id
    if position is not None:
        where = and_(where, messages.c.position == position)
    query = select(messages.c.position, messages.c.extra).where(where).order_by(messages.c.position)
    found = {}
    for row in connection.execute(query):
        known = _linked(connection, row.extra)
        if known is not None:
            found[row.position] = known
    return found


def _linked(connection: Connection, extra: Mapping[str, Any]) -> Chat | None:
    if CHECKPOINT in extra:
        where = chats.c.id == extra[CHECKPOINT]
    elif isinstance(extra.get(LINK), str):
        where = chats.c.title == extra[LINK]
    else:
        return None
    return next(iter(rows.read_chats(connection, where)), None)
