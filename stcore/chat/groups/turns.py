"""Whose turn it is in a group. Pure: everything it needs is passed in, chance comes from ``rng``."""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from stcore.chat.groups.records import Strategy
from stcore.chat.names import folded

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member who may speak. ``talkativeness`` is the chance to speak unasked, 0 to 1."""

    id: str
    name: str
    talkativeness: float = 0.5


@dataclass(frozen=True, slots=True)
class Moment:
    """The chat at the moment of choosing.

    ``text`` is the last message, ``by_person`` whether it is the person's. ``last_speaker`` is the member who spoke
    last, ``spoken`` are those who spoke since the last message of the person.
    """

    text: str = ""
    by_person: bool = True
    last_speaker: str | None = None
    spoken: Collection[str] = ()


def speakers(
    candidates: Sequence[Candidate],
    moment: Moment,
    strategy: Strategy,
    *,
    allow_self: bool,
    rng: random.Random,
) -> list[str]:
    """The ids of those who answer now, in their order; ``candidates`` are the members that are not muted, in theirs.

    Where members talk on among themselves, who spoke last does not answer himself unless ``allow_self``.
    """
    silent = None if moment.by_person or allow_self else moment.last_speaker
    free = [candidate for candidate in candidates if candidate.id != silent]
    match strategy:
        case "list":
            return [candidate.id for candidate in candidates]
        case "manual":
            return [] if moment.by_person else _one(free, rng)
        case "pooled":
            waiting = [candidate for candidate in candidates if candidate.id not in moment.spoken]
            return _one(waiting or _others(candidates, moment, allow_self), rng)
        case "natural":
            return _natural(free, moment.text, rng)


def _natural(free: Sequence[Candidate], text: str, rng: random.Random) -> list[str]:
    """Who is named, in the order of being named; then who feels like it; somebody in any case."""
    chosen = mentioned(free, text)
    for candidate in rng.sample(free, len(free)):
        if candidate.id not in chosen and rng.random() < candidate.talkativeness:
            chosen.append(candidate.id)
    return chosen or _one([candidate for candidate in free if candidate.talkativeness > 0] or free, rng)


def mentioned(candidates: Sequence[Candidate], text: str) -> list[str]:
    """The ids of those of whose names a word stands in ``text``, in the order of the words."""
    names = {candidate.id: frozenset(_WORD.findall(folded(candidate.name))) for candidate in candidates}
    found: dict[str, None] = {}
    for word in _WORD.findall(folded(text)):
        found.update(dict.fromkeys(character_id for character_id, words in names.items() if word in words))
    return list(found)


def _others(candidates: Sequence[Candidate], moment: Moment, allow_self: bool) -> Sequence[Candidate]:
    """Everybody has spoken: all but the last one, unless there is only that one."""
    others = [candidate for candidate in candidates if candidate.id != moment.last_speaker]
    return candidates if allow_self or not others else others


def _one(candidates: Sequence[Candidate], rng: random.Random) -> list[str]:
    return [rng.choice(candidates).id] if candidates else []
