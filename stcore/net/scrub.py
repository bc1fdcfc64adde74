"""Secrets never reach an error, a log or a record (spec/sources/README.md 3.8, rule 3)."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MASK = "***"
_SHORTEST = 4
"""A shorter secret is left alone: masking every ``a`` of a text would tell more than it hides."""


class Scrubber:
    """Replaces known secrets in texts, in the spellings in which they travel: plain, URL-quoted, base64."""

    def __init__(self, secrets: Iterable[str]) -> None:
        spellings: set[str] = set()
        for secret in secrets:
            if len(secret) >= _SHORTEST:
                spellings.update((secret, quote(secret, safe=""), quote_plus(secret)))
                spellings.add(base64.b64encode(secret.encode()).decode().rstrip("="))
        # Longest first, so that a secret which contains another leaves no remainder.
        self._spellings = sorted(spellings, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        for spelling in self._spellings:
            text = text.replace(spelling, MASK)
        return text
