"""What a file tells of the chat itself (``chat_metadata``), and where this host keeps it. Pure.

Variables go to the variables of the chat, the author's note, the injections and what belongs to world info to its
settings; whatever has no place here is kept as it is and written back. What would run a script (the filter of an
injection) stays in the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from stcore.chat.lore.bindings import BOOK
from stcore.chat.lore.effects import TIMED

PARENT = "main_chat"

_NOTE = "note"
_INJECTIONS, _THEIR_INJECTIONS = "injections", "script_injects"
_LORE: Mapping[str, tuple[str, type]] = {BOOK: ("world_info", str), TIMED: ("timedWorldInfo", dict)}
"""The book of the chat and the effects of its entries that still last: what files call them, and what they hold."""
_ROLES = ("system", "user", "assistant")
_POSITIONS = ("after", "chat", "before")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What was read: ``extra`` stays with the chat, ``parent`` is the title of the chat it was made from."""

    extra: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    parent: str = ""


def read_metadata(given: Mapping[str, Any]) -> Metadata:
    """The parts of ``chat_metadata``."""
    extra = dict(given)
    variables = extra.pop("variables") if isinstance(extra.get("variables"), dict) else {}
    settings: dict[str, Any] = {}
    if note := _read_note(extra):
        settings[_NOTE] = note
    if injections := _read_injections(extra):
        settings[_INJECTIONS] = injections
    for name, (theirs, kind) in _LORE.items():
        if isinstance(extra.get(theirs), kind) and extra[theirs]:
            settings[name] = extra.pop(theirs)
    parent = extra.get(PARENT)
    return Metadata(extra, variables, settings, parent if isinstance(parent, str) else "")


def write_metadata(
    extra: Mapping[str, Any], variables: Mapping[str, Any], settings: Mapping[str, Any], parent: str | None
) -> dict[str, Any]:
    """``chat_metadata`` of a chat."""
    found = dict(extra)
    if variables:
        found["variables"] = dict(variables)
    note, injections = settings.get(_NOTE), settings.get(_INJECTIONS)
    if isinstance(note, Mapping):
        found |= _write_note(note)
    if isinstance(injections, Mapping):
        found[_THEIR_INJECTIONS] = {**found.get(_THEIR_INJECTIONS, {}), **injections}
    found |= {theirs: settings[name] for name, (theirs, _) in _LORE.items() if settings.get(name)}
    if parent is not None:
        found[PARENT] = parent
    return found


def _read_note(extra: dict[str, Any]) -> dict[str, Any]:
    """Take the author's note out of ``extra``: the fields that this host can use."""
    note: dict[str, Any] = {}
    if isinstance(extra.get("note_prompt"), str):
        note["text"] = extra.pop("note_prompt")
    for name, theirs in (("depth", "note_depth"), ("frequency", "note_interval")):
        if _is_number(extra.get(theirs)):
            note[name] = extra.pop(theirs)
    for name, theirs, words in (("position", "note_position", _POSITIONS), ("role", "note_role", _ROLES)):
        number = extra.get(theirs)
        if _is_number(number) and number < len(words):
            note[name] = words[extra.pop(theirs)]
    return note


def _read_injections(extra: dict[str, Any]) -> dict[str, Any]:
    """Take the injections out of ``extra`` that run nothing."""
    given = extra.get(_THEIR_INJECTIONS)
    if not isinstance(given, dict):
        return {}
    taken = {key: value for key, value in given.items() if isinstance(value, dict) and not value.get("filter")}
    left = {key: value for key, value in given.items() if key not in taken}
    if taken and not left:
        del extra[_THEIR_INJECTIONS]
    elif taken:
        extra[_THEIR_INJECTIONS] = left
    return taken


def _write_note(note: Mapping[str, Any]) -> dict[str, Any]:
    names = {"text": "note_prompt", "depth": "note_depth", "frequency": "note_interval"}
    found = {theirs: note[name] for name, theirs in names.items() if name in note}
    for name, theirs, words in (("position", "note_position", _POSITIONS), ("role", "note_role", _ROLES)):
        if note.get(name) in words:
            found[theirs] = words.index(note[name])
    return found


def _is_number(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
