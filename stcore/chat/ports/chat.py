"""The chat as slash commands see it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from stcore.chat.records import Message, NewMessage, Role
from stcore.commands import services as commands

if TYPE_CHECKING:
    from stcore.chat.store import ChatStore
    from stcore.chat.window import ChatWindow

_ROLES: dict[commands.Role, Role] = {"user": "user", "character": "assistant", "system": "system", "comment": "system"}


class ChatPort:
    """One chat, opened by its id when a command first needs it (a script without ``--chat`` gets a fresh one then)."""

    narrator = "System"

    def __init__(
        self,
        store: Callable[[], ChatStore],
        open_chat: Callable[[], Awaitable[str]],
        window: ChatWindow,
        *,
        user: str,
        character: str,
    ) -> None:
        self._store, self._open, self._window = store, open_chat, window
        self.user, self.character = user, character

    async def set_narrator(self, name: str) -> None:
        self.narrator = name or type(self).narrator

    async def messages(self) -> Sequence[commands.Message]:
        return [_seen(message) for message in await self._store().texts(await self._open())]

    async def send(
        self,
        text: str,
        *,
        name: str | None = None,
        role: commands.Role = "user",
        hidden: bool = False,
        at: int | None = None,
    ) -> commands.Message:
        names = {"user": self.user, "character": self.character, "system": self.narrator, "comment": "Note"}
        extra = {"type": role} if role in ("system", "comment") else {}
        hidden = hidden or role == "comment"
        new = NewMessage(_ROLES[role], name or names[role], text, hidden, at, extra)
        message = await self._store().append(await self._open(), new)
        await self._window.refresh()
        return _seen(message)

    async def update(
        self, id: str, *, name: str | None = None, role: commands.Role | None = None, hidden: bool | None = None
    ) -> commands.Message:
        changes: dict[str, Any] = {"name": name, "hidden": hidden, "role": role and _ROLES[role]}
        message = await self._store().edit(id, **{key: value for key, value in changes.items() if value is not None})
        await self._window.refresh()
        return _seen(message)

    async def delete(self, ids: Sequence[str]) -> None:
        for message_id in ids:
            await self._store().remove(message_id)
        await self._window.refresh()


def _seen(message: Message) -> commands.Message:
    roles: dict[Role, commands.Role] = {"user": "user", "assistant": "character", "scene": "character"}
    role = roles.get(message.role) or ("comment" if message.extra.get("type") == "comment" else "system")
    sent = datetime.fromtimestamp(message.created / 1000, UTC).isoformat(timespec="milliseconds")
    return commands.Message(message.id, message.name, message.text, role, message.hidden, sent)
