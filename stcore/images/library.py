"""All pictures: checked, stored by content, recorded, found again page by page, deleted with their last use.

Bytes live in the blob store, what is known about them in ``assets`` and ``generations``. Several assets may share
one file; it goes when the last of them goes. Messages and subjects hold asset ids only, never addresses.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import ColumnElement, Connection

from stcore.errors import StorageError, UnusablePicture
from stcore.images import asset_rows, gallery_rows, paging
from stcore.images.asset_rows import Asset, Origin
from stcore.images.embed import is_intact, read_texts, with_texts
from stcore.images.paging import Page, View
from stcore.images.sniff import EXTENSIONS, PictureFacts, decode_fully, read_facts
from stcore.storage.blobs import digest, key_of
from stcore.storage.ids import is_id
from stcore.storage.tables import assets

if TYPE_CHECKING:
    from stcore.bus import Bus
    from stcore.clock import Clock
    from stcore.images.generation import Generation
    from stcore.storage.blobs import BlobStore
    from stcore.storage.database import Database

ImageSize = Literal["full", "medium", "thumb"]

SIDES: dict[ImageSize, int] = {"thumb": 320, "medium": 1024}
"""Longest side in pixels of the smaller versions."""

FOR_MODELS = "model.jpg"
"""The ending of what text models are shown."""

_VERSIONS = (*(f"{size}.webp" for size in SIDES), FOR_MODELS)
"""What may lie beside an original."""

_FILE = rf"[0-9a-f]{{2}}[/\\](?P<sha>[0-9a-f]{{64}})\.(?:{'|'.join(EXTENSIONS.values())})(?!\w|\.\w)"
"""The part of a picture's file path below the store's folder."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture that is checked and whose file is stored, but that has no record yet."""

    sha256: str
    media_type: str
    bytes: int
    width: int
    height: int
    generation: Generation | None = None

    @property
    def key(self) -> str:
        return blob_key(self.sha256, self.media_type)


