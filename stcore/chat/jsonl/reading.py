"""A file becomes a chat: line by line, a portion at a time, so that a file of any length takes little memory.

A line that cannot be read is reported with its number and kept as a hidden note in its place: nothing is lost, and it
comes out again as it was when the chat is exported.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select, update

from stcore.chat import rows
from stcore.chat.jsonl.lines import (
    KEPT,
    UNREADABLE,
    BadLine,
    Header,
    Line,
    Text,
    load,
    read_header,
    read_line,
)
from stcore.chat.jsonl.media import Finder, Hung
from stcore.chat.jsonl.metadata import read_metadata
from stcore.chat.names import folded
from stcore.chat.preferences import write as write_settings
from stcore.chat.records import Attachment, Chat
from stcore.errors import UserError
from stcore.storage.ids import new_id
from stcore.storage.tables import chats, messages, swipes, variables

if TYPE_CHECKING:
    from stcore.host import Host

_AT_ONCE = 500
_NOT_A_CHAT = "Choose a chat file (.jsonl): one line of JSON for the chat, then one for each message."


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that could not be read: its number in the file, from 1, and why."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.line} cannot be read, {self.reason}"


@dataclass(frozen=True, slots=True)
class Imported:
    """The new chat. ``problems`` are the lines kept as notes, ``pictures`` how many were found and hung."""

    chat: Chat
    messages: int
    pictures: int
    problems: tuple[Problem, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        problems = [{"line": problem.line, "reason": problem.reason} for problem in self.problems]
        return {"chat": self.chat.to_dict(), "messages": self.messages, "pictures": self.pictures, "problems": problems}


@dataclass
class _Reader:
    """Turns the lines of a file into messages."""

    lines: Iterator[bytes]
    now: int
    number: int = 0
    header: Header | None = None
    problems: list[Problem] = field(default_factory=list)
    good: int = 0
    _back: list[bytes] = field(default_factory=list)

    def start(self) -> None:
        """Read the header, if there is one."""
        for raw in self.lines:
            self.number += 1
            if not raw.strip():
                continue
            try:
                self.header = read_header(load(raw)[1])
            except BadLine:
                self.header = None  # it is told when it is read as a message
            if self.header is None:
                self.number -= 1
                self._back.append(raw)
            return

    def portion(self) -> list[Line]:
        """The next messages, none at the end of the file."""
        found: list[Line] = []
        waiting = self._back + list(islice(self.lines, _AT_ONCE - len(self._back)))
        self._back = []
        while waiting and not found:
            found = [line for line in map(self._line, waiting) if line is not None]
            waiting = [] if found else list(islice(self.lines, _AT_ONCE))
        return found

    def _line(self, raw: bytes) -> Line | None:
        self.number += 1
        if not raw.strip():
            return None
        try:
            line = read_line(load(raw)[1], now=self.now)
            self.good += 1
        except BadLine as problem:
            self.problems.append(Problem(self.number, str(problem)))
            line = self._note(raw)
        self.now = line.created  # of the next one that tells no time
        return line

    def _note(self, raw: bytes) -> Line:
        """What could not be read, as a note in its place."""
        text = raw.decode("utf-8", "backslashreplace").strip().replace("\0", "")
        return Line("system", "Note", True, self.now, 0, (Text(text, self.now),), {"type": "comment", UNREADABLE: text})


async def import_chat(
    host: Host,
    lines: Iterable[bytes],
    *,
    title: str = "",
    character_id: str | None = None,
    group_id: str | None = None,
    pictures: Finder | None = None,
) -> Imported:
    """A new chat from the lines of a file. Without a character or group the one named in the file is taken.

    ``lines`` are read in a worker thread, ``pictures`` finds the pictures that they mention. Raises
    :class:`UserError` for a file that holds no chat; nothing is kept then.
    """
    reader = _Reader(iter(lines), host.chats.now())
    finder = pictures or Finder(host)
    await asyncio.to_thread(reader.start)
    header = reader.header or Header()
    if character_id is None and group_id is None:
        character_id, group_id = await _partner(host, header.character_name)
    name = title or header.character_name
    chat = await host.chats.create(name, character_id=character_id, group_id=group_id, temporary=True)
    try:
        position = 0
        while portion := await asyncio.to_thread(reader.portion):
            if not reader.good and reader.header is None:
                raise UserError(f"The file holds no chat: line {reader.problems[0]}.", hint=_NOT_A_CHAT)
            hung = [await finder.take(line, chat) for line in portion]
            await host.database.write(lambda c, p=portion, h=hung, at=position: _insert(c, chat.id, p, h, at))  # type: ignore[misc]
            position += len(portion)
        if reader.header is None and position == 0:
            raise UserError("The file holds no chat: it is empty.", hint=_NOT_A_CHAT)
        now = host.chats.now()
        made = await host.database.write(lambda c: _finish(c, chat.id, header, now))
    except BaseException:
        await asyncio.shield(host.delete_chat(chat.id))
        raise
    host.bus.wake()
    return Imported(made, position, finder.found, tuple(reader.problems))


async def _partner(host: Host, name: str) -> tuple[str | None, str | None]:
    """The ids of the character or group that a file names."""
    if not name.strip():
        return None, None
    for character in await host.characters.find(name):
        return character.id, None
    groups = [group.id for group in await host.groups.list() if folded(group.name) == folded(name)]
    return None, groups[0] if groups else None


def _insert(
    connection: Connection, chat_id: str, lines: Sequence[Line], hung: Sequence[Sequence[Hung]], start: int
) -> None:
    """Write a portion of the messages."""
    found: list[dict[str, Any]] = []
    texts: list[dict[str, Any]] = []
    for position, line in enumerate(lines, start):
        message_id = new_id()
        found.append(
            {
                "id": message_id,
                "chat_id": chat_id,
                "position": position,
                "role": line.role,
                "name": line.name,
                "hidden": line.hidden,
                "swipe": line.shown,
                "extra": line.extra,
                "created": line.created,
            }
        )
        for number, text in enumerate(line.texts):
            of_text = {"text": text.text, "extra": text.extra, "created": text.created}
            texts.append({"message_id": message_id, "number": number, **of_text})
    connection.execute(insert(messages), found)
    connection.execute(insert(swipes), texts)
    for row, pictures in zip(found, hung, strict=True):
        for swipe, asset_id, title, extra in pictures:
            rows.add_attachments(connection, row["id"], swipe, [Attachment(asset_id, title, extra)], row["created"])


def _finish(connection: Connection, chat_id: str, header: Header, now: int) -> Chat:
    """Keep what the file tells of the chat, and show the chat now that it is whole."""
    metadata = read_metadata(header.metadata)
    kept = {"user_name": header.user_name, "character_name": header.character_name, "rest": header.rest}
    parent = connection.execute(
        select(chats.c.id).where(chats.c.title == metadata.parent, chats.c.id != chat_id).limit(1)
    ).scalar()
    values = {"extra": {**metadata.extra, KEPT: kept}, "temporary": False, "parent_id": parent, "updated": now}
    connection.execute(update(chats).where(chats.c.id == chat_id).values(**values))
    if metadata.variables:
        found = [{"scope": chat_id, "name": key[:512], "value": value} for key, value in metadata.variables.items()]
        connection.execute(insert(variables), found)
    write_settings(connection, f"chat:{chat_id}", metadata.settings)
    return rows.note_chat(connection, chat_id, "chat.added", now)
