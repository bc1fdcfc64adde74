"""Presets of every kind: what is shipped, what is stored, and what is selected.

What is selected is a setting of the host: ``prompt.KIND`` holds a name. Beside it lie the other switches of prompts
(:class:`Switches`). A stored preset stands before a shipped one of the same name.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from sqlalchemy import Connection, and_, delete, insert, select, update

from stcore.chat.preferences import read_all, write
from stcore.commands.fuzzy import best_match
from stcore.errors import NotFound, UserError
from stcore.storage.journal import note
from stcore.storage.tables import presets
from stcore.text.entries import Entry, read_entries
from stcore.text.instruct import Instruct, read_instruct
from stcore.text.presets import DEFAULTS, KINDS, Preset, check_preset, import_presets, shipped
from stcore.text.reasoning import Reasoning
from stcore.text.sampling import Sampling, read_sampling
from stcore.text.tokens import Tokens

if TYPE_CHECKING:
    from stcore.bus import Bus
    from stcore.clock import Clock
    from stcore.storage.database import Database

HOST = "host"
PREFIX = "prompt."
SIMILAR = 0.4
"""How wrong a name may be written that selects a preset, as of ``/fuzzy``."""


@dataclass(frozen=True, slots=True)
class Switches:
    """What is set beside the presets. ``stop_strings`` and ``post_processing`` are ``None`` until they are first set;
    ``entries`` are switches of prompt entries that were moved by hand."""

    instruct: bool = False
    sysprompt: bool = True
    stop_strings: Sequence[str] | None = None
    start_reply_with: str = ""
    post_processing: str | None = None
    tokenizer: str = "best_match"
    entries: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ActivePresets:
    """Everything that is selected, read in one go."""

    chosen: Mapping[str, Preset]
    switches: Switches

    @property
    def sampling(self) -> Sampling:
        return read_sampling(self.chosen["preset"].data)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries of the prompt, with the switches that were moved."""
        stored = self.chosen["preset"].data.get("prompts")
        return read_entries(stored if isinstance(stored, list) else (), self.switches.entries)

    @property
    def instruct(self) -> Instruct | None:
        """The template for models that complete text, ``None`` while it is switched off."""
        return read_instruct(self.chosen["instruct"].data) if self.switches.instruct else None

    @property
    def reasoning(self) -> Reasoning:
        return Reasoning.of(self.chosen["reasoning"].data)

    @property
    def tokens(self) -> Tokens:
        return Tokens(self.switches.tokenizer)

    def text(self, kind: str, key: str) -> str:
        """A text of the selected preset of a kind, empty without it."""
        value = self.chosen[kind].data.get(key)
        return value if isinstance(value, str) else ""


class PresetStore:
    """Reads and changes presets. Raises ``NotFound`` and :class:`UserError`."""

    def __init__(self, database: Database, bus: Bus, clock: Clock) -> None:
        self._database, self._bus, self._clock = database, bus, clock

    # -- reading -----------------------------------------------------------------------------------------------------

    async def list(self, kind: str) -> Sequence[Preset]:
        """The presets of a kind: the default first, then by name."""
        return await self._database.read(lambda connection: read_presets(connection, kind))

    async def names(self, kind: str) -> Sequence[str]:
        """The names of the presets of a kind."""
        return [preset.name for preset in await self.list(kind)]

    async def get(self, kind: str, name: str) -> Preset:
        """The preset of exactly this name, or ``NotFound``."""
        found = next((preset for preset in await self.list(kind) if preset.name == name), None)
        if found is None:
            _unknown(kind, name)
        return found

    async def find(self, kind: str, text: str) -> Preset | None:
        """The preset that ``text`` means: of that name in any case, else the most similar one."""
        return similar(await self.list(kind), text)

    async def active(self) -> ActivePresets:
        """What is selected now."""
        return await self._database.read(read_active)

    # -- changing ----------------------------------------------------------------------------------------------------

    async def save(self, kind: str, name: str, data: Any) -> Preset:
        """Keep a preset; one of the same name is replaced."""
        preset = check_preset(kind, name, data)
        await self._change(lambda connection, now: _store(connection, preset, now))
        return preset

    async def add(self, document: Any, name: str, kind: str = "") -> Sequence[Preset]:
        """Keep the presets of a JSON document, of this program or another."""
        found = await asyncio.to_thread(import_presets, document, name, kind)
        checked = [check_preset(preset.kind, preset.name, preset.data) for preset in found]

        def fn(connection: Connection, now: int) -> None:
            for preset in checked:
                _store(connection, preset, now)

        await self._change(fn)
        return checked

    async def rename(self, kind: str, name: str, new: str) -> Preset:
        """Give a stored preset another name; what is selected stays selected."""
        preset = check_preset(kind, new, (await self.get(kind, name)).data)

        def fn(connection: Connection, now: int) -> None:
            if preset.name != name and connection.execute(select(presets.c.name).where(_at(kind, preset.name))).first():
                raise UserError(f"There is a {kind} “{preset.name}” already.")
            values = {"name": preset.name, "updated": now}
            if not connection.execute(update(presets).where(_at(kind, name)).values(values)).rowcount:
                raise UserError(f"“{name}” is shipped and keeps its name.", hint="Save it under another name.")
            if read_all(connection, HOST).get(PREFIX + kind) == name:
                write(connection, HOST, {PREFIX + kind: preset.name})

        await self._change(fn)
        return preset

    async def delete(self, kind: str, name: str) -> None:
        """Forget a stored preset; a shipped one of the same name comes back."""
        await self.get(kind, name)

        def fn(connection: Connection, _: int) -> None:
            if not connection.execute(delete(presets).where(_at(kind, name))).rowcount:
                raise UserError(f"“{name}” is shipped and cannot be deleted.")

        await self._change(fn)

    async def select(self, kind: str, name: str) -> Preset | None:
        """Use this preset from now on; an empty name selects none. Switches of entries moved by hand are forgotten
        with the preset they were moved in."""
        preset = await self.get(kind, name) if name else None
        values: dict[str, Any] = {PREFIX + kind: name}
        if kind == "preset":
            values[f"{PREFIX}entries"] = None
        await self._change(lambda connection, _: write(connection, HOST, values))
        return preset

    async def switch(self, **changes: Any) -> None:
        """Change some of :class:`Switches`; ``None`` sets one back."""
        values = {PREFIX + _STORED.get(key, key): value for key, value in changes.items()}
        await self._change(lambda connection, _: write(connection, HOST, values))

    async def _change(self, fn: Any) -> None:
        now = int(self._clock.now().timestamp() * 1000)

        def change(connection: Connection) -> None:
            fn(connection, now)
            note(connection, "presets.changed", {}, chat_id=None, now=now)

        await self._database.write(change)
        self._bus.wake()


