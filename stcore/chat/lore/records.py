"""An entry of a book as the engine reads it, made from the JSON in which books are stored and shared.

The stored JSON (the fields of :mod:`stcore.chat.lore.fields`) stays as it came, unknown fields included; this is a
typed view of it. Whatever is missing or of the wrong kind gets its default: a book from anywhere can be read.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Literal, TypeVar

Role = Literal["system", "user", "assistant"]
_ROLES: tuple[Role, ...] = ("system", "user", "assistant")

Aspect = Literal["persona", "description", "personality", "depth_note", "scenario", "creator_notes"]
"""Texts beside the chat in which the keys of an entry may be looked for."""

_ASPECTS: dict[Aspect, str] = {
    "persona": "matchPersonaDescription",
    "description": "matchCharacterDescription",
    "personality": "matchCharacterPersonality",
    "depth_note": "matchCharacterDepthPrompt",
    "scenario": "matchScenario",
    "creator_notes": "matchCreatorNotes",
}
_LARGEST = 2**31 - 1
E = TypeVar("E", bound=IntEnum)


class Logic(IntEnum):
    """What the secondary keys must do once a primary key is found."""

    AND_ANY = 0
    NOT_ALL = 1
    NOT_ANY = 2
    AND_ALL = 3


class Position(IntEnum):
    """Where the text of an entry goes."""

    BEFORE = 0
    """before the character's description"""
    AFTER = 1
    NOTE_TOP = 2
    """above the author's note"""
    NOTE_BOTTOM = 3
    AT_DEPTH = 4
    """between the messages, ``depth`` from the end, in the name of ``role``"""
    EXAMPLES_TOP = 5
    """before the example messages"""
    EXAMPLES_BOTTOM = 6
    OUTLET = 7
    """nowhere by itself: ``{{outlet::name}}`` takes it"""


@dataclass(frozen=True, slots=True)
class Filter:
    """Characters for whom an entry counts (or with ``excludes``, for whom it does not): keys of cards, and tags."""

    names: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    excludes: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. ``None`` = as the settings say. Depths and times count messages; ``probability`` is a percentage."""

    book: str
    uid: int
    id: str = field(init=False)
    """The name under which timed effects are kept: ``book.uid``."""
    keys: tuple[str, ...] = ()
    secondary: tuple[str, ...] = ()
    logic: Logic = Logic.AND_ANY
    comment: str = ""
    content: str = ""
    regex: bool = False
    """Whether keys are expressions even without slashes around them (a field of V3 cards)."""
    constant: bool = False
    disabled: bool = False
    order: float = 100
    position: Position = Position.BEFORE
    depth: int = 4
    role: Role = "system"
    outlet: str = ""
    probability: float = 100
    ignore_budget: bool = False
    groups: tuple[str, ...] = ()
    group_override: bool = False
    group_weight: float = 100
    group_scoring: bool | None = None
    scan_depth: int | None = None
    case_sensitive: bool | None = None
    whole_words: bool | None = None
    aspects: tuple[Aspect, ...] = ()
    exclude_recursion: bool = False
    prevent_recursion: bool = False
    delay_until_recursion: int = 0
    """The level of recursion from which it may join; 0 = from the start."""
    sticky: int = 0
    cooldown: int = 0
    delay: int = 0
    automation_id: str = ""
    filter: Filter = Filter()
    triggers: frozenset[str] = frozenset()
    """Kinds of generation (normal, continue, impersonate, swipe, regenerate, quiet) it is for; empty = all."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", f"{self.book}.{self.uid}")

    @property
    def title(self) -> str:
        """What people call it: its comment, else its first key, else its number."""
        return self.comment or next(iter(self.keys), "") or str(self.uid)


