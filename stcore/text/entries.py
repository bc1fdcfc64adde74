"""The entries of a prompt: which texts the model is told, in which order, and which are switched off.

An entry is a text of its own, or the place of something that the chat brings (a marker: the character, the history).
Identifiers are those that presets of other programs use too, so that their entries find their place here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

Role = Literal["system", "user", "assistant"]
ROLES: tuple[Role, ...] = ("system", "user", "assistant")

HISTORY = "chatHistory"
EXAMPLES = "dialogueExamples"
MAIN = "main"
POST_HISTORY = "jailbreak"

MAIN_ROLE = (
    "You are {{char}}, in a conversation with {{user}}. Write what {{char}} says and does next, and leave it to "
    "{{user}} to speak and act for {{user}}. Stay in the role, keep to what has happened so far, and move things along."
)
MAIN_PLAIN = (
    "You are {{char}}, a friendly partner in a chat with {{user}}. Answer in the language in which {{user}} writes, "
    "to the point and in a natural tone."
)
"""Main prompts for a chat with a character card and for one without, where nobody wrote another."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One text of the prompt, or the place of one.

    ``content`` may hold macros. That of a marker is a frame around what comes into its place, which stands as ``{0}``.
    With a ``depth`` the entry goes into the history, so many messages from its end.
    """

    identifier: str
    name: str
    content: str = ""
    role: Role = "system"
    enabled: bool = True
    marker: bool = False
    depth: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """The entry as presets keep it."""
        fields: dict[str, Any] = {"identifier": self.identifier, "name": self.name, "enabled": self.enabled}
        if self.content:
            fields["content"] = self.content
        if self.role != "system":
            fields["role"] = self.role
        if self.depth is not None:
            fields["depth"] = self.depth
        return fields


def _marker(identifier: str, name: str, frame: str = "{0}") -> Entry:
    return Entry(identifier, name, frame, marker=True)


DEFAULT_ENTRIES: tuple[Entry, ...] = (
    _marker(MAIN, "Main prompt"),
    _marker("worldInfoBefore", "World info (before the character)"),
    _marker("personaDescription", "Persona", "About {{user}}:\n{0}"),
    _marker("charDescription", "Description of the character", "About {{char}}:\n{0}"),
    _marker("charPersonality", "Personality of the character", "Character of {{char}}: {0}"),
    _marker("scenario", "Scenario", "The situation: {0}"),
    _marker("worldInfoAfter", "World info (after the character)"),
    _marker(EXAMPLES, "Example dialogues", "How {{char}} talks:\n{0}"),
    _marker(HISTORY, "Chat history"),
    _marker(POST_HISTORY, "Instructions behind the history"),
)

_BY_IDENTIFIER = {entry.identifier: entry for entry in DEFAULT_ENTRIES}


def read_entries(stored: Sequence[Mapping[str, Any]], states: Mapping[str, bool] | None = None) -> tuple[Entry, ...]:
    """The entries of a preset, those of :data:`DEFAULT_ENTRIES` when it has none.

    ``states`` are the switches that a person moved since. The history is always there: a prompt needs it.
    """
    entries = [_read(fields) for fields in stored] or list(DEFAULT_ENTRIES)
    known = {entry.identifier for entry in entries}
    if HISTORY not in known:
        entries.append(_BY_IDENTIFIER[HISTORY])
    if MAIN not in known:
        entries.insert(0, _BY_IDENTIFIER[MAIN])
    moved = states or {}
    return tuple(replace(entry, enabled=moved.get(entry.identifier, entry.enabled)) for entry in entries)


def _read(fields: Mapping[str, Any]) -> Entry:
    identifier = str(fields.get("identifier") or fields.get("name") or "entry")
    standard = _BY_IDENTIFIER.get(identifier)
    role = fields.get("role")
    depth = fields.get("depth")
    entry = Entry(
        identifier,
        str(fields.get("name") or identifier),
        str(fields.get("content") or ""),
        role if role in ROLES else "system",
        fields.get("enabled") is not False,
        depth=depth if isinstance(depth, int) and depth >= 0 else None,
    )
    if standard is None or (entry.content and "{0}" not in entry.content and identifier in (MAIN, POST_HISTORY)):
        return entry
    frame = entry.content if "{0}" in entry.content else standard.content
    return replace(standard, content=frame, enabled=entry.enabled, name=entry.name)
