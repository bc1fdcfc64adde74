"""How many tokens a text has: estimates that need no tokenizer of any model.

Meant for cutting a history or a text to size, where a fifth more or less does no harm.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

_WIDE = re.compile(r"[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\U0001f000-\U0003ffff]")
_WORD = re.compile(r"\w+", re.ASCII)
_PIECE = re.compile(r"\s*(?:[A-Za-z0-9_]{1,4}|\S)")
_LETTERS_PER_TOKEN = 4
_LETTERS_PER_GUESS = 3.35

TOKENIZERS = ("best_match", "none")
"""``best_match`` looks at words and signs, ``none`` only at the length of a text."""


def estimate_tokens(text: str) -> int:
    """About how many tokens a text has: a word per four letters, every other sign and wide character one."""
    wide = len(_WIDE.findall(text))
    words = _WORD.findall(text)
    in_words = sum(map(len, words))
    signs = sum(map(len, text.split())) - in_words - wide
    return wide + signs + sum(-(-len(word) // _LETTERS_PER_TOKEN) for word in words)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Counts and cuts by one of :data:`TOKENIZERS`. Satisfies ``stcore.commands.services.Tokens``."""

    tokenizer: str = "best_match"

    def count(self, text: str) -> int:
        """About how many tokens ``text`` has; 0 for nothing."""
        return math.ceil(len(text) / _LETTERS_PER_GUESS) if self.tokenizer == "none" else estimate_tokens(text)

    def cut(self, text: str, limit: int, keep: Literal["start", "end"] = "end") -> str:
        """The first or last ``limit`` tokens of ``text``; a text that is short enough stays as it is."""
        if limit <= 0:
            return ""
        if self.count(text) <= limit:
            return text
        if self.tokenizer == "none":
            letters = int(limit * _LETTERS_PER_GUESS)
            return text[:letters] if keep == "start" else text[-letters:]
        borders = [piece.end() for piece in _PIECE.finditer(text)]
        return text[: borders[limit - 1]] if keep == "start" else text[borders[-limit - 1] :]
