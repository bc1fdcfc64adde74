"""Personas from and to the backup that programs of this kind share: names and descriptions by key, no pictures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from stcore.chat.characters.card import clean
from stcore.commands.services.personas import POSITIONS, ROLES
from stcore.errors import TooLarge, UserError

if TYPE_CHECKING:
    from stcore.chat.personas import Persona
    from stcore.host import Host

LIMIT = 16 * 1024 * 1024
"""Bytes a backup may have."""

_TEXTS = ("description", "title", "lorebook", "image_prefix", "image_negative_prefix")
_FIELDS = (*_TEXTS, "position", "depth", "role")


async def export_personas(host: Host) -> dict[str, Any]:
    """All personas. Characters that they are bound to are named by key."""
    every = await host.personas.list()
    keys = {character.id: character.key for character in await host.characters.sketches()}
    described = {}
    for persona in every:
        bound = [{"type": "character", "id": keys[one]} for one in persona.connections if one in keys]
        described[persona.key] = {**{name: getattr(persona, name) for name in _FIELDS}, "connections": bound}
    return {
        "personas": {persona.key: persona.name for persona in every},
        "persona_descriptions": described,
        "default_persona": next((persona.key for persona in every if persona.is_default), None),
    }


async def import_personas(host: Host, data: bytes) -> Sequence[Persona]:
    """Add the personas of a backup; those whose key is here already stay as they are. Gives the new ones.

    A value that cannot be is left out. Raises :class:`UserError` for a file that is no such backup.
    """
    names, described, default = _read(data)
    known = {persona.key for persona in await host.personas.list()}
    characters = {character.key: character.id for character in await host.characters.sketches()}
    made: list[Persona] = []
    for key, name in names.items():
        if key in known or not isinstance(name, str) or not name.strip():
            continue
        fields = _fields(described.get(key), characters)
        made.append(await host.personas.create(name, fields, key=key))
        if key == default and not any(persona.is_default for persona in await host.personas.list()):
            await host.personas.set_default(made[-1].id)
    return [await host.personas.get(persona.id) for persona in made]


def _read(data: bytes) -> tuple[Mapping[str, Any], Mapping[str, Any], Any]:
    if len(data) > LIMIT:
        raise TooLarge(f"The file is larger than {LIMIT // 1024 // 1024} MB.")
    try:
        backup = clean(json.loads(data.decode("utf-8-sig")))
    except (ValueError, RecursionError) as error:
        raise UserError("This is no backup of personas: its text is no JSON.") from error
    names = backup.get("personas") if isinstance(backup, dict) else None
    if not isinstance(names, dict):
        raise UserError("This is no backup of personas.", hint="It should be a JSON object with `personas` in it.")
    described = backup.get("persona_descriptions")
    return names, described if isinstance(described, dict) else {}, backup.get("default_persona")


def _fields(described: Any, characters: Mapping[str, str]) -> dict[str, Any]:
    """The fields of one persona, as far as they are what they should be."""
    if not isinstance(described, dict):
        return {}
    fields = {name: described[name] for name in _TEXTS if _is_text(described.get(name))}
    for name, allowed in (("position", POSITIONS), ("role", ROLES)):
        if described.get(name) in allowed.values():
            fields[name] = described[name]
    depth = described.get("depth")
    if isinstance(depth, int) and not isinstance(depth, bool) and 0 <= depth <= 9999:
        fields["depth"] = depth
    bound = described.get("connections")
    if isinstance(bound, list):
        named = [str(entry.get("id")) for entry in bound if isinstance(entry, dict)]
        fields["connections"] = [characters[key] for key in named if key in characters]
    return fields


def _is_text(value: Any) -> bool:
    return isinstance(value, str)