def read_entry(book: str, data: Mapping[str, Any], uid: int | None = None) -> Entry:
    """The entry in ``data``; never fails. ``uid`` wins over the number that stands in it."""
    secondary = read_texts(data.get("keysecondary")) if _flag(data.get("selective"), default=True) else ()
    return Entry(
        book=book,
        uid=_whole(data.get("uid"), 0) if uid is None else uid,
        keys=read_texts(data.get("key")),
        secondary=secondary,
        logic=_one_of(Logic, data.get("selectiveLogic"), Logic.AND_ANY),
        comment=_text(data.get("comment")),
        content=_text(data.get("content")),
        regex=_flag(_mapping(data.get("card")).get("use_regex")),
        constant=_flag(data.get("constant")),
        disabled=_flag(data.get("disable")),
        order=_number(data.get("order"), 100),
        position=_one_of(Position, data.get("position"), Position.BEFORE),
        depth=max(0, _whole(data.get("depth"), 4)),
        role=_role(data.get("role")),
        outlet=_text(data.get("outletName")).strip(),
        probability=_probability(data),
        ignore_budget=_flag(data.get("ignoreBudget")),
        groups=tuple(name.strip() for name in _text(data.get("group")).split(",") if name.strip()),
        group_override=_flag(data.get("groupOverride")),
        group_weight=max(0.0, _number(data.get("groupWeight"), 100)),
        group_scoring=_choice(data.get("useGroupScoring")),
        scan_depth=None if (depth := _number(data.get("scanDepth"), -1)) < 0 else int(depth),
        case_sensitive=_choice(data.get("caseSensitive")),
        whole_words=_choice(data.get("matchWholeWords")),
        aspects=tuple(aspect for aspect, field in _ASPECTS.items() if _flag(data.get(field))),
        exclude_recursion=_flag(data.get("excludeRecursion")),
        prevent_recursion=_flag(data.get("preventRecursion")),
        delay_until_recursion=max(0, _whole(data.get("delayUntilRecursion"), 0)),
        sticky=max(0, _whole(data.get("sticky"), 0)),
        cooldown=max(0, _whole(data.get("cooldown"), 0)),
        delay=max(0, _whole(data.get("delay"), 0)),
        automation_id=_text(data.get("automationId")).strip(),
        filter=_filter(_mapping(data.get("characterFilter"))),
        triggers=frozenset(read_texts(data.get("triggers"))),
    )


def read_texts(value: Any) -> tuple[str, ...]:
    """A list of texts without empty ones; one text is cut at its commas, as people write them."""
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, (list, tuple)):
        return ()
    return tuple(text for item in value if isinstance(item, (str, int, float)) and (text := str(item).strip()))


def _filter(data: Mapping[str, Any]) -> Filter:
    names, tags = frozenset(read_texts(data.get("names"))), frozenset(read_texts(data.get("tags")))
    return Filter(names, tags, _flag(data.get("isExclude")))


def _probability(data: Mapping[str, Any]) -> float:
    if not _flag(data.get("useProbability"), default=True):
        return 100
    return min(100.0, max(0.0, _number(data.get("probability"), 100)))


def _role(value: Any) -> Role:
    if isinstance(value, str) and value in _ROLES:
        return next(role for role in _ROLES if role == value)
    number = _whole(value, 0)
    return _ROLES[number] if 0 <= number < len(_ROLES) else "system"


def _one_of(kind: type[E], value: Any, default: E) -> E:
    number = _whole(value, default)
    return next((member for member in kind if member == number), default)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, (int, float)) else ""


def _flag(value: Any, *, default: bool = False) -> bool:
    if isinstance(value, str):
        return value.strip().lower() in ("true", "on", "1", "yes")
    return default if value is None else bool(value)


def _choice(value: Any) -> bool | None:
    return None if value is None or value == "" else _flag(value)


def _number(value: Any, default: float) -> float:
    try:
        number = float(value) if isinstance(value, (int, float, str)) else default
    except (ValueError, OverflowError):
        return default
    return min(max(number, -_LARGEST), _LARGEST) if math.isfinite(number) else default


def _whole(value: Any, default: int) -> int:
    return int(_number(value, default))
