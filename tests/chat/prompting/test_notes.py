"""Injections and notes as they are kept: in memory and with a chat, whatever was stored."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from stcore.chat.prompting.injections import Injections, read_injections
from stcore.chat.prompting.notes import Notes, is_due, read_note, with_character_note
from stcore.chat.prompting.shelf import MemoryShelf, chat_shelf
from stcore.commands.services.prompting import Injection, Note
from tests.chat.prompting.conftest import Room

pytestmark = pytest.mark.anyio

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.dictionaries(
    st.sampled_from(["value", "position", "depth", "role", "scan", "filter", "text", "frequency"]), JSON
)


@given(st.dictionaries(st.text(max_size=4), JSON | FIELDS, max_size=4) | JSON)
def test_whatever_is_stored_can_be_read(stored: Any) -> None:
    found = read_injections(stored)
    assert list(found) == sorted(found)
    assert all(isinstance(one.to_dict()["position"], int) and one.depth >= 0 for one in found.values())
    assert read_note(stored).position in ("before", "after", "chat")


async def test_injections_survive_and_are_in_the_order_of_their_ids(room: Room) -> None:
    for shelf in (MemoryShelf(), chat_shelf(room.host, room.chat_id)):
        injections = Injections(shelf)
        await injections.put("b", Injection("two", "chat", 2, True, "user", " /pass true ", True))
        await injections.put("a", Injection("one"))
        assert list((await Injections(shelf).all()).items()) == [
            ("a", Injection("one")),
            ("b", Injection("two", "chat", 2, True, "user", " /pass true ", True)),
        ]
        await injections.drop_ephemeral()
        await injections.remove("nothing")
        assert list(await injections.all()) == ["a"]
        await injections.remove()
        assert await injections.all() == {}


async def test_a_change_is_heard_by_every_face(room: Room) -> None:
    from stcore.storage.journal import newest, since

    before = await room.host.database.read(newest)
    await room.run("/note Mind the step.")
    entries = await room.host.database.read(lambda connection: since(connection, before))
    assert ("prompting.changed", {"key": "note"}, room.chat_id) in [(e.kind, e.data, e.chat_id) for e in entries]


async def test_a_note_takes_what_it_does_not_say_from_the_default() -> None:
    defaults = MemoryShelf()
    await defaults.change("note", lambda _: {"text": "default", "depth": 7, "role": "nobody"})
    notes = Notes(MemoryShelf(), defaults)
    assert await notes.get() == Note("default", 7)
    assert await notes.change(role="user") == Note("default", 7, role="user")


@pytest.mark.parametrize(
    ("frequency", "due"), [(0, []), (1, [0, 1, 2, 3, 4, 5, 6]), (2, [2, 4, 6]), (3, [3, 6]), (99, [])]
)
def test_when_a_note_is_due(frequency: int, due: list[int]) -> None:
    assert [said for said in range(7) if is_due(Note("x", frequency=frequency), said)] == due


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        (None, "chat"),
        ({"text": "own", "use": False}, "chat"),
        ({"text": " ", "use": True}, "chat"),
        ({"text": "own", "use": True}, "own"),
        ({"text": "own", "use": True, "position": "before"}, "own\nchat"),
        ({"text": "own", "use": True, "position": "after"}, "chat\nown"),
    ],
)
def test_a_character_brings_a_note_of_its_own(stored: Any, text: str) -> None:
    assert with_character_note(Note("chat"), stored) == text