class Library:
    """Stores, reads, lists and deletes pictures. Nothing blocks the event loop."""

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        clock: Clock,
        bus: Bus | None = None,
        *,
        take_off: asset_rows.TakeOff = lambda connection, asset_id, now: None,
    ) -> None:
        """``take_off`` takes a picture that is deleted off the messages that show it."""
        self._database, self._blobs, self._clock, self._bus = database, blobs, clock, bus
        self._take_off = take_off

    # -- storing -----------------------------------------------------------------------------------------------------

    async def store(
        self,
        data: bytes,
        *,
        kind: str,
        origin: Origin,
        chat_id: str | None = None,
        job_id: str | None = None,
        subject_id: str | None = None,
        gallery_of: str | None = None,
        label: str = "",
        generation: Generation | None = None,
        embed: bool = True,
    ) -> Asset:
        """Check, store and record a picture.

        ``gallery_of`` is the character or group (or the shared gallery) in whose gallery it hangs, ``subject_id``
        the character or persona that it belongs to without hanging there, as a portrait does. Raises
        ``UnusablePicture`` or ``StorageError``, and then keeps nothing.
        """
        prepared = await self.prepare(data, generation=generation, embed=embed)

        def fn(connection: Connection) -> Asset:
            places = {"chat_id": chat_id, "job_id": job_id, "subject_id": subject_id, "gallery_of": gallery_of}
            return self.insert(connection, prepared, kind=kind, origin=origin, label=label, **places)

        try:
            return await self._database.write(fn)
        except Exception:
            await self.release([prepared.key])
            raise

    async def prepare(
        self, data: bytes, *, generation: Generation | None = None, embed: bool = True, thorough: bool = True
    ) -> Prepared:
        """The slow half of storing: check it and write the file, both at once.

        ``thorough`` decodes every pixel. Without it a PNG is only held against its own checksums: enough for what a
        source made a moment ago (only a broken encoder passes, and shows when the thumbnail is made), too little
        for what a person uploads.
        """
        stored, facts, sha256 = await asyncio.to_thread(_to_store, data, generation if embed else None)
        key = blob_key(sha256, facts.mime)
        checked, written = await asyncio.gather(
            asyncio.to_thread(_check, data, facts, thorough), self._blobs.put(key, stored), return_exceptions=True
        )
        for outcome in (checked, written):
            if isinstance(outcome, BaseException):
                await self.release([key])
                raise outcome
        return Prepared(sha256, facts.mime, len(stored), facts.width, facts.height, generation)

    def insert(
        self,
        connection: Connection,
        prepared: Prepared,
        *,
        kind: str,
        origin: Origin,
        chat_id: str | None = None,
        job_id: str | None = None,
        subject_id: str | None = None,
        gallery_of: str | None = None,
        label: str = "",
    ) -> Asset:
        """The quick half, inside a write transaction of the caller.

        Whoever deletes a file looks for records under the same lock, so a file seen here stays.
        """
        if not self._blobs.exists_now(prepared.key):
            raise StorageError("The picture's file vanished while it was being recorded.", hint="Try again.")
        asset = asset_rows.insert_asset(
            connection,
            now=self._now(),
            sha256=prepared.sha256,
            media_type=prepared.media_type,
            bytes=prepared.bytes,
            width=prepared.width,
            height=prepared.height,
            kind=kind,
            origin=origin,
            chat_id=chat_id,
            job_id=job_id,
            subject_id=subject_id,
            gallery_id=gallery_rows.place_for(connection, gallery_of),
            label=label,
        )
        if prepared.generation is not None:
            asset_rows.insert_generation(connection, asset.id, prepared.generation)
        return asset

    # -- reading -----------------------------------------------------------------------------------------------------

    async def get(self, asset_id: str) -> dict[str, Any]:
        """The picture as faces see it, or ``NotFound``."""
        return await self._database.read(lambda c: asset_rows.read_picture(c, asset_id))

    async def asset(self, asset_id: str) -> Asset:
        """The record without how it was made, or ``NotFound``."""
        return await self._database.read(lambda c: asset_rows.read_asset(c, asset_id))

    async def assets(self, asset_ids: Sequence[str]) -> list[Asset]:
        """Several records in the order of their ids, without those that are gone."""
        return await self._database.read(lambda c: asset_rows.read_assets(c, asset_ids))

    async def page(
        self,
        chat_id: str | None = None,
        filter: paging.Filter = "all",
        cursor: str | None = None,
        limit: int = paging.PAGE,
        *,
        gallery_of: str | None = None,
        sort: paging.Sort = "date",
        order: paging.Order = "desc",
    ) -> Page:
        """Pictures of a chat or a gallery (with neither: of all), newest first unless told otherwise.

        ``cursor`` is ``next`` of the page before, in the same order. ``gallery_of`` is a character, a group, or a
        shared gallery.
        """
        view = View(filter, sort, order)
        return await self._database.read(
            lambda c: paging.read_page(c, _place(c, chat_id, gallery_of), view, cursor, limit)
        )

    async def counts(self, chat_id: str | None = None, *, gallery_of: str | None = None) -> dict[str, int]:
        """How many pictures a chat or a gallery has (with neither: all there are), by filter (GAL-1)."""
        return await self._database.read(lambda c: paging.count(c, _place(c, chat_id, gallery_of)))

    async def read(self, asset_id: str, size: ImageSize = "full") -> tuple[bytes, str]:
        """Bytes and media type. Smaller versions are WebP, made when first asked for and kept beside the original."""
        asset = await self.asset(asset_id)
        original = blob_key(asset.sha256, asset.media_type)
        side = SIDES.get(size)
        if side is None or max(asset.width, asset.height) <= side:
            return await self._blobs.get(original), asset.media_type
        return await self._version(asset, f"{size}.webp", lambda data: _smaller(data, side)), "image/webp"

    async def read_for_model(self, asset_id: str, shrink: Callable[[bytes], bytes]) -> bytes:
        """A JPEG for models that see, which ``shrink`` makes of the original when it is first asked for."""
        return await self._version(await self.asset(asset_id), FOR_MODELS, shrink)

    async def _version(self, asset: Asset, ending: str, make: Callable[[bytes], bytes]) -> bytes:
        """What ``make`` makes of the original, kept beside it from the first time on."""
        key = key_of(asset.sha256, ending)
        if await self._blobs.exists(key):
            return await self._blobs.get(key)
        made = await asyncio.to_thread(make, await self._blobs.get(blob_key(asset.sha256, asset.media_type)))
        await self._blobs.put(key, made)
        return made

    # -- addresses ---------------------------------------------------------------------------------------------------

    def path(self, asset: Asset) -> Path | None:
        """The file on this machine; ``None`` when the store is elsewhere."""
        return self._blobs.path(blob_key(asset.sha256, asset.media_type))

    def address(self, asset: Asset, *, local: bool) -> str:
        """What a text or a pipe calls the picture: its file for a terminal or script, else its address on the page."""
        path = self.path(asset) if local else None
        return str(path) if path else page_address(asset.id, asset.media_type)

    async def canonical(self, text: str) -> str:
        """``text`` with every file path of a picture of ours replaced by its address on the page."""
        sample = self._blobs.path(key_of("0" * 64, "png"))
        if sample is None:
            return text
        own = re.compile(re.escape(f"{sample.parents[1]}{os.sep}") + _FILE)
        hashes = {match["sha"] for match in own.finditer(text)}
        if not hashes:
            return text
        known = await self._database.read(lambda c: asset_rows.newest_by_hash(c, list(hashes)))

        def address(match: re.Match[str]) -> str:
            asset = known.get(match["sha"])
            return page_address(asset.id, asset.media_type) if asset else match[0]

        return own.sub(address, text)

    # -- deleting ----------------------------------------------------------------------------------------------------

    async def uses(self, asset_id: str) -> list[dict[str, Any]]:
        """Where the picture is used, to be named before it is deleted: messages, characters, personas (GAL-9)."""
        return await self._database.read(lambda c: asset_rows.uses(c, asset_id))

    async def uses_of_many(self, asset_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        """:meth:`uses` of several pictures, by their ids."""
        return await self._database.read(lambda c: asset_rows.uses_of_many(c, asset_ids))

    async def delete(self, asset_id: str) -> None:
        """Remove the picture everywhere it is used, and its file when nothing else needs it."""
        await self._delete(lambda c: [self._delete_record(c, asset_id)])

    async def delete_many(self, asset_ids: Iterable[str]) -> int:
        """:meth:`delete` several pictures at once, without those that are gone already. How many were deleted."""

        def fn(connection: Connection) -> list[Asset]:
            known = asset_rows.read_pictures(connection, [each for each in dict.fromkeys(asset_ids) if is_id(each)])
            return [self._delete_record(connection, picture["id"]) for picture in known]

        return await self._delete(fn)

    def _delete_record(self, connection: Connection, asset_id: str) -> Asset:
        return asset_rows.delete_asset(connection, asset_id, self._now(), self._take_off)

    async def _delete(self, fn: Callable[[Connection], list[Asset]]) -> int:
        def all_of_it(connection: Connection) -> list[Asset]:
            gone = fn(connection)
            if any(asset.gallery_id for asset in gone):
                gallery_rows.forget_empty(connection)
            return gone

        gone = await self._database.write(all_of_it)
        if self._bus is not None:
            self._bus.wake()
        await self.release([blob_key(asset.sha256, asset.media_type) for asset in gone])
        return len(gone)

    async def delete_of_chat(self, chat_id: str) -> None:
        """Before a chat is deleted: its pictures go, except those a character or persona still wears (STO-4)."""
        gone = await self._database.write(lambda c: asset_rows.delete_of_chat(c, chat_id))
        await self.release([blob_key(asset.sha256, asset.media_type) for asset in gone])

    async def delete_of_subject(self, subject_id: str) -> None:
        """After a character, persona or group was deleted: its pictures go, except those that hang in a chat."""
        gone = await self._database.write(lambda c: asset_rows.delete_of_subject(c, subject_id))
        await self.release([blob_key(asset.sha256, asset.media_type) for asset in gone])

    async def release(self, keys: list[str]) -> None:
        """Remove the files among ``keys`` that no record needs, with their smaller versions."""

        def fn(connection: Connection) -> None:
            # A write transaction although nothing is written: nobody can record a picture of this file meanwhile.
            for key in set(keys):
                sha256 = key[3:67]
                if not asset_rows.is_used(connection, sha256):
                    for name in (key, *(key_of(sha256, ending) for ending in _VERSIONS)):
                        self._blobs.delete_now(name)

        await self._database.write(fn)

    def _now(self) -> int:
        return int(self._clock.now().timestamp() * 1000)


def _place(connection: Connection, chat_id: str | None, gallery_of: str | None) -> ColumnElement[bool] | None:
    if gallery_of is not None:
        return assets.c.gallery_id == gallery_rows.shown_by(connection, gallery_of)
    return assets.c.chat_id == chat_id if chat_id is not None else None


def blob_key(sha256: str, media_type: str) -> str:
    """The key of an original."""
    return key_of(sha256, EXTENSIONS[media_type])


def page_address(asset_id: str, media_type: str) -> str:
    """Where the web page finds a picture: ``/pictures/<asset id>.<ending>``."""
    return f"/pictures/{asset_id}.{EXTENSIONS[media_type]}"


def _to_store(data: bytes, generation: Generation | None) -> tuple[bytes, PictureFacts, str]:
    """The bytes as they will be kept, what they are, and their hash."""
    facts = read_facts(data)
    if generation is not None:
        texts = generation.texts(facts.width, facts.height)
        if "parameters" in read_texts(data):
            # The source's own words on how it was made are more exact than ours.
            del texts["parameters"]
        data = with_texts(data, texts)
    return data, facts, digest(data)


def _check(data: bytes, facts: PictureFacts, thorough: bool) -> None:
    """Raise ``UnusablePicture`` unless the picture is whole."""
    if thorough or facts.mime != "image/png":
        decode_fully(data)
    elif not is_intact(data):
        raise UnusablePicture("The picture (image/png) is damaged.", code="not_decodable")


def _smaller(data: bytes, side: int) -> bytes:
    from io import BytesIO

    _, picture = decode_fully(data)
    if picture.mode not in ("RGB", "RGBA"):
        picture = picture.convert("RGBA" if "transparency" in picture.info or "A" in picture.mode else "RGB")
    picture.thumbnail((side, side))
    out = BytesIO()
    picture.save(out, "WEBP", quality=82, method=3)
    return out.getvalue()
