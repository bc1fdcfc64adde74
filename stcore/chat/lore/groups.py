"""Inclusion groups: of the entries of one group that could join, one does."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence

from stcore.chat.lore.records import Entry

Refuse = Callable[[Entry, str], None]
"""Told of each entry that has to stay out, and why."""


def choose(
    candidates: Sequence[Entry],
    joined: Iterable[Entry],
    *,
    sticky: Callable[[Entry], bool],
    score: Callable[[Entry], int],
    scoring: bool,
    rng: random.Random,
    refuse: Refuse,
) -> list[Entry]:
    """The candidates without those that lose in one of their groups; the order stays.

    In each group in turn: whoever joined before keeps all others out; sticky ones keep out the rest; where scores
    count, only the highest stay; then the prioritised one of the highest order, else one by lot, weighted.
    ``scoring`` is the setting for entries that do not say themselves whether scores count.
    """
    left = {entry.id: entry for entry in candidates}
    taken = {name for entry in joined for name in entry.groups}
    names = dict.fromkeys(name for entry in candidates for name in entry.groups)

    def keep_out(losers: Iterable[Entry], why: str) -> None:
        for entry in losers:
            if left.pop(entry.id, None) is not None:
                refuse(entry, why)

    for name in names:
        members = [entry for entry in left.values() if name in entry.groups]
        if name in taken:
            keep_out(members, f"another entry of the group “{name}” joined before")
            continue
        staying = [entry for entry in members if sticky(entry)]
        if staying:
            keep_out((entry for entry in members if not sticky(entry)), f"a sticky entry of the group “{name}” stays")
            continue
        losers = _outscored(members, score, scoring=scoring)
        keep_out(losers, f"another entry of the group “{name}” matched more keys")
        members = [entry for entry in members if entry.id in left]
        if len(members) > 1:
            winner = _winner(members, rng)
            keep_out((entry for entry in members if entry is not winner), f"the group “{name}” went to {winner.title}")
    return list(left.values())


def _outscored(members: Sequence[Entry], score: Callable[[Entry], int], *, scoring: bool) -> list[Entry]:
    """The members for whom scores count and whose score is not the highest of the group."""
    counting = [entry for entry in members if (scoring if entry.group_scoring is None else entry.group_scoring)]
    if len(members) < 2 or not counting:
        return []
    scores = {entry.id: score(entry) for entry in members}
    best = max(scores.values())
    return [entry for entry in counting if scores[entry.id] < best]


def _winner(members: Sequence[Entry], rng: random.Random) -> Entry:
    prioritised = [entry for entry in members if entry.group_override]
    if prioritised:
        return max(prioritised, key=lambda entry: entry.order)
    total = sum(entry.group_weight for entry in members)
    ticket = rng.random() * total
    for entry in members:
        ticket -= entry.group_weight
        if ticket < 0:
            return entry
    return members[-1]
