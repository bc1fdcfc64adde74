"""Prompt assembly: style, prefixes and the words become what a source gets (image-generation.md section 7). Pure.

``common prefix``, joined with the ``character prefix``, joined with the words at the marker ``{prompt}``; macros are
expanded last of all. Nothing is de-duplicated, and tags such as ``<lora:name:0.8>`` are plain text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from stcore.macros.text import trim

MARKER = "{prompt}"


@dataclass(frozen=True, slots=True)
class Assembled:
    """The finished texts, and which part came from where: ``{"part", "text", "from"}`` in the order of joining."""

    positive: str
    negative: str
    pieces: tuple[dict[str, Any], ...] = ()


def shave(text: str) -> str:
    """Trim, drop one comma at each end, trim."""
    return trim(trim(text).removeprefix(",").removesuffix(","))


def join(first: str, second: str, marker: str = "") -> str:
    """``second`` put into ``first`` at the first ``marker``, or appended behind a comma (7.1)."""
    if not second:
        return first
    first, second = shave(first), shave(second)
    if marker and marker in first:
        return shave(first.replace(marker, second, 1))
    return shave(f"{first}, {second},")


@dataclass(frozen=True, slots=True)
class Person:
    """The words that somebody brings into pictures. ``name`` only tells where they come from."""

    name: str
    prefix: str = ""
    negative: str = ""


def assemble(
    words: str,
    *,
    prefix: str = "",
    negative: str = "",
    extra_negative: str = "",
    people: Sequence[Person] = (),
    style: str = "",
    words_from: str = "prompt",
    expand: Callable[[str], str] = str,
) -> Assembled:
    """Join everything in the order of 7.2. ``style`` and ``words_from`` only name where texts come from."""
    positive, unwanted = prefix, negative
    for person in people:
        positive, unwanted = join(positive, person.prefix), join(unwanted, person.negative)
    positive, unwanted = join(positive, words, MARKER), join(extra_negative, unwanted)
    origin = f"style {style}" if style else "settings"
    pieces = (
        ("positive", prefix, origin),
        *(("positive", person.prefix, person.name) for person in people),
        ("positive", words, words_from),
        ("negative", extra_negative, "prompt"),
        ("negative", negative, origin),
        *(("negative", person.negative, person.name) for person in people),
    )
    return Assembled(
        expand(positive),
        expand(unwanted),
        tuple({"part": part, "text": text, "from": source} for part, text, source in pieces if text),
    )
