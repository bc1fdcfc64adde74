"""Who is asked in a group, and with what."""

from __future__ import annotations

from typing import Any

import pytest

from stcore.chat.beginning import begin_chat
from stcore.host import Host
from stcore.testing.memory import MemoryUi
from stcore.testing.servers.openai import FakeOpenAI, Reply

pytestmark = pytest.mark.anyio


async def test_members_speak_in_turn_each_as_itself(tmp_path: Any, fake: FakeOpenAI, address: str) -> None:
    async with Host.open(tmp_path / "data", face="once") as host:
        await host.texts.add("openai-compatible", "fake", {"url": address})
        people = [await host.characters.create(name, {"description": f"{name} bakes."}) for name in ("Mira", "Bo")]
        group = await host.groups.create("Bakers", [person.id for person in people])
        await host.groups.update(group.id, options={"strategy": "list"})
        chat = await begin_chat(host, group_id=group.id)
        session = await host.session(chat.id, MemoryUi())
        before = len(await host.chats.messages(chat.id))

        fake.queue.extend([Reply(pieces=("Mira: Flour!",)), Reply(pieces=("Bo: Water!\nUser: No",))])
        await session.say("What do we need?")
        said = [(message.name, message.text) for message in await host.chats.messages(chat.id)][before:]
        assert said == [("User", "What do we need?"), ("Mira", "Flour!"), ("Bo", "Water!")]
        first, second = (body["messages"] for body in fake.bodies)
        assert "Mira bakes." in first[0]["content"]
        assert "Bo bakes." in second[0]["content"]
        assert second[-3:-1] == [
            {"role": "user", "content": "User: What do we need?"},
            {"role": "assistant", "content": "Mira: Flour!"},
        ]
        assert second[-1]["content"] == "[Write the next reply only as Bo.]"

        fake.queue.extend([Reply(pieces=("Salt!",)), Reply(pieces=("Sugar!",)), Reply(pieces=("Oil!",))])
        await session.run("/trigger await=true 1")
        assert (await host.chats.messages(chat.id))[-1].name == "Bo"
        await session.run("/trigger await=true mira || /swipe await=true")
        last = (await host.chats.messages(chat.id))[-1]
        assert (last.name, last.text, last.swipes) == ("Mira", "Oil!", 2)
        assert "Mira bakes." in fake.bodies[-1]["messages"][0]["content"]

        fake.queue.extend([Reply(pieces=("Rye!",)), Reply(pieces=("Oats!",))])
        await session.run("/regenerate await=true")
        said = [(message.name, message.text) for message in await host.chats.messages(chat.id)][before + 1 :]
        assert said == [("Mira", "Rye!"), ("Bo", "Oats!")]
