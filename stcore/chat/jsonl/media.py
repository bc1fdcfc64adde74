"""The pictures that the messages of a file mention: found again on this host, in the file itself, or beside it."""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from stcore.chat.hanging import INDEX
from stcore.chat.jsonl.lines import Line
from stcore.errors import NotFound, UnusablePicture

if TYPE_CHECKING:
    from stcore.chat.records import Chat
    from stcore.host import Host
    from stcore.images.asset_rows import Origin

Hung = tuple[int, str, str, dict[str, Any]]
"""Which swipe, which asset, under which title, and what is stored with it."""

LARGEST = 50 * 2**20
"""Bytes of a picture beside a file."""

_OURS = re.compile(r"/pictures/([0-9a-f]{32})\.\w+\Z")
_INLINE = re.compile(r"data:image/[\w.+-]+;base64,", re.IGNORECASE)
_KNOWN = frozenset(("url", "type", "title", "source"))


class Finder:
    """Takes pictures out of messages. ``folder`` is where the files lie that a chat names by relative paths.

    Pictures that cannot be found stay mentioned in the message as they are. Nothing is fetched from the network.
    """

    def __init__(self, host: Host, folder: Path | None = None) -> None:
        self._host, self._folder = host, folder
        self.found = 0

    async def take(self, line: Line, chat: Chat) -> list[Hung]:
        """Take what can be found out of the texts of a message; what is to be hung on it instead."""
        hung: list[Hung] = []
        for swipe, text in enumerate(line.texts):
            media = text.extra.get("media")
            if not isinstance(media, list):
                continue
            left, kept = [], []
            for number, medium in enumerate(media):
                asset_id = await self._asset(medium, chat)
                if asset_id is None:
                    left.append(medium)
                else:
                    kept.append(number)
                    extra = {key: value for key, value in medium.items() if key not in _KNOWN}
                    hung.append((swipe, asset_id, str(medium.get("title") or ""), extra))
            if kept and left:
                _count_again(text.extra, kept)
            text.extra["media"] = left
            if not left:
                del text.extra["media"]
        self.found += len(hung)
        return hung

    async def _asset(self, medium: Any, chat: Chat) -> str | None:
        if not isinstance(medium, dict) or medium.get("type", "image") != "image":
            return None
        url = medium.get("url")
        if not isinstance(url, str):
            return None
        if ours := _OURS.search(url):
            try:
                return (await self._host.library.asset(ours[1])).id
            except NotFound:
                return None
        data = await asyncio.to_thread(self._bytes, url)
        if data is None:
            return None
        origin: Origin = "received" if medium.get("source") == "generated" else "uploaded"
        label, whose = str(medium.get("title") or ""), chat.group_id or chat.character_id
        try:
            asset = await self._host.library.store(
                data, kind="free", origin=origin, chat_id=chat.id, gallery_of=whose, label=label, embed=False
            )
        except UnusablePicture:
            return None
        return asset.id

    def _bytes(self, url: str) -> bytes | None:
        if inline := _INLINE.match(url):
            try:
                return base64.b64decode(url[inline.end() :], validate=True)
            except (binascii.Error, ValueError):
                return None
        if self._folder is None or "://" in url:
            return None
        folder = self._folder.resolve()
        path = (folder / unquote(url).lstrip("/")).resolve()
        if not path.is_relative_to(folder) or not path.is_file() or path.stat().st_size > LARGEST:
            return None
        return path.read_bytes()


def _count_again(extra: dict[str, Any], kept: Sequence[int]) -> None:
    """The number of the picture that is shown, among those that were found; of one that is missing the one before."""
    shown = extra.get(INDEX)
    if isinstance(shown, int) and not isinstance(shown, bool):
        extra[INDEX] = max(0, sum(number <= shown for number in kept) - 1)
