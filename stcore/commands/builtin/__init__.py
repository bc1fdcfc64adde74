"""The vocabulary that comes with the host, one module per group. Modules are imported when it is asked for."""

from __future__ import annotations

from importlib import import_module

from stcore.commands.declaration import Command

_GROUPS = (
    "flow",
    "variables",
    "math",
    "text",
    "data",
    "ui",
    "messages",
    "swipes",
    "chat",
    "groups",
    "images",
    "quick_replies",
    "reply_sets",
    "characters",
    "tags",
    "personas",
    "world_info",
    "generation",
    "writing",
    "injections",
    "notes",
    "presets",
    "reasoning",
    "models",
    "tokens",
    "documents",
    "regexes",
    "tools",
    "rewriting",
    "device",
    "backgrounds",
    "absent",
)


def builtin_commands() -> list[Command]:
    """Every built-in command: what the modules of the groups hold, single or in tuples."""
    found: list[Command] = []
    for group in _GROUPS:
        for value in vars(import_module(f"stcore.commands.builtin.{group}")).values():
            if isinstance(value, Command):
                found.append(value)
            elif isinstance(value, tuple):
                found += [entry for entry in value if isinstance(entry, Command)]
    return found
