"""Workflows: graphs that some sources make pictures with, and the placeholders of one's own in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class OwnPlaceholder:
    """``"%find%"`` becomes ``replace``. ``kind`` is ``text``, ``number``, ``choice`` or ``picture``."""

    find: str
    replace: str
    kind: str = "text"
    choices: Sequence[str] = ()

    def to_dict(self) -> dict[str, Any]:
        return {"find": self.find, "replace": self.replace, "kind": self.kind, "choices": list(self.choices)}


class Workflows(Protocol):
    """The workflows that there are. A name may be given without ``.json`` and in any case; an empty one means the
    workflow in use. What is not there raises ``NotFound``."""

    async def names(self) -> Sequence[str]:
        """The names of all, in alphabetical order."""
        ...

    async def text(self, name: str) -> str:
        """The text of one, as it was typed."""
        ...

    async def save(self, name: str, text: str, *, replace: bool) -> str:
        """Keep a text; gives the name. Raises ``UserError`` for a name that is taken unless it may ``replace``."""
        ...

    async def copy(self, name: str, new: str) -> str:
        """Add a copy, without ``new`` under a name like the old one; gives its name."""
        ...

    async def rename(self, name: str, new: str) -> str:
        """Call one of one's own otherwise; gives the new name. Raises ``UserError`` for a name that is taken."""
        ...

    async def delete(self, name: str) -> None:
        """Remove one of one's own."""
        ...

    async def placeholders(self) -> Sequence[OwnPlaceholder]:
        """The placeholders of one's own, in the order in which they are filled."""
        ...

    async def set_placeholder(
        self, find: str, *, replace: str | None = None, kind: str | None = None, choices: Sequence[str] | None = None
    ) -> OwnPlaceholder:
        """Change what is given of a placeholder, or add it behind the others. Raises ``UserError``."""
        ...

    async def delete_placeholder(self, find: str) -> None:
        """Remove one placeholder; the others stay."""
        ...
