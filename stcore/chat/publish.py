"""Where a finished picture goes: a new message, another picture of a message, or the gallery only.

Runs inside the transaction that ends the job, so a crash leaves either both or neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from stcore.chat import rows
from stcore.chat.records import Attachment, NewMessage
from stcore.errors import NotFound

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from stcore.config import Settings
    from stcore.images.intent import Intent
    from stcore.images.job_rows import Job


def publish(
    connection: Connection, job: Job, pictures: Sequence[dict[str, Any]], settings: Settings, *, now: int
) -> None:
    """Show the pictures of a job where its intent wants them.

    A chat or message that was deleted meanwhile is no failure: the pictures are then in the gallery only.
    """
    intent = job.intent
    hung = tuple(Attachment(picture["id"], intent.title, _remembered(intent)) for picture in pictures)
    if not hung or intent.destination == "quiet" or intent.chat_id is None:
        return
    try:
        if intent.destination == "swipe" and intent.message_id:
            message = rows.read_message(connection, intent.message_id)
            # The person may look at another swipe by now; a picture belongs to the words it was made for.
            swipe = rows.swipe_with(connection, message.id, intent.beside) if intent.beside else None
            rows.add_attachments(connection, message.id, message.swipe if swipe is None else swipe, hung, now)
            rows.touch(connection, message.chat_id, now)
            rows.note_message(connection, message.id, now)
            return
        rows.read_chat(connection, intent.chat_id)
    except NotFound:
        return
    # image-generation.md 12.1: written by the character, hidden from the text model unless the setting says so,
    # and only the picture is shown, not the text.
    extra: dict[str, Any] = {"picture": True, "inline_image": False, "job_id": job.id}
    new = NewMessage(
        role="assistant",
        name=settings.chat.character_name,
        text=intent.title,
        hidden=not settings.images.show_to_model,
        extra=extra,
        attachments=hung,
    )
    rows.add_message(connection, intent.chat_id, new, now)


def _remembered(intent: Intent) -> dict[str, Any]:
    values = {"initiator": intent.initiator, "mode": intent.mode, "negative": intent.extra_negative}
    return {key: value for key, value in values.items() if value}
