"""The data bank as slash commands see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from stcore.chat.documents import GLOBAL, Document, scopes_of
from stcore.commands.services import documents as commands
from stcore.errors import UserError

if TYPE_CHECKING:
    from stcore.chat.session import Session


class DocumentsPort:
    """The data bank of the chat that a session is in."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def list(self, source: commands.Source | None = None) -> Sequence[commands.Document]:
        scopes = scopes_of(await self._session.open_chat(), self._character)
        wanted = [scope for scope in scopes if source is None or scope.partition(":")[0] == source]
        return [_seen(document) for document in await self._session.host.documents.list(wanted)]

    async def text(self, id: str) -> str:
        return await self._session.host.documents.text(id)

    async def add(self, source: commands.Source, name: str, text: str) -> commands.Document:
        return _seen(await self._session.host.documents.add(await self._scope(source), name, text))

    async def write(self, id: str, text: str) -> commands.Document:
        return _seen(await self._session.host.documents.change(id, text=text))

    async def enable(self, id: str, enabled: bool) -> None:
        await self._session.host.documents.change(id, enabled=enabled)

    async def delete(self, id: str) -> None:
        await self._session.host.documents.delete(id)

    @property
    def _character(self) -> str | None:
        character_id: str | None = self._session.environment.extra.get("character_id")
        return character_id

    async def _scope(self, source: commands.Source) -> str:
        if source == "global":
            return GLOBAL
        if source == "chat":
            return f"chat:{await self._session.open_chat()}"
        if self._character is None:
            raise UserError("No character is open for whom a text could be kept.", hint="Use source=chat or global.")
        return f"character:{self._character}"


def _seen(document: Document) -> commands.Document:
    source = cast("commands.Source", document.scope.partition(":")[0])
    return commands.Document(document.id, source, document.name, document.url, document.enabled, document.size)
