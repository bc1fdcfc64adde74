"""Who speaks in a reply: the members of a group whose turn it is, or the one who said a message before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stcore.chat.groups.presence import next_speakers, speaking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stcore.chat.session import Session
    from stcore.macros import Environment


async def speakers(session: Session, chat_id: str, member: str = "") -> Sequence[Environment]:
    """Those who answer now, in their order; with a ``member`` (its position, from 0, or name) that one alone."""
    group_id = (await session.host.chats.get(chat_id)).group_id
    seats = await session.host.groups.seats(group_id) if member and group_id else ()
    for number, seat in enumerate(seats):
        if member.strip().lower() in (str(number), seat.character.name.lower()):
            return [speaking(session.environment, seat.character)]
    return [speaking(session.environment, character) for character in await next_speakers(session.host, chat_id)]


async def speaker_of(session: Session, message_id: str) -> Environment | None:
    """Who said a message, as it says it once more; ``None`` for the character of the chat."""
    message = await session.host.chats.message(message_id)
    if message.name == session.environment.char:
        return None
    found = await session.host.characters.find(message.name)
    return speaking(session.environment, found[0]) if found and found[0].name == message.name else None
