"""Whose gallery shows what, inside one transaction: plain functions of a connection.

Every character and every group has a gallery under its own id. A character may instead look into the gallery of
somebody else, or into one that several share: then its pictures hang there too (image-generation.md 14.3, Q23). A
shared gallery exists from the moment it is named until nobody looks into it and nothing hangs in it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import Connection, delete, insert, literal, select, union_all

from stcore.errors import NotFound
from stcore.storage.ids import is_id, new_id
from stcore.storage.tables import assets, characters, groups, settings

Kind = Literal["character", "group", "shared"]

_SHOWS = "gallery"
"""The setting of a character that holds the id of the gallery it looks into."""

_SHARED = "gallery:"
"""The scope of a shared gallery, before its id."""


@dataclass(frozen=True, slots=True)
class Gallery:
    """A gallery by the id and the name of whom it belongs to; shared ones have a name of their own."""

    id: str
    kind: Kind
    name: str

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def read_gallery(connection: Connection, gallery_id: str) -> Gallery:
    """The gallery of a character or group, or a shared one, by its id. Raises :class:`NotFound`."""
    found = _galleries(connection, gallery_id) if is_id(gallery_id) else []
    if not found:
        raise NotFound("There is no such gallery.", hint="It belongs to a character or group, or is shared by several.")
    return found[0]


def read_galleries(connection: Connection) -> list[Gallery]:
    """All galleries by name, those of characters first, then those of groups."""
    order: dict[Kind, int] = {"character": 0, "group": 1, "shared": 2}
    return sorted(_galleries(connection), key=lambda each: (order[each.kind], each.name.casefold(), each.id))


def shown_by(connection: Connection, subject_id: str) -> str:
    """The id of the gallery that a character or group looks into: mostly its own."""
    query = select(settings.c.value).where(settings.c.scope == f"character:{subject_id}", settings.c.key == _SHOWS)
    shown = connection.execute(query).scalar()
    # Whose gallery it was may have been deleted since.
    return shown if isinstance(shown, str) and _galleries(connection, shown) else subject_id


def place_for(connection: Connection, subject_id: str | None) -> str | None:
    """Where a new picture made with, sent to or brought for somebody hangs; ``None`` when there is no such one."""
    if not subject_id or not _galleries(connection, subject_id):
        return None
    return shown_by(connection, subject_id)


def look_into(connection: Connection, character_id: str, gallery_id: str | None) -> None:
    """Let a character show another gallery, or with ``None`` its own again."""
    own = (settings.c.scope == f"character:{character_id}") & (settings.c.key == _SHOWS)
    connection.execute(delete(settings).where(own))
    if gallery_id not in (None, character_id):
        connection.execute(insert(settings).values(scope=f"character:{character_id}", key=_SHOWS, value=gallery_id))
    forget_empty(connection)


def add_shared(connection: Connection, name: str) -> str:
    """A new shared gallery; its id."""
    gallery_id = new_id()
    connection.execute(insert(settings).values(scope=f"{_SHARED}{gallery_id}", key="name", value=name))
    return gallery_id


def forget_empty(connection: Connection) -> None:
    """Remove the shared galleries that nobody looks into and that are empty."""
    looked_into = set(connection.execute(select(settings.c.value).where(settings.c.key == _SHOWS)).scalars())
    for gallery in _galleries(connection):
        if gallery.kind != "shared" or gallery.id in looked_into:
            continue
        if connection.execute(select(assets.c.id).where(assets.c.gallery_id == gallery.id).limit(1)).first() is None:
            connection.execute(delete(settings).where(settings.c.scope == f"{_SHARED}{gallery.id}"))


def _galleries(connection: Connection, gallery_id: str | None = None) -> list[Gallery]:
    """Those there are, or the one with this id."""
    people = [
        select(literal(kind).label("kind"), table.c.id, table.c.name)
        for kind, table in (("character", characters), ("group", groups))
    ]
    shared = select(settings.c.scope, settings.c.value).where(settings.c.key == "name")
    if gallery_id is None:
        shared = shared.where(settings.c.scope.startswith(_SHARED, autoescape=True))
    else:
        people = [query.where(query.selected_columns.id == gallery_id) for query in people]
        shared = shared.where(settings.c.scope == f"{_SHARED}{gallery_id}")
    return [
        *(Gallery(row.id, row.kind, row.name) for row in connection.execute(union_all(*people))),
        *(Gallery(row.scope.removeprefix(_SHARED), "shared", str(row.value)) for row in connection.execute(shared)),
    ]
