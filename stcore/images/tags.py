"""Picture tags in a text: where a text model wants a picture, and of what. Pure.

``[pic: a red barn]``, ``[image: ...]``, and ``<pic prompt="a red barn">`` with or without a closing slash.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST = 4
"""Tags of one text that are drawn."""

_NOUN = r"(?:pic|picture|image|img)"
_TAG = re.compile(
    rf"\[{_NOUN}\s*[:=]\s*(?P<square>[^\[\]\n]{{1,2000}})\]"
    rf"|<{_NOUN}\s[^<>]{{0,200}}?prompt\s*=\s*(?:\"(?P<double>[^\"<>]{{1,2000}})\"|'(?P<single>[^'<>]{{1,2000}})')"
    r"[^<>]{0,200}>",
    re.IGNORECASE,
)
_SHOWN = re.compile(r"!\[([^\]\n]*)\]\(/pictures/[0-9a-f]{32}\.[a-z]{3,4}\)")


@dataclass(frozen=True, slots=True)
class Tag:
    """``text`` as it stands, ``prompt`` what is wanted."""

    text: str
    prompt: str


def find_tags(text: str) -> list[Tag]:
    """The first tags of a text, each once.

    >>> find_tags('Look! [pic: a red barn] and <img prompt="two hens"/>')
    [Tag(text='[pic: a red barn]', prompt='a red barn'), Tag(text='<img prompt="two hens"/>', prompt='two hens')]
    """
    found: dict[str, Tag] = {}
    for match in _TAG.finditer(text):
        prompt = (match["square"] or match["double"] or match["single"]).strip()
        if prompt:
            found.setdefault(match[0], Tag(match[0], prompt))
    return list(found.values())[:MOST]


def as_tags(text: str) -> str:
    """A text whose pictures are written as tags again, as the model that wrote them knows them.

    >>> as_tags("Look! ![a red barn](/pictures/00000000000000000000000000000000.png)")
    'Look! [pic: a red barn]'
    """
    return _SHOWN.sub(r"[pic: \1]", text)
