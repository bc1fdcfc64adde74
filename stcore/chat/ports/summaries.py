"""Summaries as slash commands see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stcore.chat.summaries import summarise, usual_instruction
from stcore.commands.services.generation import AskedAlone

if TYPE_CHECKING:
    from stcore.chat.session import Session


class SummariesPort:
    """The summary of the chat that a session is in."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def make(self, instruction: str = "") -> str | None:
        session = self._session
        chat_id = await session.open_chat()
        text = await summarise(session.host, chat_id, self._ask, instruction or await self.instruction())
        await session.refresh()
        return text

    async def instruction(self) -> str:
        return self._session.expand(usual_instruction(self._session.host))

    async def language(self) -> str:
        return self._session.host.settings.current.chat.language

    async def _ask(self, instruction: str, text: str) -> str | None:
        generation = self._session.services.generation
        assert generation is not None, "a session has a text model"
        return await generation.generate_alone(AskedAlone(text, system=instruction, tidy=False))
