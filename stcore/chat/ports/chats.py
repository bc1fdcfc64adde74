"""The chats of the host as slash commands see them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from stcore.chat.window import REROLL
from stcore.errors import NotFound

if TYPE_CHECKING:
    from stcore.chat.records import Chat
    from stcore.chat.session import Session


class ChatsPort:
    """The way of one session from chat to chat."""

    def __init__(self, session: Session) -> None:
        self._session, self._host = session, session.host

    async def name(self) -> str:
        chat = await self._open()
        return "" if chat is None or chat.temporary else chat.title

    async def rename(self, name: str) -> bool:
        chat = await self._open()
        if chat is None:
            return False
        await self._host.chats.rename(chat.id, name)
        return True

    async def new(self, *, delete: bool) -> None:
        left = await self._open()
        if left is None:
            return
        await self._session.switch((await self._begin_like(left)).id, new=True)
        if delete:
            await self._remove(left)

    async def delete(self) -> None:
        left = await self._open()
        if left is None:
            return
        alike = await self._host.chats.alike(left.id)
        other = alike[0] if alike else await self._begin_like(left)
        await self._session.switch(other.id, new=not alike)
        await self._remove(left)

    async def temporary(self) -> None:
        await self._session.switch((await self._host.chats.create("Temporary chat", temporary=True)).id, new=True)

    async def close(self) -> None:
        if self._session.chat_id is not None:
            await self._session.switch(None)

    async def save(self) -> None:
        await self._session.surroundings.flush()

    async def reload(self) -> None:
        if self._session.chat_id is not None:
            await self._session.switch(self._session.chat_id)

    async def reroll(self, seed: int | None) -> int:
        number = self._session.window.reroll + 1 if seed is None else seed
        await self._host.chats.note_extra(await self._session.open_chat(), **{REROLL: number})
        await self._session.refresh()
        return number

    async def count_tokens(self) -> int:
        from stcore.text.tokens import estimate_tokens

        messages = await self._host.chats.texts(await self._session.open_chat())
        return estimate_tokens(" ".join(message.text for message in messages if not message.hidden))

    # -- branches and checkpoints ------------------------------------------------------------------------------------

    async def branch(self, number: int) -> str:
        return await self._go(await self._host.chats.branch(await self._session.open_chat(), number))

    async def checkpoint(self, number: int, name: str) -> str:
        chat_id = await self._session.open_chat()
        [message] = await self._host.chats.messages(chat_id, number + 1, 1)
        return (await self._host.chats.checkpoint(message.id, name)).title

    async def checkpoints(self) -> Mapping[int, str]:
        found = await self._host.chats.checkpoints(await self._session.open_chat())
        return {number: chat.title for number, chat in found.items()}

    async def open_checkpoint(self, number: int) -> str:
        found = await self._host.chats.checkpoints(await self._session.open_chat(), number)
        return await self._go(found.get(number))

    async def parent(self) -> str:
        parent = await self._parent()
        return "" if parent is None else parent.title

    async def open_parent(self) -> str:
        return await self._go(await self._parent())

    # -- helpers -----------------------------------------------------------------------------------------------------

    async def _open(self) -> Chat | None:
        chat_id = self._session.chat_id
        return None if chat_id is None else await self._host.chats.get(chat_id)

    async def _parent(self) -> Chat | None:
        chat = await self._open()
        if chat is None or chat.parent_id is None:
            return None
        try:
            return await self._host.chats.get(chat.parent_id)
        except NotFound:
            return None  # deleted this very moment

    async def _go(self, chat: Chat | None) -> str:
        if chat is None:
            return ""
        await self._session.switch(chat.id)
        return chat.title

    async def _begin_like(self, chat: Chat) -> Chat:
        from stcore.chat.beginning import begin_chat

        return await begin_chat(self._host, chat.character_id, group_id=chat.group_id)

    async def _remove(self, chat: Chat) -> None:
        await self._host.delete_chat(chat.id)
