"""Which entries are worth a look: by the letters that their keys begin with, without searching for any key.

A book may hold a thousand entries, of which a chat mentions ten. The letter groups that occur in a text are collected
once and compared with those that keys begin with; only where they agree a key is searched for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from stcore.chat.lore.matching import Key, Texts

_LONG, _SHORT = 5, 3
"""Sizes of letter groups. The long ones are rarer, so more keys are ruled out; short keys have only the short ones."""


class Hints:
    """An index of keys by their first letters."""

    def __init__(self) -> None:
        self.always: set[int] = set()
        """Entries that no letters can rule out."""
        self._ranks: dict[int, defaultdict[str, list[int]]] = {_LONG: defaultdict(list), _SHORT: defaultdict(list)}

    def add(self, rank: int, keys: Iterable[Key]) -> None:
        """Take up an entry by its rank."""
        for key in keys:
            letters = len(key.folded)
            if key.pattern is not None or letters < _SHORT:
                self.always.add(rank)
                return
            size = _LONG if letters >= _LONG else _SHORT
            self._ranks[size][key.folded[:size]].append(rank)

    def of(self, texts: Texts) -> set[int]:
        """The ranks of entries whose keys may occur in ``texts``."""
        found: set[int] = set()
        for size, ranks in self._ranks.items():
            if ranks:
                for gram in ranks.keys() & texts.grams(size):
                    found.update(ranks[gram])
        return found
