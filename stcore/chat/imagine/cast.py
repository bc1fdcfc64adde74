"""Whom a picture of a chat is about, and in whose gallery it belongs (image-generation.md 5.1, 5.3, 5.4, 7.6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stcore.chat.cast import read_cast
from stcore.chat.characters.records import Character
from stcore.chat.groups.presence import speaking
from stcore.chat.imagine.looks import Looks, looks_of
from stcore.chat.personas import Persona

if TYPE_CHECKING:
    from stcore.chat.prompting.scene import Scene
    from stcore.macros import Environment

_PLAIN = Looks()

SYSTEM = "System"
"""Who posts the pictures of groups."""


@dataclass(frozen=True, slots=True)
class Depicted:
    """``character`` is the open one, in a group whoever spoke last, else any member; ``members`` are all of a group.

    ``spoken`` tells whether that member of a group has spoken at all: markers of a prefix mean nobody before.
    """

    character: Character | None = None
    looks: Looks = _PLAIN
    persona: Persona | None = None
    persona_looks: Looks = _PLAIN
    members: tuple[tuple[str, Looks], ...] = ()
    group_id: str | None = None
    spoken: bool = True

    @property
    def one_to_one(self) -> bool:
        """Whether one character is open, and no group."""
        return self.group_id is None and self.character is not None

    @property
    def subject_id(self) -> str | None:
        """The character or group in whose gallery pictures of the chat belong."""
        return self.group_id or (self.character.id if self.character else None)

    @property
    def marked(self) -> Looks:
        """The looks that the markers of a free prompt stand for (5.4)."""
        return self.looks if self.spoken else Looks()

    def author(self, environment: Environment) -> str:
        """Who posts a picture."""
        return SYSTEM if self.group_id else environment.char

    def answering(self, environment: Environment) -> Environment:
        """What macros see while this character is asked for a prompt."""
        return speaking(environment, self.character) if self.group_id and self.character else environment


async def depicted(scene: Scene) -> Depicted:
    """Whom pictures of the chat show now."""
    host = scene.host
    cast = await host.database.read(lambda connection: read_cast(connection, scene.chat_id))
    persona_looks = await looks_of(host, cast.persona) if cast.persona else Looks()
    if cast.group_id is None:
        looks = await looks_of(host, cast.character) if cast.character else Looks()
        return Depicted(cast.character, looks, cast.persona, persona_looks)
    members = [seat.character for seat in await host.groups.seats(cast.group_id)]
    speaker = await _last_speaker(scene, members)
    shown = speaker or (host.random.choice(members) if members else None)
    return Depicted(
        character=shown,
        looks=await looks_of(host, shown) if shown else Looks(),
        persona=cast.persona,
        persona_looks=persona_looks,
        members=tuple([(member.name, await looks_of(host, member)) for member in members]),
        group_id=cast.group_id,
        spoken=speaker is not None,
    )


async def _last_speaker(scene: Scene, members: Sequence[Character]) -> Character | None:
    """The member who wrote the newest message that is neither the user's nor hidden."""
    by_name = {member.name: member for member in members}
    for message in reversed(scene.window):
        if not message.is_user and not message.is_hidden and message.name in by_name:
            return by_name[message.name]
    return None


def avatars(of: Depicted) -> tuple[str | None, str | None]:
    """The pictures of character and persona, as ids of stored ones."""
    return (
        of.character.avatar_id if of.character else None,
        of.persona.avatar_id if of.persona else None,
    )
