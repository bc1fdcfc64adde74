"""Workflows and the placeholders of one's own, as every face reads and changes them.

Every change is followed by the event ``workflows.changed``, one of the placeholders by ``settings.changed``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from stcore.chat.imagine.settings import KEY
from stcore.chat.names import stem_of
from stcore.chat.preferences import write
from stcore.errors import StcoreError, UserError
from stcore.images.filling import PlaceholderReport, placeholders
from stcore.images.placeholders import check_placeholders
from stcore.images.settings import Placeholder
from stcore.images.workflow_files import workflow_in
from stcore.images.workflows import WorkflowEntry, is_same
from stcore.storage.journal import note
from stcore.storage.tables import settings as scoped

if TYPE_CHECKING:
    from stcore.chat.parts import ChatHost

_LONGEST_TITLE = 60
"""Characters of a name that nobody typed."""


class WorkflowDesk:
    """Reads and changes workflows. All methods are coroutines; none blocks the loop."""

    def __init__(self, host: ChatHost) -> None:
        self._host = host

    # -- reading -----------------------------------------------------------------------------------------------------

    async def list(self) -> Sequence[WorkflowEntry]:
        """Every workflow in alphabetical order."""
        return await asyncio.to_thread(lambda: self._host.workflows.entries())

    async def names(self) -> Sequence[str]:
        """Their names, without a look into them."""
        return await asyncio.to_thread(lambda: self._host.workflows.names())

    async def entry(self, name: str) -> WorkflowEntry:
        """One of the list. Raises ``NotFound``."""
        return await asyncio.to_thread(lambda: self._host.workflows.entry(name))

    async def text(self, name: str) -> str:
        """Its text as typed. Raises ``NotFound`` and ``SettingsError``."""
        return await asyncio.to_thread(lambda: self._host.workflows.load(name))

    async def in_use(self, chat_id: str | None = None) -> str:
        """The name of the workflow that pictures of a chat are made with. Raises ``UserError`` when there is none."""
        settings = (await self._host.picture_settings.of(chat_id)).effective
        if settings.workflow:
            return settings.workflow
        connections = self._host.connections
        options = connections.options(settings.source or connections.default_name())
        name = str(getattr(options, "workflow", "") or "")
        if not name:
            raise UserError("No workflow is in use: the source works without.", hint="Name one.")
        return name

    async def report(self, text: str) -> PlaceholderReport:
        """The placeholders that a text holds and lacks, one's own among them."""
        own = [placeholder.find for placeholder in self.placeholders()]
        return await asyncio.to_thread(placeholders, text, own)

    # -- changing ----------------------------------------------------------------------------------------------------

    async def create(self, name: str, text: str = "") -> WorkflowEntry:
        """Add a workflow. Raises ``Taken``."""
        return await self._changed(await asyncio.to_thread(lambda: self._host.workflows.create(name, text)))

    async def copy(self, name: str, new: str = "") -> WorkflowEntry:
        """Add a copy of a workflow; without ``new`` under a name like the old one. Raises ``Taken``."""
        return await self._changed(await asyncio.to_thread(lambda: self._host.workflows.copy(name, new)))

    async def save(self, name: str, text: str) -> WorkflowEntry:
        """Keep a text; of a shipped workflow an own copy is made, which hides it."""
        return await self._changed(await asyncio.to_thread(lambda: self._host.workflows.save(name, text)))

    async def add_file(self, file: str, data: bytes, name: str = "") -> WorkflowEntry:
        """Take over the workflow in a file; without ``name`` it is called as the file, with a number where that is
        taken. Raises what :func:`workflow_in` raises, and ``Taken``."""
        text = await asyncio.to_thread(workflow_in, data)
        library = self._host.workflows

        def add() -> str:
            return library.create(name or library.free_name(_title_of(file)), text)

        return await self._changed(await asyncio.to_thread(add))

    async def rename(self, old: str, new: str) -> WorkflowEntry:
        """Call a workflow of one's own otherwise; wherever it was chosen it stays chosen. Raises ``Taken``."""
        old = await asyncio.to_thread(lambda: self._host.workflows.find(old))
        name = await asyncio.to_thread(lambda: self._host.workflows.rename(old, new))
        if name != old:
            await self._follow(old, name)
        return await self._changed(name)

    async def delete(self, name: str) -> None:
        """Remove a workflow of one's own; a shipped one of its name shows again."""
        await asyncio.to_thread(lambda: self._host.workflows.delete(name))
        await self._note("workflows.changed")

    # -- placeholders of one's own -----------------------------------------------------------------------------------

    def placeholders(self) -> Sequence[Placeholder]:
        """Those of the host, in their order, which is the order of filling."""
        return self._host.settings.current.images.placeholders

    async def set_placeholders(self, given: Sequence[Placeholder]) -> Sequence[Placeholder]:
        """Keep these in place of all. Raises ``UserError`` for one that could not be filled."""
        check_placeholders(given)
        documents = [one.model_dump(mode="json", exclude_defaults=True) for one in given]

        def edit(document: dict[str, Any]) -> None:
            document.setdefault("images", {})["placeholders"] = documents

        await asyncio.to_thread(self._host.settings.change, edit)
        await self._note("settings.changed")
        return self.placeholders()

    # -- inside ------------------------------------------------------------------------------------------------------

    async def _changed(self, name: str) -> WorkflowEntry:
        await self._note("workflows.changed")
        return await self.entry(name)

    async def _note(self, kind: str) -> None:
        now = self._host.chats.now()
        await self._host.database.write(lambda connection: note(connection, kind, {}, chat_id=None, now=now))
        self._host.bus.wake()

    async def _follow(self, old: str, new: str) -> None:
        """Choose the new name wherever the old one was chosen: by the host, by connections, characters and chats."""

        def edit(document: dict[str, Any]) -> None:
            document["images"]["workflow"] = new

        if is_same(self._host.settings.current.images.workflow, old):
            await asyncio.to_thread(self._host.settings.change, edit)
            await self._note("settings.changed")
        connections = self._host.connections
        for name in connections.names():
            with suppress(StcoreError):  # one that cannot be opened now chooses nothing
                if is_same(str(getattr(connections.options(name), "workflow", "")), old):
                    await connections.set(name, {"workflow": new})
        await self._host.database.write(lambda connection: _follow_in_scopes(connection, old, new))


def _title_of(file: str) -> str:
    """What a workflow out of a file is called: as the file, as far as that can be a name everywhere."""
    return stem_of(PurePath(file.replace("\\", "/")).stem)[:_LONGEST_TITLE]


def _follow_in_scopes(connection: Connection, old: str, new: str) -> None:
    for row in connection.execute(select(scoped.c.scope, scoped.c.value).where(scoped.c.key == KEY)).all():
        if isinstance(row.value, dict) and is_same(str(row.value.get("workflow", "")), old):
            write(connection, row.scope, {KEY: {**row.value, "workflow": new}})
