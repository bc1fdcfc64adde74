"""A real host whose text model is a real HTTP server that answers at once and remembers what it was asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from stcore.chat.beginning import begin_chat
from stcore.chat.session import Session
from stcore.host import Host
from stcore.testing.memory import MemoryUi
from stcore.testing.servers.openai import FakeOpenAI, Reply
from stcore.testing.servers.serve import serve

CARD = {
    "description": "{{char}} keeps the lighthouse.",
    "personality": "calm",
    "scenario": "A stormy night.",
    "first_mes": "Who is there?",
    "mes_example": "<START>\n{{char}}: Mind the step.",
    "post_history_instructions": "Keep it short.",
    "depth_prompt": "It is night.",
    "depth_prompt_depth": 1,
}


@pytest.fixture
def fake() -> FakeOpenAI:
    return FakeOpenAI()


@pytest.fixture
def address(fake: FakeOpenAI) -> Iterator[str]:
    with serve(fake) as url:
        yield url


@dataclass
class Room:
    """One chat between Ann and Mira, the fake model, and what the person is shown."""

    host: Host
    session: Session
    ui: MemoryUi
    fake: FakeOpenAI
    chat_id: str

    async def run(self, script: str) -> str:
        return (await self.session.run(script)).text

    def answers(self, *texts: str, **how: Any) -> None:
        """What the model says next, one text a request."""
        self.fake.queue.extend(Reply(pieces=(text,), **how) for text in texts)

    @property
    def asked(self) -> list[tuple[str, str]]:
        """The messages of the last request."""
        return [(message["role"], message["content"]) for message in self.fake.bodies[-1]["messages"]]

    async def said(self) -> list[tuple[str, str]]:
        return [(message.name, message.text) for message in await self.host.chats.messages(self.chat_id)]


@pytest.fixture
async def room(tmp_path: Any, fake: FakeOpenAI, address: str) -> AsyncIterator[Room]:
    async with Host.open(tmp_path / "data", face="once") as host:
        await host.texts.add("openai-compatible", "fake", {"url": address, "model": "chatty-small"})
        persona = await host.personas.create("Ann", {"description": "A sailor."})
        await host.personas.set_default(persona.id)
        mira = await host.characters.create("Mira", CARD)
        chat = await begin_chat(host, mira.id)
        ui = MemoryUi()
        yield Room(host, await host.session(chat.id, ui), ui, fake, chat.id)
