"""Appending messages and turning pages, in a short and in a very long chat."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from sqlalchemy import Connection, insert, update

from benchmarks.table import Row, median_ms_async
from stcore.bus import Bus
from stcore.chat.records import NewMessage
from stcore.chat.store import ChatStore
from stcore.clock import SystemClock
from stcore.images.asset_rows import sort_name
from stcore.images.library import Library
from stcore.images.paging import Order, Sort
from stcore.storage import tables
from stcore.storage.blobs import ObstoreBlobs
from stcore.storage.database import Database
from stcore.storage.ids import new_id

MANY = 100_000
ORDERS: tuple[tuple[Sort, Order], ...] = (("date", "desc"), ("date", "asc"), ("name", "asc"), ("name", "desc"))


def rows() -> list[Row]:
    """Every row of this room."""

    async def collect() -> list[Row]:
        return [row async for row in _rows()]

    return asyncio.run(collect())


async def _rows() -> AsyncIterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/bench.db")
        database.prepare()
        bus, clock = Bus(database), SystemClock()
        store = ChatStore(database, bus, clock)
        short, long = await store.create("short"), await store.create("long")
        await database.write(lambda c: _fill(c, short.id, 10))
        await database.write(lambda c: _fill(c, long.id, MANY))
        message = NewMessage("user", "Mira", "The boats are asleep. " * 10)
        for chat, size in ((short, 10), (long, MANY)):
            median = await median_ms_async(lambda chat=chat: store.append(chat.id, message), 200, warm=20)  # type: ignore[misc]
            yield Row(f"append a message to {size:,}", median, 1.5, "ms")
        median = await median_ms_async(lambda: store.branch(long.id, 999), 5, warm=1)
        yield Row(f"branch of 1,000 messages from {MANY:,}", median, 150, "ms")
        median = await median_ms_async(lambda: store.messages(long.id, limit=60), 30)
        yield Row(f"newest 60 messages of {MANY:,}", median, 10, "ms")

        library = Library(database, ObstoreBlobs(Path(folder) / "pictures"), clock, bus)
        await database.write(lambda c: _fill_gallery(c, long.id, MANY))
        yield Row(
            f"gallery page of 60 among {MANY:,}", await median_ms_async(lambda: library.page(long.id), 30), 10, "ms"
        )
        cursor = new_id((2**47) // 2)
        deep = await median_ms_async(lambda: library.page(long.id, cursor=cursor), 30)
        yield Row("the same, half way down", deep, 10, "ms")
        subject_id = await database.write(lambda c: _add_subject(c, long.id))
        for sort, order in ORDERS:
            page = await library.page(gallery_of=subject_id, sort=sort, order=order)
            for _ in range(20):
                page = await library.page(gallery_of=subject_id, sort=sort, order=order, cursor=page.next)
            at = page.next
            median = await median_ms_async(
                lambda s=sort, o=order, at=at: library.page(gallery_of=subject_id, sort=s, order=o, cursor=at),  # type: ignore[misc]
                30,
            )
            yield Row(f"gallery of a character by {sort}, {order}", median, 10, "ms")
        counted = await median_ms_async(lambda: library.counts(gallery_of=subject_id), 10)
        yield Row(f"count {MANY:,} pictures of a gallery", counted, 25, "ms")
        database.close()
        async for row in _file_rows(Path(folder) / "files"):
            yield row


async def _file_rows(folder: Path) -> AsyncIterator[Row]:
    """Chats as files."""
    from stcore.chat.jsonl.reading import import_chat
    from stcore.chat.jsonl.writing import export_chat
    from stcore.host import Host

    async with Host.open(folder, face="once") as host:
        chat = await host.chats.create("long")
        await host.database.write(lambda c: _fill(c, chat.id, MANY // 10))
        lines: list[bytes] = []

        async def export() -> None:
            lines[:] = [line async for line in export_chat(host, chat.id)]

        yield Row(f"export {MANY // 10:,} messages", await median_ms_async(export, 3), 1500, "ms")
        yield Row(
            f"import {MANY // 10:,} messages", await median_ms_async(lambda: import_chat(host, lines), 3), 2500, "ms"
        )


def _fill(connection: Connection, chat_id: str, count: int) -> None:
    ids = [new_id(number) for number in range(count)]
    common = {
        "chat_id": chat_id,
        "role": "user",
        "name": "Mira",
        "hidden": False,
        "swipe": 0,
        "extra": {},
        "created": 0,
    }
    messages = [{"id": message_id, "position": n, **common} for n, message_id in enumerate(ids)]
    connection.execute(insert(tables.messages), messages)
    texts = [{"message_id": i, "number": 0, "text": "The boats are asleep.", "extra": {}, "created": 0} for i in ids]
    connection.execute(insert(tables.swipes), texts)


def _fill_gallery(connection: Connection, chat_id: str, count: int) -> None:
    common = {
        "chat_id": chat_id,
        "media_type": "image/png",
        "bytes": 1000,
        "width": 512,
        "height": 512,
        "origin": "received",
        "kind": "free",
        "tags": [],
    }
    step = 2**47 // count
    assets = [
        {
            "id": new_id(n * step),
            "sha256": f"{n:064x}",
            "created": n,
            "label": (label := f"{n % 9973} boats"),
            "sort_name": sort_name(label),
            **common,
        }
        for n in range(count)
    ]
    connection.execute(insert(tables.assets), assets)


def _add_subject(connection: Connection, chat_id: str) -> str:
    """A character in whose gallery everything hangs that hangs in a chat."""
    subject_id = new_id()
    values = {"id": subject_id, "key": "Mira.png", "name": "Mira", "tags": [], "card": {}, "created": 0, "updated": 0}
    connection.execute(insert(tables.characters), values)
    assets = tables.assets
    connection.execute(update(assets).where(assets.c.chat_id == chat_id).values(gallery_id=subject_id))
    return subject_id
