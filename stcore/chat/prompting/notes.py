"""The author's note: a reminder that goes into the prompt every so many messages of the user.

The note of a chat has the defaults of the host (key ``note`` of the settings ``host``); a character may bring a note
of its own (key ``note`` of the settings ``character:ID``: ``text``, ``use``, and whether it goes ``before`` or
``after`` the chat's, or ``replace`` it).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from typing import Any

from stcore.chat.prompting.shelf import Shelf
from stcore.commands.services.prompting import NOTE_POSITIONS, PROMPT_ROLES, Note

KEY = "note"


class Notes:
    """The note of one chat. Satisfies ``stcore.commands.services.AuthorsNote``."""

    def __init__(self, shelf: Shelf, defaults: Shelf) -> None:
        self._shelf, self._defaults = shelf, defaults

    async def get(self) -> Note:
        """The note as it is now."""
        return read_note(await self._shelf.get(KEY), read_note(await self._defaults.get(KEY)))

    async def change(self, **changes: Any) -> Note:
        """Change some fields; gives the whole note."""
        default = read_note(await self._defaults.get(KEY))

        def change(stored: Any) -> dict[str, Any]:
            return asdict(replace(read_note(stored, default), **changes))

        return read_note(await self._shelf.change(KEY, change))


def read_note(stored: Any, default: Note | None = None) -> Note:
    """A note as it is stored; what is missing or wrong comes from ``default``."""
    base = default or Note()
    if not isinstance(stored, Mapping):
        return base
    given = {entry.name: stored[entry.name] for entry in fields(Note) if _fits(entry.name, stored.get(entry.name))}
    return replace(base, **given)


def _fits(name: str, value: Any) -> bool:
    match name:
        case "text":
            return isinstance(value, str)
        case "position":
            return isinstance(value, str) and value in NOTE_POSITIONS
        case "role":
            return isinstance(value, str) and value in PROMPT_ROLES
        case _:
            return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_due(note: Note, said: int) -> bool:
    """Whether the note goes into a prompt when the user has spoken ``said`` times."""
    if note.frequency <= 1:
        return note.frequency == 1
    return said > 0 and said % note.frequency == 0


def with_character_note(note: Note, stored: Any) -> str:
    """The text of the chat's note with that of the character, as the character's settings want it."""
    if not isinstance(stored, Mapping) or stored.get("use") is not True or not str(stored.get("text") or "").strip():
        return note.text
    own = str(stored["text"])
    match stored.get("position"):
        case "before":
            return "\n".join(text for text in (own, note.text) if text)
        case "after":
            return "\n".join(text for text in (note.text, own) if text)
        case _:
            return own
