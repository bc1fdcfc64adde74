"""Names and what was typed: which names fit it, in what order, and which it was probably meant to be.

Both languages complete and correct names by these rules (spec/macros.md section 21.1, spec/stscript.md section 19).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

Matching = Literal["fuzzy", "prefix", "includes"]
"""Letters in their order with others between them; the beginning; anywhere in one piece."""

LONGEST_NAME = 60
"""Characters of a name for which similar ones are looked for."""


def rank(names: Iterable[str], typed: str, matching: Matching = "fuzzy") -> list[str]:
    """The names that fit what was typed, best first: early matches, then long runs, then by name."""
    typed = typed.lower()
    scored = [(score, name) for name in names if (score := rank_match(typed, name.lower(), matching)) is not None]
    return [name for _, name in sorted(scored, key=lambda entry: (*entry[0], entry[1].lower()))]


def rank_match(wanted: str, candidate: str, matching: Matching = "fuzzy") -> tuple[int, int] | None:
    """How well ``candidate`` fits: place of the first match, minus the longest unbroken run; ``None`` for no match.

    Both are in lower case.
    """
    if not wanted:
        return (0, 0)
    found = candidate.find(wanted)
    if found == 0 or (found > 0 and matching != "prefix"):
        return (found, -len(wanted))
    return _letters_in_order(wanted, candidate) if matching == "fuzzy" else None


def _letters_in_order(wanted: str, candidate: str) -> tuple[int, int] | None:
    """Each letter at its first place behind the one before."""
    first, at, run, longest = -1, -1, 0, 0
    for letter in wanted:
        place = candidate.find(letter, at + 1)
        if place < 0:
            return None
        first = place if first < 0 else first
        run = run + 1 if place == at + 1 and at >= 0 else 1
        longest, at = max(longest, run), place
    return (first, -longest)


def similar(name: str, known: Iterable[str], count: int = 2) -> list[str]:
    """The known names that ``name`` was probably meant to be, nearest first.

    A third of its letters may be wrong, missing, too many or swapped, and case does not count.
    """
    if len(name) > LONGEST_NAME:
        return []
    wanted = name.lower()
    most = max(1, len(wanted) // 3)
    letters = set(wanted)
    found = []
    for candidate in known:
        folded = candidate.lower()
        # Both are cheap and never wrong; they leave the distance of few names to be counted.
        if abs(len(folded) - len(wanted)) <= most and len(letters.symmetric_difference(folded)) <= 2 * most:
            errors = distance(wanted, folded, most)
            if errors <= most:
                found.append((errors, candidate))
    return [candidate for _, candidate in sorted(found)[:count]]


def distance(one: str, other: str, most: int) -> int:
    """How many letters are wrong, missing, too many, or swapped with their neighbour; ``most + 1`` for any more."""
    before: list[int] = []
    previous = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        current = [row]
        for column, found in enumerate(other, 1):
            errors = min(previous[column - 1] + (letter != found), previous[column] + 1, current[-1] + 1)
            if row > 1 and column > 1 and letter == other[column - 2] and found == one[row - 2]:
                errors = min(errors, before[column - 2] + 1)
            current.append(errors)
        if min(current) > most and min(previous) > most:
            return most + 1
        before, previous = previous, current
    return min(previous[-1], most + 1)
