"""How people find things by name: without case and accents; and the keys that are made from names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")

ENDING = ".png"
"""Keys look like the files of cards, because scripts know characters by them."""

_FORBIDDEN = re.compile(r'[\x00-\x1f\x80-\x9f/\\?<>:*|"]')
_COPY = re.compile(r"_\d+\Z")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)\Z", re.IGNORECASE)
_LONGEST = 200


def folded(name: str) -> str:
    """The name without case and accents."""
    plain = "".join(sign for sign in unicodedata.normalize("NFD", name) if not unicodedata.combining(sign))
    return plain.strip().casefold()


def stem_of(name: str) -> str:
    """``name`` as the stem of a key: without what file names cannot have."""
    stem = _FORBIDDEN.sub("", name).strip(" .")[:_LONGEST].strip(" .")
    return f"{stem}_" if _RESERVED.match(stem) else stem or "unnamed"


def free_key(name: str, taken: Callable[[str], bool]) -> str:
    """A key for a new name: ``Alice.png``, then ``Alice1.png``, ``Alice2.png``."""
    return _numbered(stem_of(name), "", taken)


def copy_key(key: str, taken: Callable[[str], bool]) -> str:
    """A key for a copy: ``Bob_1.png`` of ``Bob.png``, ``Bob_2.png`` of that."""
    return _numbered(_COPY.sub("", key.removesuffix(ENDING)), "_", taken, start=1)


def _numbered(stem: str, mark: str, taken: Callable[[str], bool], start: int = 0) -> str:
    number = start
    while taken(key := f"{stem}{mark}{number}{ENDING}" if number else f"{stem}{ENDING}"):
        number += 1
    return key


def best_matches(
    text: str, among: Iterable[T], *, key: Callable[[T], str], name: Callable[[T], str], preferred: Sequence[T] = ()
) -> list[T]:
    """Who is meant by ``text``, best first (command-semantics.md section 17): the exact key, whose ending may be left
    out, or the name without case and accents. Those ``preferred`` come first when several fit."""
    among = list(among)
    exact = [entry for entry in among if key(entry) == text]
    if exact:
        return exact
    wanted = folded(text)
    fitting = [entry for entry in among if key(entry) == text + ENDING or (wanted and folded(name(entry)) == wanted)]
    return sorted(fitting, key=lambda entry: (entry not in preferred, key(entry) != text + ENDING))
