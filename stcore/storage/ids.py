"""Ids that sort by time and cannot be guessed, and the check that a text is one before it becomes part of a path."""

from __future__ import annotations

import os
import re
import time

_ID = re.compile(r"[0-9a-f]{32}\Z")


def new_id(milliseconds: int | None = None) -> str:
    """A fresh id: 48 bits of time, then 80 random bits, as 32 hexadecimal digits."""
    now = time.time_ns() // 1_000_000 if milliseconds is None else milliseconds
    return f"{now & 0xFFFF_FFFF_FFFF:012x}{os.urandom(10).hex()}"


def is_id(text: str) -> bool:
    """Whether ``text`` has the form of an id; anything else is refused before it reaches a query or a path (STO-5)."""
    return bool(_ID.match(text))
