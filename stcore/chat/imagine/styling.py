"""Choosing, keeping and giving up styles (image-generation.md section 11).

Choosing copies a style's two texts into the settings of pictures, where they may be changed without changing the style;
keeping writes them back. Every change of the library is followed by the event ``styles.changed``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, select

from stcore.chat.imagine.settings import KEY, Layers, Scope
from stcore.chat.preferences import write
from stcore.images.styles import Clash, Style, Taking
from stcore.storage.journal import note
from stcore.storage.tables import settings

if TYPE_CHECKING:
    from stcore.chat.parts import ChatHost

T = TypeVar("T")

_KEYS = ("style", "prefix", "negative")


@dataclass(frozen=True, slots=True)
class Working:
    """The texts that pictures are made with now, and whose they are: everybody's, a character's or a chat's own.

    ``exists`` tells whether there is a style of this ``name``, ``changed`` whether the texts differ from what it says.
    """

    name: str
    prefix: str
    negative: str
    exists: bool
    changed: bool
    scope: Scope

    def to_dict(self) -> dict[str, Any]:
        return {field: getattr(self, field) for field in self.__slots__}


class StyleDesk:
    """What people do with styles, in the same way on every face.

    ``chat_id`` is the chat whose own settings count over those of the host, as ``host.picture_settings`` has them.
    """

    def __init__(self, host: ChatHost) -> None:
        self._host, self._library, self._settings = host, host.styles, host.picture_settings

    async def working(self, chat_id: str | None = None) -> Working:
        """What is in use in a chat, or everywhere."""
        layers = await self._settings.of(chat_id)
        now = layers.effective
        style = await asyncio.to_thread(self._library.find, now.style)
        changed = style is None or not style.says_the_same(Style("", now.prefix, now.negative))
        return Working(now.style, now.prefix, now.negative, style is not None, changed, _place(layers))

    async def choose(self, name: str, chat_id: str | None = None) -> str:
        """Put a style's texts in place of the current ones, unsaved changes included; gives its name.

        A chat whose style is one of its own, or of its character, keeps that place: the choice is made there.
        Raises ``NotFound``.
        """
        style = await asyncio.to_thread(self._library.get, name)
        await self._use(style, chat_id)
        return style.name

    async def change(self, prefix: str | None, negative: str | None, chat_id: str | None = None) -> Working:
        """Change the texts in use and leave the style as it is; ``None`` leaves a text alone."""
        given = {"prefix": prefix, "negative": negative}
        values = {key: text for key, text in given.items() if text is not None}
        if values:
            await self._set(values, chat_id)
        return await self.working(chat_id)

    async def save(
        self,
        name: str = "",
        *,
        prefix: str | None = None,
        negative: str | None = None,
        description: str | None = None,
        chat_id: str | None = None,
    ) -> Style:
        """Keep texts under a name and make them the current style (Q19). An existing style of that name is replaced.

        Without a name it is the current one's; texts that are not given are those in use, and
        without a description it keeps the one it has. Raises ``UserError`` and ``StorageError``.
        """
        now = await self.working(chat_id)
        name = name.strip() or now.name
        prefix, negative = now.prefix if prefix is None else prefix, now.negative if negative is None else negative

        def keep() -> Style:
            before = self._library.find(name)
            told = (before.description if before else "") if description is None else description
            return self._library.save(Style(name, prefix, negative, told))

        kept = await self._change(keep)
        await self._use(kept, chat_id)
        return kept

    async def rename(self, old: str, new: str) -> Style:
        """Give a style another name; where it is in use it stays so, with what was changed since.

        Raises ``Taken`` when there is one of that name, ``NotFound`` for a style that is not one's own.
        """
        renamed = await self._change(lambda: self._library.rename(old, new))
        await self._host.database.write(lambda connection: _follow(connection, old, renamed.name))
        if (await self._settings.of(None)).host.style == old:
            await self._settings.change("host", {"style": renamed.name})
        return renamed

    async def delete(self, name: str, chat_id: str | None = None) -> str:
        """Remove a style of one's own; gives the name of the one then in use.

        Was it the current one, the shipped one that it covered is applied, or the first that is left.
        Raises ``NotFound``.
        """
        await self._change(lambda: self._library.delete(name))
        now = await self.working(chat_id)
        if now.name != name:
            return now.name
        left = await asyncio.to_thread(lambda: self._library.find(name) or self._library.list()[0])
        await self._use(left, chat_id)
        return left.name

    async def add(self, styles: Sequence[Style], taken: Clash = "leave") -> Taking:
        """Keep styles that come from a file; what is in use stays as it is. See :meth:`StyleLibrary.add`."""
        return await self._change(lambda: self._library.add(styles, taken))

    # -- how ---------------------------------------------------------------------------------------------------------

    async def _use(self, style: Style, chat_id: str | None) -> None:
        await self._set({"style": style.name, "prefix": style.prefix, "negative": style.negative}, chat_id)

    async def _set(self, values: dict[str, str], chat_id: str | None) -> None:
        place = _place(await self._settings.of(chat_id))
        await self._settings.change(place, values, chat_id if place != "host" else None)

    async def _change(self, work: Callable[[], T]) -> T:
        """Do something to the library and tell every face."""
        done = await asyncio.to_thread(work)
        now = self._host.chats.now()
        await self._host.database.write(lambda c: note(c, "styles.changed", {}, chat_id=None, now=now))
        self._host.bus.wake()
        return done


def _place(layers: Layers) -> Scope:
    """Where the texts in use come from, the nearest to the chat first."""
    scopes: tuple[Scope, ...] = ("chat", "character")
    return next((scope for scope in scopes if set(_KEYS) & (getattr(layers, scope) or {}).keys()), "host")


def _follow(connection: Connection, old: str, new: str) -> None:
    """Let characters and chats that have a style of their own know it by its new name."""
    rows = connection.execute(select(settings.c.scope, settings.c.value).where(settings.c.key == KEY)).all()
    for row in rows:
        if row.value.get("style") == old:
            write(connection, row.scope, {KEY: {**row.value, "style": new}})
