"""A database, a bus and a library on disk, fresh for every test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from stcore.bus import Bus
from stcore.chat.hanging import take_off
from stcore.chat.store import ChatStore
from stcore.clock import SystemClock
from stcore.images.library import Library
from stcore.storage.blobs import ObstoreBlobs
from stcore.storage.database import Database


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'stcore.db'}")
    database.prepare()
    yield database
    database.close()


@pytest.fixture
async def bus(database: Database) -> AsyncIterator[Bus]:
    bus = Bus(database)
    yield bus
    await bus.close()


@pytest.fixture
def blobs(tmp_path: Path) -> ObstoreBlobs:
    return ObstoreBlobs(tmp_path / "pictures")


@pytest.fixture
def library(database: Database, blobs: ObstoreBlobs, bus: Bus) -> Library:
    return Library(database, blobs, SystemClock(), bus, take_off=take_off)


@pytest.fixture
def chats(database: Database, bus: Bus) -> ChatStore:
    return ChatStore(database, bus, SystemClock())
