"""Styles as slash commands see them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stcore.chat.session import Session


class StylesPort:
    """The styles of the host, and which one is in use in the chat of a session."""

    def __init__(self, session: Session) -> None:
        self._session, self._desk = session, session.host.style_desk

    async def names(self) -> Sequence[str]:
        return await asyncio.to_thread(self._session.host.styles.names)

    async def save(self, name: str, prefix: str | None, negative: str | None) -> str:
        kept = await self._desk.save(name, prefix=prefix, negative=negative, chat_id=self._session.chat_id)
        return kept.name

    async def rename(self, old: str, new: str) -> str:
        current = old or (await self._desk.working(self._session.chat_id)).name
        return (await self._desk.rename(current, new)).name

    async def delete(self, name: str) -> str:
        return await self._desk.delete(name, self._session.chat_id)
