"""Texts that scripts put into the prompts of a chat (spec/command-semantics.md section 14)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stcore.chat.prompting.shelf import Shelf
from stcore.commands.services.prompting import INJECTION_POSITIONS, PROMPT_ROLES, Injection

KEY = "injections"


class Injections:
    """The injections of one chat, by id. Satisfies ``stcore.commands.services.Injections``."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def all(self) -> Mapping[str, Injection]:
        """All of them, in the order of their ids."""
        return read_injections(await self._shelf.get(KEY))

    async def put(self, id: str, injection: Injection) -> None:
        """Keep an injection; one of the same id is replaced."""
        await self._shelf.change(KEY, lambda stored: {**(stored or {}), id: injection.to_dict()})

    async def remove(self, id: str | None = None) -> None:
        """Forget one injection, or all; an unknown id is ignored."""
        await self._shelf.change(KEY, lambda stored: _without(stored, lambda key, _: id is None or key == id))

    async def replace(self, injections: Mapping[str, Injection]) -> None:
        """Keep exactly these."""
        stored = {key: injection.to_dict() for key, injection in injections.items()}
        await self._shelf.change(KEY, lambda _: stored or None)

    async def drop_ephemeral(self) -> None:
        """A generation has ended: forget those that were meant for one."""
        if any(injection.ephemeral for injection in (await self.all()).values()):
            await self._shelf.change(KEY, lambda stored: _without(stored, lambda _, fields: fields.get("ephemeral")))


def _without(stored: Any, unwanted: Any) -> dict[str, Any] | None:
    kept = {key: fields for key, fields in (stored or {}).items() if not unwanted(key, fields)}
    return kept or None


def read_injections(stored: Any) -> dict[str, Injection]:
    """Injections as they are stored; what is wrong in one gets its default."""
    found = stored if isinstance(stored, Mapping) else {}
    return {key: _read(found[key]) for key in sorted(found) if isinstance(found[key], Mapping)}


def _read(fields: Mapping[str, Any]) -> Injection:
    position, depth, role = (_number(fields.get(name)) for name in ("position", "depth", "role"))
    script = fields.get("filter")
    return Injection(
        value=str(fields.get("value") or ""),
        position=next((word for word, number in INJECTION_POSITIONS.items() if number == position), "after"),
        depth=4 if depth is None or depth < 0 else depth,
        scan=fields.get("scan") is True,
        role=PROMPT_ROLES[role] if role is not None and 0 <= role < len(PROMPT_ROLES) else "system",
        filter=script if isinstance(script, str) and script else None,
        ephemeral=fields.get("ephemeral") is True,
    )


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
