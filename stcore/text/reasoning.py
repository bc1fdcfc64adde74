"""Thoughts apart from words: the marks of a reasoning template, taken off a finished text and put back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Reasoning:
    """``prefix`` and ``suffix`` stand around a thought, ``separator`` between it and the words."""

    prefix: str = "<think>\n"
    suffix: str = "\n</think>"
    separator: str = "\n\n"

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Reasoning:
        """A template out of what is stored."""
        given = {key: data[key] for key in ("prefix", "suffix", "separator") if isinstance(data.get(key), str)}
        return cls(**given)

    @property
    def tags(self) -> tuple[str, str]:
        """The marks without the line breaks around them: models are careless with those."""
        return self.prefix.strip(), self.suffix.strip()

    def parse(self, text: str, *, strict: bool = True) -> tuple[str, str] | None:
        """(thought, words) of a text, ``None`` without a thought. ``strict`` wants it at the beginning."""
        opening, closing = self.tags
        if not (opening and closing):
            return None
        start = text.find(opening)
        end = text.find(closing, start + len(opening)) if start >= 0 else -1
        if start < 0 or end < 0 or (strict and text[:start].strip()):
            return None
        rest = text[end + len(closing) :]
        before = text[:start]
        return text[start + len(opening) : end].strip(), f"{before}{rest}".strip() if before else rest.lstrip()

    def format(self, thought: str, words: str) -> str:
        """One text of both."""
        return f"{self.prefix}{thought}{self.suffix}{self.separator}{words}"
