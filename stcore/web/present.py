"""What the page gets to see: messages with their HTML, pictures with signed addresses."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from stcore.chat.markdown import Renderer
from stcore.chat.records import Message
from stcore.chat.regexes.rewriting import texts_to_show
from stcore.storage.journal import Entry
from stcore.web.signing import PictureSigner

if TYPE_CHECKING:
    from stcore.host import Host


class Presenter:
    """Adds to the host's dictionaries what only a web page needs. Nothing is changed in place."""

    def __init__(self, signer: PictureSigner, host: Host) -> None:
        self._signer, self._host = signer, host
        self._renderer = Renderer(signer.address)

    def html(self, text: str) -> str:
        """A text as safe HTML. Blocks; see :meth:`Renderer.html`."""
        return self._renderer.html(text)

    def picture(self, picture: Mapping[str, Any]) -> dict[str, Any]:
        """A picture with ``url``, ``medium``, ``thumb``, ``download`` and ``expires``."""
        return {**picture, **self._signer.addresses(picture["id"], picture["media_type"])}

    async def message(self, message: Message) -> dict[str, Any]:
        """A message with ``html`` and presented pictures."""
        return (await self.messages([message]))[0]

    async def messages(self, messages: Iterable[Message]) -> list[dict[str, Any]]:
        """Several messages of one chat. Their texts are rendered on a worker thread."""
        return await self._messages([message.to_dict() for message in messages])

    async def entry(self, entry: Entry) -> dict[str, Any]:
        """The data of an event, which also tells its chat."""
        data: dict[str, Any] = dict(entry.data)
        if entry.chat_id is not None:
            data.setdefault("chat_id", entry.chat_id)
        if entry.kind in ("message.added", "message.changed"):
            (data["message"],) = await self._messages([data["message"]])
        return data

    async def _messages(self, messages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        texts = await texts_to_show(self._host, messages)
        return await asyncio.to_thread(lambda: list(map(self._message, messages, texts)))

    def _message(self, message: dict[str, Any], shown: str) -> dict[str, Any]:
        pictures = [self.picture(picture) for picture in message["pictures"]]
        return {**message, "html": self.html(shown), "pictures": pictures}
