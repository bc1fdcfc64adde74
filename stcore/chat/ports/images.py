"""Pictures as slash commands see them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stcore.chat.window import ChatWindow
    from stcore.images.service import ImageService


class ImagesPort:
    """``/imagine`` and its family in one chat."""

    def __init__(
        self,
        images: Callable[[], ImageService],
        open_chat: Callable[[], Awaitable[str]],
        window: ChatWindow,
        expand: Callable[[str], str],
    ) -> None:
        self._images, self._open, self._window, self._expand = images, open_chat, window, expand

    async def imagine(self, subject: str, overrides: Mapping[str, Any]) -> str:
        if not subject.strip():
            return ""
        from stcore.images.wish import Wish

        quiet = bool(overrides.get("quiet"))
        wish = Wish(subject, overrides, await self._open(), "command", quiet)
        try:
            return await self._images().imagine(wish, self._expand)
        finally:
            await self._window.refresh()

    async def source(self, name: str | None) -> str:
        return await self._images().select_source(name)

    async def style(self, name: str | None) -> str:
        return await self._images().select_style(name)

    async def workflow(self, name: str) -> str:
        return await self._images().select_workflow(name)

    async def choices(self, what: str) -> Sequence[str]:
        return await self._images().choices(what)
