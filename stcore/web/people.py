"""Characters and personas as the page sees them: with the signed addresses of the pictures they wear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stcore.images.asset_rows import read_pictures
from stcore.web.context import Web


async def with_avatars(web: Web, records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The records with ``avatar``: the addresses of the picture ``avatar_id``, ``null`` without one."""
    ids = [record["avatar_id"] for record in records if record["avatar_id"]]
    found = await web.host.database.read(lambda connection: read_pictures(connection, ids)) if ids else []
    types = {picture["id"]: picture["media_type"] for picture in found}
    return [{**record, "avatar": _addresses(web, record["avatar_id"], types)} for record in records]


async def with_avatar(web: Web, record: dict[str, Any]) -> dict[str, Any]:
    """One record, as :func:`with_avatars`."""
    return (await with_avatars(web, [record]))[0]


def _addresses(web: Web, asset_id: str | None, types: dict[str, str]) -> dict[str, Any] | None:
    return web.signer.addresses(asset_id, types[asset_id]) if asset_id in types else None
