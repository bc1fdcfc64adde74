"""Books in the database, where they are bound, and what a prompt gets of them."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from typing import Any

import pytest

from stcore.chat.lore.preview import preview
from stcore.chat.lore.service import Lore
from stcore.chat.lore.sharing import adopt_card_book, book_for_card, import_book
from stcore.chat.records import NewMessage
from stcore.chat.session import Session
from stcore.errors import NotFound, UserError
from stcore.host import Host
from stcore.testing.stage import stage

pytestmark = pytest.mark.anyio


@pytest.fixture
async def session() -> AsyncIterator[Session]:
    async with stage(greeting="Hello, {{user}}. The harbour is quiet.", rng=random.Random(3)) as session:
        yield session


async def fill(host: Host, name: str, *entries: dict[str, Any]) -> str:
    book = await host.books.create(name)
    for fields in entries:
        await host.books.add_entry(book.id, fields)
    return book.id


async def activated(session: Session, **how: Any) -> Lore:
    assert session.chat_id
    history = await session.host.chats.messages(session.chat_id)
    return await session.host.lore.activate(
        session.chat_id, session.environment, history, **{"context_tokens": 4000, **how}
    )


# -- books -----------------------------------------------------------------------------------------------------------


async def test_books_have_one_name_each(session: Session) -> None:
    books = session.host.books
    first = await books.create("  The   Town ")
    assert first.name == "The Town"
    with pytest.raises(UserError, match="already"):
        await books.create("the town")
    assert (await books.create("The Town", numbered=True)).name == "The Town (1)"
    assert list(await books.names()) == ["The Town", "The Town (1)"]
    assert (await books.one("THE TOWN")).id == first.id
    for name in ("", " ", first.id):
        with pytest.raises(UserError, match="needs a name"):
            await books.create(name)


async def test_entries_are_added_changed_ordered_and_removed(session: Session) -> None:
    books = session.host.books
    book_id = await fill(session.host, "Town", {"key": ["a"]}, {"key": ["b"], "x_mine": {"kept": True}})
    await books.change_entry(book_id, 1, {"content": "new", "uid": 9})
    assert (await books.get(book_id)).items[1]["x_mine"] == {"kept": True}
    assert (await books.find("town")).entries[1].content == "new"  # type: ignore[union-attr]
    await books.order(book_id, [1, 0])
    assert list((await books.get(book_id)).items) == [1, 0]
    with pytest.raises(UserError, match="each entry"):
        await books.order(book_id, [1])
    await books.remove_entry(book_id, 0)
    with pytest.raises(NotFound, match="no entry 0"):
        await books.remove_entry(book_id, 0)
    assert (await books.add_entry(book_id))["uid"] == 2
    await books.delete(book_id)
    with pytest.raises(NotFound):
        await books.get(book_id)


async def test_what_databases_refuse_is_cleaned(session: Session) -> None:
    book_id = await fill(session.host, "Town", {"content": "a\0b\ud800", "order": float("nan")})
    (entry,) = (await session.host.books.get(book_id)).entries
    assert (entry.content, entry.order) == ("ab\ufffd", 100)


async def test_a_change_by_another_program_is_seen(session: Session) -> None:
    book_id = await fill(session.host, "Town", {"content": "old"})
    assert (await session.host.books.get(book_id)).entries[0].content == "old"
    async with Host.open(session.host.data.root, face="once") as other:
        await other.books.change_entry(book_id, 0, {"content": "new"})
    assert (await session.host.books.get(book_id)).entries[0].content == "new"


async def test_every_change_is_told_to_all_faces(session: Session) -> None:
    host = session.host
    book_id = await fill(host, "Town", {"key": ["a"]})
    await host.books.bind("host", "Town")
    await host.books.delete(book_id)
    from stcore.storage.journal import since

    entries = await host.database.read(lambda c: since(c, 0))
    told = [(entry.kind, entry.data) for entry in entries if entry.kind.startswith("book")]
    assert [kind for kind, _ in told] == ["book.added", "book.changed", "books.bound", "book.removed"]
    assert told[1][1]["book"]["entries"] == 1


# -- bindings --------------------------------------------------------------------------------------------------------


async def everything(session: Session) -> None:
    host = session.host
    character = await host.characters.one("Character")
    persona = await host.personas.create("Mira", {"lorebook": "Of Mira"})
    await host.personas.set_default(persona.id)
    for name in ("Of Mira", "Of the chat", "Of Character", "More", "Everywhere"):
        await fill(host, name, {"constant": True, "content": name})
    await host.characters.update(character.id, {"world": "Of Character"})
    await host.books.bind(f"chat:{session.chat_id}", "Of the chat")
    await host.books.bind(f"character:{character.id}", "More")
    await host.books.bind("host", "Everywhere", "More")


async def test_all_bound_books_count_once(session: Session) -> None:
    await everything(session)
    lore = await activated(session)
    assert lore.bound.to_dict() == {
        "chat": ["Of the chat"],
        "persona": ["Of Mira"],
        "character": ["Of Character", "More"],
        "everywhere": ["Everywhere"],
    }
    texts = [activation.text for activation in lore.outcome.joined]
    assert texts == ["Of the chat", "Of Mira", "Of Character", "More", "Everywhere"]


async def test_bindings_follow_a_renamed_book_and_end_with_it(session: Session) -> None:
    await everything(session)
    books = session.host.books
    for name in await books.names():
        await books.rename((await books.one(name)).id, f"{name}!")
    assert len((await activated(session)).outcome.joined) == 5
    for name in await books.names():
        await books.delete((await books.one(name)).id)
    assert (await activated(session)).outcome.joined == ()
    assert (await session.host.characters.one("Character")).field("world") == ""


async def test_the_book_in_a_card_counts_until_one_is_linked(session: Session) -> None:
    host = session.host
    raw = {"name": "Secrets", "entries": [{"keys": ["harbour"], "content": "in the card", "enabled": True}]}
    character = await host.characters.one("Character")
    card = {**character.card, "data": {**character.card["data"], "character_book": raw}}
    await host.characters.replace(character.id, card)
    assert (await activated(session)).slots.before == "in the card"
    book = await adopt_card_book(host, character.id)
    assert book.name == "Secrets"
    await host.books.change_entry(book.id, 0, {"content": "in the library"})
    assert (await activated(session)).slots.before == "in the library"
    taken = await book_for_card(host, await host.characters.one("Character"))
    assert taken is not None and taken["entries"][0]["content"] == "in the library"


async def test_a_name_without_a_book_cannot_be_bound(session: Session) -> None:
    with pytest.raises(NotFound):
        await session.host.books.bind("host", "nowhere")


# -- a prompt --------------------------------------------------------------------------------------------------------


async def test_texts_go_where_their_entries_want_them(session: Session) -> None:
    places: list[dict[str, Any]] = [
        {"position": 0, "content": "second", "order": 20},
        {"position": 0, "content": "first", "order": 10},
        {"position": 1, "content": "after"},
        {"position": 2, "content": "note top"},
        {"position": 3, "content": "note bottom"},
        {"position": 4, "content": "deep", "depth": 3, "role": 1},
        {"position": 4, "content": "deeper", "depth": 3, "role": 1, "order": 1},
        {"position": 4, "content": "shallow", "depth": 0, "role": 2},
        {"position": 5, "content": "example"},
        {"position": 6, "content": "last example"},
        {"position": 7, "content": "for {{user}}", "outletName": "place"},
        {"position": 7, "content": "nameless"},
        {"position": 0, "content": "{{noop}}"},
    ]
    await fill(session.host, "Town", *({**place, "constant": True} for place in places))
    await session.host.books.bind("host", "Town")
    lore = await activated(session)
    slots = lore.slots
    assert (slots.before, slots.after) == ("first\nsecond", "after")
    assert (slots.note_top, slots.note_bottom) == ("note top", "note bottom")
    assert [(at.depth, at.role, at.text) for at in slots.at_depth] == [
        (3, "user", "deeper\ndeep"),
        (0, "assistant", "shallow"),
    ]
    assert (slots.examples_top, slots.examples_bottom) == (("example",), ("last example",))
    assert slots.outlets == {"place": "for User"}
    prompt = lore.environment(session.environment)
    assert session.host.macros.expand("{{outlet::place}}, {{model}}", prompt).startswith("for User, ")
    assert session.expand("{{outlet::place}}") == "", "outside of the prompt there is none"


async def test_effects_last_from_prompt_to_prompt(session: Session) -> None:
    host, chat_id = session.host, session.chat_id
    assert chat_id
    await fill(host, "Town", {"key": ["harbour"], "content": "ships", "sticky": 1, "automationId": "bell"})
    await host.books.bind("host", "Town")
    assert (await activated(session, keep=False)).automation_ids == ("bell",)
    assert await host.preferences.all(f"chat:{chat_id}") == {}
    await activated(session)
    for text in ("nothing", "nothing at all", "still nothing"):
        await host.chats.append(chat_id, NewMessage("user", "User", text))
    quiet = await activated(session, trigger="normal")
    assert quiet.outcome.joined == ()
    assert await host.preferences.all(f"chat:{chat_id}") == {}, "what has ended is forgotten"


async def test_hidden_messages_are_not_looked_at(session: Session) -> None:
    host, chat_id = session.host, session.chat_id
    assert chat_id
    await fill(host, "Town", {"key": ["dragon"], "content": "fire"})
    await host.books.bind("host", "Town")
    await host.chats.append(chat_id, NewMessage("user", "User", "A dragon!", hidden=True))
    assert (await activated(session)).outcome.joined == ()
    injected = await activated(session, injected=["A dragon circles above."])
    assert injected.outcome.joined[0].reason.where == "a prompt put into the chat"


async def test_a_preview_tells_why_and_changes_nothing(session: Session) -> None:
    await fill(session.host, "Town", {"key": ["harbour"], "content": "{{setvar::seen::1}}x", "cooldown": 9})
    await session.host.books.bind("host", "Town")
    assert session.chat_id
    told = (await preview(session.host, session.chat_id)).to_dict()
    assert [entry["why"] for entry in told["joined"]] == ["“harbour” in message 0"]
    assert told["books"]["everywhere"] == ["Town"]
    assert (await session.run("/getvar seen")).text == ""
    assert (await session.run("/wi-get-timed-effect file=Town effect=cooldown 0")).text == "false"


# -- files -----------------------------------------------------------------------------------------------------------


async def test_a_book_comes_from_a_file_or_from_a_card(session: Session) -> None:
    file = b'{"name": "Town", "entries": {"4": {"uid": 4, "key": ["a"], "content": "one"}}}'
    assert (await import_book(session.host, file)).name == "Town"
    assert (await import_book(session.host, file)).name == "Town (1)"
    replaced = await import_book(session.host, file.replace(b"one", b"two"), "town", replace=True)
    assert (replaced.name, replaced.items[4]["content"]) == ("Town", "two")
    with pytest.raises(UserError):
        await import_book(session.host, b"\x89PNG nothing")


async def test_chat_files_carry_the_book_and_the_effects(session: Session) -> None:
    from stcore.chat.jsonl.metadata import read_metadata, write_metadata

    file = {"world_info": "Town", "timedWorldInfo": {"sticky": {"Town.0": {"start": 1, "end": 4, "hash": 7}}}, "x": 1}
    read = read_metadata(file)
    assert (read.settings["book"], read.extra) == ("Town", {"x": 1})
    assert write_metadata(read.extra, {}, read.settings, None) == file
    await fill(session.host, "Town", {"key": ["nowhere"], "content": "stays", "sticky": 3})
    for key, value in read.settings.items():
        await session.host.preferences.set(f"chat:{session.chat_id}", key, value)
    await session.run("/send a")
    assert [activation.text for activation in (await activated(session)).outcome.joined] == ["stays"]
