"""A chat becomes a file: line by line, a portion of the messages at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, and_, select

from stcore.chat import rows
from stcore.chat.copies import CHECKPOINT, LINK
from stcore.chat.jsonl.lines import KEPT, UNREADABLE, Header, Line, Text, dump, iso, write_header, write_line
from stcore.chat.jsonl.metadata import write_metadata
from stcore.chat.preferences import read_all
from stcore.chat.records import Chat, Message
from stcore.errors import NotFound
from stcore.images.library import page_address
from stcore.storage.tables import attachments, chats, messages, swipes, variables

if TYPE_CHECKING:
    from stcore.host import Host

_AT_ONCE = 500

Address = Callable[[Mapping[str, Any]], str]
"""What a file calls a picture."""


def on_this_host(picture: Mapping[str, Any]) -> str:
    """The address of a picture on the page: this host finds it again when the file is imported."""
    return page_address(picture["id"], picture["media_type"])


async def export_chat(host: Host, chat_id: str, address: Address = on_this_host) -> AsyncIterator[bytes]:
    """The lines of a chat's file. ``address`` names its pictures. Raises ``NotFound`` before the first line."""
    chat, header = await host.database.read(lambda c: _header(c, chat_id, host.names()))
    yield dump(write_header(header))
    start = 0
    while True:
        portion = await host.database.read(lambda c, start=start: _portion(c, chat, start, address))  # type: ignore[misc]
        for line in portion:
            yield line
        if len(portion) < _AT_ONCE:
            return
        start += _AT_ONCE


def _header(connection: Connection, chat_id: str, names: tuple[str, str]) -> tuple[Chat, Header]:
    chat = rows.read_chat(connection, chat_id)
    kept = chat.extra.get(KEPT) or {}
    found = connection.execute(select(variables.c.name, variables.c.value).where(variables.c.scope == chat_id))
    metadata = write_metadata(
        {key: value for key, value in chat.extra.items() if key != KEPT},
        {row.name: row.value for row in found},
        read_all(connection, f"chat:{chat_id}"),
        _title(connection, chat.parent_id),
    )
    user, character = names[0], _partner(connection, chat) or names[1]
    rest = kept.get("rest") or {"create_date": iso(chat.created)}
    return chat, Header(kept.get("user_name") or user, kept.get("character_name") or character, metadata, rest)


def _partner(connection: Connection, chat: Chat) -> str:
    from stcore.chat.characters.store import read_character
    from stcore.chat.groups.store import read_group

    try:
        if chat.group_id is not None:
            return read_group(connection, chat.group_id).name
        return read_character(connection, chat.character_id).name if chat.character_id else ""
    except NotFound:
        return ""


def _title(connection: Connection, chat_id: str | None) -> str | None:
    if chat_id is None:
        return None
    return connection.execute(select(chats.c.title).where(chats.c.id == chat_id)).scalar()


def _portion(connection: Connection, chat: Chat, start: int, address: Address) -> list[bytes]:
    here = and_(messages.c.chat_id == chat.id, messages.c.position >= start, messages.c.position < start + _AT_ONCE)
    found = rows.read_messages(connection, here, with_pictures=False)
    ids = [message.id for message in found]
    texts: dict[str, list[Text]] = defaultdict(list)
    query = select(swipes).where(swipes.c.message_id.in_(ids)).order_by(swipes.c.message_id, swipes.c.number)
    for row in connection.execute(query):
        texts[row.message_id].append(Text(row.text, row.created, row.extra))
    own = {row.id: row.extra for row in connection.execute(select(messages.c.id, messages.c.extra).where(here))}
    pictures = rows.read_pictures(connection, ids)
    hung = _titles(connection, ids) if pictures else {}
    return [
        _line(connection, message, own[message.id], texts[message.id], pictures, hung, address) for message in found
    ]


def _titles(connection: Connection, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What is stored with each attachment, by its id."""
    query = select(attachments.c.id, attachments.c.extra).where(attachments.c.message_id.in_(ids))
    return {row.id: row.extra for row in connection.execute(query)}


def _line(
    connection: Connection,
    message: Message,
    extra: dict[str, Any],
    texts: Sequence[Text],
    pictures: Mapping[tuple[str, int], Iterable[dict[str, Any]]],
    hung: Mapping[str, dict[str, Any]],
    address: Address,
) -> bytes:
    if UNREADABLE in extra:
        return str(extra[UNREADABLE]).encode(errors="replace") + b"\n"
    shown = {key: value for key, value in extra.items() if key != CHECKPOINT}
    if CHECKPOINT in extra and (title := _title(connection, extra[CHECKPOINT])) is not None:
        shown[LINK] = title
    if extra.get("type") == "system":
        shown["type"] = "narrator"  # the mark of this host's first days
    drawn = [
        _with_pictures(text, [_medium(p, hung, address) for p in pictures.get((message.id, number), ())])
        for number, text in enumerate(texts)
    ]
    line = Line(message.role, message.name, message.hidden, message.created, message.swipe, tuple(drawn), shown)
    return dump(write_line(line))


def _with_pictures(text: Text, media: list[dict[str, Any]]) -> Text:
    if not media:
        return text
    return Text(text.text, text.created, {**text.extra, "media": [*media, *text.extra.get("media", ())]})


def _medium(picture: dict[str, Any], hung: Mapping[str, dict[str, Any]], address: Address) -> dict[str, Any]:
    stored = hung.get(picture["attachment_id"], {})
    source = "generated" if picture["origin"] == "received" else "upload"
    return {"url": address(picture), "type": "image", "title": picture["title"], "source": source, **stored}
