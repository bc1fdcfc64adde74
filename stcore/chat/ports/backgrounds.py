"""Backgrounds as slash commands see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stcore.chat.backgrounds import NONE
from stcore.errors import NotFound

if TYPE_CHECKING:
    from stcore.chat.session import Session


class BackgroundsPort:
    """The background of the chat that a session is in."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def current(self) -> str:
        found, _ = await self._session.host.backgrounds.current(self._session.chat_id)
        return found.name if found is not None else ""

    async def choose(self, text: str) -> str | None:
        store = self._session.host.backgrounds
        try:
            found = await store.find(text)
        except NotFound:
            return None
        await store.choose(found, self._session.chat_id)
        return found.name if found is not None else NONE

    async def lock(self) -> None:
        store = self._session.host.backgrounds
        chat_id = await self._session.open_chat()
        shown, _ = await store.current(chat_id)
        await store.lock(chat_id, shown)

    async def unlock(self) -> None:
        await self._session.host.backgrounds.unlock(await self._session.open_chat())
