"""Ids that sort by time and cannot be guessed, and the check that a text is one before it becomes part of a path."""

from __future__ import annotations

import os
import re
import secrets
import threading
import time

ID_LENGTH = 32
_ID = re.compile(rf"[0-9a-f]{{{ID_LENGTH}}}\Z")

_lock = threading.Lock()
_last = 0


def new_id(milliseconds: int | None = None) -> str:
    """A fresh id: 48 bits of time, then 80 random bits, as 32 hexadecimal digits.

    Ids of the same millisecond sort in the order in which this program made them, so what is listed by id keeps its
    order (the pictures of one message, say).
    """
    global _last
    now = (time.time_ns() // 1_000_000 if milliseconds is None else milliseconds) & 0xFFFF_FFFF_FFFF
    with _lock:
        if now == _last >> 80:
            _last += 1 + secrets.randbits(40)
        else:
            _last = now << 80 | int.from_bytes(os.urandom(10), "big") >> 1  # room to count upwards
        return f"{_last:032x}"


def is_id(text: str) -> bool:
    """Whether ``text`` has the form of an id; anything else is refused before it reaches a query or a path (STO-5)."""
    return bool(_ID.match(text))
