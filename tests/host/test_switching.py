"""A session goes from chat to chat: what the script sees goes with it, and so does who watches."""

from __future__ import annotations

import pytest

from stcore.errors import NotFound
from stcore.testing.stage import stage

pytestmark = pytest.mark.anyio


async def test_variables_messages_and_names_are_those_of_the_other_chat() -> None:
    async with stage(others=("Carol",)) as session:
        carol = await session.host.characters.one("Carol")
        other = await session.host.chats.create("Elsewhere", character_id=carol.id)
        await session.run("/setvar key=boat Gull | /setglobalvar key=sea calm")
        first = session.chat_id
        await session.switch(other.id)
        seen = await session.run("/pass [{{getvar::boat}}][{{getglobalvar::sea}}][{{char}}][{{lastMessageId}}]")
        assert seen.pipe == "[][calm][Carol][]"
        await session.run("/setvar key=boat Tern")
        await session.switch(first)
        assert (await session.run("/pass {{getvar::boat}} {{char}}")).pipe == "Gull Character"
        assert session.ui.opened == [other.id, first]  # type: ignore[union-attr]


async def test_a_running_script_sees_the_chat_it_goes_to() -> None:
    async with stage() as session:
        script = "/setvar key=a 1 || /tempchat || /send hi || /setvar key=b 2 || "
        assert (await session.run(script + "/pass {{getvar::a}}{{getvar::b}} {{lastMessage}}")).pipe == "2 hi"


async def test_an_unknown_chat_changes_nothing() -> None:
    async with stage() as session:
        here = session.chat_id
        with pytest.raises(NotFound):
            await session.switch("0" * 32)
        assert (session.chat_id, session.ui.opened) == (here, [])  # type: ignore[union-attr]


async def test_after_leaving_the_next_message_begins_a_listed_chat() -> None:
    async with stage() as session:
        await session.run("/closechat")
        assert session.chat_id is None
        await session.run("/send a new day")
        chat = await session.host.chats.get(session.chat_id or "")
        assert (chat.temporary, chat.messages) == (False, 1)
        assert session.ui.opened == [None, chat.id]  # type: ignore[union-attr]


async def test_deleting_opens_another_chat_of_the_same_character() -> None:
    async with stage() as session:
        first = session.chat_id
        await session.run("/newchat || /renamechat Second")
        second = session.chat_id
        await session.run("/delchat")
        assert session.chat_id == first
        await session.run("/delchat")
        left = await session.host.chats.list()
        assert [chat.id for chat in left] == [session.chat_id]
        assert session.chat_id not in (first, second)


async def test_pick_is_rerolled_per_chat_and_kept() -> None:
    async with stage() as session:
        here = session.chat_id
        await session.run("/reroll-pick 5")
        again = await session.host.session(here)
        assert (again.window.reroll, (await again.run("/reroll-pick")).pipe) == (5, "6")
        await again.run("/newchat")
        assert again.window.reroll == 0


async def test_the_narrator_of_a_chat_is_kept_with_it() -> None:
    async with stage() as session:
        await session.run("/sysname Storyteller")
        again = await session.host.session(session.chat_id)
        assert (await again.run("/sys Once || /messages 1")).pipe == "Storyteller: Once"
        await again.run("/newchat")
        assert (await again.run("/sys Once || /messages 1")).pipe == "System: Once"


async def test_senders_are_known_by_key_and_in_any_case() -> None:
    async with stage(others=("Carol",)) as session:
        await session.run("/persona-create name=Mira || /sendas name=Carol.png one || /send name=mira two")
        await session.run("/sendas avatar=nobody three || /message-name at=1 character")
        messages = await session.host.chats.messages(session.chat_id or "")
        assert [(m.name, m.text) for m in messages[1:]] == [("Character", "one"), ("Mira", "two")]
        assert "no character “nobody”" in session.ui.toasts[-1].text  # type: ignore[union-attr]
        await session.run("/delname CHARACTER")
        assert await session.host.chats.count(session.chat_id or "") == 1
