"""Books inside character cards (``character_book`` of V2, ``lorebook`` of V3): read and written without a loss.

The fields that only cards have are kept in the stored entry under ``card``, those of the card's ``extensions`` that
nobody here knows under ``extensions``; both go back to where they came from.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stcore.chat.lore.books import Book, EntryData, in_order
from stcore.chat.lore.fields import FILTER, new_entry

_PLAIN = {
    "keys": "key",
    "secondary_keys": "keysecondary",
    "comment": "comment",
    "content": "content",
    "constant": "constant",
    "selective": "selective",
    "insertion_order": "order",
}
"""Fields of a card's entry that are fields here."""

_EXTENSIONS = {
    "position": "position",
    "exclude_recursion": "excludeRecursion",
    "prevent_recursion": "preventRecursion",
    "delay_until_recursion": "delayUntilRecursion",
    "display_index": "displayIndex",
    "probability": "probability",
    "useProbability": "useProbability",
    "depth": "depth",
    "selectiveLogic": "selectiveLogic",
    "outlet_name": "outletName",
    "group": "group",
    "group_override": "groupOverride",
    "group_weight": "groupWeight",
    "scan_depth": "scanDepth",
    "case_sensitive": "caseSensitive",
    "match_whole_words": "matchWholeWords",
    "use_group_scoring": "useGroupScoring",
    "automation_id": "automationId",
    "role": "role",
    "vectorized": "vectorized",
    "sticky": "sticky",
    "cooldown": "cooldown",
    "delay": "delay",
    "match_persona_description": "matchPersonaDescription",
    "match_character_description": "matchCharacterDescription",
    "match_character_personality": "matchCharacterPersonality",
    "match_character_depth_prompt": "matchCharacterDepthPrompt",
    "match_scenario": "matchScenario",
    "match_creator_notes": "matchCreatorNotes",
    "triggers": "triggers",
    "ignore_budget": "ignoreBudget",
    "character_filter": FILTER,
}
"""Fields that cards keep among the extensions of an entry."""

_POSITIONS = {"before_char": 0, "after_char": 1}
_READ = frozenset((*_PLAIN, "enabled", "position", "extensions"))


def from_card_book(raw: Any, name: str) -> Book:
    """The book in a card. What is no book is an empty one; entries that are no objects are left out."""
    raw = raw if isinstance(raw, Mapping) else {}
    listed = raw.get("entries")
    if isinstance(listed, Mapping):
        listed = list(listed.values())
    entries = [entry for entry in listed if isinstance(entry, Mapping)] if isinstance(listed, list) else []
    items = {uid: _from_card(entry, uid) for uid, entry in enumerate(entries)}
    return Book("", name, {key: value for key, value in raw.items() if key not in ("entries", "name")}, items)


def _from_card(entry: Mapping[str, Any], uid: int) -> EntryData:
    extensions = entry.get("extensions")
    extensions = dict(extensions) if isinstance(extensions, Mapping) else {}
    values: dict[str, Any] = {here: entry[there] for there, here in _PLAIN.items() if there in entry}
    values |= {here: extensions.pop(there) for there, here in _EXTENSIONS.items() if there in extensions}
    if "position" not in values:
        values["position"] = _POSITIONS.get(str(entry.get("position")), 0)
    values["disable"] = not entry.get("enabled", True)
    values["addMemo"] = bool(entry.get("comment"))
    card = {key: value for key, value in entry.items() if key not in _READ}
    return {**new_entry(uid, values), "extensions": extensions, "card": card}


def to_card_book(book: Book) -> dict[str, Any]:
    """The book as it lies in a card: valid for V2 and V3."""
    entries = [_to_card(uid, data) for uid, data in in_order(book.items).items()]
    return {"extensions": {}, **book.data, "name": book.name, "entries": entries}


def _to_card(uid: int, data: EntryData) -> dict[str, Any]:
    values = new_entry(uid, data)
    card, kept = values.get("card"), values.get("extensions")
    extensions = {there: values[here] for there, here in _EXTENSIONS.items()}
    written: dict[str, Any] = {there: values[here] for there, here in _PLAIN.items()}
    written["enabled"] = not values["disable"]
    written["position"] = "before_char" if values["position"] == 0 else "after_char"
    written["extensions"] = {**extensions, **(kept if isinstance(kept, Mapping) else {})}
    return {"id": uid, "use_regex": False, **written, **(card if isinstance(card, Mapping) else {})}
