"""The shelf of quick replies, in memory and in a database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert

from stcore.bus import Bus
from stcore.chat.replies.library import ReplyLibrary
from stcore.chat.replies.rows import RowStore
from stcore.chat.replies.shelf import MemoryStore
from stcore.clock import SystemClock
from stcore.storage.database import Database
from stcore.storage.tables import characters, chats

CHAT, CHARACTER = "c" * 32, "9" * 32


def _people(connection: Connection) -> None:
    """A chat with its character."""
    times = {"created": 0, "updated": 0}
    connection.execute(insert(characters).values(id=CHARACTER, key="a.png", name="Ann", **times))
    connection.execute(insert(chats).values(id=CHAT, title="x", character_id=CHARACTER, **times))


@pytest.fixture(params=["memory", "rows"])
async def library(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ReplyLibrary]:
    """An empty library: both shelves have to do the same."""
    if request.param == "memory":
        yield ReplyLibrary(MemoryStore({CHAT: CHARACTER}))
        return
    database = Database(f"sqlite:///{tmp_path / 'replies.db'}")
    database.prepare()
    await database.write(_people)
    yield ReplyLibrary(RowStore(database, Bus(database), SystemClock()))
    database.close()
