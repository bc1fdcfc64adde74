"""Sets of quick replies, as the commands that change them see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Where = Literal["all", "global", "chat"]


@dataclass(frozen=True, slots=True)
class ReplyKey:
    """Which reply of a set: the one with the ``id``, else the first with the ``label``."""

    id: int | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class ReplyFields:
    """What is to be set of a reply; ``None`` leaves it. ``occasions`` says on which it runs by itself, or not."""

    label: str | None = None
    message: str | None = None
    icon: str | None = None
    show_label: bool | None = None
    title: str | None = None
    hidden: bool | None = None
    automation_id: str | None = None
    occasions: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SetOptions:
    """How a click on the replies of a set works (spec/stscript.md 17.1)."""

    no_send: bool = False
    before: bool = False
    inject: bool = False


class Replies(Protocol):
    """Changes raise ``NotFound`` for a set or reply that is not there."""

    async def sets(self, where: Where = "all") -> Sequence[str]:
        """The names of all sets, or of those switched on everywhere or for the chat."""
        ...

    async def labels(self, set_name: str | None) -> Sequence[str]:
        """The labels of a set, or of all (``None``), in their order."""
        ...

    async def switch(self, set_name: str, where: Literal["global", "chat"], on: bool | None, *, visible: bool) -> None:
        """Switch a set on or off (``None``: the other way round), everywhere or for the chat."""
        ...

    async def create_set(self, name: str, options: SetOptions) -> None:
        """An empty set; one of that name is replaced."""
        ...

    async def update_set(self, name: str, options: SetOptions) -> None:
        """Change all options of a set."""
        ...

    async def delete_set(self, name: str) -> None:
        """Remove a set with its replies."""
        ...

    async def get(self, set_name: str, key: ReplyKey) -> Mapping[str, Any]:
        """All properties of a reply, under the names of the shared format."""
        ...

    async def create(self, set_name: str, fields: ReplyFields) -> None:
        """A new reply at the end of a set."""
        ...

    async def update(self, set_name: str, key: ReplyKey, fields: ReplyFields) -> None:
        """Change what is given of a reply."""
        ...

    async def delete(self, set_name: str, key: ReplyKey) -> None:
        """Remove a reply."""
        ...

    async def link(self, set_name: str, key: ReplyKey, menu: str, *, chained: bool) -> None:
        """Hang the set ``menu`` into the context menu of a reply."""
        ...

    async def unlink(self, set_name: str, key: ReplyKey, menu: str | None) -> None:
        """Take one set, or all (``None``), off the context menu of a reply."""
        ...
