"""CHARX: a ZIP archive with ``card.json`` and the files that belong to the card."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

from stcore.chat.characters.card import Card, read_card
from stcore.errors import TooLarge, UnusableCard

CARD = "card.json"
_AVATAR = "assets/icon/images/main.png"
_EMBEDDED = ("embeded://", "embedded://")

MOST_FILES = 2000
UNPACKED_LIMIT = 256 * 1024 * 1024
"""Bytes all files of an archive may have together once unpacked: a few kilobytes can declare gigabytes."""


def read(data: bytes, parse: Callable[[bytes], Any]) -> tuple[Card, dict[str, bytes]]:
    """The card of an archive, and the files that it mentions by the address that it uses for them.

    Raises :class:`UnusableCard` and :class:`TooLarge`.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _read(archive, parse)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        # NotImplementedError: a packing nobody uses; RuntimeError: a password.
        raise UnusableCard(f"This CHARX file cannot be unpacked: {error}.") from error


def _read(archive: zipfile.ZipFile, parse: Callable[[bytes], Any]) -> tuple[Card, dict[str, bytes]]:
    names = set(archive.namelist())
    if len(names) > MOST_FILES:
        raise TooLarge(f"The archive holds more than {MOST_FILES} files.")
    if CARD not in names:
        raise UnusableCard("This archive holds no character card.", hint=f"A CHARX file has a {CARD} inside.")
    left = UNPACKED_LIMIT
    text = _unpacked(archive, CARD, left)
    left -= len(text)
    card = read_card(parse(text))
    files: dict[str, bytes] = {}
    assets = card["data"].get("assets")
    for entry in assets if isinstance(assets, list) else ():
        uri = str(entry.get("uri", "")) if isinstance(entry, dict) else ""
        start = next((start for start in _EMBEDDED if uri.startswith(start)), None)
        path = uri.removeprefix(start or "")
        if start and uri not in files and path in names:
            files[uri] = _unpacked(archive, path, left)
            left -= len(files[uri])
    return card, files


def _unpacked(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    """One file, read no further than it may be: what the archive declares about it is not believed."""
    with archive.open(name) as stream:
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise TooLarge(f"The archive has more than {UNPACKED_LIMIT // 1024 // 1024} MB once it is unpacked.")
    return content


def write(card: Card, avatar: bytes, files: Mapping[str, bytes]) -> bytes:
    """An archive of the card, its portrait (a PNG) and its other files by their paths."""
    others = [entry for entry in card["data"].get("assets", []) if entry.get("uri") != "ccdefault:"]
    icon = {"type": "icon", "uri": _EMBEDDED[0] + _AVATAR, "name": "main", "ext": "png"}
    card = {**card, "data": {**card["data"], "assets": [icon, *others]}}
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(CARD, json.dumps(card, ensure_ascii=False, indent=2))
        # Pictures are packed already.
        for path, content in {_AVATAR: avatar, **files}.items():
            archive.writestr(path, content, zipfile.ZIP_STORED)
    return target.getvalue()
