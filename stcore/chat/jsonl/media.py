"""The pictures that the messages of a file mention: found again on this host, in the file itself, or beside it."""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from stcore.chat.hanging import DISPLAY, INDEX
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
            said = _modern(text.extra)
            media = said.get("media")
            if not isinstance(media, list):
                continue
            left, kept = [], []
            for number, medium in enumerate(media):
                asset_id = await self._asset(medium, chat)
                if asset_id is None:
                    left.append(medium)
                else:
                    kept.append(number)
                    told = _with_fallbacks(medium, said)
                    extra = {key: value for key, value in told.items() if key not in _KNOWN}
                    hung.append((swipe, asset_id, str(told.get("title") or ""), extra))
            if not kept and "media" not in text.extra:
                continue  # an older message none of whose pictures is here stays as it is
            text.extra.clear()
            text.extra.update(said)
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


def _modern(extra: Mapping[str, Any]) -> dict[str, Any]:
    """What is stored with a message, its pictures as a list where an older chat names them one by one (12.1)."""
    if isinstance(extra.get("media"), list):
        return dict(extra)
    shown, swipes = extra.get("image"), extra.get("image_swipes")
    named = [*(swipes if isinstance(swipes, list) else ()), shown]
    urls = list(dict.fromkeys(url for url in named if isinstance(url, str) and url))
    source = "generated" if "generationType" in extra else "upload"
    media = [{"url": url, "type": "image", "source": source} for url in urls]
    if isinstance(video := extra.get("video"), str) and video:
        media.append({"url": video, "type": "video", "source": source})
    if not media:
        return dict(extra)
    rest = {key: value for key, value in extra.items() if key not in ("image", "image_swipes", "video")}
    return {**rest, "media": media, DISPLAY: "gallery", INDEX: urls.index(shown) if shown in urls else 0}


def _with_fallbacks(medium: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of a picture; where nothing is, what an older chat says of the whole message."""
    whole = {"title": "title", "negative": "negative", "generation_type": "generationType"}
    said = {key: extra[old] for key, old in whole.items() if old in extra}
    return {**said, **{key: value for key, value in medium.items() if value is not None}}


def _count_again(extra: dict[str, Any], kept: Sequence[int]) -> None:
    """The number of the picture that is shown, among those that were found; of one that is missing the one before."""
    shown = extra.get(INDEX)
    if isinstance(shown, int) and not isinstance(shown, bool):
        extra[INDEX] = max(0, sum(number <= shown for number in kept) - 1)
