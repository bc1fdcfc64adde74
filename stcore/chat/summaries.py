"""What has happened in a chat in a few words: made by the text model, kept with the chat, told to it in prompts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from stcore.chat.preferences import write
from stcore.storage.journal import note
from stcore.text.tokens import estimate_tokens

if TYPE_CHECKING:
    from stcore.chat.records import Message
    from stcore.host import Host

KEY = "summary"
"""The setting of a chat that holds it."""

INSTRUCTION = (
    "Summarise what has happened so far in this conversation, in at most {words} words. Where an earlier summary is "
    "given, carry on what still matters of it. Name who did what; leave nothing out that later events may depend on. "
    "Answer with the summary alone."
)

Ask = Callable[[str, str], Awaitable[str | None]]
"""From instruction and text to what the model makes of it; ``None`` when it was stopped."""


@dataclass(frozen=True, slots=True)
class Summary:
    """``text`` tells of everything up to the message ``up_to`` (its id, empty for a text that a person wrote)."""

    text: str = ""
    up_to: str = ""


async def read_summary(host: Host, chat_id: str) -> Summary:
    """The summary of a chat, empty while there is none."""
    stored: Any = await host.preferences.get(f"chat:{chat_id}", KEY)
    return Summary(str(stored.get("text", "")), str(stored.get("up_to", ""))) if isinstance(stored, dict) else Summary()


async def keep_summary(host: Host, chat_id: str, summary: Summary) -> None:
    """Keep a summary with the chat; one without a text forgets what was there. Raises ``NotFound``."""
    await host.chats.get(chat_id)
    value = {"text": summary.text, "up_to": summary.up_to} if summary.text.strip() else None
    now = host.chats.now()

    def fn(connection: Connection) -> None:
        write(connection, f"chat:{chat_id}", {KEY: value})
        note(connection, "prompting.changed", {"key": KEY}, chat_id=chat_id, now=now)

    await host.database.write(fn)
    host.bus.wake()


def usual_instruction(host: Host) -> str:
    """How the model is told to summarise: as the settings say."""
    chat = host.settings.current.chat
    return (chat.summary_prompt or INSTRUCTION).replace("{words}", str(chat.summary_words))


async def summarise(host: Host, chat_id: str, ask: Ask, instruction: str) -> str | None:
    """Bring the summary of a chat up to date, in as many steps as the model needs to read what is new."""
    summary, messages = await read_summary(host, chat_id), await host.chats.texts(chat_id)
    known = next((message.position for message in messages if message.id == summary.up_to), None)
    if known is None and summary.up_to:
        summary = Summary()  # the message it reached to is gone: what it tells may be gone too
    fresh = [m for m in messages[0 if known is None else known + 1 :] if not m.hidden and m.text.strip()]
    # Room for the instruction and the summary, those told and those answered.
    room = max(512, host.settings.current.chat.context_tokens // 2)
    for portion in _portions(fresh, room):
        earlier = f"Earlier summary:\n{summary.text}\n\nWhat happened since:\n" if summary.text else ""
        told = earlier + "\n".join(f"{message.name}: {message.text}" for message in portion)
        text = await ask(instruction, told)
        if text is None:
            return None
        summary = Summary(text.strip(), portion[-1].id)
        await keep_summary(host, chat_id, summary)
    return summary.text


def _portions(messages: Sequence[Message], room: int) -> Iterator[list[Message]]:
    """The messages in portions of at most so many tokens; one that is longer makes a portion of its own."""
    portion: list[Message] = []
    left = room
    for message in messages:
        cost = estimate_tokens(message.text) + estimate_tokens(message.name)
        if portion and cost > left:
            yield portion
            portion, left = [], room
        portion.append(message)
        left -= cost
    if portion:
        yield portion
