"""The alternatives of a message inside one transaction: plain functions of a connection, like ``rows.py``.

What is stored with a message belongs either to the message or to one of its texts: how that text came to be. Readers
see both as one ``extra``; :func:`~stcore.chat.records.split_extra` parts them again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, select, update

from stcore.chat import rows
from stcore.chat.records import split_extra
from stcore.errors import NotFound, UserError
from stcore.storage.tables import attachments, messages, swipes


def add(connection: Connection, message_id: str, text: str, extra: Mapping[str, Any], now: int, *, show: bool) -> int:
    """Put another text behind the others; its number. Raises ``NotFound``."""
    number = rows.read_message(connection, message_id).swipes
    row = {"message_id": message_id, "number": number, "text": text, "extra": dict(extra), "created": now}
    connection.execute(insert(swipes), row)
    if show:
        choose(connection, message_id, number)
    return number


def choose(connection: Connection, message_id: str, number: int) -> None:
    """Show the text ``number``. Raises ``NotFound``, :class:`UserError` when there is none."""
    message = rows.read_message(connection, message_id)
    _check(number, message.swipes)
    connection.execute(update(messages).where(messages.c.id == message_id).values(swipe=number))


def remove(connection: Connection, message_id: str, number: int) -> None:
    """Take one text away, with what was hung on it; those behind it move up and keep their own pictures.

    Of the shown one its neighbour is shown: the next, or the previous at the end. The pictures stay in the gallery.
    Raises ``NotFound``, :class:`UserError` for the only text and for a number that does not exist.
    """
    message = rows.read_message(connection, message_id)
    _check(number, message.swipes)
    if message.swipes == 1:
        raise UserError("The only text of a message cannot be taken away.", hint="Delete the message itself.")
    for table, column in ((swipes, swipes.c.number), (attachments, attachments.c.swipe)):
        mine = table.c.message_id == message_id
        connection.execute(delete(table).where(mine, column == number))
        # By way of negative numbers: moved one by one, two texts would have the same number for a moment.
        connection.execute(update(table).where(mine, column > number).values({column.name: -column}))
        connection.execute(update(table).where(mine, column < 0).values({column.name: -column - 1}))
    shown = min(message.swipe - (number < message.swipe), message.swipes - 2)
    connection.execute(update(messages).where(messages.c.id == message_id).values(swipe=shown))


def write_text(connection: Connection, message_id: str, number: int, text: str) -> None:
    """Change one text."""
    connection.execute(update(swipes).where(_at(message_id, number)).values(text=text))


def write_extra(connection: Connection, message_id: str, number: int, extra: Mapping[str, Any]) -> None:
    """Replace what is stored with a message and with its text ``number``."""
    of_message, of_text = split_extra(extra)
    connection.execute(update(messages).where(messages.c.id == message_id).values(extra=of_message))
    connection.execute(update(swipes).where(_at(message_id, number)).values(extra=of_text))


def read_extra(connection: Connection, message_id: str, number: int) -> dict[str, Any]:
    """What readers see as stored with a message that shows its text ``number``."""
    query = (
        select(messages.c.extra, swipes.c.extra.label("of_text"))
        .join(swipes, swipes.c.message_id == messages.c.id)
        .where(_at(message_id, number))
    )
    row = connection.execute(query).first()
    return {**row.extra, **row.of_text} if row else {}


def note_extra(connection: Connection, message_id: str, number: int, **values: Any) -> None:
    """Store something more with one text of a message; ``None`` forgets it."""
    stored = connection.execute(select(swipes.c.extra).where(_at(message_id, number))).scalar() or {}
    merged = {key: value for key, value in {**stored, **values}.items() if value is not None}
    connection.execute(update(swipes).where(_at(message_id, number)).values(extra=merged))


def read_texts(connection: Connection, message_id: str) -> list[str]:
    """All texts of a message by number. Raises ``NotFound``."""
    query = select(swipes.c.text).where(swipes.c.message_id == message_id).order_by(swipes.c.number)
    texts = [row.text for row in connection.execute(query)]
    if not texts:
        raise NotFound("This message no longer exists.")
    return texts


def _at(message_id: str, number: int) -> Any:
    return and_(swipes.c.message_id == message_id, swipes.c.number == number)


def _check(number: int, count: int) -> None:
    if not 0 <= number < count:
        raise UserError(f"This message has {count} swipes, numbered from 0.")