_STORED = {"instruct": "instruct_on", "sysprompt": "sysprompt_on"}
"""Switches whose names are those of kinds are stored under others."""


def read_presets(connection: Connection, kind: str) -> Sequence[Preset]:
    """As :meth:`PresetStore.list`, inside a transaction."""
    if kind not in KINDS:
        raise UserError(f"There are no presets of kind {kind!r}.", hint=f"Kinds: {', '.join(KINDS)}.")
    rows = connection.execute(select(presets.c.name, presets.c.data).where(presets.c.kind == kind))
    found = {preset.name: preset for preset in shipped(kind)}
    found |= {row.name: Preset(kind, row.name, row.data) for row in rows}
    return sorted(found.values(), key=lambda preset: (preset.name != DEFAULTS[kind], preset.name.lower()))


def read_active(connection: Connection) -> ActivePresets:
    """As :meth:`PresetStore.active`, inside a transaction."""
    stored = {k.removeprefix(PREFIX): v for k, v in read_all(connection, HOST).items() if k.startswith(PREFIX)}
    wanted = {kind: str(stored.get(kind, DEFAULTS[kind])) for kind in KINDS}
    query = select(presets.c.kind, presets.c.name, presets.c.data).where(presets.c.name.in_(set(wanted.values())))
    own = {(row.kind, row.name): Preset(row.kind, row.name, row.data) for row in connection.execute(query)}
    found = {(preset.kind, preset.name): preset for kind in KINDS for preset in shipped(kind)} | own
    chosen = {kind: found.get((kind, name), Preset(kind, "")) for kind, name in wanted.items()}
    return ActivePresets(chosen, _read_switches(stored))


def _read_switches(stored: Mapping[str, Any]) -> Switches:
    strings = stored.get("stop_strings")
    return Switches(
        instruct=stored.get("instruct_on") is True,
        sysprompt=stored.get("sysprompt_on") is not False,
        stop_strings=tuple(map(str, strings)) if isinstance(strings, list) else None,
        start_reply_with=str(stored.get("start_reply_with") or ""),
        post_processing=stored.get("post_processing"),
        tokenizer=str(stored.get("tokenizer") or "best_match"),
        entries=dict(stored.get("entries") or {}),
    )


def similar(found: Sequence[Preset], text: str) -> Preset | None:
    """The preset that ``text`` means: of that name in any case, else the most similar one."""
    by_name = {preset.name.lower(): preset for preset in reversed(found)}
    wanted = text.strip().lower()
    if wanted in by_name:
        return by_name[wanted]
    match = best_match(list(by_name), wanted, SIMILAR)
    return by_name[match] if match is not None else None


def _store(connection: Connection, preset: Preset, now: int) -> None:
    connection.execute(delete(presets).where(_at(preset.kind, preset.name)))
    values = {"kind": preset.kind, "name": preset.name, "data": dict(preset.data), "updated": now}
    connection.execute(insert(presets).values(values))


def _at(kind: str, name: str) -> Any:
    return and_(presets.c.kind == kind, presets.c.name == name)


def _unknown(kind: str, name: str) -> NoReturn:
    raise NotFound(f"There is no {kind} “{name}”.", hint=f"`stcore presets list {kind}` shows those there are.")
