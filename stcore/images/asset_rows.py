"""Reading and writing the records of pictures inside one transaction: plain functions of a connection."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, union, update

from stcore.errors import NotFound
from stcore.images.bound_rows import bound_pictures
from stcore.images.generation import Generation
from stcore.storage.ids import is_id, new_id
from stcore.storage.journal import note
from stcore.storage.tables import assets, attachments, characters, chats, generations, groups, messages, personas

Origin = Literal["sent", "received", "uploaded"]

SORT_NAME = 64
"""Characters of a label that count for its place in an order."""

TakeOff = Callable[[Connection, str, int], object]
"""Takes a picture (by its id) off every message, at a time in milliseconds, inside the transaction."""


@dataclass(frozen=True, slots=True)
class Asset:
    """The record of one stored picture. Type and size come from the bytes; ``created`` in milliseconds."""

    id: str
    sha256: str
    media_type: str
    bytes: int
    width: int
    height: int
    origin: Origin
    kind: str
    chat_id: str | None
    job_id: str | None
    label: str
    created: int
    subject_id: str | None = None
    """Whom it belongs to without hanging in a gallery: a character or persona, whose portrait it is or was."""
    gallery_id: str | None = None
    """The gallery it hangs in: that of a character or group, or one that several characters share."""


_ASSET = [assets.c[name] for name in Asset.__dataclass_fields__]


def picture_columns() -> list[Any]:
    """The columns that :func:`picture_dict` reads; join ``generations`` as an outer join."""
    columns = [c for c in generations.c if c.name != "asset_id"]
    own = [assets.c[n] for n in ("id", "label", "media_type", "bytes", "width", "height", "kind", "origin", "created")]
    return [*own, assets.c.sha256, assets.c.chat_id, *columns]


_PICTURES = select(*picture_columns()).outerjoin(generations, generations.c.asset_id == assets.c.id)


def picture_dict(row: Row[Any]) -> dict[str, Any]:
    """A picture as every face sees it; addresses are added by the face."""
    made = None
    if row.source is not None:
        names = ("prompt", "final_prompt", "negative_prompt", "seed", "model", "source", "connection", "seconds")
        made = {**{name: getattr(row, name) for name in names}, "details": row.details}
    return {
        "id": row.id,
        "title": row.label,
        "media_type": row.media_type,
        "bytes": row.bytes,
        "width": row.width,
        "height": row.height,
        "kind": row.kind,
        "origin": row.origin,
        "created": row.created,
        "chat_id": row.chat_id,
        "generation": made,
    }


def insert_asset(connection: Connection, *, now: int, **values: Any) -> Asset:
    """Record a picture; it gets a fresh id."""
    asset = Asset(id=new_id(now), created=now, **values)
    connection.execute(insert(assets).values(**asdict(asset), tags=[], sort_name=sort_name(asset.label)))
    return asset


def sort_name(label: str) -> str:
    """A label as it is put in order: without case, accents and surplus blanks, at most :data:`SORT_NAME` characters."""
    taken_apart = unicodedata.normalize("NFD", label[: 4 * SORT_NAME].casefold())
    plain = "".join(sign for sign in taken_apart if not unicodedata.combining(sign))
    return " ".join(plain.split())[:SORT_NAME].rstrip()


def insert_generation(connection: Connection, asset_id: str, generation: Generation) -> None:
    connection.execute(insert(generations).values(asset_id=asset_id, **asdict(generation)))


def read_asset(connection: Connection, asset_id: str) -> Asset:
    """The record, or :class:`NotFound`."""
    row = connection.execute(select(*_ASSET).where(assets.c.id == asset_id)).first() if is_id(asset_id) else None
    if row is None:
        raise _no_picture()
    return Asset(*row)


def read_assets(connection: Connection, asset_ids: Sequence[str]) -> list[Asset]:
    """Records in the order of the ids; those that are gone are left out."""
    found = {row.id: Asset(*row) for row in connection.execute(select(*_ASSET).where(assets.c.id.in_(asset_ids)))}
    return [found[asset_id] for asset_id in asset_ids if asset_id in found]


def read_picture(connection: Connection, asset_id: str) -> dict[str, Any]:
    """The picture with how it was made, or :class:`NotFound`."""
    found = read_pictures(connection, [asset_id]) if is_id(asset_id) else []
    if not found:
        raise _no_picture()
    return found[0]


def read_pictures(connection: Connection, asset_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Pictures in the order of the ids; those that are gone are left out."""
    query = _PICTURES.where(assets.c.id.in_(asset_ids))
    found = {row.id: picture_dict(row) for row in connection.execute(query)}
    return [found[asset_id] for asset_id in asset_ids if asset_id in found]


