"""Cleaning what a text model wrote, so that it can stand in an image prompt (image-generation.md section 6). Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from stcore.macros.text import SPACE_CLASS, trim

Processing = Literal["standard", "minimal"]
Accents = Literal["dropped", "gap"]

_DELETED = str.maketrans("", "", '"\u201c')  # the opening quote only; a closing one becomes a gap like other signs
_FOREIGN = re.compile(r"[^A-Za-z0-9.,:_(){}<>\[\]/\-'|#]+")
_SPACES = re.compile(f"[{SPACE_CLASS}]+")


def clean(text: str, processing: Processing = "standard", *, accents: Accents = "dropped") -> str:
    """``text`` cleaned as the setting says. Empty text stays empty; so may an answer without any usable sign become."""
    return cleaning_minimal(text) if processing == "minimal" else cleaning_standard(text, accents=accents)


def cleaning_standard(text: str, *, accents: Accents = "dropped") -> str:
    """A comma-separated list in plain ASCII; weights, brackets and tags such as ``<lora:noir:0.6>`` survive (6.1).

    ``accents="gap"`` puts a space where an accent was, even inside a word (Q10), to the letter as 1.18 does.

    >>> cleaning_standard('smiling, "shy" look')
    'smiling, shy look'
    >>> cleaning_standard("coöp"), cleaning_standard("coöp", accents="gap")
    ('coop', 'coo p')
    """
    text = text.translate(_DELETED).replace("\n", ", ")
    text = unicodedata.normalize("NFD", text)
    if accents == "dropped":
        text = "".join(sign for sign in text if not unicodedata.combining(sign))
    parts = (part.strip() for part in _FOREIGN.sub(" ", text).split(","))
    return ", ".join(part for part in parts if part)


def cleaning_minimal(text: str) -> str:
    """White space collapsed and nothing else lost: for answers in JSON and other structured text (6.2)."""
    return trim(_SPACES.sub(" ", unicodedata.normalize("NFD", text)))
