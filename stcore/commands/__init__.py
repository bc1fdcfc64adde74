"""The slash language: reading, running, completing and explaining scripts (spec/stscript.md)."""

from __future__ import annotations

from stcore.commands.call import Call
from stcore.commands.declaration import Command, Example, Named, Unnamed, command

__all__ = ["Call", "Command", "Example", "Named", "Unnamed", "command"]
