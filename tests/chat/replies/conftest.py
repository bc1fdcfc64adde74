"""The shelf of quick replies, in memory and in a database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from stcore.bus import Bus
from stcore.chat.replies.library import ReplyLibrary
from stcore.chat.replies.rows import RowStore
from stcore.chat.replies.shelf import MemoryStore
from stcore.clock import SystemClock
from stcore.storage.database import Database


@pytest.fixture(params=["memory", "rows"])
async def library(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ReplyLibrary]:
    """An empty library: both shelves have to do the same."""
    if request.param == "memory":
        yield ReplyLibrary(MemoryStore())
        return
    database = Database(f"sqlite:///{tmp_path / 'replies.db'}")
    database.prepare()
    yield ReplyLibrary(RowStore(database, Bus(database), SystemClock()))
    database.close()
