"""Characters, their tags, and going to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Character:
    """A character as commands see it; ``fields`` are those of its card by flat names (``first_mes``, ``tags`` ...)."""

    key: str
    name: str
    fields: Mapping[str, Any] = field(default_factory=dict)


class Characters(Protocol):
    """Whom the person talks to."""

    async def find(self, text: str, *, tags: Sequence[str] = (), prefer_current: bool = True) -> Sequence[Character]:
        """Those meant by a key or a name, best first; without ``text`` the current one. Only with all ``tags``."""
        ...

    async def create(self, name: str, fields: Mapping[str, Any]) -> Character:
        """Make a character."""
        ...

    async def update(self, key: str, fields: Mapping[str, Any]) -> Character:
        """Change the given fields."""
        ...

    async def set_avatar(self, key: str, picture: str) -> None:
        """Give it a picture: the address of one of ours, or a ``data:`` address with its bytes.

        Raises :class:`StcoreError` for one that cannot be had, and changes nothing then.
        """
        ...

    async def duplicate(self, key: str) -> Character:
        """Copy it."""
        ...

    async def rename(self, key: str, name: str, *, chats: bool) -> Character:
        """Another name and key; with ``chats`` in its old messages too."""
        ...

    async def delete(self, key: str, *, chats: bool) -> None:
        """Delete it, with its chats when told so, and leave the open chat."""
        ...

    async def open(self, key: str) -> None:
        """Go to its latest chat; to a new one, begun by its greeting, when there is none."""
        ...

    async def open_group(self, name: str) -> str:
        """Go to the chat of a group by its name; gives the name, empty when there is no such group."""
        ...

    async def tagged(self, tag: str) -> Sequence[tuple[str, str]]:
        """Key and name of all characters, or of those that carry a tag: meant exactly, by its beginning, by a part."""
        ...

    async def tags(self, target: str) -> Sequence[str] | None:
        """The tags of a character or group by name or key, without ``target`` of the current one.

        ``None`` when there is none such.
        """
        ...

    async def set_tags(self, target: str, tags: Sequence[str]) -> None:
        """Give a character or group these tags instead of those it has."""
        ...

    async def all_tags(self) -> Sequence[str]:
        """Every tag that is in use."""
        ...

    async def tag_import_mode(self) -> str:
        """What the person wants to happen with the tags written in cards: ``all``, ``existing``, ``none``, ``ask``."""
        ...
