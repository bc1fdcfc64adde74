"""Prompt assembly: style, prefixes and the words become what a source gets (image-generation.md section 7). Pure.

``common prefix``, joined with the ``character prefix``, joined with the words at the marker ``{prompt}``; macros are
expanded last of all. Nothing is de-duplicated, and tags such as ``<lora:name:0.8>`` are plain text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MARKER = "{prompt}"


@dataclass(frozen=True, slots=True)
class Assembled:
    """The finished texts, and which part came from where: ``{"part", "text", "from"}`` in the order of joining."""

    positive: str
    negative: str
    pieces: tuple[dict[str, Any], ...] = ()


def shave(text: str) -> str:
    """Trim, drop one comma at each end, trim."""
    return text.strip().removeprefix(",").removesuffix(",").strip()


def join(first: str, second: str, marker: str = "") -> str:
    """``second`` put into ``first`` at the first ``marker``, or appended behind a comma (7.1)."""
    if not second:
        return first
    first, second = shave(first), shave(second)
    if marker and marker in first:
        return shave(first.replace(marker, second, 1))
    return shave(f"{first}, {second},")


def assemble(
    words: str,
    *,
    prefix: str = "",
    negative: str = "",
    extra_negative: str = "",
    character_prefix: str = "",
    character_negative: str = "",
    style: str = "",
    expand: Callable[[str], str] = str,
) -> Assembled:
    """Join everything in the order of 7.2. ``style`` only names where ``prefix`` and ``negative`` come from."""
    positive = join(join(prefix, character_prefix), words, MARKER)
    unwanted = join(extra_negative, join(negative, character_negative))
    origin = f"style {style}" if style else "settings"
    pieces = (
        ("positive", prefix, origin),
        ("positive", character_prefix, "character"),
        ("positive", words, "prompt"),
        ("negative", extra_negative, "prompt"),
        ("negative", negative, origin),
        ("negative", character_negative, "character"),
    )
    return Assembled(
        expand(positive),
        expand(unwanted),
        tuple({"part": part, "text": text, "from": source} for part, text, source in pieces if text),
    )
