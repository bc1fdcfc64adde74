"""What menus offer beside a free prompt: the modes, in their order, and those of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stcore.images.modes import MENU

if TYPE_CHECKING:
    from stcore.images.own_modes import ModeLibrary


def offered_modes(own: ModeLibrary) -> list[dict[str, str]]:
    """Each mode with the ``word`` that chooses it and the ``title`` that people read. Reads files."""
    usual = [{"word": mode.name, "title": mode.title} for mode in MENU]
    return [*usual, *({"word": mode.triggers[0], "title": mode.mode.title} for mode in own.list())]
