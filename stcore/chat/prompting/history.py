"""The part of a chat that a prompt has room for, read from its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import and_, func, select

from stcore.chat.records import Message
from stcore.images.tags import as_tags
from stcore.storage.tables import messages
from stcore.text.prompt import MESSAGE_TOKENS
from stcore.text.tokens import estimate_tokens

if TYPE_CHECKING:
    from stcore.chat.prompting.scene import Scene

AT_ONCE = 60
"""Messages read in one go: a common context is full after one or two."""


async def read_history(scene: Scene, before: int | None, budget: int) -> Sequence[Message]:
    """The newest messages before a position, oldest first: as many as ``budget`` tokens can hold, and not many more."""
    found: list[Message] = []
    left = budget
    while left >= 0:
        batch = await scene.host.chats.messages(scene.chat_id, before, AT_ONCE)
        found[:0] = batch
        if len(batch) < AT_ONCE:
            break
        left -= sum(estimate_tokens(message.text) + MESSAGE_TOKENS for message in batch if not message.hidden)
        before = batch[0].position
    return [_told(message) for message in found]


def _told(message: Message) -> Message:
    """Pictures inside a text are told as the tags by which they were asked for; their addresses mean nothing."""
    text = as_tags(message.text)
    return message if text == message.text else replace(message, text=text)


async def count_said(scene: Scene, before: int | None) -> int:
    """How often the user has spoken in the chat; hidden messages do not count."""
    mine = and_(messages.c.chat_id == scene.chat_id, messages.c.role == "user", messages.c.hidden.is_(False))
    if before is not None:
        mine = and_(mine, messages.c.position < before)
    query = select(func.count()).select_from(messages).where(mine)
    return int(await scene.host.database.read(lambda connection: connection.execute(query).scalar_one()))


async def count_left_out(scene: Scene, first: int | None) -> int:
    """How many messages of the chat lie before the ``first`` one that a prompt has room for; hidden messages do
    not count."""
    shown = and_(messages.c.chat_id == scene.chat_id, messages.c.hidden.is_(False))
    query = select(func.count()).select_from(messages).where(shown, messages.c.position < (first or 0))
    return int(await scene.host.database.read(lambda connection: connection.execute(query).scalar_one()))
