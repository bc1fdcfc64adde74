"""What the template of a prompt would make in a chat now, while it is typed: nothing is sent, and nothing changes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from stcore.chat.imagine.cast import depicted
from stcore.chat.imagine.writer import template_values
from stcore.macros.places import MESSAGE, macros_of
from stcore.macros.preview import Preview, preview

if TYPE_CHECKING:
    from stcore.chat.session import Session

_SUBJECT = "an apple tree"
"""Stands for the argument where nobody gave one."""


async def preview_template(session: Session, text: str, *, slot: str = "", subject: str = "") -> Preview:
    """The text with its values and macros as they are in the session's chat.

    ``slot`` is the slot or mode it is meant for. Raises ``SettingsError`` with the line of what cannot be rendered.
    """
    scene = session.scene(await session.open_chat())
    cast = await depicted(scene)
    environment = cast.answering(scene.environment)
    values = {**template_values(scene, cast, subject or _SUBJECT), "char": environment.char, "mode": slot}
    rendered = await session.host.prompt_templates.try_out(text, values)
    extra = macros_of("picture-message" if slot == "message" else MESSAGE)
    return await asyncio.to_thread(preview, rendered, session.host.macros, environment, extra=extra)
