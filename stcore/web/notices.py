"""Notices that a script waits for: until they are gone, or for a click."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Literal

from stcore.errors import StcoreError
from stcore.storage.ids import new_id

if TYPE_CHECKING:
    from stcore.bus import Bus
    from stcore.web.questions import Audience

MOST = 200
"""Notices whose clicks are still listened for."""

PATIENCE = 5.0
"""Seconds that a notice may stay beyond its time before it counts as gone: its page may have been closed."""

Clicked = Callable[[], Awaitable[object]]


class Notices:
    """Shows notices, and passes on what pages tell of them."""

    def __init__(self, bus: Bus, audience: Audience, patience: float = PATIENCE) -> None:
        self._bus, self._audience, self._patience = bus, audience, patience
        self._clicks: OrderedDict[str, tuple[Clicked, Callable[[StcoreError], None]]] = OrderedDict()
        self._waiting: dict[str, asyncio.Event] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def show(
        self,
        chat_id: str | None,
        data: dict[str, Any],
        *,
        wait: bool,
        clicked: Clicked | None,
        failed: Callable[[StcoreError], None],
    ) -> None:
        """Show a notice; with ``wait`` until it is gone. ``failed`` hears of errors of ``clicked``."""
        notice_id = new_id()
        if clicked is not None:
            self._clicks[notice_id] = clicked, failed
            while len(self._clicks) > MOST:
                self._clicks.popitem(last=False)
        told = wait or clicked is not None
        gone = self._waiting.setdefault(notice_id, asyncio.Event()) if wait else None
        self._bus.publish("toast", {**data, "id": notice_id, "told": told}, chat_id)
        if gone is not None:
            await self._until_gone(chat_id, data, notice_id, gone)

    async def _until_gone(self, chat_id: str | None, data: dict[str, Any], notice_id: str, gone: asyncio.Event) -> None:
        stays = data["seconds"] + data["hovered"]
        try:
            if self._audience.anyone(chat_id):
                async with asyncio.timeout(stays + self._patience if stays else None):
                    await gone.wait()
        except TimeoutError:
            return  # nobody told: the page was closed
        finally:
            del self._waiting[notice_id]

    def happened(self, notice_id: str, event: Literal["clicked", "gone"]) -> None:
        """A page tells of a notice; what nobody waits for (any more) is passed over."""
        if event == "clicked" and notice_id in self._clicks:
            clicked, failed = self._clicks.pop(notice_id)
            task = asyncio.create_task(_call(clicked, failed))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if event == "gone":
            self._clicks.pop(notice_id, None)
            if notice_id in self._waiting:
                self._waiting[notice_id].set()

    def close(self) -> None:
        """End what clicks have begun."""
        for task in self._tasks:
            task.cancel()


async def _call(clicked: Clicked, failed: Callable[[StcoreError], None]) -> None:
    try:
        await clicked()
    except StcoreError as error:
        failed(error)
