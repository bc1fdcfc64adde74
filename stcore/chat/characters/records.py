"""A character as faces and scripts read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stcore.chat.characters.card import Card
from stcore.chat.characters.fields import read_field, read_fields
from stcore.macros import environment as macros


@dataclass(frozen=True, slots=True)
class Sketch:
    """A character without its card: enough to find it, and quickly read."""

    id: str
    key: str
    name: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Character:
    """Somebody to talk to.

    ``key`` is the unique name under which scripts and other programs know it, like the file of its card
    (``"Alice.png"``); ``tags`` are those it is sorted by here, which are not the tags written in its card. Times are
    milliseconds since 1970.
    """

    id: str
    key: str
    name: str
    tags: tuple[str, ...]
    card: Card
    avatar_id: str | None
    created: int
    updated: int

    def field(self, name: str) -> Any:
        """A field of the card by its flat name (``stcore.chat.characters.fields``); ``KeyError`` if there is none."""
        return read_field(self.card, name)

    @property
    def greetings(self) -> tuple[str, ...]:
        """The first message and the alternate ones; those that are empty are left out."""
        texts = (self.field("first_mes"), *self.field("alternate_greetings"))
        return tuple(text for text in texts if text.strip())

    def summary(self) -> dict[str, Any]:
        """What a list shows."""
        return {
            "id": self.id,
            "key": self.key,
            "name": self.name,
            "tags": list(self.tags),
            "favourite": self.field("fav"),
            "avatar_id": self.avatar_id,
            "creator": self.field("creator"),
            "version": self.field("character_version"),
            "created": self.created,
            "updated": self.updated,
        }

    def to_dict(self) -> dict[str, Any]:
        """Everything an editor needs; ``book`` tells whether the card brings world info of its own."""
        book = self.card["data"].get("character_book")
        return {**self.summary(), "fields": read_fields(self.card), "book": bool(book)}

    def macro_card(self) -> macros.Card:
        """The card as macros see it."""
        field = self.field
        return macros.Card(
            description=field("description"),
            personality=field("personality"),
            scenario=field("scenario"),
            examples=field("mes_example"),
            greeting=field("first_mes"),
            alternate_greetings=tuple(field("alternate_greetings")),
            main_prompt=field("system_prompt"),
            post_history=field("post_history_instructions"),
            depth_note=field("depth_prompt"),
            creator_notes=field("creator_notes"),
            version=field("character_version"),
            image_prefix=field("image_prefix"),
            image_negative_prefix=field("image_negative_prefix"),
        )
