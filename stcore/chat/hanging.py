"""The pictures of a message: which are seen, how they come and how they go (image-generation.md 12.1, 13.1, 13.5).

What is seen is kept with the text that the pictures hang on, under the names by which chats are exchanged:
``media_display`` is ``gallery`` (one of them is seen, number ``media_index``) or ``list`` (all are). All that change
something are plain functions of a connection, like ``rows.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import Connection, and_, delete, exists, select

from stcore.chat import rows, swipes
from stcore.chat.records import Attachment, Message
from stcore.errors import NotFound
from stcore.storage.tables import attachments, messages

INDEX, DISPLAY = "media_index", "media_display"

INLINE = "inline_image"
"""Whether the text is shown beside the pictures."""

Display = Literal["gallery", "list"]

Picture = Mapping[str, Any]


def index_of_shown(extra: Mapping[str, Any], count: int) -> int:
    """The number of the picture that a gallery of ``count`` shows; -1 for none. Without a choice it is the newest."""
    index = extra.get(INDEX)
    return index if isinstance(index, int) and not isinstance(index, bool) and 0 <= index < count else count - 1


def shown_picture(message: Message) -> Picture | None:
    """The picture that people look at, or did last; what is asked of a message's picture is asked of this one."""
    return message.pictures[index_of_shown(message.extra, len(message.pictures))] if message.pictures else None


def pictures_seen(message: Message) -> Sequence[Picture]:
    """Which pictures of a message people see: of a gallery the one looked at, of a list all."""
    if message.extra.get(DISPLAY) == "list":
        return message.pictures
    shown = shown_picture(message)
    return (shown,) if shown else ()


def find_message(connection: Connection, chat_id: str, number: int | None) -> Message:
    """The message of a number; without one the newest of the chat that shows a picture. Raises ``NotFound``."""
    here = messages.c.chat_id == chat_id
    if number is None:
        hung = and_(attachments.c.message_id == messages.c.id, attachments.c.swipe == messages.c.swipe)
        where = and_(here, exists().where(hung))
        missing = NotFound("There is no picture in this chat yet.", hint="/imagine makes one.")
    else:
        where = and_(here, messages.c.position == number)
        missing = NotFound(f"There is no message {number}.")
    found = rows.read_messages(connection, where, newest=1)
    if not found:
        raise missing
    return found[0]


# -- coming ----------------------------------------------------------------------------------------------------------


def hang(connection: Connection, message: Message, swipe: int, new: Sequence[Attachment], now: int) -> None:
    """Hang pictures on one text of a message; the first of them becomes the one that is seen.

    Where it is the text's first picture the text stays visible (13.3).
    """
    count = len(_hung(connection, message.id, swipe))
    rows.add_attachments(connection, message.id, swipe, new, now)
    values: dict[str, Any] = {INDEX: count}
    if count == 0:
        values |= {DISPLAY: "gallery", INLINE: True}
    swipes.note_extra(connection, message.id, swipe, **values)


def show(connection: Connection, message_id: str, asset_id: str) -> None:
    """Look at another picture of the text that is shown. Raises ``NotFound`` when it does not hang there."""
    message = rows.read_message(connection, message_id)
    ids = [picture["id"] for picture in message.pictures]
    if asset_id not in ids:
        raise NotFound("This picture does not hang on the text that the message shows.")
    swipes.note_extra(connection, message_id, message.swipe, **{INDEX: ids.index(asset_id)})


def arrange(connection: Connection, message_id: str, display: Display) -> None:
    """Show one picture of a message at a time, or all of them."""
    message = rows.read_message(connection, message_id)
    swipes.note_extra(connection, message_id, message.swipe, **{DISPLAY: display})


# -- going -----------------------------------------------------------------------------------------------------------


def take_off(connection: Connection, asset_id: str, now: int) -> None:
    """Take a picture off every message that it hangs on, and tell of each."""
    places = select(attachments.c.message_id, attachments.c.swipe).where(attachments.c.asset_id == asset_id)
    found = connection.execute(places.distinct().order_by(attachments.c.message_id, attachments.c.swipe)).all()
    for message_id, swipe in found:
        _take(connection, message_id, swipe, lambda asset: asset == asset_id)
    for message_id in dict.fromkeys(message_id for message_id, _ in found):
        rows.note_message(connection, message_id, now)


def take_from(connection: Connection, message_id: str, asset_ids: Iterable[str] | None, now: int) -> list[str]:
    """Take pictures off the text that a message shows (``None``: all of them); which were taken. They stay stored."""
    message = rows.read_message(connection, message_id)
    wanted = None if asset_ids is None else set(asset_ids)
    gone = _take(connection, message_id, message.swipe, lambda asset: wanted is None or asset in wanted)
    if gone:
        rows.note_message(connection, message_id, now)
    return gone


def _take(connection: Connection, message_id: str, swipe: int, goes: Callable[[str], bool]) -> list[str]:
    """Take pictures off one text. Of the one that is seen the previous one is seen (13.5)."""
    hung = _hung(connection, message_id, swipe)
    gone = [(number, attachment_id, asset) for number, (attachment_id, asset) in enumerate(hung) if goes(asset)]
    if not gone:
        return []
    left = len(hung) - len(gone)
    shown = index_of_shown(swipes.read_extra(connection, message_id, swipe), len(hung))
    numbers = {number for number, _, _ in gone}
    before = sum(number not in numbers for number in range(shown))
    index = before if shown not in numbers else max(0, before - 1)
    connection.execute(delete(attachments).where(attachments.c.id.in_([one for _, one, _ in gone])))
    swipes.note_extra(connection, message_id, swipe, **{INDEX: index if left else None})
    return [asset for _, _, asset in gone]


def _hung(connection: Connection, message_id: str, swipe: int) -> list[tuple[str, str]]:
    """What hangs on a text: ids of the attachment and the picture, in the order in which they were hung."""
    here = and_(attachments.c.message_id == message_id, attachments.c.swipe == swipe)
    query = select(attachments.c.id, attachments.c.asset_id).where(here).order_by(attachments.c.id)
    return [(row.id, row.asset_id) for row in connection.execute(query)]
