"""The settings of pictures in one chat: the host's, over them those of its character or group, over them its own.

What a character or chat says otherwise is kept in the database under the key ``images`` of its scope; values that no
longer fit (an older program wrote them) are left out and named in the log.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Connection, select

from stcore.chat.preferences import read_all, write
from stcore.chat.rows import note_chat
from stcore.errors import NotFound, UserError
from stcore.images.settings import FIELDS, OF_SOURCE, ImageSettings
from stcore.storage.tables import chats

if TYPE_CHECKING:
    from stcore.host import Host

log = logging.getLogger("stcore.images")

KEY = "images"

Scope = Literal["host", "character", "chat"]
SCOPES: tuple[Scope, ...] = ("host", "character", "chat")


@dataclass(frozen=True, slots=True)
class Layers:
    """``host`` holds everything, ``character`` (which may be a group) and ``chat`` only what they say otherwise;
    ``None`` where there is no such thing."""

    host: ImageSettings
    character: Mapping[str, Any] | None = None
    chat: Mapping[str, Any] | None = None
    partner: str | None = field(default=None, repr=False)
    """The scope of the character or group."""

    @property
    def effective(self) -> ImageSettings:
        """What counts in the chat."""
        own = {**(self.character or {}), **(self.chat or {})}
        return self.host.overlaid(own) if own else self.host

    @property
    def origins(self) -> dict[str, Scope]:
        """By setting, whose value counts; those of the host are left out."""
        of_character: dict[str, Scope] = dict.fromkeys(self.character or (), "character")
        return of_character | dict.fromkeys(self.chat or (), "chat")

    def to_dict(self) -> dict[str, Any]:
        return {
            "scopes": {"host": self.host.model_dump(mode="json"), "character": self.character, "chat": self.chat},
            "effective": self.effective.model_dump(mode="json"),
            "origins": self.origins,
        }


class PictureSettings:
    """Reads and changes the settings of pictures."""

    def __init__(
        self, host: Host, change_host: Callable[[Callable[[dict[str, Any]], None]], Awaitable[object]]
    ) -> None:
        """``change_host`` edits the document of ``settings.toml``."""
        self._host, self._change_host = host, change_host

    async def of(self, chat_id: str | None) -> Layers:
        """The settings in a chat; without one those of the host."""
        host = self._host.settings.current.images
        if chat_id is None:
            return Layers(host)

        def fn(connection: Connection) -> Layers:
            partner = _partner(connection, chat_id)
            character = _read(connection, partner) if partner else None
            return Layers(host, character, _read(connection, f"chat:{chat_id}"), partner)

        return await self._host.database.read(fn)

    async def change(self, scope: Scope, values: Mapping[str, Any], chat_id: str | None = None) -> Layers:
        """Set values in one scope; ``None`` forgets one. Another source forgets what belonged to the one before.

        Raises :class:`UserError` for a value that does not fit, with nothing changed, and ``NotFound``.
        """
        layers = await self.of(chat_id)
        values = _with_consequences(values, layers.effective)
        unknown = [name for name in values if name not in FIELDS]
        given = {name: value for name, value in values.items() if value is not None}
        ImageSettings().overlaid({**given, **dict.fromkeys(unknown)})
        if scope == "host":
            await self._change_host(lambda document: _put(document.setdefault("images", {}), values))
        else:
            await self._change_scope(scope, layers, values, chat_id)
        return await self.of(chat_id)

    async def _change_scope(self, scope: Scope, layers: Layers, values: Mapping[str, Any], chat_id: str | None) -> None:
        if chat_id is None:
            raise UserError("No chat is open that could have settings of its own.")
        place = f"chat:{chat_id}" if scope == "chat" else layers.partner
        if place is None:
            raise NotFound("This chat has no character that could have settings of its own.")
        now = self._host.chats.now()

        def fn(connection: Connection) -> None:
            own = dict(read_all(connection, place).get(KEY) or {})
            _put(own, values)
            write(connection, place, {KEY: own or None})
            note_chat(connection, chat_id, "chat.changed", now)

        await self._host.database.write(fn)
        self._host.bus.wake()


def _partner(connection: Connection, chat_id: str) -> str | None:
    row = connection.execute(select(chats.c.character_id, chats.c.group_id).where(chats.c.id == chat_id)).first()
    if row is None:
        raise NotFound("This chat no longer exists.")
    if row.group_id:
        return f"group:{row.group_id}"
    return f"character:{row.character_id}" if row.character_id else None


def _read(connection: Connection, scope: str) -> dict[str, Any]:
    """What a scope says, without what does not fit."""
    found = read_all(connection, scope).get(KEY) or {}
    fitting: dict[str, Any] = {}
    for name, value in found.items():
        try:
            ImageSettings().overlaid({name: value})
        except UserError as error:
            log.warning("Settings of %s: %s", scope, error.message)
        else:
            fitting[name] = value
    return fitting


def _with_consequences(values: Mapping[str, Any], now: ImageSettings) -> dict[str, Any]:
    """``values``, and with another source the end of what only the one before could understand (section 15)."""
    chosen = dict(values)
    if values.get("source") and values["source"] != now.source:
        chosen = {**dict.fromkeys(OF_SOURCE), **chosen}
    return chosen


def _put(table: dict[str, Any], values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if value is None:
            table.pop(name, None)
        else:
            table[name] = value
