"""A cache of compiled texts bounded by what the texts weigh."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class TextCache(Generic[T]):
    """Values by text, least recently used ones dropped first once the texts exceed ``capacity`` characters."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._weight = 0
        self._entries: OrderedDict[str, T] = OrderedDict()
        self._lock = Lock()

    def get(self, text: str) -> T | None:
        with self._lock:
            value = self._entries.get(text)
            if value is not None:
                self._entries.move_to_end(text)
            return value

    def put(self, text: str, value: T) -> None:
        with self._lock:
            if text not in self._entries:
                self._weight += _weight(text)
            self._entries[text] = value
            while self._weight > self._capacity:
                dropped, _ = self._entries.popitem(last=False)
                self._weight -= _weight(dropped)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self._weight = 0

    def __len__(self) -> int:
        return len(self._entries)


def _weight(text: str) -> int:
    """Characters plus a flat share for the entry itself."""
    return len(text) + 200
