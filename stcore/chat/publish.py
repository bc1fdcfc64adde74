"""Where a finished picture goes: a new message, another picture of a message, a place in its text, or the gallery only.

Runs inside the transaction that ends the job, so a crash leaves either both or neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from stcore.chat import hanging, rows, swipes
from stcore.chat.backgrounds import Background, write_own
from stcore.chat.records import Attachment, Message, NewMessage
from stcore.errors import NotFound
from stcore.images.library import page_address

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from stcore.images.intent import Intent
    from stcore.images.job_rows import Job


def publish(connection: Connection, job: Job, pictures: Sequence[dict[str, Any]], *, now: int) -> None:
    """Show the pictures of a job where its intent wants them.

    A chat or message that was deleted meanwhile is no failure: the pictures are then in the gallery only.
    """
    intent = job.intent
    if not pictures or intent.destination == "quiet" or intent.chat_id is None:
        return
    try:
        if intent.destination == "message" and intent.message_id:
            _hang(connection, rows.read_message(connection, intent.message_id), intent, pictures, now)
            return
        rows.read_chat(connection, intent.chat_id)
    except NotFound:
        return
    _post(connection, job, pictures, now)
    if intent.background:
        write_own(connection, intent.chat_id, Background("picture", pictures[0]["id"]), now)


def _post(connection: Connection, job: Job, pictures: Sequence[dict[str, Any]], now: int) -> None:
    """A message of its own (12.1), of which only the picture is shown, not the text."""
    post, chat_id = job.intent.post, job.intent.chat_id
    new = NewMessage(
        role="assistant",
        name=post.name,
        text=post.text,
        hidden=post.hidden,
        extra={
            "picture": True,
            hanging.INLINE: False,
            hanging.DISPLAY: "gallery",
            hanging.INDEX: 0,
            "job_id": job.id,
        },
        attachments=_attachments(job.intent, pictures),
    )
    assert chat_id is not None
    rows.add_message(connection, chat_id, new, now)


def _hang(
    connection: Connection, message: Message, intent: Intent, pictures: Sequence[dict[str, Any]], now: int
) -> None:
    """Beside the other pictures of a message, on the text it was made for: people may look at another by now."""
    swipe = intent.swipe
    if intent.beside:
        swipe = rows.swipe_with(connection, message.id, intent.beside)
    if swipe is None or swipe >= message.swipes:
        swipe = message.swipe
    if intent.tag:
        _put_in_place(connection, message, swipe, intent, pictures)
    else:
        hanging.hang(connection, message, swipe, _attachments(intent, pictures), now)
    rows.touch(connection, message.chat_id, now)
    rows.note_message(connection, message.id, now)


def _put_in_place(
    connection: Connection, message: Message, swipe: int, intent: Intent, pictures: Sequence[dict[str, Any]]
) -> None:
    """In the place of the picture tag that asked for it; where the tag is gone, nothing is changed."""
    text = swipes.read_texts(connection, message.id)[swipe]
    addresses = [page_address(picture["id"], picture["media_type"]) for picture in pictures]
    shown = "\n".join(f"![{_label(intent.title)}]({address})" for address in addresses)
    if intent.tag in text:
        swipes.write_text(connection, message.id, swipe, text.replace(intent.tag, shown, 1))


def _label(title: str) -> str:
    """A title as the description of a picture in Markdown, on one line."""
    return " ".join(title.replace("[", "(").replace("]", ")").replace("\\", "").split())


def _attachments(intent: Intent, pictures: Sequence[dict[str, Any]]) -> tuple[Attachment, ...]:
    """What is remembered with a picture, under the names by which chats are exchanged (12.1). A size that was asked for
    is kept as it was drawn (Q6)."""
    extra: dict[str, Any] = {
        "initiator": intent.initiator,
        "mode": intent.mode,
        "generation_type": intent.number,
        "argument": intent.argument,
        "negative": intent.extra_negative,
    }
    kept = ("width", "height") if intent.keep_size else ()
    return tuple(
        Attachment(picture["id"], intent.title, {**extra, **{side: picture[side] for side in kept}})
        for picture in pictures
    )
