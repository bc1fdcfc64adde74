"""What world info would add now, for people who wonder why an entry joins or does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stcore.chat.environment import build_environment

if TYPE_CHECKING:
    from stcore.chat.lore.service import Lore
    from stcore.host import Host

HISTORY = 500
"""Messages looked at, at most."""


async def preview(host: Host, chat_id: str) -> Lore:
    """The entries that would join the next prompt of a chat. Nothing is remembered of it. Raises ``NotFound``."""
    await host.chats.get(chat_id)
    environment = await build_environment(host, chat_id)
    history = await host.chats.messages(chat_id, limit=HISTORY)
    tokens = host.settings.current.chat.context_tokens
    return await host.lore.activate(chat_id, environment, history, context_tokens=tokens, keep=False)
