"""Workflows as slash commands see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import ValidationError

from stcore.commands.services.workflows import OwnPlaceholder
from stcore.errors import NotFound, UserError
from stcore.images.settings import Placeholder

if TYPE_CHECKING:
    from stcore.chat.session import Session


class WorkflowsPort:
    """The workflows of the host, and which one is in use in the chat of a session."""

    def __init__(self, session: Session) -> None:
        self._session, self._desk = session, session.host.workflow_desk

    async def names(self) -> Sequence[str]:
        return await self._desk.names()

    async def text(self, name: str) -> str:
        return await self._desk.text(await self._meant(name))

    async def save(self, name: str, text: str, *, replace: bool) -> str:
        name = await self._meant(name)
        return (await (self._desk.save if replace else self._desk.create)(name, text)).name

    async def copy(self, name: str, new: str) -> str:
        return (await self._desk.copy(await self._meant(name), new)).name

    async def rename(self, name: str, new: str) -> str:
        return (await self._desk.rename(await self._meant(name), new)).name

    async def delete(self, name: str) -> None:
        await self._desk.delete(await self._meant(name))

    # -- placeholders ------------------------------------------------------------------------------------------------

    async def placeholders(self) -> Sequence[OwnPlaceholder]:
        return [_shown(one) for one in self._desk.placeholders()]

    async def set_placeholder(
        self, find: str, *, replace: str | None = None, kind: str | None = None, choices: Sequence[str] | None = None
    ) -> OwnPlaceholder:
        known = list(self._desk.placeholders())
        place = next((number for number, one in enumerate(known) if one.find == find), len(known))
        before = known[place].model_dump() if place < len(known) else {"find": find}
        given = {"replace": replace, "kind": kind, "choices": choices}
        changed = _placeholder({**before, **{name: value for name, value in given.items() if value is not None}})
        known[place : place + 1] = [changed]
        await self._desk.set_placeholders(known)
        return _shown(changed)

    async def delete_placeholder(self, find: str) -> None:
        known = self._desk.placeholders()
        left = [one for one in known if one.find != find]
        if len(left) == len(known):
            named = ", ".join(one.find for one in known)
            raise NotFound(f"There is no placeholder “{find}” of your own.", hint=f"There are: {named or 'none'}.")
        await self._desk.set_placeholders(left)

    # ----------------------------------------------------------------------------------------------------------------

    async def _meant(self, name: str) -> str:
        return name or await self._desk.in_use(self._session.chat_id)


def _shown(placeholder: Placeholder) -> OwnPlaceholder:
    return OwnPlaceholder(placeholder.find, placeholder.replace, placeholder.kind, placeholder.choices)


def _placeholder(values: dict[str, object]) -> Placeholder:
    try:
        return Placeholder.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise UserError(f"“{values.get(name)}” cannot be the {name} of a placeholder: {first['msg']}.") from error
