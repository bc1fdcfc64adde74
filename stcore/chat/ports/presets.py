"""Presets as slash commands see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from stcore.commands.services.presets import PresetKind, PromptEntry, Split

if TYPE_CHECKING:
    from stcore.chat.prompting.presets import PresetStore


class PresetsPort:
    """Presets and switches of the host."""

    def __init__(self, store: Callable[[], PresetStore]) -> None:
        self._store = store

    async def names(self, kind: PresetKind) -> Sequence[str]:
        return await self._store().names(kind)

    async def selected(self, kind: PresetKind) -> str:
        return (await self._store().active()).chosen[kind].name

    async def select(self, kind: PresetKind, text: str) -> str | None:
        found = await self._store().find(kind, text)
        if found is None:
            return None
        await self._store().select(kind, found.name)
        return found.name

    async def is_on(self, kind: Literal["instruct", "sysprompt"]) -> bool:
        switches = (await self._store().active()).switches
        return switches.instruct if kind == "instruct" else switches.sysprompt

    async def switch(self, kind: Literal["instruct", "sysprompt"], *, on: bool) -> None:
        await self._store().switch(**{kind: on})

    async def stop_strings(self) -> Sequence[str] | None:
        return (await self._store().active()).switches.stop_strings

    async def set_stop_strings(self, strings: Sequence[str]) -> None:
        await self._store().switch(stop_strings=list(strings))

    async def start_reply_with(self) -> str:
        return (await self._store().active()).switches.start_reply_with

    async def set_start_reply_with(self, text: str) -> None:
        await self._store().switch(start_reply_with=text)

    async def post_processing(self) -> str | None:
        return (await self._store().active()).switches.post_processing

    async def set_post_processing(self, mode: str) -> None:
        await self._store().switch(post_processing=mode)

    async def entries(self) -> Sequence[PromptEntry]:
        entries = (await self._store().active()).entries
        return [PromptEntry(entry.identifier, entry.name, entry.enabled) for entry in entries]

    async def set_entries(self, states: Mapping[str, bool]) -> None:
        moved = (await self._store().active()).switches.entries
        await self._store().switch(entries={**moved, **states})

    async def parse_reasoning(self, text: str, *, strict: bool) -> Split | None:
        found = (await self._store().active()).reasoning.parse(text, strict=strict)
        return None if found is None else Split(*found)

    async def format_reasoning(self, reasoning: str, content: str) -> str:
        return (await self._store().active()).reasoning.format(reasoning, content)
