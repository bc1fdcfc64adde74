"""The way of a picture from a wish to its address (DESIGN.md, the way of a picture).

Each stage is a module of its own; this one only puts them in order: hooks may change the words, style and prefixes
are joined to them, the request is built from settings and call, hooks may change or veto it, the job makes it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from stcore.errors import NotFound, Reported, UserError
from stcore.images.intent import Intent
from stcore.images.prompt import assemble
from stcore.images.redo import request_from
from stcore.images.request import Workflow
from stcore.images.wish import Wish, build_request

if TYPE_CHECKING:
    from stcore.config import SettingsFile
    from stcore.connections import Connections
    from stcore.images.jobs import Jobs
    from stcore.images.library import Library
    from stcore.images.source import Connection
    from stcore.images.styles import StyleLibrary
    from stcore.images.workflows import WorkflowLibrary
    from stcore.plugins import PluginHost

Addresses = Literal["file", "page"]
"""How a picture is named in texts and pipes: by its file (terminal, one-shot) or by its address on the page."""


class ImageService:
    """Makes pictures. One per host."""

    def __init__(
        self,
        *,
        settings: SettingsFile,
        change_settings: Callable[[Callable[[dict[str, Any]], None]], Awaitable[object]],
        connections: Connections[Connection],
        styles: StyleLibrary,
        workflows: WorkflowLibrary,
        jobs: Jobs,
        library: Library,
        plugins: PluginHost,
        addresses: Addresses,
    ) -> None:
        self._settings, self._change_settings, self._connections = settings, change_settings, connections
        self._styles, self._workflows = styles, workflows
        self._jobs, self._library, self._plugins = jobs, library, plugins
        self._addresses = addresses

    # -- making ------------------------------------------------------------------------------------------------------

    async def imagine(self, wish: Wish, expand: Callable[[str], str]) -> str:
        """Make a picture, wait for it, and give its address; empty when it was cancelled. Raises ``StcoreError``."""
        job = await self._jobs.wait((await self.submit(wish, expand))["id"])
        if job["state"] == "cancelled":
            return ""
        if not job["results"]:
            raise Reported(job["error"] or {"kind": "no_image", "message": "No picture came of it."})
        return await self.address(job["results"][0])

    async def submit(self, wish: Wish, expand: Callable[[str], str]) -> dict[str, Any]:
        """Start making a picture; ``expand`` expands macros. Returns the job at once."""
        name = self._connections.default_name()
        connection = await self._connections.open(name)
        settings = self._settings.current.images
        words = self._plugins.change("stcore_prompt", "prompt", wish.subject.strip(), mode="free")
        assembled = assemble(
            words,
            prefix=settings.prefix,
            negative=settings.negative,
            extra_negative=wish.extra_negative,
            style=settings.style,
            expand=expand,
        )
        request = build_request(
            wish,
            settings,
            prompt=assembled.positive,
            negative=assembled.negative,
            workflow=await self._workflow(connection),
        )
        request = self._plugins.change("stcore_request", "request", request, source=connection.source.id)
        intent = Intent(
            initiator=wish.initiator,
            chat_id=wish.chat_id,
            destination="quiet" if wish.quiet else "chat",
            title=words,
            extra_negative=wish.extra_negative,
            style=settings.style,
            pieces=tuple(assembled.pieces),
            keep_size=not wish.quiet and {"width", "height"} <= wish.overrides.keys(),
        )
        return await self._jobs.submit(request, connection=name, intent=intent)

    async def again(self, asset_id: str, changes: dict[str, Any] | None = None) -> dict[str, Any]:
        """The same prompt with a new seed, as another picture of the same message (or in the gallery). A job.

        Made by the connection of the first time, or by the default one when that is gone.
        """
        picture = await self._library.get(asset_id)
        request = request_from(picture, changes or {})
        name = picture["generation"]["connection"]
        if name not in self._connections.names():
            name = self._connections.default_name()
        connection = await self._connections.open(name)
        request = request.model_copy(update={"workflow": await self._workflow(connection)})
        request = self._plugins.change("stcore_request", "request", request, source=connection.source.id)
        hung = [use for use in await self._library.uses(asset_id) if use["kind"] == "message"]
        # A branch of the chat shows it too; the chat it was made in goes first.
        hung.sort(key=lambda use: use["chat_id"] != picture["chat_id"])
        message_id = hung[0]["id"] if hung else None
        intent = Intent(
            initiator="button",
            chat_id=picture["chat_id"],
            destination="swipe" if message_id else "quiet",
            message_id=message_id,
            beside=asset_id,
            title=picture["generation"]["prompt"],
            style=picture["generation"]["details"].get("preset", ""),
        )
        return await self._jobs.submit(request, connection=name, intent=intent)

    async def _workflow(self, connection: Connection) -> Workflow | None:
        if not connection.source.needs_workflow:
            return None
        name = str(getattr(connection.options, "workflow", "") or "")
        text = await asyncio.to_thread(self._workflows.load, name)
        return Workflow(name=name, text=text)

    async def address(self, asset_id: str) -> str:
        """How the picture is named in a pipe or message."""
        return self._library.address(await self._library.asset(asset_id), local=self._addresses == "file")

    # -- choosing ----------------------------------------------------------------------------------------------------

    async def select_source(self, name: str | None) -> str:
        """Make a connection the default one, or only tell which it is."""
        if name:
            await self._connections.default(name)
        return self._connections.default_name()

    async def select_style(self, name: str | None) -> str:
        """Apply a style: its prefix and negative become the current ones (image-generation.md section 11)."""
        if name:
            style = await asyncio.to_thread(self._styles.get, name)
            values = {"style": style.name, "prefix": style.prefix, "negative": style.negative}

            def edit(document: dict[str, Any]) -> None:
                document.setdefault("images", {}).update(values)

            await self._change_settings(edit)
        return self._settings.current.images.style

    async def select_workflow(self, name: str) -> str:
        """Use another workflow with the default connection."""
        connection_name = self._connections.default_name()
        connection = await self._connections.open(connection_name)
        if not connection.source.needs_workflow:
            raise UserError(f"{connection.source.label} does not work with workflows.")
        known = await self.choices("workflows")
        wanted = name.strip().removesuffix(".json").lower()
        found = next((entry for entry in known if entry.removesuffix(".json").lower() == wanted), None)
        if found is None:
            raise NotFound(f"There is no workflow {name!r}.", hint=f"There are: {', '.join(known)}.")
        await self._connections.set(connection_name, {"workflow": found})
        return found

    async def choices(self, what: str) -> Sequence[str]:
        """What can be chosen now: ``sources``, ``styles``, ``workflows``, or a list of the default connection."""
        if what == "sources":
            return self._connections.names()
        if what == "styles":
            return await asyncio.to_thread(self._styles.names)
        if what == "workflows":
            return await asyncio.to_thread(self._workflows.names)
        connection = await self._connections.open()
        if what == "models":
            return [model.id for model in (await connection.source.models(connection)).models]
        return await connection.source.choices(connection, what)
