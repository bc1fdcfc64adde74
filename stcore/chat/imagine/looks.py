"""How somebody looks in pictures: the words and reference pictures that a character or persona brings (7.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stcore.chat.characters.records import Character
from stcore.chat.personas import Persona

if TYPE_CHECKING:
    from stcore.host import Host


@dataclass(frozen=True, slots=True)
class Looks:
    """``prefix`` and ``negative`` are joined to prompts; ``shared`` ones stand in the card and travel with it, others
    are known to this installation only. ``references`` are written as in the setting ``references``.
    """

    prefix: str = ""
    negative: str = ""
    shared: bool = False
    references: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "prefix": self.prefix,
            "negative": self.negative,
            "shared": self.shared,
            "references": list(self.references),
        }


async def looks_of(host: Host, who: Character | Persona) -> Looks:
    """How a character or persona looks in pictures."""
    if isinstance(who, Persona):
        return Looks()
    prefix, negative = who.field("image_prefix"), who.field("image_negative_prefix")
    return Looks(prefix, negative, shared=bool(prefix or negative))
