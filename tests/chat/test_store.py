"""Chats and messages on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from stcore.bus import Bus
from stcore.chat.records import NewMessage
from stcore.chat.store import ChatStore
from stcore.chat.variables import StoredVariables
from stcore.clock import SystemClock
from stcore.errors import NotFound, UserError
from stcore.storage.database import Database

pytestmark = pytest.mark.anyio


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'chats.db'}")
    database.prepare()
    yield database
    database.close()


@pytest.fixture
def store(database: Database) -> ChatStore:
    return ChatStore(database, Bus(database), SystemClock())


def said(text: str, **more: object) -> NewMessage:
    return NewMessage("user", "Mira", text, **more)  # type: ignore[arg-type]


async def texts(store: ChatStore, chat_id: str) -> list[tuple[int, str]]:
    return [(message.position, message.text) for message in await store.messages(chat_id)]


async def test_messages_are_numbered_without_gaps(store: ChatStore) -> None:
    chat = await store.create("Harbour")
    for text in "abcd":
        await store.append(chat.id, said(text))
    await store.append(chat.id, said("first", at=0))
    removed = await store.remove((await store.messages(chat.id))[2].id)
    assert removed.text == "b"
    assert await texts(store, chat.id) == [(0, "first"), (1, "a"), (2, "c"), (3, "d")]
    assert await store.count(chat.id) == 4


async def test_pages_go_back_without_overlap(store: ChatStore) -> None:
    chat = await store.create()
    for number in range(25):
        await store.append(chat.id, said(str(number)))
    seen: list[str] = []
    before = None
    while page := await store.messages(chat.id, before, limit=10):
        seen = [message.text for message in page] + seen
        before = page[0].position
    assert seen == [str(number) for number in range(25)]


async def test_an_edit_changes_the_swipe_that_is_shown(store: ChatStore) -> None:
    chat = await store.create()
    message = await store.append(chat.id, NewMessage("assistant", "Moss", "one"))
    message = await store.add_swipe(message.id, "two")
    assert (message.text, message.swipe, message.swipes) == ("two", 1, 2)
    await store.edit(message.id, text="TWO")
    assert (await store.edit(message.id, swipe=0)).text == "one"
    assert (await store.edit(message.id, swipe=1)).text == "TWO"
    with pytest.raises(UserError, match="2 swipes"):
        await store.edit(message.id, swipe=2)


async def test_the_list_of_chats_is_by_last_use_and_hides_temporary_ones(store: ChatStore) -> None:
    old, new = await store.create("old"), await store.create("new")
    await store.create("script", temporary=True)
    await store.append(old.id, said("hello there"))
    listed = await store.list()
    assert [chat.title for chat in listed] == ["old", "new"]
    assert (listed[0].messages, listed[0].preview) == (1, "hello there")
    assert [chat.id for chat in await store.list(before=old.id)] == [new.id]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("apple tree", "apple tree"),
        ("  two\n lines ", "two lines"),
        ("word " * 40, "word " * 11 + "word\u2026"),
        ("", "New chat"),
    ],
)
async def test_the_first_message_names_an_untitled_chat(store: ChatStore, text: str, title: str) -> None:
    chat, named = await store.create(), await store.create("Harbour")
    for chat_id in (chat.id, named.id):
        await store.append(chat_id, said(text))
        await store.append(chat_id, said("later"))
    assert (await store.get(chat.id)).title == title
    assert (await store.get(named.id)).title == "Harbour"


@pytest.mark.feature("STO-5")
@pytest.mark.parametrize("bad", ["../x", "/etc/passwd", "", "a/b", "0" * 31, "Z" * 32])
async def test_what_is_no_id_finds_nothing(store: ChatStore, bad: str) -> None:
    with pytest.raises(NotFound):
        await store.get(bad)
    with pytest.raises(NotFound):
        await store.message(bad)


async def test_every_change_reaches_a_listener_in_order(database: Database) -> None:
    bus = Bus(database)
    store = ChatStore(database, bus, SystemClock())
    chat = await store.create("Harbour")
    listener = await bus.subscribe(chat.id)
    message = await store.append(chat.id, said("one"))
    await store.edit(message.id, text="two")
    await store.remove(message.id)
    kinds = [(await anext(listener)).kind for _ in range(3)]
    assert kinds == ["message.added", "message.changed", "message.removed"]
    await bus.close()


async def test_variables_outlive_the_program_and_keep_their_types(database: Database) -> None:
    variables = StoredVariables(lambda: database, "global")
    await variables.load()
    for name, value in {"n": 7, "text": "seven", "gone": 1}.items():
        variables.set(name, value)
    await variables.flush()
    variables.delete("gone")
    await variables.flush()
    again = StoredVariables(lambda: database, "global")
    await again.load()
    assert dict(again.items()) == {"n": 7, "text": "seven"}
    other = StoredVariables(lambda: database, "0" * 32)
    await other.load()
    assert not other.has("n")


async def test_a_chat_longer_than_a_statement_may_be_is_read_whole(store: ChatStore, database: Database) -> None:
    chat = await store.create("long")
    for number in range(1203):
        await store.append(chat.id, said(str(number)))
    assert len(await store.messages(chat.id, limit=5000)) == 1203
    assert [message.text for message in await store.texts(chat.id)][-1] == "1202"


async def test_a_message_for_a_chat_that_is_gone_is_refused(store: ChatStore) -> None:
    chat = await store.create()
    await store.delete(chat.id)
    with pytest.raises(NotFound, match="no longer exists"):
        await store.append(chat.id, said("too late"))
