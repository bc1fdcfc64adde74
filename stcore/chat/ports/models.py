"""Connections of text models as slash commands see them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from stcore.chat.prompting import profiles
from stcore.commands.fuzzy import best_match
from stcore.errors import StcoreError
from stcore.text.tokens import TOKENIZERS

if TYPE_CHECKING:
    from stcore.host import Host

SIMILAR = 0.4


class ModelsPort:
    """The text connections of the host."""

    def __init__(self, host: Host) -> None:
        self._host = host

    async def apis(self) -> Sequence[str]:
        return self._host.texts.names()

    async def meant(self, text: str) -> str | None:
        return profiles.meant_api(self._host, text)

    async def connect(self, seconds: float) -> str:
        name = self._host.texts.default_name()
        try:
            async with asyncio.timeout(seconds):
                health = await self._host.texts.check(name)
        except TimeoutError:
            return f"“{name}” has not answered within {seconds:g} seconds."
        return "" if health.state in ("ok", "ok_unproven", "no_free_check") else health.text

    async def api(self) -> str:
        return self._host.texts.default_name()

    async def set_api(self, name: str) -> str | None:
        found = profiles.meant_api(self._host, name)
        if found is not None:
            await self._host.texts.default(found)
        return found

    async def models(self) -> Sequence[str]:
        connection = await self._host.texts.open()
        return [model.id for model in (await connection.model.models(connection)).models]

    async def model(self) -> str:
        return str(self._option("model") or "")

    async def set_model(self, name: str) -> str | None:
        if self._option("model") is None:
            return None
        found = _meant(await self._listed(), name)
        if found is not None:
            await self._host.texts.set(self._host.texts.default_name(), {"model": found})
        return found

    async def _listed(self) -> Sequence[str]:
        try:
            return await self.models()
        except StcoreError:
            return ()  # a name is good enough where no list can be had

    async def address(self, api: str = "") -> str | None:
        name = profiles.meant_api(self._host, api) if api else self._host.texts.default_name()
        value = None if name is None else getattr(self._host.texts.options(name), "url", None)
        return None if value is None else str(value)

    async def set_address(self, address: str, api: str = "") -> str | None:
        if await self.address(api) is None:
            return None
        name = (api and profiles.meant_api(self._host, api)) or self._host.texts.default_name()
        await self._host.texts.set(name, {"url": address})
        return await self.address(api)

    async def tokenizer(self) -> str:
        return (await self._host.presets.active()).switches.tokenizer

    async def set_tokenizer(self, name: str) -> str | None:
        found = _meant(TOKENIZERS, name)
        if found is not None:
            await self._host.presets.switch(tokenizer=found)
        return found

    async def profiles(self) -> Sequence[str]:
        return await self._host.presets.names("profile")

    async def profile(self) -> str:
        return (await self._host.presets.active()).chosen["profile"].name

    async def set_profile(self, text: str) -> str | None:
        if not text:
            await self._host.presets.select("profile", "")
            return ""
        found = await self._host.presets.find("profile", text)
        if found is None:
            return None
        await profiles.apply(self._host, found)
        return found.name

    async def save_profile(self, name: str) -> None:
        await self._host.presets.save("profile", name, await profiles.current(self._host))
        await self._host.presets.select("profile", name.strip())

    async def read_profile(self, name: str) -> Mapping[str, Any] | None:
        found = next((p for p in await self._host.presets.list("profile") if p.name.lower() == name.lower()), None)
        return None if found is None else {"name": found.name, **found.data}

    def _option(self, name: str) -> Any:
        """An option of the connection in use, ``None`` when it has none of that name."""
        return getattr(self._host.texts.options(self._host.texts.default_name()), name, None)


def _meant(known: Sequence[str], text: str) -> str | None:
    """The entry that ``text`` means: in any case, else the most similar; any text where nothing is known."""
    if not known:
        return text
    by_name = {entry.lower(): entry for entry in known}
    return by_name.get(text.lower()) or best_match(list(known), text, SIMILAR)
