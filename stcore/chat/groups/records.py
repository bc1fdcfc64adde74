"""A group as faces and scripts read it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, get_args

from stcore.errors import UserError

Strategy = Literal["natural", "list", "manual", "pooled"]
"""Who answers: ``natural`` = who is named, then by talkativeness; ``list`` = everybody in order; ``manual`` = only who
is asked to; ``pooled`` = one who has not spoken since the last message of the person."""

Cards = Literal["swap", "join", "join-muted"]
"""Whose card the model is told: of the speaker alone, of all but muted members, of all members."""


@dataclass(frozen=True, slots=True)
class Member:
    """One character of a group, by its id. ``muted`` ones are never chosen to speak."""

    character_id: str
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Options:
    """How a group behaves. ``auto_seconds`` is the pause before members go on talking among themselves, 0 = never.

    ``join_prefix`` and ``join_suffix`` stand around each member's text when cards are joined.
    """

    strategy: Strategy = "natural"
    cards: Cards = "swap"
    allow_self: bool = False
    join_prefix: str = ""
    join_suffix: str = ""
    favourite: bool = False
    auto_seconds: int = 0

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Group:
    """Several characters in their order. Times are milliseconds since 1970."""

    id: str
    name: str
    members: tuple[Member, ...] = ()
    tags: tuple[str, ...] = ()
    options: Options = field(default_factory=Options)
    avatar_id: str | None = None
    created: int = 0
    updated: int = 0

    def place(self, character_id: str) -> int | None:
        """The position of a character, ``None`` when it is no member."""
        return next((n for n, member in enumerate(self.members) if member.character_id == character_id), None)

    def to_dict(self) -> dict[str, Any]:
        found = asdict(self)
        return {**found, "members": list(found["members"]), "tags": list(self.tags)}


_WORDS = {"strategy": get_args(Strategy), "cards": get_args(Cards)}
_SWITCHES = ("allow_self", "favourite")


def with_options(options: Options, changes: dict[str, Any]) -> Options:
    """Options with some changed. Raises :class:`UserError` for an unknown name or a value that does not fit."""
    for name, value in changes.items():
        if name not in Options.__dataclass_fields__:
            raise UserError(
                f"A group has no option {name!r}.", hint=f"Known: {', '.join(Options.__dataclass_fields__)}."
            )
        if name in _WORDS and value not in _WORDS[name]:
            raise UserError(f"{name} cannot be {value!r}.", hint=f"Use one of {', '.join(_WORDS[name])}.")
        if name in _SWITCHES and not isinstance(value, bool):
            raise UserError(f"{name} is either true or false.")
        if name.startswith("join_") and not isinstance(value, str):
            raise UserError(f"{name} is a text.")
        if name == "auto_seconds" and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
            raise UserError("auto_seconds is a whole number of seconds, 0 for never.")
    return replace(options, **changes)
