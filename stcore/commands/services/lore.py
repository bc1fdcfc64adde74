"""World info: books, their entries, and where books are bound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol

Effect = Literal["sticky", "cooldown"]
Kind = Literal["primary", "additional", "all"]

ENTRY_FIELDS = (
    "key",
    "keysecondary",
    "comment",
    "content",
    "constant",
    "vectorized",
    "selective",
    "selectiveLogic",
    "addMemo",
    "order",
    "position",
    "disable",
    "ignoreBudget",
    "excludeRecursion",
    "preventRecursion",
    "matchPersonaDescription",
    "matchCharacterDescription",
    "matchCharacterPersonality",
    "matchCharacterDepthPrompt",
    "matchScenario",
    "matchCreatorNotes",
    "delayUntilRecursion",
    "probability",
    "useProbability",
    "depth",
    "outletName",
    "group",
    "groupOverride",
    "groupWeight",
    "scanDepth",
    "caseSensitive",
    "matchWholeWords",
    "useGroupScoring",
    "automationId",
    "role",
    "sticky",
    "cooldown",
    "delay",
    "characterFilterNames",
    "characterFilterTags",
    "characterFilterExclude",
    "triggers",
)
"""The fields of an entry that scripts can read and change."""


class Lore(Protocol):
    """The books of the host, seen from one chat.

    Books are meant by their names, in any case; entries by the number that they have in their book. What is not there
    raises ``NotFound``, what cannot be ``UserError``.
    """

    async def books(self) -> Sequence[str]:
        """The names of all books."""
        ...

    # -- where books are bound ---------------------------------------------------------------------------------------

    async def global_books(self) -> Sequence[str]:
        """The books that count in every chat."""
        ...

    async def set_global_books(self, names: Sequence[str]) -> None:
        """Let exactly these books count in every chat."""
        ...

    async def chat_book(self, *, create: bool, name: str = "") -> str:
        """The book of this chat, empty without one; ``create`` makes a missing one, under ``name`` when given."""
        ...

    async def persona_book(self, *, create: bool, name: str = "") -> str:
        """The book of the persona that speaks."""
        ...

    async def character_books(self, who: str, kind: Kind, *, create: bool, name: str = "") -> Sequence[str]:
        """The books of a character by its name or key, without ``who`` of the one in this chat.

        ``primary`` is the one linked in its card, ``additional`` are the others.
        """
        ...

    # -- entries -----------------------------------------------------------------------------------------------------

    async def find(self, book: str, field: str, text: str) -> int | None:
        """The entry whose field fits ``text`` best, some letters may be wrong; ``None`` when nothing does."""
        ...

    async def field(self, book: str, uid: str, field: str) -> Any:
        """The value of a field: text, number, truth, a list of texts, or nothing."""
        ...

    async def create(self, book: str, *, key: str, content: str) -> int:
        """A new entry, whose number is given; a missing book is made."""
        ...

    async def set_field(self, book: str, uid: str, field: str, text: str) -> None:
        """Set a field to what ``text`` says."""
        ...

    # -- effects that last -------------------------------------------------------------------------------------------

    async def set_effect(self, book: str, uid: str, effect: Effect, on: bool | None) -> None:
        """Start or stop an effect in this chat; ``None`` turns it round."""
        ...

    async def effect_left(self, book: str, uid: str, effect: Effect) -> int:
        """For how many messages an effect still runs in this chat, 0 when it does not."""
        ...
