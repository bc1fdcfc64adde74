"""What stands behind chats: drawn by the page, a file of the folder ``backgrounds``, or a picture of the library.

One is chosen for all chats; a chat may have one of its own, which counts there. Both are kept as the key of a
background (``drawn:Dusk``, ``file:forest.jpg``, ``picture:ID``). Changes are followed by ``background.changed``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Connection

from stcore.chat.preferences import write
from stcore.commands.fuzzy import best_match
from stcore.errors import NotFound, UserError
from stcore.storage.ids import is_id
from stcore.storage.journal import note

if TYPE_CHECKING:
    from stcore.chat.parts import ChatHost

DRAWN = ("Dusk", "Meadow", "Paper", "Stars", "Tide")
"""Backgrounds that the page draws by itself (``static/css/backgrounds.css``)."""

NONE = "None"
FOLDER = "backgrounds"
TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp", ".gif": "image/gif"}
"""Kinds of files that are offered, by ending; nothing that a browser might run."""

LARGEST = 30_000_000
"""Bytes of one file."""
SIMILAR = 0.4
_KEY = "background"
_HOST = "host"

Kind = Literal["drawn", "file", "picture"]


@dataclass(frozen=True, slots=True)
class Background:
    """One background. ``name`` is what people and scripts call it; of a picture of the library it is its id."""

    kind: Kind
    name: str

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.name}"

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "name": self.name, "key": self.key}


class BackgroundStore:
    """Reads and changes what stands behind chats. All methods are coroutines; none blocks the loop."""

    def __init__(self, host: ChatHost) -> None:
        self._host = host

    # -- what there is -----------------------------------------------------------------------------------------------

    async def list(self) -> Sequence[Background]:
        """The drawn ones, then the files by name."""
        files = await asyncio.to_thread(_files, self._folder)
        return [*(Background("drawn", name) for name in DRAWN), *(Background("file", name) for name in files)]

    async def file(self, name: str) -> tuple[bytes, str]:
        """The bytes and the media type of a file. Raises ``NotFound``."""
        path = await asyncio.to_thread(_path, self._folder, name)
        return await asyncio.to_thread(path.read_bytes), TYPES[path.suffix.lower()]

    async def add(self, name: str, data: bytes) -> Background:
        """Keep a picture as a file; its name gets a number where it is taken. Raises :class:`UserError`."""
        from stcore.images.sniff import decode_fully

        if len(data) > LARGEST:
            raise UserError(f"The picture is larger than {LARGEST // 1_000_000} MB.")
        facts, _ = await asyncio.to_thread(decode_fully, data)
        stored = await asyncio.to_thread(_store, self._folder, name, data, facts.mime)
        await self._change(None, {})
        return Background("file", stored)

    async def delete(self, name: str) -> None:
        """Remove a file; where it is chosen nothing is shown. Raises ``NotFound``."""
        path = await asyncio.to_thread(_path, self._folder, name)
        await asyncio.to_thread(path.unlink, missing_ok=True)
        await self._change(None, {})

    # -- what is chosen ----------------------------------------------------------------------------------------------

    async def current(self, chat_id: str | None = None) -> tuple[Background | None, bool]:
        """What is shown in a chat (without one everywhere), and whether it is the chat's own."""
        own = await self._host.preferences.get(f"chat:{chat_id}", _KEY) if chat_id is not None else None
        if own is not None:
            return await self._known(own), True
        return await self._known(await self._host.preferences.get(_HOST, _KEY)), False

    async def find(self, text: str) -> Background | None:
        """The background that a text means: by its name in any case, with or without its ending, else most like it.

        Raises ``NotFound`` when none is like it; ``None`` is none.
        """
        wanted = text.strip().lower()
        if wanted == NONE.lower():
            return None
        found = await self.list()
        by_name = {PurePath(one.name).stem.lower(): one for one in reversed(found)}
        by_name |= {one.name.lower(): one for one in reversed(found)}
        if wanted in by_name:
            return by_name[wanted]
        match = best_match(list(by_name), wanted, SIMILAR)
        if match is None:
            raise NotFound(f"There is no background like “{text.strip()}”.")
        return by_name[match]

    async def choose(self, background: Background | None, chat_id: str | None = None) -> None:
        """Show a background: in this chat while it has one of its own, else everywhere."""
        key = _key_of(background)
        own = chat_id is not None and (await self.current(chat_id))[1]
        await self._change(chat_id if own else None, {_KEY: key})

    async def lock(self, chat_id: str, background: Background | None) -> None:
        """Give a chat a background of its own. Raises ``NotFound`` for a chat that is gone."""
        await self._host.chats.get(chat_id)
        await self._change(chat_id, {_KEY: _key_of(background)})

    async def unlock(self, chat_id: str) -> None:
        """Show in a chat again what is shown everywhere."""
        await self._change(chat_id, {_KEY: None})

    # ----------------------------------------------------------------------------------------------------------------

    @property
    def _folder(self) -> Path:
        return self._host.data / FOLDER

    async def _known(self, key: Any) -> Background | None:
        """The background of a key, ``None`` when it is there no more."""
        kind, _, name = str(key or "").partition(":")
        if kind == "picture" and is_id(name):
            return Background("picture", name)
        return next((one for one in await self.list() if one.key == key), None) if name else None

    async def _change(self, chat_id: str | None, values: dict[str, Any]) -> None:
        now = self._host.chats.now()
        scope = _HOST if chat_id is None else f"chat:{chat_id}"

        def fn(connection: Connection) -> None:
            write(connection, scope, values)
            note(connection, "background.changed", {}, chat_id=chat_id, now=now)

        await self._host.database.write(fn)
        self._host.bus.wake()


def write_own(connection: Connection, chat_id: str, background: Background, now: int) -> None:
    """As :meth:`BackgroundStore.lock`, inside a transaction."""
    write(connection, f"chat:{chat_id}", {_KEY: background.key})
    note(connection, "background.changed", {}, chat_id=chat_id, now=now)


def _key_of(background: Background | None) -> str:
    """How a choice is kept: none is one too, where another would be shown otherwise."""
    return background.key if background is not None else ":"


def _files(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    names = [path.name for path in folder.iterdir() if path.suffix.lower() in TYPES and path.is_file()]
    return sorted(names, key=str.lower)


def _path(folder: Path, name: str) -> Path:
    """The file of that name, which has to be one of those that are offered: a path leads nowhere else."""
    if name not in _files(folder):
        raise NotFound(f"There is no background “{name}”.")
    return folder / name


def _store(folder: Path, name: str, data: bytes, media_type: str) -> str:
    ending = next((ending for ending, kind in TYPES.items() if kind == media_type), None)
    if ending is None:
        raise UserError("A background is a PNG, JPEG, WebP or GIF picture.")
    stem = "".join(c if c.isalnum() or c in " -_." else "_" for c in PurePath(name).stem).strip(" .")[:100]
    folder.mkdir(parents=True, exist_ok=True)
    number = 0
    while True:
        path = folder / f"{stem or 'background'}{f'-{number}' if number else ''}{ending}"
        try:
            with path.open("xb") as file:
                file.write(data)
        except FileExistsError:
            number += 1
        else:
            return path.name