def newest_by_hash(connection: Connection, hashes: Sequence[str]) -> dict[str, Asset]:
    """For every hash the asset that was stored last."""
    rows = connection.execute(select(*_ASSET).where(assets.c.sha256.in_(hashes)).order_by(assets.c.id))
    return {row.sha256: Asset(*row) for row in rows}


def is_used(connection: Connection, sha256: str) -> bool:
    """Whether any record still needs the file."""
    return connection.execute(select(assets.c.id).where(assets.c.sha256 == sha256).limit(1)).first() is not None


# -- uses and deleting -----------------------------------------------------------------------------------------------

_WEARERS = {"character": characters, "persona": personas, "group": groups}
_WORN = union(*(select(each.c.avatar_id).where(each.c.avatar_id.is_not(None)) for each in _WEARERS.values()))


def uses(connection: Connection, asset_id: str) -> list[dict[str, Any]]:
    """Every place that shows the picture, as ``{"kind", "id", ...}``."""
    return uses_of_many(connection, [asset_id])[asset_id]


def uses_of_many(connection: Connection, asset_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """:func:`uses` of several pictures, by their ids."""
    places: dict[str, list[dict[str, Any]]] = {asset_id: [] for asset_id in asset_ids}
    hung = (
        select(attachments.c.asset_id, messages.c.id, messages.c.chat_id, messages.c.position, chats.c.title)
        .join(attachments, attachments.c.message_id == messages.c.id)
        .join(chats, chats.c.id == messages.c.chat_id)
        .where(attachments.c.asset_id.in_(asset_ids))
        .distinct()
        .order_by(messages.c.chat_id, messages.c.position)
    )
    for asset_id, *place in connection.execute(hung):
        values = zip(("id", "chat_id", "position", "chat"), place, strict=True)
        places[asset_id].append({"kind": "message", **dict(values)})
    for kind, table in _WEARERS.items():
        worn = select(table.c.avatar_id, table.c.id, table.c.name).where(table.c.avatar_id.in_(asset_ids))
        for row in connection.execute(worn):
            places[row.avatar_id].append({"kind": kind, "id": row.id, "name": row.name})
    bound = bound_pictures(connection)
    for asset_id, found in places.items():
        found += bound.get(asset_id, ())
    return places


def delete_asset(connection: Connection, asset_id: str, now: int, take_off: TakeOff) -> Asset:
    """Remove the record and every use of it; messages are the business of ``take_off``."""
    asset = read_asset(connection, asset_id)
    take_off(connection, asset_id, now)
    for table in _WEARERS.values():
        connection.execute(update(table).where(table.c.avatar_id == asset_id).values(avatar_id=None))
    # The generation record goes with it.
    connection.execute(delete(assets).where(assets.c.id == asset_id))
    note(connection, "picture.removed", {"id": asset_id}, chat_id=asset.chat_id, now=now)
    return asset


def delete_of_chat(connection: Connection, chat_id: str) -> list[Asset]:
    """Remove the records of a chat's pictures. Returns the gone.

    Those that a subject wears or refers to leave the chat instead, those hung in another chat (a branch of this one) go
    there.
    """
    here = assets.c.chat_id == chat_id
    needed = assets.c.id.in_(_WORN) | assets.c.id.in_(bound_pictures(connection))
    connection.execute(update(assets).where(here, needed).values(chat_id=None))
    elsewhere = (
        select(func.min(messages.c.chat_id))
        .join(attachments, attachments.c.message_id == messages.c.id)
        .where(attachments.c.asset_id == assets.c.id, messages.c.chat_id != chat_id)
        .scalar_subquery()
    )
    connection.execute(update(assets).where(here, elsewhere.is_not(None)).values(chat_id=elsewhere))
    gone = [Asset(*row) for row in connection.execute(select(*_ASSET).where(here))]
    connection.execute(delete(assets).where(here))
    return gone


def delete_of_subject(connection: Connection, subject_id: str) -> list[Asset]:
    """Remove the records of a subject's pictures and of its gallery; those in a chat, and those that others wear or
    refer to, stay in no gallery. Returns the gone."""
    columns = (assets.c.subject_id, assets.c.gallery_id)
    needed = (select(attachments.c.asset_id), _WORN, bound_pictures(connection))
    used = or_(assets.c.chat_id.is_not(None), *(assets.c.id.in_(ids) for ids in needed))
    unused = or_(*(column == subject_id for column in columns)) & ~used
    gone = [Asset(*row) for row in connection.execute(select(*_ASSET).where(unused))]
    connection.execute(delete(assets).where(unused))
    for column in columns:
        connection.execute(update(assets).where(column == subject_id).values({column: None}))
    return gone


def _no_picture() -> NotFound:
    return NotFound("This picture no longer exists.")
