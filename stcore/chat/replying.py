"""One reply of the text model: the chat becomes a prompt, the words go to every face as they come, the rest is kept."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from stcore.chat.records import Message, NewMessage
from stcore.errors import StcoreError
from stcore.storage.ids import new_id
from stcore.text.model import Completion
from stcore.text.prompt import Cast, chat_prompt
from stcore.text.reply import Reply, Replying

if TYPE_CHECKING:
    from stcore.host import Host
    from stcore.macros import Environment

HISTORY = 500
"""Messages looked at; the token budget ends the prompt long before."""


async def reply(host: Host, chat_id: str, environment: Environment, message_id: str | None = None) -> Message | None:
    """Let the model of the host answer in a chat; with ``message_id`` as another swipe of that message.

    Words that came before a failure or a stop are kept as the reply. Raises the ``StcoreError`` of the model.
    """
    settings = host.settings.current.chat
    connection = await host.texts.open()
    before = (await host.chats.message(message_id)).position if message_id else None
    cast = Cast(environment.user, environment.char, environment.persona, instructions=settings.system_prompt)
    messages = chat_prompt(
        await host.chats.messages(chat_id, before, HISTORY),
        cast,
        budget=settings.context_tokens,
        expand=lambda text: host.macros.expand(text, environment),
    )
    replying = Replying(connection, Completion(messages), speaker=environment.char)
    run_id = new_id()
    host.publish("reply.started", {"id": run_id, "name": environment.char, "message_id": message_id}, chat_id)
    ended: dict[str, Any] = {"id": run_id}
    try:
        await _stream(host, chat_id, run_id, replying)
    except StcoreError as error:
        ended["error"] = error.to_dict()
        raise
    finally:
        # A stop (cancellation) ends the words, not the keeping of what had come.
        message = await asyncio.shield(_keep(host, chat_id, environment.char, replying.reply, message_id))
        host.publish("reply.ended", {**ended, "message_id": message.id if message else None}, chat_id)
    return message


async def _stream(host: Host, chat_id: str, run_id: str, replying: Replying) -> None:
    async for words in replying.words():
        host.publish("reply.piece", {"id": run_id, "text": words}, chat_id)


async def _keep(host: Host, chat_id: str, name: str, made: Reply, message_id: str | None) -> Message | None:
    text = made.text.rstrip()
    if not text:
        return None
    extra = {} if made.finished else {"cut_off": True}
    if message_id is not None:
        return await host.chats.add_swipe(message_id, text, extra)
    return await host.chats.append(chat_id, NewMessage("assistant", name, text, extra=extra))
