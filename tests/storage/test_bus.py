"""The bus: lasting entries are never lost and come in order, passing ones may be overtaken."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from stcore.bus import PASSING_KEPT, Bus, Subscription
from stcore.storage import journal
from stcore.storage.database import Database
from stcore.storage.journal import Entry

pytestmark = pytest.mark.anyio

CHAT, OTHER = "a" * 32, "b" * 32


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


async def note(database: Database, number: int, chat_id: str | None = CHAT) -> int:
    return await database.write(lambda c: journal.note(c, "test", {"n": number}, chat_id=chat_id, now=number))


async def read(subscription: Subscription, count: int) -> list[Entry]:
    return [await asyncio.wait_for(anext(subscription), 2) for _ in range(count)]


async def silent(subscription: Subscription) -> bool:
    try:
        await asyncio.wait_for(anext(subscription), 0.1)
    except TimeoutError:
        return True
    return False


async def test_what_is_noted_arrives_at_once_in_order(database: Database, bus: Bus) -> None:
    subscription = await bus.subscribe()
    for number in range(50):
        await note(database, number)
        bus.wake()
    assert [entry.data["n"] for entry in await read(subscription, 50)] == list(range(50))


async def test_a_chat_hears_its_own_and_what_concerns_all(database: Database, bus: Bus) -> None:
    subscription = await bus.subscribe(CHAT)
    for number, chat_id in enumerate([OTHER, CHAT, None]):
        await note(database, number, chat_id)
    bus.wake()
    assert [entry.data["n"] for entry in await read(subscription, 2)] == [1, 2]
    bus.publish("job.progress", {}, OTHER)
    assert await silent(subscription)


async def test_who_was_away_hears_what_it_missed_once(database: Database, bus: Bus) -> None:
    first = await bus.subscribe()
    numbers = [await note(database, number) for number in range(5)]
    bus.wake()
    await read(first, 2)
    first.close()
    back = await bus.subscribe(since=first.last - 3)
    await note(database, 5)
    bus.wake()
    assert [entry.data["n"] for entry in await read(back, 4)] == [2, 3, 4, 5]
    assert await silent(back)
    assert len(numbers) == 5


@pytest.mark.parametrize("since", [10_000, -5])
async def test_who_was_away_for_too_long_starts_afresh(database: Database, bus: Bus, since: int) -> None:
    last = [await note(database, number) for number in range(3)][-1]
    subscription = await bus.subscribe(since=since)
    (reset,) = await read(subscription, 1)
    assert (reset.kind, reset.id, reset.data) == ("reset", 0, {"last": last})


async def test_a_slow_listener_loses_passing_entries_but_no_lasting_one(database: Database, bus: Bus) -> None:
    subscription = await bus.subscribe()
    for number in range(PASSING_KEPT * 2):
        bus.publish("job.progress", {"n": number})
    numbers = [await note(database, number) for number in range(300)]
    bus.wake()
    await asyncio.sleep(0.3)
    passing = await read(subscription, PASSING_KEPT)
    assert passing[-1].data["n"] == PASSING_KEPT * 2 - 1
    assert [entry.id for entry in await read(subscription, 300)] == numbers


WRITES = """
import sys
from stcore.storage import journal
from stcore.storage.database import Database
database = Database(sys.argv[1])
for number in range(20):
    database.write_now(lambda c: journal.note(c, "test", {"n": number}, chat_id=None, now=1))
"""


async def test_what_another_program_notes_is_heard_within_a_second(database: Database, bus: Bus) -> None:
    subscription = await bus.subscribe()
    other = await asyncio.create_subprocess_exec(sys.executable, "-c", WRITES, database.url)
    await asyncio.wait_for(other.wait(), 30)
    async with asyncio.timeout(1):
        assert [(await anext(subscription)).data["n"] for _ in range(20)] == list(range(20))


async def test_who_closed_hears_no_more(database: Database, bus: Bus) -> None:
    subscription = await bus.subscribe()
    subscription.close()
    await note(database, 1)
    bus.wake()
    bus.publish("toast", {})
    assert await silent(subscription)


async def test_a_database_that_is_away_for_a_moment_silences_nobody(database: Database, bus: Bus) -> None:
    subscription = await bus.subscribe()
    await database.write(lambda c: c.exec_driver_sql("ALTER TABLE journal RENAME TO away"))
    bus.wake()
    assert await silent(subscription)
    await database.write(lambda c: c.exec_driver_sql("ALTER TABLE away RENAME TO journal"))
    await note(database, 1)
    assert [entry.data["n"] for entry in await read(subscription, 1)] == [1]
