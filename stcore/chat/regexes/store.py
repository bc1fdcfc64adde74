"""Where regex scripts are kept: with the host, in the card of a character, in a preset of prompts.

Those of a card or preset travel with it, in the place where SillyTavern keeps them too. Since they change texts, they
count only after a person has allowed those of that card or preset. Every change is followed by ``regexes.changed``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from sqlalchemy import Connection, select

from stcore.chat.preferences import read_all, write
from stcore.chat.prompting.presets import PREFIX
from stcore.chat.regexes.files import readable_scripts, script_to_json
from stcore.chat.regexes.records import RegexPreset, RegexScript, Scoped
from stcore.errors import NotFound, UserError
from stcore.storage.journal import note
from stcore.storage.tables import characters, presets
from stcore.text.presets import DEFAULTS

if TYPE_CHECKING:
    from stcore.chat.parts import ChatHost

T = TypeVar("T")

GLOBAL = "global"
FIELD = "regex_scripts"
"""The key among the extensions of a card or preset."""

_HOST = "host"
_SCRIPTS, _PRESETS, _PRESET, _ALLOWED = "regex.scripts", "regex.presets", "regex.preset", "regex.allowed"


class RegexStore:
    """Reads and changes regex scripts. All methods are coroutines; none blocks the loop."""

    def __init__(self, host: ChatHost) -> None:
        self._host = host

    # -- reading -----------------------------------------------------------------------------------------------------

    async def scripts(self, character_id: str | None = None) -> Sequence[Scoped]:
        """The scripts in the order in which they run: global ones, those of the character, those of the preset."""
        return await self._host.database.read(lambda connection: _read_scoped(connection, character_id))

    async def active(self, character_id: str | None = None) -> Sequence[RegexScript]:
        """The scripts that count now."""
        return [
            entry.script for entry in await self.scripts(character_id) if entry.allowed and not entry.script.disabled
        ]

    async def allowed(self, scope: str) -> bool:
        """Whether the scripts of a card or preset count."""
        return scope == GLOBAL or scope in (await self._host.preferences.get(_HOST, _ALLOWED) or ())

    # -- changing ----------------------------------------------------------------------------------------------------

    async def save(self, scope: str, script: RegexScript) -> RegexScript:
        """Keep a script: in place of the one with its id, else behind the others."""

        def edit(scripts: list[RegexScript]) -> list[RegexScript]:
            if all(known.id != script.id for known in scripts):
                return [*scripts, script]
            return [script if known.id == script.id else known for known in scripts]

        await self._edit(scope, edit)
        return script

    async def add(self, scope: str, scripts: Sequence[RegexScript]) -> Sequence[RegexScript]:
        """Keep scripts of a file: each gets an id of its own where its own is taken."""
        taken = {entry.script.id for entry in await self.scripts()}
        fresh = [replace(one, id=str(uuid4())) if one.id in taken else one for one in scripts]
        await self._edit(scope, lambda known: [*known, *fresh])
        return fresh

    async def delete(self, scope: str, script_id: str) -> None:
        """Forget a script. Raises ``NotFound``."""

        def edit(scripts: list[RegexScript]) -> list[RegexScript]:
            kept = [script for script in scripts if script.id != script_id]
            if len(kept) == len(scripts):
                raise NotFound("There is no such regex script.")
            return kept

        await self._edit(scope, edit)

    async def arrange(self, scope: str, ids: Sequence[str]) -> None:
        """Put the scripts of a scope into an order; those that are not named stay behind the others."""
        ranks = {script_id: number for number, script_id in enumerate(ids)}
        await self._edit(scope, lambda known: sorted(known, key=lambda script: ranks.get(script.id, len(ranks))))

    async def allow(self, scope: str, allowed: bool) -> None:
        """Let the scripts of a card or preset count, or not."""

        def edit(settings: Mapping[str, Any]) -> dict[str, Any]:
            scopes = set(settings.get(_ALLOWED) or ())
            return {_ALLOWED: sorted(scopes | {scope} if allowed else scopes - {scope}) or None}

        await self._settings(edit)

    # -- choices of scripts ------------------------------------------------------------------------------------------

    async def presets(self) -> Sequence[RegexPreset]:
        """The choices that were saved."""
        return _read_presets(await self._host.preferences.get(_HOST, _PRESETS))

    async def selected(self) -> str:
        """The id of the choice selected last, empty without one."""
        return str(await self._host.preferences.get(_HOST, _PRESET) or "")

    async def save_preset(self, name: str, preset_id: str = "", character_id: str | None = None) -> RegexPreset:
        """Keep which scripts are on now under a name; with an id in place of that choice."""
        if not name.strip():
            raise UserError("A choice of regex scripts needs a name.")
        on = tuple(entry.script.id for entry in await self.scripts(character_id) if not entry.script.disabled)
        made = RegexPreset(preset_id or str(uuid4()), name.strip()[:200], on)

        def edit(settings: Mapping[str, Any]) -> dict[str, Any]:
            others = [preset for preset in _read_presets(settings.get(_PRESETS)) if preset.id != made.id]
            return {_PRESETS: [preset.to_dict() for preset in (*others, made)], _PRESET: made.id}

        await self._settings(edit)
        return made

    async def select(self, preset_id: str, character_id: str | None = None) -> RegexPreset:
        """Switch the scripts of a choice on and all others off. Raises ``NotFound``."""
        chosen = next((preset for preset in await self.presets() if preset.id == preset_id), None)
        if chosen is None:
            raise NotFound("There is no such choice of regex scripts.")

        def switched(scripts: list[RegexScript]) -> list[RegexScript]:
            return [replace(script, disabled=script.id not in chosen.enabled) for script in scripts]

        for scope in dict.fromkeys(entry.scope for entry in await self.scripts(character_id)):
            await self._edit(scope, switched)
        await self._settings(lambda _: {_PRESET: chosen.id})
        return chosen

    async def delete_preset(self, preset_id: str) -> None:
        """Forget a choice; the scripts stay as they are. Raises ``NotFound``."""

        def edit(settings: Mapping[str, Any]) -> dict[str, Any]:
            known = _read_presets(settings.get(_PRESETS))
            kept = [preset.to_dict() for preset in known if preset.id != preset_id]
            if len(kept) == len(known):
                raise NotFound("There is no such choice of regex scripts.")
            selected = settings.get(_PRESET)
            return {_PRESETS: kept or None, _PRESET: None if selected == preset_id else selected}

        await self._settings(edit)

    # -- where they lie ----------------------------------------------------------------------------------------------

    async def _edit(self, scope: str, edit: Callable[[list[RegexScript]], list[RegexScript]]) -> None:
        kind, _, owner = scope.partition(":")
        if kind == "character":
            await self._edit_card(owner, edit)
        elif kind == "preset":
            await self._edit_preset(owner, edit)
        elif scope == GLOBAL:
            await self._settings(lambda settings: {_SCRIPTS: _stored(edit, settings.get(_SCRIPTS)) or None})
            return
        else:
            raise NotFound(f"Regex scripts cannot belong to {scope!r}.", hint="global, character:ID or preset:NAME")
        await self._settings(lambda _: {})

    async def _edit_card(self, character_id: str, edit: Callable[[list[RegexScript]], list[RegexScript]]) -> None:
        card = deepcopy((await self._host.characters.get(character_id)).card)
        extensions = card["data"]["extensions"]
        extensions[FIELD] = _stored(edit, extensions.get(FIELD))
        await self._host.characters.replace(character_id, card)

    async def _edit_preset(self, name: str, edit: Callable[[list[RegexScript]], list[RegexScript]]) -> None:
        preset = await self._host.presets.get("preset", name)
        kept = preset.data.get("extensions")
        extensions = dict(kept) if isinstance(kept, Mapping) else {}
        extensions[FIELD] = _stored(edit, extensions.get(FIELD))
        await self._host.presets.save("preset", name, {**preset.data, "extensions": extensions})

    async def _settings(self, edit: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> None:
        """Change settings of the host and tell everybody that scripts changed."""
        now = int(self._host.clock.now().timestamp() * 1000)

        def fn(connection: Connection) -> None:
            write(connection, _HOST, edit(read_all(connection, _HOST)))
            note(connection, "regexes.changed", {}, chat_id=None, now=now)

        await self._host.database.write(fn)
        self._host.bus.wake()


def _read_scoped(connection: Connection, character_id: str | None) -> list[Scoped]:
    """As :meth:`RegexStore.scripts`, inside a transaction: whatever passes through a chat asks for them."""
    settings = read_all(connection, _HOST)
    allowed = set(settings.get(_ALLOWED) or ())
    found = [Scoped(GLOBAL, script) for script in readable_scripts(settings.get(_SCRIPTS))]
    if character_id is not None:
        card: Any = connection.execute(select(characters.c.card).where(characters.c.id == character_id)).scalar()
        scope = f"character:{character_id}"
        found += [Scoped(scope, script, scope in allowed) for script in _brought(card["data"] if card else None)]
    name = settings.get(f"{PREFIX}preset", DEFAULTS["preset"])
    query = select(presets.c.data).where(presets.c.kind == "preset", presets.c.name == name)
    scope = f"preset:{name}"
    brought = _brought(connection.execute(query).scalar())
    return found + [Scoped(scope, script, scope in allowed) for script in brought]


def _brought(data: Any) -> list[RegexScript]:
    """The scripts among the extensions of a card or preset."""
    extensions = data.get("extensions") if isinstance(data, Mapping) else None
    return readable_scripts(extensions.get(FIELD)) if isinstance(extensions, Mapping) else []


def _stored(edit: Callable[[list[RegexScript]], list[RegexScript]], stored: Any) -> list[dict[str, Any]]:
    return [script_to_json(script) for script in edit(readable_scripts(stored))]


def _read_presets(stored: Any) -> list[RegexPreset]:
    return [RegexPreset(entry["id"], entry["name"], tuple(entry["enabled"])) for entry in stored or ()]
