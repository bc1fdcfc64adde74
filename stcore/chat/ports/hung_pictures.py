"""The pictures on messages as slash commands see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stcore.chat.hanging import DISPLAY, index_of_shown
from stcore.commands.services.hung_pictures import PictureDisplay, Step
from stcore.errors import NotFound, UserError

if TYPE_CHECKING:
    from stcore.chat.records import Message
    from stcore.chat.session import Session


class HungPicturesPort:
    """Those of the chat that a session is in."""

    def __init__(self, session: Session) -> None:
        self._session, self._host = session, session.host

    async def show(self, number: int | None, wanted: int | Step | None) -> int:
        message = await self._message(number)
        count = len(message.pictures)
        now = index_of_shown(message.extra, count)
        if wanted is None:
            return now
        steps = {"first": 0, "last": count - 1, "next": (now + 1) % count, "previous": (now - 1) % count}
        index = steps[wanted] if isinstance(wanted, str) else _checked(wanted, count)
        await self._host.chats.edit(message.id, picture=message.pictures[index]["id"])
        await self._session.window.refresh()
        return index

    async def arrange(self, number: int | None, display: PictureDisplay | None) -> PictureDisplay:
        message = await self._message(number)
        if display is None:
            return "list" if message.extra.get(DISPLAY) == "list" else "gallery"
        await self._host.chats.edit(message.id, display=display)
        await self._session.window.refresh()
        return display

    async def delete(self, number: int | None, index: int | None, *, every: bool, files: bool) -> int:
        message = await self._message(number)
        count = len(message.pictures)
        one = index_of_shown(message.extra, count) if index is None else _checked(index, count)
        wanted = None if every else [message.pictures[one]["id"]]
        taken = await self._host.chats.take_pictures(message.id, wanted)
        if files:
            await self._host.library.delete_many(taken)
        await self._session.window.refresh()
        return len(taken)

    async def _message(self, number: int | None) -> Message:
        message = await self._host.chats.pictured(await self._session.open_chat(), number)
        if not message.pictures:
            raise NotFound(f"Message {message.position} has no picture.")
        return message


def _checked(index: int, count: int) -> int:
    if not 0 <= index < count:
        raise UserError(f"The message has no picture {index}.", hint=f"It has {count}, numbered from 0.")
    return index
