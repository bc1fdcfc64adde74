"""How a chat begins: with the greeting of its character, whose alternate greetings are swipes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert

from stcore.chat import rows
from stcore.chat.records import Chat, Message, NewMessage
from stcore.storage.tables import swipes

if TYPE_CHECKING:
    from stcore.chat.characters.records import Character
    from stcore.host import Host


async def begin_chat(
    host: Host, character_id: str | None = None, *, group_id: str | None = None, title: str = ""
) -> Chat:
    """A new chat; with a character or group it is called after it and opened by greetings. Raises ``NotFound``."""
    if group_id is not None:
        return await _begin_group_chat(host, group_id, title)
    if character_id is None:
        return await host.chats.create(title)
    character = await host.characters.get(character_id)
    chat = await host.chats.create(title or character.name, character_id=character.id)
    await greet(host, chat.id, character)
    return await host.chats.get(chat.id)


async def greet(host: Host, chat_id: str, character: Character) -> Message | None:
    """Let a character say its greeting; ``None`` when its card has none.

    Macros are expanded once, under its own name, and the results are kept (spec/macros.md section 20).
    """
    from stcore.chat.environment import Surroundings

    if not character.greetings:
        return None
    surroundings = Surroundings(host, chat_id)
    await surroundings.load()
    environment = surroundings.environment
    if environment.extra.get("character_id") != character.id:  # a member of a group
        environment = environment.child(char=character.name, card=character.macro_card())
    texts = [host.macros.expand(text, environment) for text in character.greetings]
    await surroundings.flush()  # a greeting may set variables

    def fn(connection: Connection) -> Message:
        now = host.chats.now()
        message = rows.add_message(connection, chat_id, NewMessage("assistant", character.name, texts[0]), now)
        if len(texts) == 1:
            return message
        for number, text in enumerate(texts[1:], 1):
            values = {"message_id": message.id, "number": number, "text": text, "extra": {}, "created": now}
            connection.execute(insert(swipes), values)
        return rows.note_message(connection, message.id, now)

    message = await host.database.write(fn)
    host.bus.wake()
    return message


async def chat_with(host: Host, character_id: str) -> str:
    """The id of the chat with a character that was used last, or of a new one."""
    known = await host.characters.chats(character_id)
    return known[0] if known else (await begin_chat(host, character_id)).id


async def _begin_group_chat(host: Host, group_id: str, title: str) -> Chat:
    """Every member says its greeting, in their order."""
    group, seats = await host.groups.get(group_id), await host.groups.seats(group_id)
    chat = await host.chats.create(title or group.name, group_id=group_id)
    for seat in seats:
        await greet(host, chat.id, seat.character)
    return await host.chats.get(chat.id)


async def chat_of_group(host: Host, group_id: str) -> str:
    """The id of the chat of a group that was used last, or of a new one."""
    known = await host.groups.chats(group_id)
    return known[0] if known else (await begin_chat(host, group_id=group_id)).id
