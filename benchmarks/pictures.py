"""What ``/sd`` costs beyond the source's own time: a source that answers at once with a 1.5 MB PNG."""

from __future__ import annotations

import asyncio
import io
import os
import sys
import tempfile

from PIL import Image

from benchmarks.table import Row, median_ms_async
from stcore import Connection, ImageRequest, ImageSource, Picture, hookimpl
from stcore.host import Host


def _noise() -> bytes:
    """A PNG of about 1.5 MB: 830 x 600 pixels that do not compress."""
    file = io.BytesIO()
    Image.frombytes("RGB", (830, 600), os.urandom(830 * 600 * 3)).save(file, "PNG", compress_level=1)
    return file.getvalue()


class AtOnce(ImageSource):
    """Answers at once with a picture that was made before."""

    id = "at-once"
    label = "At once"
    where = "local"
    embedded = True
    picture = _noise()

    async def generate(self, request: ImageRequest, connection: Connection) -> Picture:
        return Picture(self.picture)


@hookimpl
def stcore_image_sources() -> list[ImageSource]:
    """This module is the plugin that is measured."""
    return [AtOnce()]


def rows() -> list[Row]:
    """Every row of this room."""
    return asyncio.run(_rows())


async def _rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        async with Host.open(folder, face="web", plugins=(("at-once", sys.modules[__name__]),)) as host:
            await host.connections.default("at-once")
            chat = await host.chats.create("bench")
            session = await host.session(chat.id)
            median = await median_ms_async(lambda: session.run("/sd harbour"), 30, warm=5)
    size = len(AtOnce.picture) / 1e6
    return [Row("/sd beyond the source's own time, durable", median, 30, "ms", note=f"({size:.1f} MB PNG)")]
