"""Pictures as parts of a file: ``data:`` addresses, as large as the whole may be."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from stcore.errors import NotFound, StorageError
from stcore.images.asset_rows import read_pictures

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from stcore.host import Host
    from stcore.images.library import ImageSize

TOTAL = 24 * 2**20
"""Bytes of all pictures of one file. The file grows by a third more, for they are written as text."""

_SMALLER: tuple[ImageSize, ...] = ("medium", "thumb")
_AT_ONCE = 500


async def embed(host: Host, uses: Mapping[str, int], *, most: int) -> dict[str, str]:
    """The ``data:`` addresses of pictures by their ids; ``uses`` tells how often each is written into the file.

    All are as stored if there is room (``most``, bytes) for that, else all at most 1024 pixels wide or high, else all
    thumbnails of 320. Those for which even then no room is left, and those that are gone, are not among them.
    """
    sizes = await host.database.read(lambda connection: _sizes(connection, list(uses)))
    if sum(sizes[asset_id] * uses[asset_id] for asset_id in sizes) <= most:
        return (await _read(host, sizes, uses, "full", most))[0]
    found: dict[str, str] = {}
    for size in _SMALLER:
        found, room = await _read(host, sizes, uses, size, most)
        if room:
            break
    return found


async def thumbnails(host: Host, asset_ids: Iterable[str]) -> dict[str, str]:
    """The ``data:`` addresses of small versions of a few pictures; those that are gone are left out."""
    ids = list(asset_ids)
    return (await _read(host, ids, dict.fromkeys(ids, 1), "thumb", TOTAL))[0]


def _sizes(connection: Connection, ids: list[str]) -> dict[str, int]:
    portions = (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
    return {one["id"]: one["bytes"] for portion in portions for one in read_pictures(connection, portion)}


async def _read(
    host: Host, ids: Iterable[str], uses: Mapping[str, int], size: ImageSize, most: int
) -> tuple[dict[str, str], bool]:
    """Pictures of one size, and whether there was room for every one. Thumbnails fill the room as far as it goes."""
    found: dict[str, str] = {}
    room = True
    for asset_id in ids:
        try:
            data, media_type = await host.library.read(asset_id, size)
        except (NotFound, StorageError):
            continue  # whoever reads the file is told in its place that the picture is missing
        most -= len(data) * uses[asset_id]
        if most < 0:
            room = False
            if size != "thumb":
                break
            most += len(data) * uses[asset_id]
            continue
        found[asset_id] = f"data:{media_type};base64,{base64.b64encode(data).decode()}"
    return found, room
