"""The chat as slash commands see it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from stcore.chat.records import Message, NewMessage, Role
from stcore.chat.window import NARRATOR
from stcore.commands import services as commands
from stcore.commands.services.chat import mark_role

if TYPE_CHECKING:
    from stcore.chat.regexes.records import Place
    from stcore.chat.replies.records import Occasion
    from stcore.chat.store import ChatStore
    from stcore.chat.window import ChatWindow
    from stcore.macros import Environment

_ROLES: dict[commands.Role, Role] = {"user": "user", "character": "assistant", "system": "system", "comment": "system"}

_REWRITTEN: dict[commands.Role, Place] = {"user": "user", "character": "command"}
"""What messages of commands are to regex scripts; the others are left alone."""

PLACEHOLDER = "..."
"""What stands for a message of the character that is still to come."""


class ChatPort:
    """One chat, opened by its id when a command first needs it (a script without ``--chat`` gets a fresh one then).

    ``happened`` is told of each message that a command adds, for what waits for messages.
    """

    def __init__(
        self,
        store: Callable[[], ChatStore],
        open_chat: Callable[[], Awaitable[str]],
        window: ChatWindow,
        environment: Environment,
        happened: Callable[[Occasion], Awaitable[object]],
        rewrite: Callable[[Place, str], Awaitable[str]],
    ) -> None:
        self._store, self._open, self._window, self._environment = store, open_chat, window, environment
        self._happened, self._rewrite = happened, rewrite

    @property
    def user(self) -> str:
        return self._environment.user

    @property
    def character(self) -> str:
        return self._environment.char

    @property
    def narrator(self) -> str:
        return self._window.narrator or "System"

    async def set_narrator(self, name: str) -> None:
        await self._store().note_extra(await self._open(), **{NARRATOR: name or None})
        await self._window.refresh()

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
        extra: Mapping[str, Any] | None = None,
    ) -> commands.Message:
        own = {"user": self.user, "character": self.character, "system": self.narrator, "comment": "Note"}
        name = own[role] if name is None else name
        marked = mark_role(extra or {}, role)
        if role in _REWRITTEN and text != PLACEHOLDER:
            text = await self._rewrite(_REWRITTEN[role], text)
        new = NewMessage(_ROLES[role], name, text, hidden or role == "comment", at, marked)
        message = await self._store().append(await self._open(), new)
        await self._window.refresh()
        if not (role == "character" and text == PLACEHOLDER):
            await self._happened("bot" if role == "character" else "user")
        return _seen(message)

    async def update(
        self,
        id: str,
        *,
        name: str | None = None,
        role: commands.Role | None = None,
        hidden: bool | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> commands.Message:
        given = {"name": name, "hidden": hidden, "role": role and _ROLES[role]}
        changes: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
        if extra is not None or role is not None:
            merged = {**(await self._store().message(id)).extra, **(extra or {})}
            merged = {key: value for key, value in merged.items() if value is not None}
            changes["extra"] = merged if role is None else mark_role(merged, role)
        return await self._changed(await self._store().edit(id, **changes))

    async def add_swipe(self, id: str, text: str, *, show: bool) -> commands.Message:
        return await self._changed(await self._store().add_swipe(id, text, show=show))

    async def show_swipe(self, id: str, number: int) -> commands.Message:
        return await self._changed(await self._store().edit(id, swipe=number))

    async def remove_swipe(self, id: str, number: int) -> commands.Message:
        return await self._changed(await self._store().remove_swipe(id, number))

    async def delete(self, ids: Sequence[str]) -> None:
        await self._store().remove_all(ids)
        await self._window.refresh()

    async def _changed(self, message: Message) -> commands.Message:
        await self._window.refresh()
        return _seen(message)


def _seen(message: Message) -> commands.Message:
    roles: dict[Role, commands.Role] = {"user": "user", "assistant": "character", "scene": "character"}
    role = roles.get(message.role) or ("comment" if message.extra.get("type") == "comment" else "system")
    return commands.Message(
        id=message.id,
        name=message.name,
        text=message.text,
        role=role,
        hidden=message.hidden,
        sent_at=datetime.fromtimestamp(message.created / 1000, UTC).isoformat(timespec="milliseconds"),
        swipe=message.swipe,
        swipes=message.swipes,
        extra=message.extra,
    )
