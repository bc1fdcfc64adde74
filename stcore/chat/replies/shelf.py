"""Where sets are kept: a shelf that is read or changed in one go, in memory or (:mod:`.rows`) in the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from typing import Protocol, TypeVar

from stcore.chat.replies.records import ActiveSet, ReplySet

T = TypeVar("T")

EVERYWHERE = "host"
"""The scope of the sets that are switched on in all chats; others are ``chat:ID`` and ``character:ID``."""


def scopes_of(chat_id: str | None, character_id: str | None = None) -> tuple[str, ...]:
    """The scopes of a chat with a character."""
    own = (("chat", chat_id), ("character", character_id))
    return (EVERYWHERE, *(f"{kind}:{id}" for kind, id in own if id))


class Shelf(Protocol):
    """All sets and where they are switched on, as one transaction sees them."""

    def names(self) -> Sequence[str]:
        """The names of all sets, by the alphabet."""
        ...

    def get(self, name: str) -> ReplySet | None:
        """The set of that name."""
        ...

    def put(self, of: ReplySet) -> None:
        """Keep a set; one of the same name is replaced."""
        ...

    def drop(self, name: str) -> None:
        """Forget a set."""
        ...

    def active(self, scope: str) -> Sequence[ActiveSet]:
        """The sets that are switched on in a scope, in their order."""
        ...

    def activate(self, scope: str, sets: Sequence[ActiveSet]) -> None:
        """Switch on exactly these sets in a scope."""
        ...

    def scopes(self) -> Sequence[str]:
        """Every scope in which a set is switched on."""
        ...

    def places(self, chat_id: str | None) -> Sequence[str]:
        """The scopes in which a set may be switched on for a chat, in the order in which they count (17.2)."""
        ...


class Store(Protocol):
    """Runs functions on a shelf: all of one, or nothing, happens."""

    async def read(self, fn: Callable[[Shelf], T]) -> T:
        """The result of ``fn``, which only looks."""
        ...

    async def write(self, fn: Callable[[Shelf], T]) -> T:
        """The result of ``fn``, with its changes kept; an error in it keeps none."""
        ...


def by_alphabet(name: str) -> tuple[str, str]:
    """The order of names in lists, the same on every machine and in every database."""
    return name.casefold(), name


class MemoryStore:
    """A shelf of dictionaries, for scripts that run without a database. ``characters`` are those of chats, by id."""

    def __init__(self, characters: Mapping[str, str] | None = None) -> None:
        self._characters = characters or {}
        self._sets: dict[str, ReplySet] = {}
        self._active: dict[str, tuple[ActiveSet, ...]] = {}

    async def read(self, fn: Callable[[Shelf], T]) -> T:
        return fn(self)

    async def write(self, fn: Callable[[Shelf], T]) -> T:
        before = copy(self._sets), copy(self._active)
        try:
            return fn(self)
        except BaseException:
            self._sets, self._active = before
            raise

    def names(self) -> Sequence[str]:
        return sorted(self._sets, key=by_alphabet)

    def get(self, name: str) -> ReplySet | None:
        return self._sets.get(name)

    def put(self, of: ReplySet) -> None:
        self._sets[of.name] = of

    def drop(self, name: str) -> None:
        self._sets.pop(name, None)

    def active(self, scope: str) -> Sequence[ActiveSet]:
        return self._active.get(scope, ())

    def activate(self, scope: str, sets: Sequence[ActiveSet]) -> None:
        if sets:
            self._active[scope] = tuple(sets)
        else:
            self._active.pop(scope, None)

    def scopes(self) -> Sequence[str]:
        return list(self._active)

    def places(self, chat_id: str | None) -> Sequence[str]:
        return scopes_of(chat_id, self._characters.get(chat_id or ""))
