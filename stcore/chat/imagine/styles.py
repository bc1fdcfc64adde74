"""A style for one picture, whatever is chosen otherwise."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from stcore.images.settings import ImageSettings

if TYPE_CHECKING:
    from stcore.host import Host


async def with_style(host: Host, settings: ImageSettings, name: str) -> ImageSettings:
    """The settings with the prefix and the negative prompt of a style; unchanged without a name.

    Raises ``NotFound`` naming the styles there are.
    """
    if not name:
        return settings
    style = await asyncio.to_thread(host.styles.get, name)
    return settings.overlaid({"style": style.name, "prefix": style.prefix, "negative": style.negative})
