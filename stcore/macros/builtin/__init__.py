"""The vocabulary that every host has, one module per group of spec/macros.md section 13."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from stcore.macros.definitions import Macro

GROUPS = ("names", "variables", "flow", "text", "chance", "time", "chat", "card", "state", "prompts")


def builtin_macros() -> Iterator[Macro]:
    """Every macro of the built-in vocabulary."""
    for group in GROUPS:
        yield from import_module(f"stcore.macros.builtin.{group}").MACROS
