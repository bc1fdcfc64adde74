"""What happened, in order. Every change that a face should see is noted in the transaction that makes it.

The row number is the id of the server-sent event, so a page that was away asks for what it missed; a second program
on the same data folder sees the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, delete, func, insert, select

from stcore.storage.tables import journal

KEEP = 20_000
"""Rows kept; a page that was away for longer loads itself afresh."""


_INSERT = insert(journal).returning(journal.c.id)


# Built once: the bus runs it every half second, and putting it together costs more than running it.
_SINCE = (
    select(journal)
    .where(journal.c.id > bindparam("number"))
    .order_by(journal.c.id)
    .limit(bindparam("most", type_=Integer))
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One change. ``id`` is 0 for what is only passing by (progress, previews, words of a reply)."""

    id: int
    kind: str
    chat_id: str | None
    data: dict[str, Any]


def note(connection: Connection, kind: str, data: dict[str, Any], *, chat_id: str | None, now: int) -> int:
    """Write one entry; returns its number."""
    values = {"kind": kind, "data": data, "chat_id": chat_id, "created": now}
    number = int(connection.execute(_INSERT, values).scalar_one())
    if number % 1000 == 0:
        connection.execute(delete(journal).where(journal.c.id <= number - KEEP))
    return number


def newest(connection: Connection) -> int:
    """The number of the last entry, 0 when there is none."""
    return int(connection.execute(select(func.max(journal.c.id))).scalar() or 0)


def since(connection: Connection, number: int, limit: int = 500) -> list[Entry]:
    """The entries after ``number``, oldest first."""
    rows = connection.execute(_SINCE, {"number": number, "most": limit})
    return [Entry(row.id, row.kind, row.chat_id, row.data) for row in rows]


def oldest(connection: Connection) -> int:
    """The number of the first entry that is still kept, 0 when there is none."""
    return int(connection.execute(select(func.min(journal.c.id))).scalar() or 0)
