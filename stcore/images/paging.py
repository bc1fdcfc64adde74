"""Pages of stored pictures: of a chat, of a gallery, or of all there are, in every order.

A page begins behind a key and not behind so many rows, so it costs the same at any depth and nothing new shifts it.
There is an index for every place and order that begins with the origin of a picture; a page of several origins is put
together from the beginnings of each.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Connection, func, select, tuple_

from stcore.errors import UserError
from stcore.images.asset_rows import SORT_NAME, Origin, read_pictures
from stcore.storage.ids import ID_LENGTH, is_id
from stcore.storage.tables import assets

Filter = Literal["all", "sent", "received"]
Sort = Literal["date", "name"]
Order = Literal["asc", "desc"]

PAGE = 60
LONGEST_PAGE = 200

_ORIGINS: dict[str, tuple[Origin, ...]] = {
    "all": ("sent", "received", "uploaded"),
    "sent": ("sent", "uploaded"),
    "received": ("received",),
}
"""``sent`` is what people brought along, with a message or into a gallery; ``received`` what was made."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of pictures. ``next`` is the cursor of the following page, ``None`` on the last."""

    pictures: list[dict[str, Any]]
    next: str | None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class View:
    """Which pictures of a place are shown, and in which order. Raises :class:`UserError` for words it does not know.

    By name, pictures of one name come in the order in which they were made.
    """

    filter: Filter = "all"
    sort: Sort = "date"
    order: Order = "desc"

    def __post_init__(self) -> None:
        for name, value, known in (
            ("filter", self.filter, get_args(Filter)),
            ("sort", self.sort, get_args(Sort)),
            ("order", self.order, get_args(Order)),
        ):
            if value not in known:
                raise UserError(f"The gallery has no {name} {value!r}.", hint=f"There are: {', '.join(known)}.")


def read_page(
    connection: Connection, place: ColumnElement[bool] | None, view: View, cursor: str | None, limit: int = PAGE
) -> Page:
    """A page of the pictures of ``place`` (``None``: of all); ``cursor`` is ``next`` of the page before.

    Raises :class:`UserError` for a cursor that is none.
    """
    limit = max(1, min(limit, LONGEST_PAGE))
    by_name, falls = view.sort == "name", view.order == "desc"
    columns = (assets.c.sort_name, assets.c.id) if by_name else (assets.c.id,)
    query = select(*columns).order_by(*(c.desc() if falls else c.asc() for c in columns))
    if place is not None:
        query = query.where(place)
    if cursor is not None:
        here, mark = tuple_(*columns), tuple_(*_key(cursor, by_name=by_name))
        query = query.where(here < mark if falls else here > mark)
    found = [
        row
        for origin in _ORIGINS[view.filter]
        for row in connection.execute(query.where(assets.c.origin == origin).limit(limit + 1))
    ]
    found.sort(key=tuple, reverse=falls)
    shown = found[:limit]
    following = f"{shown[-1].id}{shown[-1].sort_name if by_name else ''}" if len(found) > limit else None
    return Page(read_pictures(connection, [row.id for row in shown]), following)


def count(connection: Connection, place: ColumnElement[bool] | None) -> dict[str, int]:
    """How many pictures there are in a place by filter: ``all``, ``sent``, ``received`` (GAL-1)."""
    query = select(assets.c.origin, func.count()).group_by(assets.c.origin)
    rows = connection.execute(query if place is None else query.where(place))
    by_origin = {origin: int(number) for origin, number in rows}
    return {name: sum(by_origin.get(origin, 0) for origin in origins) for name, origins in _ORIGINS.items()}


def _key(cursor: str, *, by_name: bool) -> tuple[str, ...]:
    """What a cursor says: the id of the last picture, and its name where the order is by name."""
    asset_id, name = cursor[:ID_LENGTH], cursor[ID_LENGTH:]
    if not is_id(asset_id) or len(name) > SORT_NAME or (name and not by_name):
        raise UserError("This is not a place in the gallery.")
    return (name, asset_id) if by_name else (asset_id,)
