"""Looking for keys in texts: where a word or an expression first occurs.

A plain key is found as a part of the text, or as a whole word. A key in slashes (``/drag(on|ons)/i``) is an ECMAScript
expression; it sees all messages as one text in which each begins with the character U+0001.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate

from stcore.commands.regex import compile_expression

MARK = "\x01"
"""What each message begins with when an expression looks at all of them."""

LONGEST_EXPRESSION = 2_000
"""Characters of a key; what is longer is taken as plain text."""

Search = Callable[["re.Pattern[str]", str], "tuple[int, int] | None"]
"""Where an expression first matches; raises :class:`UserError` when it would take too long."""

_NOTATION = re.compile(r"/(?:[^/\\]|\\.)+/[gimsu]*", re.DOTALL)
_BETWEEN = "\n" + MARK
_WITHOUT_SPACES = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1100, 0x11FF),  # Korean
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0xA4CF),  # Chinese, Japanese
    (0xAC00, 0xD7FF),  # Korean
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
"""Writings without spaces between words, or with endings that join them."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key, read: an expression or a plain text. ``folded`` is in lower case."""

    text: str
    folded: str
    pattern: re.Pattern[str] | None = None


@lru_cache(20_000)
def read_key(text: str, *, regex: bool = False) -> Key:
    """What ``text`` means as a key. An expression that cannot be read counts as plain text.

    ``regex`` reads it as an expression even without slashes around it.
    """
    text = text.strip()
    pattern = None
    if (regex or _NOTATION.fullmatch(text)) and 0 < len(text) <= LONGEST_EXPRESSION:
        try:
            pattern = compile_expression(text).pattern
        except ValueError:
            pattern = None
    return Key(text, text.lower(), pattern)


class Texts:
    """Texts in an order, in which the first occurrence of a key is looked for. Not changed once made.

    ``labels`` say what each text is, for people.
    """

    def __init__(self, texts: Sequence[str], labels: Sequence[str]) -> None:
        self._texts, self.labels = texts, labels
        self._found: dict[tuple[re.Pattern[str], int], int | None] = {}

    def __len__(self) -> int:
        return len(self._texts)

    @cached_property
    def _exact(self) -> _Joined:
        return _Joined(self._texts)

    @cached_property
    def _lower(self) -> _Joined:
        return _Joined([text.lower() for text in self._texts])

    def grams(self, size: int) -> frozenset[str]:
        """Every sequence of ``size`` letters that occurs, in lower case."""
        return self._lower.grams(size)

    def find(self, key: Key, *, case: bool, whole: bool) -> int | None:
        """The number of the first text in which a plain ``key`` stands."""
        return (self._exact if case else self._lower).find(key.text if case else key.folded, whole=whole)

    def match(self, pattern: re.Pattern[str], search: Search, most: int | None = None) -> int | None:
        """The number of the text, among the first ``most``, in which an expression first matches."""
        count = len(self._texts) if most is None else min(most, len(self._texts))
        if not count:
            return None
        known = (pattern, count)
        if known not in self._found:
            self._found[known] = self._exact.match(pattern, search, count)
        return self._found[known]


class _Joined:
    """Texts joined to one, so that one search looks through all of them."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.text = MARK + _BETWEEN.join(texts)
        # Where each text ends, and with it where the next one begins.
        self._ends = list(accumulate((len(text) + len(_BETWEEN) for text in texts), initial=1))[1:]

    def grams(self, size: int) -> frozenset[str]:
        text = self.text
        return frozenset([text[place : place + size] for place in range(len(text) - size + 1)])

    def find(self, wanted: str, *, whole: bool) -> int | None:
        if not wanted:
            return None
        place = _find_word(self.text, wanted) if whole and len(wanted.split()) == 1 else self.text.find(wanted)
        return None if place < 0 else bisect_right(self._ends, place)

    def match(self, pattern: re.Pattern[str], search: Search, count: int) -> int | None:
        text = self.text[: self._ends[count - 1] - len(_BETWEEN)]
        span = search(pattern, text)
        return None if span is None else min(bisect_right(self._ends, span[0]), count - 1)


def _find_word(text: str, wanted: str) -> int:
    """Where ``wanted`` stands as a word of its own, -1 when nowhere."""
    place = text.find(wanted)
    while place >= 0:
        end = place + len(wanted)
        if not (_joins(text, place - 1) and _joins(text, place)) and not (_joins(text, end - 1) and _joins(text, end)):
            return place
        place = text.find(wanted, place + 1)
    return -1


def _joins(text: str, place: int) -> bool:
    """Whether a letter is there that belongs to a word together with its neighbours."""
    if not 0 <= place < len(text):
        return False
    letter = text[place]
    if letter.isascii():
        return letter.isalnum() or letter == "_"
    return letter.isalnum() and not any(first <= ord(letter) <= last for first, last in _WITHOUT_SPACES)
