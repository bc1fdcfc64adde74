"""The fields of a card under flat names, as scripts, forms and macros use them.

Most are texts of ``data``; some live deep in its ``extensions``, where other programs look for them too.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from stcore.chat.characters.card import TEXTS, Card, clean
from stcore.errors import UserError
from stcore.macros.numbers import read_number

TALKATIVENESS = 0.5
"""How often a character speaks in a group unless its card says otherwise, 0 to 1."""

DEPTH = 4
"""Where a character's note goes unless its card says otherwise: so many messages from the end."""

ROLES = ("system", "user", "assistant")

_DEEP: dict[str, tuple[str, ...]] = {
    "talkativeness": ("talkativeness",),
    "fav": ("fav",),
    "world": ("world",),
    "depth_prompt": ("depth_prompt", "prompt"),
    "depth_prompt_depth": ("depth_prompt", "depth"),
    "depth_prompt_role": ("depth_prompt", "role"),
    "image_prefix": ("sd_character_prompt", "positive"),
    "image_negative_prefix": ("sd_character_prompt", "negative"),
}
"""Where below ``extensions`` a field lives."""

_LISTS = ("tags", "alternate_greetings")

FIELDS = (*TEXTS, *_LISTS, *_DEEP)
"""Every field that can be read and changed by its flat name."""


def read_field(card: Card, name: str) -> Any:
    """The value of a field: a text, a list of texts, or a number or truth for those that are one.

    Raises ``KeyError`` for a name that is not in :data:`FIELDS`.
    """
    if name not in FIELDS:
        raise KeyError(name)
    if name not in _DEEP:
        return card["data"][name]
    value: Any = card["data"]["extensions"]
    for step in _DEEP[name]:
        value = value.get(step) if isinstance(value, Mapping) else None
    return _typed(name, value)


def read_fields(card: Card) -> dict[str, Any]:
    """All fields by their flat names."""
    return {name: read_field(card, name) for name in FIELDS}


def with_fields(card: Card, changes: Mapping[str, Any]) -> Card:
    """A copy of the card with some fields changed. Raises :class:`UserError` for an unknown one or a wrong value."""
    changed: Card = copy.deepcopy(card)
    data = changed["data"]
    for name, value in clean(changes).items():
        if name in _DEEP:
            _set_deep(data["extensions"], _DEEP[name], _checked(name, value))
        elif name in _LISTS:
            data[name] = _list(name, value)
        elif name in TEXTS:
            data[name] = _word(name, value) if name == "name" else _text(name, value)
        else:
            raise UserError(f"A character has no field {name!r}.", hint="Fields are " + ", ".join(FIELDS) + ".")
    return changed


def _set_deep(place: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for step in path[:-1]:
        inner = place.get(step)
        place[step] = inner = dict(inner) if isinstance(inner, Mapping) else {}
        place = inner
    place[path[-1]] = value


def _typed(name: str, value: Any) -> Any:
    """A value of ``extensions`` as what it should be; other programs write numbers as text."""
    match name:
        case "talkativeness":
            number = read_number(str(value))
            return TALKATIVENESS if number is None else min(1.0, max(0.0, number))
        case "depth_prompt_depth":
            number = read_number(str(value))
            return DEPTH if number is None else min(9999, max(0, int(number)))
        case "depth_prompt_role":
            return value if value in ROLES else ROLES[0]
        case "fav":
            return value is True or str(value).lower() == "true"
        case _:
            return value if isinstance(value, str) else ""


def _checked(name: str, value: Any) -> Any:
    match name:
        case "talkativeness" | "depth_prompt_depth":
            number = read_number(str(value)) if not isinstance(value, bool) else None
            most = 1 if name == "talkativeness" else 9999
            if number is None or not 0 <= number <= most:
                raise UserError(f"{name} must be a number from 0 to {most}, not {value!r}.")
            return number if name == "talkativeness" else int(number)
        case "depth_prompt_role":
            if value not in ROLES:
                raise UserError(f"{name} must be one of {', '.join(ROLES)}, not {value!r}.")
            return value
        case "fav":
            if not isinstance(value, bool):
                raise UserError(f"fav must be true or false, not {value!r}.")
            return value
        case _:
            return _text(name, value)


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise UserError(f"{name} must be a text, not {value!r}.")
    return value


def _word(name: str, value: Any) -> str:
    text = " ".join(_text(name, value).split())
    if not text:
        raise UserError(f"A character needs a {name}.")
    return text[:200]


def _list(name: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise UserError(f"{name} must be a list of texts, not {value!r}.")
    return value
