"""The vocabulary that comes with the host, one module per group, those that most scripts use first."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from stcore.commands.declaration import Command

_GROUPS = (
    "flow",
    "ui",
    "images",
    "variables",
    "math",
    "text",
    "data",
    "messages",
    "swipes",
    "chat",
    "groups",
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
    "gallery",
    "backgrounds",
    "captions",
    "hung_pictures",
    "image_styles",
    "looks",
    "image_workflows",
    "image_modes",
    "absent",
)


def builtin_groups() -> Iterator[list[Command]]:
    """The built-in commands in lots: what the module of a group holds, single or in tuples. Each is imported when the
    iteration comes to it."""
    for group in _GROUPS:
        values = vars(import_module(f"stcore.commands.builtin.{group}")).values()
        tuples = [value if isinstance(value, tuple) else (value,) for value in values]
        yield [entry for each in tuples for entry in each if isinstance(entry, Command)]
