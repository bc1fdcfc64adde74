"""Files of world info: the JSON in which books are shared, and those of other programs that people bring along."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from stcore.chat.lore.books import Book, EntryData, in_order, storable
from stcore.chat.lore.card_book import from_card_book
from stcore.chat.lore.fields import new_entry
from stcore.errors import UserError

_NO_BOOK = "This is no world info that can be read."
_HINT = "Give the JSON of a world info book, or a character card that has one."
_LARGEST_UID = 2**31 - 1


def parse_book(text: str | bytes, name: str) -> Book:
    """The book in the text of a file. Raises :class:`UserError` for what is none."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(_NO_BOOK, hint=_HINT) from error
    return read_book(raw, name)


def read_book(raw: Any, name: str) -> Book:
    """The book in the JSON of a file, whatever program wrote it, under ``name`` or, when that is empty, its own.

    World info, a character's book alone or in its card, and the lorebooks of NovelAI, Agnai and Risu are known by
    their shape. Raises :class:`UserError` for anything else.
    """
    if not isinstance(raw, Mapping):
        raise UserError(_NO_BOOK, hint=_HINT)
    raw = storable(raw)
    inner = raw.get("data")
    if raw.get("type") == "risu" and isinstance(inner, list):
        return _foreign(inner, name, _from_risu)
    if isinstance(inner, Mapping):
        book = inner.get("character_book", inner if "entries" in inner else None)
        if isinstance(book, Mapping):
            return from_card_book(book, _name(book, name))
    entries = raw.get("entries")
    if isinstance(entries, Mapping):
        return _from_world(raw, entries, _name(raw, name))
    if not isinstance(entries, list):
        raise UserError(_NO_BOOK, hint=_HINT)
    if "lorebookVersion" in raw:
        return _foreign(entries, name, _from_novel)
    if raw.get("kind") == "memory":
        return _foreign(entries, _name(raw, name), _from_agnai)
    return from_card_book(raw, _name(raw, name))


def write_book(book: Book) -> dict[str, Any]:
    """The book as the JSON in which it is shared."""
    entries = {str(uid): {**data, "uid": uid} for uid, data in in_order(book.items).items()}
    return {"entries": entries, "name": book.name, **{key: book.data[key] for key in book.data if key != "name"}}


def _name(raw: Mapping[str, Any], given: str) -> str:
    own = raw.get("name")
    return given or (own.strip() if isinstance(own, str) else "")


def _from_world(raw: Mapping[str, Any], entries: Mapping[str, Any], name: str) -> Book:
    items: dict[int, EntryData] = {}
    for key, entry in entries.items():
        if isinstance(entry, Mapping):
            uid = _uid(entry.get("uid"), key)
            # A number that is taken or missing gets the next free one: entries are told apart by it.
            uid = uid if uid is not None and uid not in items else max(items, default=-1) + 1
            items[uid] = {**entry, "uid": uid}
    return Book("", name, {key: value for key, value in raw.items() if key not in ("entries", "name")}, items)


def _uid(*candidates: Any) -> int | None:
    for value in candidates:
        if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < len(str(_LARGEST_UID)):
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST_UID:
            return value
    return None


# -- other programs --------------------------------------------------------------------------------------------------


def _foreign(entries: list[Any], name: str, read: Callable[[Mapping[str, Any]], dict[str, Any]]) -> Book:
    known = [entry for entry in entries if isinstance(entry, Mapping)]
    return Book("", name, {}, {uid: new_entry(uid, read(entry)) for uid, entry in enumerate(known)})


def _from_novel(entry: Mapping[str, Any]) -> dict[str, Any]:
    context = entry.get("contextConfig")
    context = context if isinstance(context, Mapping) else {}
    return {
        "key": entry.get("keys") or [],
        "content": str(entry.get("text") or ""),
        "comment": str(entry.get("displayName") or ""),
        "constant": bool(entry.get("forceActivation")),
        "disable": not entry.get("enabled", True),
        "order": context.get("budgetPriority", 0),
        "addMemo": bool(entry.get("displayName")),
    }


def _from_agnai(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "key": entry.get("keywords") or [],
        "content": str(entry.get("entry") or ""),
        "comment": str(entry.get("name") or ""),
        "disable": not entry.get("enabled", True),
        "order": entry.get("weight", 100),
        "addMemo": bool(entry.get("name")),
    }


def _from_risu(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "key": [key.strip() for key in str(entry.get("key") or "").split(",") if key.strip()],
        "keysecondary": [key.strip() for key in str(entry.get("secondkey") or "").split(",") if key.strip()],
        "content": str(entry.get("content") or ""),
        "comment": str(entry.get("comment") or ""),
        "constant": bool(entry.get("alwaysActive")),
        "selective": bool(entry.get("selective")),
        "order": entry.get("insertorder", 100),
        "probability": entry.get("activationPercent") or 100,
        "addMemo": True,
    }
