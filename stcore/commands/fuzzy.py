"""Approximate search: how many letters of a pattern are wrong where it fits a text best."""

from __future__ import annotations

import math
from collections.abc import Sequence

_EXACT_SCORE = 0.001


def fewest_errors(pattern: str, text: str) -> int:
    """The fewest insertions, deletions and substitutions that make ``pattern`` a part of ``text``."""
    if pattern in text:
        return 0
    previous = [0] * (len(text) + 1)
    for row, wanted in enumerate(pattern, 1):
        current = [row]
        for column, found in enumerate(text, 1):
            substituted = previous[column - 1] + (wanted != found)
            current.append(min(substituted, previous[column] + 1, current[column - 1] + 1))
        previous = current
    return min(previous)


def score(pattern: str, text: str) -> float:
    """The share of wrong letters, 0 when ``pattern`` occurs in ``text``; infinite when nothing of it does."""
    pattern, text = pattern.lower(), text.lower()
    if not pattern:
        return math.inf
    errors = fewest_errors(pattern, text)
    return math.inf if errors >= len(pattern) else errors / len(pattern)


def first_match(entries: Sequence[str], text: str, threshold: float) -> str | None:
    """The first entry that occurs in ``text`` with at most ``threshold`` of its letters wrong."""
    return next((entry for entry in entries if score(entry, text) <= threshold), None)


def best_match(entries: Sequence[str], term: str, threshold: float) -> str | None:
    """The entry in which ``term`` occurs best; of equal ones the one with the fewest words."""
    found = [(value, entry) for entry in entries if (value := score(term, entry)) <= threshold]
    return min(found, key=lambda pair: _by_length(*pair), default=(0.0, None))[1]


def _by_length(value: float, entry: str) -> float:
    words = max(1, len(entry.split()))
    return math.pow(max(value, _EXACT_SCORE), 1 / math.sqrt(words))
