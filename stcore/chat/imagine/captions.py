"""Captions: what a model that sees says of a picture, for people and models that do not (image-generation.md 14.4).

A caption is kept in a field of its own beside the prompt of the picture, so a further picture is never drawn from it
(quirk 24). It belongs to every place where the picture hangs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select, update

from stcore.chat.imagine.waiting import noticed
from stcore.chat.rows import note_message
from stcore.storage.tables import attachments

if TYPE_CHECKING:
    from stcore.commands.services import Ui
    from stcore.host import Host
    from stcore.images.settings import ImageSettings
    from stcore.macros import Environment

KEY = "caption"
"""The name of a caption among what is stored with a hung picture."""

LONGEST = 20_000
"""Characters of a caption."""

QUESTION = (
    "Describe this picture in two to four plain sentences for somebody who cannot see it: who or what is in it, what "
    "happens, where it is. Answer with the description alone."
)
TEMPLATE = "[{{sender}} shows a picture: {{caption}}]"

_PLACE = re.compile(r"\{\{\s*caption\s*\}\}", re.IGNORECASE)


def wrapped(host: Host, environment: Environment, settings: ImageSettings, caption: str, sender: str) -> str:
    """A caption in the words of its template, as a model is told it. A template without ``{{caption}}`` gets it at its
    end; macros in the caption itself are left alone."""
    template = settings.caption_template.strip() or TEMPLATE
    if not _PLACE.search(template):
        template = f"{template} {{{{caption}}}}"
    macros = {**environment.dynamic, KEY: caption, "sender": sender}
    return host.macros.expand(template, environment.child(dynamic=macros)).strip()


async def describe(
    host: Host,
    environment: Environment,
    picture_id: str,
    *,
    chat_id: str | None = None,
    question: str = "",
    ui: Ui | None = None,
) -> str:
    """What the captioner says of a stored picture; without a ``question`` it is asked what the settings say.

    Empty when it was stopped. Raises ``NotFound``, and what :func:`~stcore.chat.imagine.captioner.caption` raises.
    """
    from stcore.chat.imagine.captioner import caption

    settings = (await host.picture_settings.of(chat_id)).effective
    picture, _ = await host.library.read(picture_id)
    asked = question.strip() or host.macros.expand(settings.caption_prompt.strip() or QUESTION, environment).strip()
    work = caption(host, settings, picture, asked)
    return await noticed(host, chat_id or "", ui, "Looking at the picture ...", work) or ""


async def reviewed(caption: str, ui: Ui | None) -> str:
    """The caption as the person leaves it, empty when it shall not be used. Raises ``NeedsPerson``."""
    if ui is None or not caption:
        return caption
    return (await ui.ask("What the picture shows:", default=caption, rows=6, ok="Keep") or "").strip()


async def keep_caption(host: Host, picture_id: str, caption: str) -> int:
    """Keep a caption with a picture (an empty one forgets it) on every message that shows it; on how many.

    Raises ``NotFound`` for a picture that is gone. One that hangs nowhere keeps none.
    """
    await host.library.asset(picture_id)
    now, text = host.chats.now(), caption.strip()[:LONGEST]

    def fn(connection: Connection) -> int:
        query = select(attachments.c.id, attachments.c.message_id, attachments.c.extra)
        found = connection.execute(query.where(attachments.c.asset_id == picture_id)).all()
        for row in found:
            extra = {key: value for key, value in row.extra.items() if key != KEY} | ({KEY: text} if text else {})
            connection.execute(update(attachments).where(attachments.c.id == row.id).values(extra=extra))
        changed = dict.fromkeys(row.message_id for row in found)
        for message_id in changed:
            note_message(connection, message_id, now)
        return len(changed)

    count = await host.database.write(fn)
    host.bus.wake()
    return count
