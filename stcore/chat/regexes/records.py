"""What a regex script is: an expression, what to put in place of its matches, and when it applies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Place = Literal["user", "reply", "command", "lore", "thoughts"]
"""What a text is: a message of the user, a reply of the model, a message that a command wrote, world info, thoughts."""

Moment = Literal["stored", "edited", "shown", "prompt"]
"""What happens with it. World info is never stored: it is as it is when it comes into a prompt."""


@dataclass(frozen=True, slots=True)
class RegexScript:
    """One script. ``find`` is ``/body/flags`` or a bare body, ``replace`` what stands for a match (``$1``,
    ``$<name>``, ``{{match}}`` and macros); the texts of ``trim`` are taken out of what is matched.

    It changes texts for good when they are stored, unless it is for what is shown (``shown_only``) or told to the
    model (``prompt_only``). Depths count messages from the end of the chat, 0 is the last. ``substitute`` says
    whether macros in ``find`` count, and whether what they give is taken literally. ``extra`` are keys of other
    programs, kept for them.
    """

    id: str
    name: str
    find: str
    replace: str = ""
    trim: tuple[str, ...] = ()
    places: frozenset[Place] = frozenset()
    disabled: bool = False
    shown_only: bool = False
    prompt_only: bool = False
    on_edit: bool = False
    substitute: Literal["no", "raw", "escaped"] = "no"
    min_depth: int | None = None
    max_depth: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    def applies(self, place: Place, moment: Moment, depth: int | None = None) -> bool:
        """Whether it has a say in what happens with a text."""
        if self.disabled or not self.find or place not in self.places:
            return False
        if moment == "edited" and not self.on_edit:
            return False
        if depth is not None and not self._reaches(depth):
            return False
        return self._is_for(place, moment)

    def _is_for(self, place: Place, moment: Moment) -> bool:
        if moment == "shown":
            return self.shown_only
        if moment == "prompt":
            return self.prompt_only or (place == "lore" and not self.shown_only)
        return not self.shown_only and not self.prompt_only

    def _reaches(self, depth: int) -> bool:
        shallow_enough = self.max_depth is None or self.max_depth < 0 or depth <= self.max_depth
        deep_enough = self.min_depth is None or self.min_depth < 0 or depth >= self.min_depth
        return shallow_enough and deep_enough


@dataclass(frozen=True, slots=True)
class Scoped:
    """A script with where it belongs: ``"global"``, ``"character:ID"`` or ``"preset:NAME"``.

    Scripts that came with a card or preset count only after a person has ``allowed`` those of that one.
    """

    scope: str
    script: RegexScript
    allowed: bool = True


@dataclass(frozen=True, slots=True)
class RegexPreset:
    """A choice of scripts by their ids: selecting it switches these on and all others off."""

    id: str
    name: str
    enabled: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {"id": self.id, "name": self.name, "enabled": list(self.enabled)}
