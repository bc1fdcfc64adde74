"""Where the small settings of prompts are kept: by a key, in memory or with a chat in the database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from stcore.host import Host

Change = Callable[[Any], Any]
"""From what is stored (``None`` for nothing) to what shall be; ``None`` forgets it."""


class Shelf(Protocol):
    """Values of JSON by their keys."""

    async def get(self, key: str) -> Any:
        """What is stored, ``None`` for nothing."""
        ...

    async def change(self, key: str, change: Change) -> Any:
        """Change one value in one go; gives what is stored then."""
        ...


class MemoryShelf:
    """A shelf that is a dict."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    async def get(self, key: str) -> Any:
        return self.values.get(key)

    async def change(self, key: str, change: Change) -> Any:
        value = change(self.values.get(key))
        if value is None:
            self.values.pop(key, None)
        else:
            self.values[key] = value
        return value


class HostShelf:
    """The settings of the whole host that programs set."""

    def __init__(self, host: Host) -> None:
        self._host = host

    async def get(self, key: str) -> Any:
        return await self._host.preferences.get("host", key)

    async def change(self, key: str, change: Change) -> Any:
        value = change(await self.get(key))
        await self._host.preferences.set("host", key, value)
        return value


class ChatShelf:
    """The scoped settings of one chat, opened by its id when something is first asked for. Changes are journalled."""

    def __init__(self, host: Host, open_chat: Callable[[], Awaitable[str]]) -> None:
        self._host, self._open = host, open_chat

    async def get(self, key: str) -> Any:
        return await self._host.preferences.get(f"chat:{await self._open()}", key)

    async def change(self, key: str, change: Change) -> Any:
        from sqlalchemy import Connection

        from stcore.chat.preferences import read_all, write
        from stcore.storage.journal import note

        chat_id = await self._open()
        scope, now = f"chat:{chat_id}", self._host.chats.now()

        def fn(connection: Connection) -> Any:
            value = change(read_all(connection, scope).get(key))
            write(connection, scope, {key: value})
            note(connection, "prompting.changed", {"key": key}, chat_id=chat_id, now=now)
            return value

        value = await self._host.database.write(fn)
        self._host.bus.wake()
        return value


def chat_shelf(host: Host, chat_id: str) -> ChatShelf:
    """The shelf of a chat whose id is known."""

    async def known() -> str:
        return chat_id

    return ChatShelf(host, known)
