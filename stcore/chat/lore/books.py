"""A book of world info as faces and the engine read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from stcore.chat.characters.card import clean
from stcore.chat.lore.records import Entry, read_entry
from stcore.errors import UnusableCard, UserError

EntryData = Mapping[str, Any]
"""An entry as it is stored: the fields of :mod:`stcore.chat.lore.fields` and whatever else came with it."""


@dataclass(frozen=True)
class Book:
    """One book. ``data`` is what it holds beside its entries (unknown parts of a file included); ``items`` are the
    stored entries by their number, in the order in which an editor shows them. Times are milliseconds since 1970;
    ``id`` is empty for a book that lies in a character's card."""

    id: str
    name: str
    data: Mapping[str, Any] = field(default_factory=dict)
    items: Mapping[int, EntryData] = field(default_factory=dict)
    created: int = 0
    updated: int = 0

    @cached_property
    def entries(self) -> Sequence[Entry]:
        """The entries as the engine reads them."""
        return tuple(read_entry(self.name, data, uid) for uid, data in self.items.items())

    def summary(self) -> dict[str, Any]:
        """What a list shows."""
        return {"id": self.id, "name": self.name, "entries": len(self.items), "updated": self.updated}

    def to_dict(self) -> dict[str, Any]:
        """Everything an editor needs."""
        entries = [{**data, "uid": uid} for uid, data in self.items.items()]
        return {**self.summary(), "created": self.created, "data": dict(self.data), "entries": entries}


def in_order(items: Mapping[int, EntryData]) -> dict[int, EntryData]:
    """Entries in the order in which editors show them: by their place, then by their number."""

    def place(uid: int) -> tuple[float, int]:
        index = items[uid].get("displayIndex")
        return (index if isinstance(index, (int, float)) and not isinstance(index, bool) else uid, uid)

    return {uid: items[uid] for uid in sorted(items, key=place)}


def storable(data: Mapping[str, Any]) -> dict[str, Any]:
    """JSON of strangers without what databases refuse. Raises :class:`UserError` for what is nested too deeply."""
    try:
        cleaned: dict[str, Any] = clean(data)
    except UnusableCard as error:
        raise UserError("This world info is nested too deeply to be kept.") from error
    return cleaned
