"""Captions of pictures as slash commands see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stcore.chat.hanging import shown_picture
from stcore.chat.imagine.captions import KEY, describe, keep_caption, reviewed, wrapped
from stcore.chat.records import Attachment, NewMessage
from stcore.errors import NotFound

if TYPE_CHECKING:
    from stcore.chat.session import Session
    from stcore.images.settings import ImageSettings


class CaptionsPort:
    """The pictures of the chat that a session is in, in words."""

    def __init__(self, session: Session) -> None:
        self._session, self._host = session, session.host

    async def caption(self, question: str, *, number: int | None, index: int | None, quiet: bool) -> str:
        picture = await self._picture(number, index)
        found = await self._asked(picture["id"], question)
        settings = await self._settings()
        if quiet or not found:
            return found
        if settings.review:
            found = await reviewed(found, self._session.ui)
        if found:
            await self._post(picture, found, settings)
        return found

    async def keep(self, caption: str | None, *, number: int | None, index: int | None) -> str:
        picture = await self._picture(number, index)
        if caption is None:
            caption = await self._asked(picture["id"])
            if (await self._settings()).review:
                caption = await reviewed(caption, self._session.ui)
            if not caption:
                return ""
        await keep_caption(self._host, picture["id"], caption)
        await self._session.window.refresh()
        return caption

    async def read(self, *, number: int | None, index: int | None) -> str:
        return str((await self._picture(number, index))["extra"].get(KEY) or "")

    # -- asking and posting ------------------------------------------------------------------------------------------

    async def _asked(self, picture_id: str, question: str = "") -> str:
        session = self._session
        chat_id = await session.open_chat()
        return await describe(
            self._host, session.environment, picture_id, chat_id=chat_id, question=question, ui=session.ui
        )

    async def _settings(self) -> ImageSettings:
        return (await self._host.picture_settings.of(await self._session.open_chat())).effective

    async def _post(self, picture: dict[str, Any], caption: str, settings: ImageSettings) -> None:
        """A message of the user with the picture and what is on it. The prompt of the picture stays what it was."""
        session, environment = self._session, self._session.environment
        text = wrapped(self._host, environment, settings, caption, environment.user)
        extra = {**picture["extra"], KEY: caption, "captioned": True, "source": "captioned"}
        hung = Attachment(picture["id"], picture["title"], extra)
        new = NewMessage("user", environment.user, await session.rewrite("user", text), attachments=(hung,))
        await self._host.chats.append(await session.open_chat(), new)
        await session.window.refresh()
        await session.automation.happened("user")

    # -- finding -----------------------------------------------------------------------------------------------------

    async def _picture(self, number: int | None, index: int | None) -> dict[str, Any]:
        """A picture of a message: the one looked at, or by its place, the first where there is no such place."""
        message = await self._host.chats.pictured(await self._session.open_chat(), number)
        shown = shown_picture(message)
        if shown is None:
            raise NotFound(f"Message {message.position} has no picture.")
        if index is None:
            return dict(shown)
        return message.pictures[index if 0 <= index < len(message.pictures) else 0]
