"""The galleries of characters and groups, across their chats (image-generation.md 14.3).

Whoever is talked to has a gallery: what was made in its chats, what was sent to it, what people put there. A character
may look into another gallery instead, that of somebody else or one that several share; what is made with it hangs
there then as well (Q23).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection

from stcore.errors import NotFound, UserError
from stcore.images import asset_rows, gallery_rows
from stcore.images.gallery_rows import Gallery
from stcore.images.uploads import cleaned
from stcore.storage.ids import is_id
from stcore.storage.journal import note

if TYPE_CHECKING:
    from stcore.bus import Bus
    from stcore.clock import Clock
    from stcore.images.library import Library
    from stcore.storage.database import Database

T = TypeVar("T")

KIND = "upload"
"""The kind of the pictures that people put into a gallery."""

LONGEST_NAME = asset_rows.SORT_NAME


@dataclass(frozen=True, slots=True)
class Place:
    """The gallery of somebody, and the one that is shown for it: the same, unless a character looks elsewhere."""

    own: Gallery
    shown: Gallery

    def to_dict(self) -> dict[str, Any]:
        return {**self.own.to_dict(), "shown": self.shown.to_dict()}


class Galleries:
    """Finds, fills and connects galleries. Their pages are those of the library. Nothing blocks the event loop."""

    def __init__(self, database: Database, bus: Bus, clock: Clock, library: Library) -> None:
        self._database, self._bus, self._clock, self._library = database, bus, clock, library

    async def get(self, subject_id: str) -> Place:
        """The gallery of a character or group, or a shared one, by its id. Raises ``NotFound``."""
        return await self._database.read(lambda c: _place(c, subject_id))

    async def list(self) -> Sequence[Gallery]:
        """All there are: those of characters, of groups, and the shared ones."""
        return await self._database.read(gallery_rows.read_galleries)

    async def shared(self, name: str) -> Gallery:
        """The shared gallery of this name, in any case. Raises ``NotFound``."""
        for gallery in await self.list():
            if gallery.kind == "shared" and _same(gallery.name, name):
                return gallery
        raise NotFound(f"There is no shared gallery “{name}”.")

    async def look_into(self, character_id: str, target: str | None) -> Place:
        """Let a character show another gallery, by its id or name; a name that is new makes a shared one.

        ``None`` or an empty text lets it show its own again. Pictures stay where they hang. Raises ``NotFound`` for an
        unknown id, :class:`UserError` for what has no gallery of its own to turn away from.
        """

        def fn(connection: Connection, now: int) -> Place:
            own = gallery_rows.read_gallery(connection, character_id)
            if own.kind != "character":
                raise UserError("Only the gallery of a character can be pointed elsewhere.")
            wanted = (target or "").strip()
            gallery_rows.look_into(connection, character_id, _meant(connection, own, wanted) if wanted else None)
            note(connection, "gallery.changed", {"id": character_id}, chat_id=None, now=now)
            return _place(connection, character_id)

        return await self._change(fn)

    async def add(self, subject_id: str, data: bytes, name: str = "") -> dict[str, Any]:
        """Put a picture into a gallery; ``name`` is that of its file, whose words become its title.

        Raises :class:`UnusablePicture` (see ``uploads.py``), and then keeps nothing.
        """
        await self.get(subject_id)
        clean = await asyncio.to_thread(cleaned, data, name)
        asset = await self._library.store(
            clean, kind=KIND, origin="uploaded", gallery_of=subject_id, label=_title(name), embed=False
        )

        def fn(connection: Connection, now: int) -> dict[str, Any]:
            note(connection, "picture.added", {"id": asset.id, "gallery_id": asset.gallery_id}, chat_id=None, now=now)
            return asset_rows.read_picture(connection, asset.id)

        return await self._change(fn)

    async def _change(self, fn: Callable[[Connection, int], T]) -> T:
        now = int(self._clock.now().timestamp() * 1000)
        result = await self._database.write(lambda connection: fn(connection, now))
        self._bus.wake()
        return result


def _place(connection: Connection, subject_id: str) -> Place:
    own = gallery_rows.read_gallery(connection, subject_id)
    shown = gallery_rows.shown_by(connection, own.id)
    return Place(own, own if shown == own.id else gallery_rows.read_gallery(connection, shown))


def _meant(connection: Connection, own: Gallery, wanted: str) -> str:
    """The id of the gallery that is meant; a new shared one for a name that nobody has."""
    if is_id(wanted):
        return gallery_rows.read_gallery(connection, wanted).id
    if len(wanted) > LONGEST_NAME:
        raise UserError(f"The name of a gallery has at most {LONGEST_NAME} characters.")
    if _same(own.name, wanted):
        return own.id
    for gallery in gallery_rows.read_galleries(connection):
        if _same(gallery.name, wanted):
            return gallery.id
    return gallery_rows.add_shared(connection, wanted)


def _same(name: str, other: str) -> bool:
    return asset_rows.sort_name(name) == asset_rows.sort_name(other)


def _title(name: str) -> str:
    """The words of a file's name, without its folders and its ending."""
    stem = name.replace("\\", "/").rpartition("/")[2]
    return (stem.rpartition(".")[0] or stem).strip()[:200]
