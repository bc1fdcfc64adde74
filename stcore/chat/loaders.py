"""The busy indicators of a host: who shows which, and what their stop buttons do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stcore.commands.services import Ui
    from stcore.commands.services.loaders import Deed
    from stcore.commands.services.ui import Loader


@dataclass(frozen=True, slots=True)
class _Shown:
    loader: Loader
    ui: Ui
    on_stop: Deed
    on_hide: Deed | None


class LoaderDesk:
    """All indicators that are shown; they outlive the script that showed them."""

    def __init__(self) -> None:
        self._shown: dict[str, _Shown] = {}
        self._made = 0

    def show(self, loader: Loader, ui: Ui, on_stop: Deed, on_hide: Deed | None) -> str:
        """Show one under a handle of its own."""
        self._made += 1
        loader = replace(loader, handle=f"{loader.handle}-{self._made}")
        self._shown[loader.handle] = _Shown(loader, ui, on_stop, on_hide)
        ui.show_loader(loader)
        return loader.handle

    async def hide(self, handle: str = "") -> bool:
        """Hide one, or all without a handle; whether there was any."""
        found = [self._shown.pop(one) for one in list(self._shown) if handle in ("", one)]
        for shown in found:
            shown.ui.hide_loader(shown.loader)
        for shown in found:
            if shown.on_hide is not None:
                await shown.on_hide()
        return bool(found)

    async def stop(self, handle: str) -> bool:
        """Do what the stop button of one does, and hide it."""
        shown = self._shown.get(handle)
        if shown is None:
            return False
        try:
            await shown.on_stop()
        finally:
            await self.hide(handle)
        return True

    def handles(self) -> Sequence[str]:
        """Those that are shown, the oldest first."""
        return list(self._shown)


class LoadersPort:
    """Satisfies ``stcore.commands.services.Loaders`` for one person. ``stop`` is the usual deed of a stop button."""

    def __init__(self, desk: LoaderDesk, ui: Ui, stop: Callable[[], Awaitable[object]]) -> None:
        self._desk, self._ui, self._stop = desk, ui, stop

    def show(self, loader: Loader, *, on_stop: Deed | None = None, on_hide: Deed | None = None) -> str:
        return self._desk.show(loader, self._ui, on_stop or self._stop, on_hide)

    async def hide(self, handle: str = "") -> bool:
        return await self._desk.hide(handle)

    async def stop(self, handle: str) -> bool:
        return await self._desk.stop(handle)

    def handles(self) -> Sequence[str]:
        return self._desk.handles()
