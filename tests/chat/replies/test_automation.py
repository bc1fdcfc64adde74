"""Quick replies that run by themselves, on a real host with the offline text model (spec/stscript.md 17.5)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from stcore.chat.replies.records import Reply, ReplySet
from stcore.chat.session import MOST_ANSWERS, Session
from stcore.testing.memory import MemoryUi
from stcore.testing.stage import stage

pytestmark = pytest.mark.anyio

NOTE = "/addglobalvar key=seen {},"


@pytest.fixture
async def session() -> AsyncIterator[Session]:
    async with stage() as session:
        yield session


async def put(session: Session, name: str, *replies: Reply, scope: str = "host", **options: Any) -> None:
    """Keep a set and switch it on in a scope."""
    of = ReplySet(name, **options)
    for reply in replies:
        of = of.with_new(reply)
    await session.host.reply_sets.add(of)
    await session.host.reply_sets.switch(scope, name, True)


def auto(text: str, *occasions: Any, calm: bool = True, **more: Any) -> Reply:
    return Reply(0, more.pop("label", text), text, occasions=frozenset(occasions), calm=calm, **more)


async def seen(session: Session) -> list[str]:
    return (await session.run("/getglobalvar seen")).text.rstrip(",").split(",")


async def texts(session: Session) -> list[str]:
    assert session.chat_id
    return [message.text.strip() for message in await session.host.chats.messages(session.chat_id)]


def ui_of(session: Session) -> MemoryUi:
    assert isinstance(session.ui, MemoryUi)
    return session.ui


async def test_a_message_and_its_reply_are_followed_in_the_order_of_the_places(session: Session) -> None:
    character = (await session.host.chats.get(session.chat_id or "")).character_id
    await put(session, "Third", auto(NOTE.format("character"), "user", "bot"), scope=f"character:{character}")
    await put(session, "Second", auto(NOTE.format("chat"), "user"), scope=f"chat:{session.chat_id}")
    await put(
        session,
        "First",
        auto(NOTE.format("one"), "user"),
        auto(NOTE.format("before"), "generation"),
        auto(NOTE.format("two"), "user"),
        auto(NOTE.format("reply"), "bot"),
    )
    await session.say("Good morning")
    assert await seen(session) == ["one", "two", "chat", "character", "before", "reply", "character"]


async def test_messages_of_commands_count_but_the_placeholder_does_not(session: Session) -> None:
    await put(session, "Auto", auto(NOTE.format("user"), "user"), auto(NOTE.format("bot"), "bot"))
    await session.run("/send a | /sys b | /comment c | /sendas name=Ann d | /sendas name=Ann ...")
    assert await seen(session) == ["user", "user", "user", "bot"]


async def test_a_calm_reply_sets_nothing_off_and_another_one_is_stopped_in_time(session: Session) -> None:
    await put(session, "Calm", auto("/send from the calm one", "user"))
    await session.run("/send hello")
    assert await texts(session) == ["Hello.", "hello", "from the calm one"]
    await session.host.reply_sets.delete("Calm")
    await put(session, "Wild", auto("/send again", "user", calm=False))
    await session.run("/send hello")
    assert 5 < len(await texts(session)) < 20
    assert "again and again" in ui_of(session).errors[-1].message


async def test_errors_are_shown_with_the_name_of_the_reply_and_never_break_the_chat(session: Session) -> None:
    await put(
        session,
        "Auto",
        auto("/nope", "user", label="unread"),
        auto("/var nothing", "user", label="failing"),
        auto(NOTE.format("after"), "user"),
    )
    await session.say("hello")
    assert [error.kind for error in ui_of(session).errors] == ["parse", "execution"]
    assert ["Auto.unread" in ui_of(session).errors[0].message, "Auto.failing" in ui_of(session).errors[1].message]
    assert await seen(session) == ["after"]
    assert len(await texts(session)) == 3, "the reply came all the same"


async def test_the_start_comes_first_and_what_happens_meanwhile_waits(session: Session) -> None:
    host = session.host
    other = await host.session((await host.chats.create("Other")).id, MemoryUi())
    await put(
        session,
        "Auto",
        auto("/delay 100 | /comment start", "startup"),
        auto("/comment new", "new"),
        auto("/comment load", "load"),
        auto("/comment user", "user"),
    )
    opening = asyncio.ensure_future(session.opened(new=True))
    await asyncio.sleep(0.03)
    await other.run("/send in another chat")
    await opening
    await other.opened()
    chats = [await host.chats.messages(chat_id or "") for chat_id in (session.chat_id, other.chat_id)]
    notes = sorted((note.id, note.text) for chat in chats for note in chat if note.name == "Note")
    assert [text for _, text in notes] == ["start", "user", "new", "load", "load"]


async def test_a_lorebook_entry_runs_the_replies_with_its_id(session: Session) -> None:
    await put(
        session,
        "Auto",
        auto(NOTE.format("storm"), automation_id="storm"),
        auto(NOTE.format("sun"), automation_id="sun"),
    )
    await session.automation.activated(["storm", "", "unknown"])
    await session.automation.activated([""])
    assert await seen(session) == ["storm"]


async def test_the_switch_over_all_stops_what_runs_by_itself_but_not_calls(session: Session) -> None:
    await put(session, "Auto", auto(NOTE.format("user"), "user", label="x"))
    await asyncio.to_thread(
        session.host.settings.change, lambda d: d.setdefault("chat", {}).update(quick_replies=False)
    )
    await session.run("/send hello")
    assert (await session.run("/getglobalvar seen")).text == ""
    await session.run("/run x")
    assert await seen(session) == ["user"]


async def test_a_message_of_a_quick_reply_is_sent_at_once_and_answered_when_the_script_has_ended(
    session: Session,
) -> None:
    await put(session, "Say", Reply(0, "hi", "Hi, {{char}}!"), Reply(0, "count", "/len {{lastMessage}}"))
    result = await session.run("/run hi | /pass <{{pipe}}> | /setvar key=p {{pipe}} | /setvar key=last {{lastMessage}}")
    assert result.text == "Hi, Character!"
    assert (await session.run("/getvar p")).text == "<>", "the pipe is empty"
    assert len(await texts(session)) == 3


async def test_replies_that_answer_themselves_end(session: Session) -> None:
    await put(session, "Loop", auto("And then?", "bot"))
    await session.say("Tell me")
    said = [text for text in await texts(session) if text == "And then?"]
    assert len(said) == MOST_ANSWERS + 1
    assert "by themselves" in ui_of(session).errors[-1].message


async def test_no_send_waits_in_the_message_box(session: Session) -> None:
    await put(session, "Draft", auto("Dear {{char}},", "load"), no_send=True)
    await session.opened()
    assert ui_of(session).input.strip() == "Dear Character,"
    assert await texts(session) == ["Hello."]


async def test_what_runs_by_itself_can_be_stopped_and_the_reply_with_it(session: Session) -> None:
    await put(session, "Slow", auto("/delay 20000", "user"))
    saying = asyncio.ensure_future(session.say("hello"))
    while not await session.stop():
        await asyncio.sleep(0.01)
    while not saying.done():
        await session.stop()
        await asyncio.sleep(0.01)
    assert await texts(session) == ["Hello.", "hello"]


async def test_a_chosen_member_of_a_group_is_announced() -> None:
    async with stage(group=("Ann", "Ben")) as session:
        await put(session, "Auto", auto(NOTE.format("member"), "group"))
        await session.say("Ann, Ben, come here")
        assert "member" in await seen(session)


async def test_a_script_that_goes_to_a_new_chat_makes_and_opens_it(session: Session) -> None:
    await put(session, "Auto", auto("/comment made", "new"), auto("/comment opened", "load"))
    await session.run("/newchat")
    assert await texts(session) == ["Hello.", "made", "opened"]
    await session.run("/chat-reload")
    assert await texts(session) == ["Hello.", "made", "opened", "opened"]
