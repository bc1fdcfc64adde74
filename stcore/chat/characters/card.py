"""A character card as it is kept: one shape, whichever version it came in.

Cards come as V1 (flat), V2 and V3 (inside ``data``), and from older programs under other names. They are kept as
``{"spec", "spec_version", "data": {...}}`` plus whatever else stood beside these. Fields that this program does not
know stay where they were, so a card that goes out again has lost nothing.

A card is somebody else's file: texts become texts, lists become lists, nothing in it is trusted to be what it should.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from stcore.errors import UnusableCard

Card = dict[str, Any]

V2 = ("chara_card_v2", "2.0")
V3 = ("chara_card_v3", "3.0")

TEXTS = (
    "name",
    "description",
    "personality",
    "scenario",
    "first_mes",
    "mes_example",
    "creator_notes",
    "system_prompt",
    "post_history_instructions",
    "creator",
    "character_version",
)
_LISTS = ("alternate_greetings", "tags", "group_only_greetings")
_V1_TEXTS = TEXTS[:6]
_EXTENSIONS = ("talkativeness", "fav")

_MIRRORED = frozenset((*_V1_TEXTS, *_EXTENSIONS, "creatorcomment", "tags", "avatar", "chat"))
"""What stands at the top of a V2 file for readers of V1 only; ``avatar`` and ``chat`` mean files of another program."""

_OTHER_NAMES = {
    "name": ("char_name",),
    "description": ("char_persona",),
    "scenario": ("world_scenario",),
    "first_mes": ("char_greeting", "greeting"),
    "mes_example": ("example_dialogue",),
    "creator_notes": ("creatorcomment",),
}
"""What older programs call the fields of a flat card."""

_LONGEST_NAME = 200
_DEEPEST = 100


def new_card(name: str, data: Mapping[str, Any] | None = None) -> Card:
    """An empty card with a name; ``data`` are fields as they stand in a V2 card."""
    return read_card({"spec": V2[0], "spec_version": V2[1], "data": {**(data or {}), "name": name}})


def read_card(raw: Any) -> Card:
    """A card of any version as it is kept. Raises :class:`UnusableCard` for JSON that is no card."""
    if not isinstance(raw, Mapping):
        raise UnusableCard("This is not a character card: it should be a JSON object.")
    raw = clean(raw)
    inner = raw.get("data")
    if isinstance(inner, Mapping) and ("name" in inner or str(raw.get("spec", "")).startswith("chara_card")):
        spec = str(raw.get("spec") or V2[0])
        version = str(raw.get("spec_version") or V2[1])
        beside = {key: raw[key] for key in raw if key not in _MIRRORED}
        return {**beside, "spec": spec, "spec_version": version, "data": _data(inner)}
    return _read_flat(raw)


def _read_flat(raw: Mapping[str, Any]) -> Card:
    data: dict[str, Any] = {}
    used = set()
    for field in TEXTS:
        name = next((name for name in (field, *_OTHER_NAMES.get(field, ())) if name in raw), None)
        if name is not None:
            data[field] = raw[name]
            used.add(name)
    if "name" not in data or not used.intersection((*_V1_TEXTS[1:], *sum(_OTHER_NAMES.values(), ()))):
        raise UnusableCard(
            "This JSON is not a character card: it has no name and description.",
            hint="Cards of the versions 1, 2 and 3 are taken.",
        )
    extensions = {key: raw[key] for key in _EXTENSIONS if key in raw}
    data |= {key: raw[key] for key in _LISTS if key in raw} | {"extensions": extensions}
    beside = {key: raw[key] for key in raw if key not in used | _MIRRORED | {"data", *_LISTS}}
    return {**beside, "spec": V2[0], "spec_version": V2[1], "data": _data(data)}


def _data(inner: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with the types they should have; others stay as they are."""
    data = dict(inner)
    for field in TEXTS:
        data[field] = _text(data.get(field))
    for field in _LISTS:
        data[field] = _texts(data.get(field))
    if not data["group_only_greetings"]:
        del data["group_only_greetings"]  # only V3 has it
    extensions = data.get("extensions")
    data["extensions"] = dict(extensions) if isinstance(extensions, Mapping) else {}
    if not isinstance(data.get("character_book"), Mapping):
        data.pop("character_book", None)
    data["name"] = " ".join(data["name"].split())[:_LONGEST_NAME]
    if not data["name"]:
        raise UnusableCard("This character card has no name.", hint="A card needs a name.")
    return data


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return [text for text in map(_text, value) if text] if isinstance(value, list) else []


def write_v2(card: Card) -> Card:
    """The card as a V2 file, with the fields at the top that readers of V1 look for."""
    data = card["data"]
    extensions = data["extensions"]
    top = {field: data[field] for field in _V1_TEXTS}
    top |= {"creatorcomment": data["creator_notes"], "tags": data["tags"]}
    top |= {key: extensions[key] for key in _EXTENSIONS if key in extensions}
    return {**_beside(card), **top, "spec": V2[0], "spec_version": V2[1], "data": data}


def write_v3(card: Card) -> Card:
    """The card as a V3 file."""
    data = {"group_only_greetings": [], **card["data"]}
    version = card["spec_version"] if card["spec"] == V3[0] else V3[1]
    return {**_beside(card), "spec": V3[0], "spec_version": version, "data": data}


def _beside(card: Card) -> Card:
    return {key: value for key, value in card.items() if key not in ("spec", "spec_version", "data")}


def clean(value: Any, depth: int = 0) -> Any:
    """JSON without what databases refuse: null characters, halves of surrogate pairs, numbers that are none."""
    if depth > _DEEPEST:
        raise UnusableCard("This character card is nested too deeply.")
    if isinstance(value, str):
        return _clean_text(value)
    if isinstance(value, Mapping):
        return {_clean_text(str(key)): clean(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [clean(inner, depth + 1) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _clean_text(text: str) -> str:
    text = text.replace("\0", "")
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
