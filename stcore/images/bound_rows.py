"""Which pictures characters and personas refer to, inside one transaction: plain functions of a connection.

Such a picture may have been made in any chat; it stays when that chat goes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select

from stcore.errors import UserError
from stcore.images.references import parse_reference
from stcore.storage.ids import is_id
from stcore.storage.tables import characters, personas, settings

LOOKS = "looks"
"""The setting of a character (in the scope ``character:ID``) whose ``references`` it refers to."""

_OF_CHARACTER = "character:"


def bound_pictures(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """By the id of a picture who refers to it, as ``{"kind": "reference", "id", "name"}``."""
    bound: dict[str, list[dict[str, Any]]] = {}
    for who, name, holder in _holders(connection):
        for asset_id in dict.fromkeys(_pictures(holder)):
            bound.setdefault(asset_id, []).append({"kind": "reference", "id": who, "name": name})
    return bound


def _holders(connection: Connection) -> Iterator[tuple[str, str, Any]]:
    query = select(settings.c.scope, settings.c.value).where(
        settings.c.key == LOOKS, settings.c.scope.startswith(_OF_CHARACTER)
    )
    held = {row.scope.removeprefix(_OF_CHARACTER): row.value for row in connection.execute(query)}
    for row in connection.execute(select(characters.c.id, characters.c.name).where(characters.c.id.in_(held))):
        yield row.id, row.name, held[row.id]
    for person in connection.execute(select(personas.c.id, personas.c.name, personas.c.extra)):
        yield person.id, person.name, person.extra


def _pictures(holder: Any) -> Iterator[str]:
    """The ids in ``references``; what an older program wrote there and cannot be read names none."""
    for text in holder.get("references") or () if isinstance(holder, Mapping) else ():
        try:
            picture = parse_reference(str(text)).picture
        except UserError:
            continue
        if is_id(picture):
            yield picture
