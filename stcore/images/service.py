"""From a finished request to a job, and from a picture to its address; and what pictures are drawn with.

How a wish becomes a request is the business of ``stcore.chat.imagine``, which knows the chat.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from stcore.errors import Reported

if TYPE_CHECKING:
    from stcore.config import SettingsFile
    from stcore.connections import Connections
    from stcore.images.intent import Intent
    from stcore.images.jobs import Jobs
    from stcore.images.library import Library
    from stcore.images.request import ImageRequest
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

    async def submit(self, request: ImageRequest, *, connection: str, intent: Intent) -> dict[str, Any]:
        """Start making a picture, unless a plugin vetoes it. Returns the job at once."""
        source = (await self._connections.open(connection)).source.id
        request = self._plugins.change("stcore_request", "request", request, source=source)
        return await self._jobs.submit(request, connection=connection, intent=intent)

    async def wait(self, job_id: str) -> str:
        """The address of the first picture of a job when it is there; empty when it was cancelled.

        Raises ``StcoreError``.
        """
        job = await self._jobs.wait(job_id)
        if job["state"] == "cancelled":
            return ""
        if not job["results"]:
            raise Reported(job["error"] or {"kind": "no_image", "message": "No picture came of it."})
        return await self.address(job["results"][0])

    async def address(self, asset_id: str) -> str:
        """How the picture is named in a pipe or message."""
        return self._library.address(await self._library.asset(asset_id), local=self._addresses == "file")

    async def addresses(self, asset_ids: Sequence[str]) -> list[str]:
        """:meth:`address` of several pictures, without those that are gone."""
        found = await self._library.assets(asset_ids)
        return [self._library.address(asset, local=self._addresses == "file") for asset in found]

    # -- choosing ----------------------------------------------------------------------------------------------------

    async def select_source(self, name: str | None) -> str:
        """Make a connection the default one, or only tell which it is.

        Another one forgets model, sampler and the like, which were names of the one before (4.2).
        """
        if name and name != self._connections.default_name():
            from stcore.images.settings import OF_SOURCE

            await self._connections.default(name)
            await self._change_settings(lambda document: _forget(document, OF_SOURCE))
        return self._connections.default_name()

    async def choices(self, what: str, connection: str = "") -> Sequence[str]:
        """What can be chosen now: ``sources``, ``styles``, ``workflows``, or a list of a connection (the default one
        unless another is named): ``models``, ``samplers`` ..."""
        if what == "sources":
            return self._connections.names()
        if what == "styles":
            return await asyncio.to_thread(self._styles.names)
        if what == "workflows":
            return await asyncio.to_thread(self._workflows.names)
        opened = await self._connections.open(connection or None)
        if what == "models":
            return [model.id for model in (await opened.source.models(opened)).models]
        return await opened.source.choices(opened, what)


def _forget(document: dict[str, Any], names: Sequence[str]) -> None:
    for name in names:
        document.get("images", {}).pop(name, None)
