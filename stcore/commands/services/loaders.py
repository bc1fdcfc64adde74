"""Busy indicators."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from stcore.commands.services.ui import Loader

Deed = Callable[[], Awaitable[object]]


class Loaders(Protocol):
    """The busy indicators that are shown."""

    def show(self, loader: Loader, *, on_stop: Deed | None = None, on_hide: Deed | None = None) -> str:
        """Show one; its handle, which is that of ``loader`` with a number. Without ``on_stop`` its stop button stops
        the text model."""
        ...

    async def hide(self, handle: str = "") -> bool:
        """Hide one, or all without a handle; whether there was any."""
        ...

    async def stop(self, handle: str) -> bool:
        """Do what its stop button does; whether it was shown."""
        ...

    def handles(self) -> Sequence[str]:
        """Those that are shown, the oldest first."""
        ...
