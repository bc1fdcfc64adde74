"""Chats as files on the command line: where they are written, and what is read from them."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote

from stcore.errors import NotFound, StcoreError, StorageError, UserError

if TYPE_CHECKING:
    from stcore.chat.records import Chat
    from stcore.chat.transcripts import Form
    from stcore.host import Host

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f/\\?<>:*|"]')


async def write_chat(host: Host, chat: Chat, target: Path | None, *, pictures: bool, force: bool) -> Path:
    """Write a chat; the path of its file, ``-`` for standard output. Raises ``UserError`` and ``StorageError``."""
    from stcore.chat.jsonl.writing import export_chat, on_this_host

    if target is not None and str(target) == "-":
        async for line in export_chat(host, chat.id):
            sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
        return target
    path = _path(chat, target, "jsonl", force=force)
    beside = _Beside(path) if pictures else None
    try:
        with path.open("wb") as file:
            async for line in export_chat(host, chat.id, beside.address if beside else on_this_host):
                file.write(line)
        if beside is not None:
            await beside.write(host)
    except OSError as error:
        raise StorageError(f"{error.filename or path} cannot be written: {error.strerror}.") from error
    return path


def _path(chat: Chat, target: Path | None, ending: str, *, force: bool) -> Path:
    """The file that is meant: ``target`` itself, or in that folder the one called as the chat."""
    path = target
    if path is None or path.is_dir():
        name = _FORBIDDEN.sub("", chat.title).strip(" .")[:120] or chat.id
        path = (target or Path()) / f"{name}.{ending}"
    if path.exists() and not force:
        raise UserError(f"{path} exists already.", hint="Use --force to replace it.")
    return path


async def write_transcript(
    host: Host, chat: Chat, target: Path | None, form: Form | None, template: str | None, *, force: bool, **how: bool
) -> Path | None:
    """Write a chat for people to read: into a file, whose path it gives, or without ``target`` (or ``-``) to standard
    output. ``how`` are ``pictures`` and ``hidden`` of :func:`transcript`, which also tells what is raised.

    Without ``form`` it is what the names of the file and of the template tell, else HTML.
    """
    from stcore.chat.transcripts import ENDINGS, transcript

    chosen = form or _form_of(target) or _form_of(Path(template) if template else None) or "html"
    printed = target is None or str(target) == "-"
    path = None if printed else _path(chat, target, ENDINGS[chosen], force=force)
    # What looks like a path or is a file here is one; other names are those of the data folder.
    file = Path(template) if template and (Path(template).is_file() or os.sep in template) else None
    if file is not None and not file.is_file():
        raise NotFound(f"There is no file {file}.")
    data = (await transcript(host, chat.id, chosen, template=file or template, **how)).encode("utf-8", "replace")
    if path is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return None
    try:
        path.write_bytes(data)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.") from error
    return path


def _form_of(file: Path | None) -> Form | None:
    """What a name tells of what is in the file: ``talk.md``, ``letter.html.jinja``."""
    from stcore.chat.transcripts import ENDINGS

    name = file.name.removesuffix(".jinja") if file else ""
    return next((form for form, ending in ENDINGS.items() if name.endswith(f".{ending}")), None)


class _Beside:
    """The folder of pictures beside a file."""

    def __init__(self, path: Path) -> None:
        self._folder = path.with_name(f"{path.stem} pictures")
        self._names: dict[str, str] = {}

    def address(self, picture: Mapping[str, Any]) -> str:
        """What the file calls a picture: a path relative to the file."""
        name = f"{picture['id']}.{picture['media_type'].rpartition('/')[2]}"
        self._names[picture["id"]] = name
        return quote(f"{self._folder.name}/{name}")

    async def write(self, host: Host) -> None:
        if self._names:
            self._folder.mkdir(exist_ok=True)
        for asset_id, name in self._names.items():
            data, _ = await host.library.read(asset_id)
            await asyncio.to_thread((self._folder / name).write_bytes, data)


async def read_chats(
    host: Host, files: Sequence[Path], *, character: str | None, group: str | None, title: str
) -> list[dict[str, Any]]:
    """Import files; what became of each, as ``stcore chats import --json`` tells it."""
    character_id = (await host.characters.one(character)).id if character else None
    group_id = (await host.groups.one(group)).id if group else None
    outcome: list[dict[str, Any]] = []
    for file in files:
        try:
            with file.open("rb") as lines:
                outcome.append({"file": str(file), **await _read(host, file, lines, title, character_id, group_id)})
        except StcoreError as error:
            outcome.append({"file": str(file), "error": f"{error.message} {error.hint}".strip()})
        except OSError as error:
            outcome.append({"file": str(file), "error": f"It cannot be read: {error.strerror}."})
    return outcome


async def _read(
    host: Host, file: Path, lines: IO[bytes], title: str, character_id: str | None, group_id: str | None
) -> dict[str, Any]:
    from stcore.chat.jsonl.media import Finder
    from stcore.chat.jsonl.reading import import_chat

    found = await import_chat(
        host,
        lines,
        title=title or file.stem,
        character_id=character_id,
        group_id=group_id,
        pictures=Finder(host, file.parent),
    )
    return found.to_dict()
