"""Summaries and translations by a text model."""

from __future__ import annotations

import pytest

from stcore.chat.summaries import read_summary
from stcore.testing.servers.openai import Fault
from stcore.upkeep import change_settings
from tests.chat.prompting.conftest import Room

pytestmark = pytest.mark.anyio


async def test_the_chat_is_summarised_and_the_summary_goes_on(room: Room) -> None:
    await room.run("/send We sail at dawn.")
    room.answers("Ann sails at dawn.")
    assert await room.run("/summarize") == "Ann sails at dawn."
    (system, told) = room.asked
    assert "at most 200 words" in system[1]
    assert told == ("user", "Mira: Who is there?\nAnn: We sail at dawn.")
    assert await room.run("/pass {{summary}}") == "Ann sails at dawn."
    room.answers("Aye.")
    await room.session.say("Ready?")
    assert any("What has happened so far: Ann sails at dawn." in text for _, text in room.asked)
    room.answers("She sailed.")
    await room.run("/summarize prompt=Shorter.")
    assert room.asked == [
        ("system", "Shorter."),
        ("user", "Earlier summary:\nAnn sails at dawn.\n\nWhat happened since:\nAnn: Ready?\nMira: Aye."),
    ]
    before = len(room.fake.bodies)
    assert await room.run("/summarize") == "She sailed.", "nothing is new"
    assert len(room.fake.bodies) == before


async def test_a_long_chat_is_read_in_portions_and_hidden_messages_are_left_out(room: Room) -> None:
    await change_settings(room.host, lambda document: document.setdefault("chat", {}).update(context_tokens=1024))
    for number in range(3):
        await room.run(f"/send {number} {'word ' * 300}")
    await room.run("/send secret | /hide 4")
    room.answers("one", "two", "three")
    assert await room.run("/summarize") == "three"
    assert all("secret" not in str(body) for body in room.fake.bodies)
    assert "Earlier summary:\ntwo" in room.asked[-1][1]


async def test_a_summary_of_messages_that_are_gone_is_made_anew(room: Room) -> None:
    await room.run("/send One.")
    room.answers("first", "second")
    await room.run("/summarize")
    await room.run("/del 1 | /send Two.")
    await room.run("/summarize")
    assert room.asked[-1][1] == "Mira: Who is there?\nAnn: Two."
    assert (await read_summary(room.host, room.chat_id)).text == "second"


async def test_a_text_is_summarised_without_touching_the_chat(room: Room) -> None:
    room.answers(" Short. ")
    assert await room.run("/summarize prompt=Briefly. A long story.") == "Short."
    assert room.asked == [("system", "Briefly."), ("user", "A long story.")]
    assert (await read_summary(room.host, room.chat_id)).text == ""


async def test_a_text_is_translated_into_the_language_asked_for(room: Room) -> None:
    room.answers("Guten Abend", "Good evening", "Bonsoir")
    assert await room.run("/translate target=DE Good evening") == "Guten Abend"
    assert "into German." in room.asked[0][1]
    assert room.asked[1] == ("user", "Good evening")
    await room.run("/translate target=klingon provider=oracle Qapla'")
    assert "into English." in room.asked[0][1]
    assert [toast.level for toast in room.ui.toasts] == ["warning", "warning"]
    await change_settings(room.host, lambda document: document.setdefault("chat", {}).update(language="fr"))
    await room.run("/translate Good evening")
    assert "into French." in room.asked[0][1]


async def test_a_failure_is_told_and_gives_nothing(room: Room) -> None:
    room.fake.queue.append(Fault(401))
    assert await room.run("/translate target=de Hello") == ""
    assert len(room.ui.errors) == 1
    await room.host.texts.default("offline")
    assert await room.run("/summarize") == ""
    assert "built-in helper" in room.ui.errors[-1].message
