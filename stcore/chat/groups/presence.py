"""A group in its chat: what macros see of it, and who answers now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection, and_

from stcore.chat import rows
from stcore.chat.characters.records import Character
from stcore.chat.groups.records import Group
from stcore.chat.groups.store import Seat, read_group, read_seats
from stcore.chat.groups.turns import Candidate, Moment, speakers
from stcore.chat.records import Message
from stcore.errors import NotFound
from stcore.macros import environment as macros
from stcore.storage.tables import messages

if TYPE_CHECKING:
    from stcore.host import Host
    from stcore.macros import Environment

_LOOKED_AT = 100
"""Messages looked at for who spoke since the person did."""


async def load_group(host: Host, chat_id: str, environment: Environment) -> None:
    """Put the group of a chat into what macros see. ``{{char}}`` is who spoke last, at first the first member."""
    group_id = environment.extra.get("group_id")
    if group_id is None:
        return

    def fn(connection: Connection) -> tuple[Group, list[Seat], list[Message]]:
        group = read_group(connection, group_id)
        return group, read_seats(connection, group), _newest(connection, chat_id)

    try:
        group, seats, recent = await host.database.read(fn)
    except NotFound:
        return  # deleted this very moment
    environment.group = macros.Group(
        members=tuple(macros.Member(s.character.name, s.character.macro_card(), s.muted) for s in seats),
        cards=group.options.cards,
        join_prefix=group.options.join_prefix,
        join_suffix=group.options.join_suffix,
    )
    last = _last_speaker(seats, recent)
    current = last or next((s.character for s in seats if not s.muted), seats[0].character if seats else None)
    if current is not None:
        environment.char, environment.card = current.name, current.macro_card()


async def next_speakers(host: Host, chat_id: str) -> Sequence[Character]:
    """Who answers in the chat of a group now, in their order; nobody in a chat that is no group's."""
    chat = await host.chats.get(chat_id)
    if chat.group_id is None:
        return ()
    group = await host.groups.get(chat.group_id)
    seats = await host.groups.seats(group.id)
    recent = await host.database.read(lambda c: _newest(c, chat_id))
    candidates = [
        Candidate(s.character.id, s.character.name, s.character.field("talkativeness")) for s in seats if not s.muted
    ]
    chosen = speakers(
        candidates,
        _moment(seats, recent),
        group.options.strategy,
        allow_self=group.options.allow_self,
        rng=host.random,
    )
    characters = {seat.character.id: seat.character for seat in seats}
    return [characters[character_id] for character_id in chosen]


def speaking(environment: Environment, character: Character) -> Environment:
    """What macros see while ``character`` speaks; prefixes of pictures stay those of the open one (7.5)."""
    extra = {**environment.extra, "character_id": character.id}
    is_open = environment.card or macros.Card()
    card = replace(
        character.macro_card(),
        image_prefix=is_open.image_prefix,
        image_negative_prefix=is_open.image_negative_prefix,
    )
    return environment.child(char=character.name, card=card, extra=extra)


def _newest(connection: Connection, chat_id: str) -> list[Message]:
    where = and_(messages.c.chat_id == chat_id, messages.c.hidden.is_(False))
    return rows.read_messages(connection, where, newest=_LOOKED_AT, with_pictures=False)


def _moment(seats: Sequence[Seat], recent: Sequence[Message]) -> Moment:
    """The chat as the choice of speakers sees it; members are known by their names."""
    if not recent:
        return Moment()
    by_name = {seat.character.name: seat.character.id for seat in seats}
    last = _last_speaker(seats, recent)
    since = []
    for message in reversed(recent):
        if message.role == "user":
            break
        since.append(message.name)
    return Moment(
        text=recent[-1].text,
        by_person=recent[-1].role == "user",
        last_speaker=last.id if last else None,
        spoken=frozenset(by_name[name] for name in since if name in by_name),
    )


def _last_speaker(seats: Sequence[Seat], recent: Sequence[Message]) -> Character | None:
    by_name = {seat.character.name: seat.character for seat in seats}
    spoken = (by_name.get(message.name) for message in reversed(recent) if message.role == "assistant")
    return next((character for character in spoken if character is not None), None)
