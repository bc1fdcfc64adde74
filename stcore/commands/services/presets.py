"""Presets of prompts and models, and the switches beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

PresetKind = Literal["preset", "instruct", "context", "sysprompt", "reasoning"]


@dataclass(frozen=True, slots=True)
class PromptEntry:
    """An entry of the prompt: a text, or the place of one."""

    identifier: str
    name: str
    enabled: bool


@dataclass(frozen=True, slots=True)
class Split:
    """A text that was taken apart: what was thought, and what is said."""

    reasoning: str
    content: str


class Presets(Protocol):
    """What is selected, by kind."""

    async def names(self, kind: PresetKind) -> Sequence[str]:
        """The names of all presets of a kind."""
        ...

    async def selected(self, kind: PresetKind) -> str:
        """The name of the one in use."""
        ...

    async def select(self, kind: PresetKind, text: str) -> str | None:
        """Use the one that ``text`` means (its name in any case, else a similar one); ``None`` when there is none."""
        ...

    async def is_on(self, kind: Literal["instruct", "sysprompt"]) -> bool:
        """Whether presets of this kind are used at all."""
        ...

    async def switch(self, kind: Literal["instruct", "sysprompt"], *, on: bool) -> None:
        """Use them, or not."""
        ...

    async def stop_strings(self) -> Sequence[str] | None:
        """What ends every answer; ``None`` when it was never set."""
        ...

    async def set_stop_strings(self, strings: Sequence[str]) -> None: ...

    async def start_reply_with(self) -> str:
        """What every reply starts with."""
        ...

    async def set_start_reply_with(self, text: str) -> None: ...

    async def post_processing(self) -> str | None:
        """How messages are changed for particular servers; ``None`` when it was never set."""
        ...

    async def set_post_processing(self, mode: str) -> None: ...

    async def entries(self) -> Sequence[PromptEntry]:
        """The entries of the prompt in their order."""
        ...

    async def set_entries(self, states: Mapping[str, bool]) -> None:
        """Switch entries on and off by their identifiers."""
        ...

    async def parse_reasoning(self, text: str, *, strict: bool) -> Split | None:
        """A text taken apart by the reasoning template; ``None`` without a thought."""
        ...

    async def format_reasoning(self, reasoning: str, content: str) -> str:
        """Both in one text."""
        ...
