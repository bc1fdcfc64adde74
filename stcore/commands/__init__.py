"""The slash language: reading, running, completing and explaining scripts (spec/stscript.md).

>>> registry = standard_registry()
>>> registry.find("upper").summary
'Write a text in capitals.'
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from stcore.commands.call import Call
from stcore.commands.declaration import Command, Example, Named, Unnamed, command
from stcore.commands.registry import Registry

if TYPE_CHECKING:
    from stcore.commands.runtime import Interpreter as Interpreter, Result as Result, Run as Run

__all__ = [
    "Call",
    "Command",
    "Example",
    "Interpreter",
    "Named",
    "Registry",
    "Result",
    "Run",
    "Unnamed",
    "command",
    "standard_registry",
]


def standard_registry(*, on_missing: Callable[[str], bool] | None = None) -> Registry:
    """A registry with the vocabulary that comes with the host."""
    from stcore.commands.builtin import builtin_groups

    return Registry(more=builtin_groups(), on_missing=on_missing)


def __getattr__(name: str) -> Any:
    """What runs scripts is imported when it is first asked for; declaring a command does not need it."""
    if name in ("Interpreter", "Result", "Run"):
        from stcore.commands import runtime

        return getattr(runtime, name)
    raise AttributeError(f"module 'stcore.commands' has no attribute {name!r}")
