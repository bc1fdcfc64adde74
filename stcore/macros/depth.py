"""How deep macros may lie inside each other (spec/macros.md section 23), and the room on the stack for it."""

from __future__ import annotations

import sys

MAX_DEPTH = 700
"""Levels of macros inside macros; what lies deeper stays as text."""

SHALLOW = 150
"""Levels that always fit into Python's usual limit of 1,000 calls."""

_ROOM = 8_000
"""Calls inside each other while the deepest text is rendered. Measured: the stack of any thread (8 MB) holds them."""


def make_room() -> None:
    """Let Python call as deep as the deepest text needs. Changes the limit of the whole program, once."""
    if sys.getrecursionlimit() < _ROOM:
        sys.setrecursionlimit(_ROOM)
