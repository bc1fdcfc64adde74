"""The stored fields of an entry, their defaults, and how scripts read and write each as text.

Names and numbers are those in which books are shared between programs (commands.toml, ``/setentryfield``).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from stcore.chat.lore.records import read_texts
from stcore.commands.values import is_false, is_true
from stcore.errors import UserError
from stcore.macros.numbers import js_json, read_number

Kind = Literal["text", "texts", "flag", "number", "maybe flag", "maybe number"]
"""What a field holds; the two that may be missing leave it to the settings of the host."""

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """A field: what it holds, and what it is in a new entry."""

    kind: Kind
    default: Any


def _texts() -> Field:
    return Field("texts", [])


def _flag(default: bool = False) -> Field:
    return Field("flag", default)


def _number(default: float) -> Field:
    return Field("number", default)


_MAYBE_FLAG, _MAYBE_NUMBER, _TEXT = Field("maybe flag", None), Field("maybe number", None), Field("text", "")

FIELDS: Mapping[str, Field] = {
    "key": _texts(),
    "keysecondary": _texts(),
    "comment": _TEXT,
    "content": _TEXT,
    "constant": _flag(),
    "vectorized": _flag(),
    "selective": _flag(True),
    "selectiveLogic": _number(0),
    "addMemo": _flag(),
    "order": _number(100),
    "position": _number(0),
    "disable": _flag(),
    "ignoreBudget": _flag(),
    "excludeRecursion": _flag(),
    "preventRecursion": _flag(),
    "matchPersonaDescription": _flag(),
    "matchCharacterDescription": _flag(),
    "matchCharacterPersonality": _flag(),
    "matchCharacterDepthPrompt": _flag(),
    "matchScenario": _flag(),
    "matchCreatorNotes": _flag(),
    "delayUntilRecursion": _number(0),
    "probability": _number(100),
    "useProbability": _flag(True),
    "depth": _number(4),
    "outletName": _TEXT,
    "group": _TEXT,
    "groupOverride": _flag(),
    "groupWeight": _number(100),
    "scanDepth": _MAYBE_NUMBER,
    "caseSensitive": _MAYBE_FLAG,
    "matchWholeWords": _MAYBE_FLAG,
    "useGroupScoring": _MAYBE_FLAG,
    "automationId": _TEXT,
    "role": _number(0),
    "sticky": _MAYBE_NUMBER,
    "cooldown": _MAYBE_NUMBER,
    "delay": _MAYBE_NUMBER,
    "triggers": _texts(),
}

FILTER = "characterFilter"
_FILTER_FIELDS: Mapping[str, tuple[str, Field]] = {
    "characterFilterNames": ("names", _texts()),
    "characterFilterTags": ("tags", _texts()),
    "characterFilterExclude": ("isExclude", _flag()),
}


def new_entry(uid: int, values: Mapping[str, Any] | None = None) -> Data:
    """The stored form of a new entry; ``values`` are fields that differ from the defaults."""
    fresh = {name: list(field.default) if field.kind == "texts" else field.default for name, field in FIELDS.items()}
    filtered = {FILTER: {"names": [], "tags": [], "isExclude": False}}
    return {"uid": uid, **fresh, **filtered, "displayIndex": uid, **(values or {})}


def is_field(name: str) -> bool:
    """Whether scripts know a field of this name."""
    return name in FIELDS or name in _FILTER_FIELDS


def stored_value(data: Mapping[str, Any], name: str) -> Any:
    """The value of a field, its default when it is missing. Raises :class:`UserError` for an unknown field."""
    if name in _FILTER_FIELDS:
        part, field = _FILTER_FIELDS[name]
        inner = data.get(FILTER)
        return inner.get(part, field.default) if isinstance(inner, Mapping) else field.default
    return data.get(name, _field(name).default)


def searched_texts(data: Mapping[str, Any], name: str) -> list[str]:
    """The texts of a field that a search looks through."""
    value = stored_value(data, name)
    if isinstance(value, list):
        return [str(item) for item in value]
    return [] if value is None or value == "" else [value if isinstance(value, str) else js_json(value)]


def sought_text(name: str, text: str) -> str:
    """What to look for in a field: words for yes and no as they are stored."""
    kind = (_FILTER_FIELDS[name][1] if name in _FILTER_FIELDS else _field(name)).kind
    if kind in ("flag", "maybe flag"):
        return "true" if is_true(text) else "false" if is_false(text) else text
    return text


def changed_value(data: Mapping[str, Any], name: str, text: str) -> Data:
    """The changes of an entry that set a field to what ``text`` says. Raises :class:`UserError` for what cannot be."""
    if name in _FILTER_FIELDS:
        part, field = _FILTER_FIELDS[name]
        inner = data.get(FILTER)
        before = dict(inner) if isinstance(inner, Mapping) else {"names": [], "tags": [], "isExclude": False}
        return {FILTER: {**before, part: _read(name, field.kind, text)}}
    return {name: _read(name, _field(name).kind, text)}


def _read(name: str, kind: Kind, text: str) -> Any:
    blank = text.strip().lower() in ("", "null")
    match kind:
        case "text":
            return text
        case "texts":
            return _read_list(text)
        case "maybe flag" | "maybe number" if blank:
            return None
        case "flag" | "maybe flag":
            return is_true(text)
        case _:
            return _read_number(name, text)


def _read_list(text: str) -> list[str]:
    if text.lstrip().startswith("["):
        try:
            value = json.loads(text)
        except ValueError:
            value = None
        if isinstance(value, list):
            return [item if isinstance(item, str) else js_json(item) for item in value]
    return list(read_texts(text))


def _read_number(name: str, text: str) -> float:
    if is_true(text) or is_false(text):
        return int(is_true(text))  # a level of recursion may be written as a yes or no
    number = read_number(text)
    if number is None or not math.isfinite(number):
        raise UserError(f"The field {name} holds a number, not “{text[:60]}”.")
    return int(number) if number.is_integer() else number


def _field(name: str) -> Field:
    if name not in FIELDS:
        raise UserError(f"An entry of a lorebook has no field “{name}”.")
    return FIELDS[name]
