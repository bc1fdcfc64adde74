"""What can carry tags beside characters: groups. Plain functions of a connection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Row, select, update

from stcore.chat.characters.store import unique
from stcore.chat.names import folded
from stcore.storage.ids import is_id
from stcore.storage.tables import groups


@dataclass(frozen=True, slots=True)
class Subject:
    """A character or a group, as far as its tags go."""

    kind: Literal["character", "group"]
    id: str
    name: str
    tags: tuple[str, ...]


def find_group(connection: Connection, text: str) -> Subject | None:
    """The group with this id, or this name without case and accents; the first one made, when several have it."""
    if is_id(text):
        return read_group(connection, text)
    rows = connection.execute(select(groups).order_by(groups.c.id))
    return next((_subject(row) for row in rows if folded(row.name) == folded(text)), None)


def read_group(connection: Connection, group_id: str) -> Subject | None:
    row = connection.execute(select(groups).where(groups.c.id == group_id)).first()
    return None if row is None else _subject(row)


def _subject(row: Row[Any]) -> Subject:
    return Subject("group", row.id, row.name, tuple(row.tags))


def write_group_tags(connection: Connection, group_id: str, tags: Sequence[str]) -> None:
    connection.execute(update(groups).where(groups.c.id == group_id).values(tags=unique(tags)))


def group_members(connection: Connection, group_id: str) -> Sequence[str]:
    """The ids of the members of a group, in its order."""
    members = connection.execute(select(groups.c.members).where(groups.c.id == group_id)).scalar() or []
    return [str(member.get("id")) if isinstance(member, dict) else str(member) for member in members]
