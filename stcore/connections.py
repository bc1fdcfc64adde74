"""Connections: a source or text model with its address, options and secrets.

One class serves both image sources and text models: they differ only in where they stand in the settings
(``[sources.NAME]``, ``[texts.NAME]``) and in what an opened connection is. Kinds that need no set-up
(``embedded``) are there under their own id without being configured.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from pydantic import ValidationError

from stcore.errors import ConfigurationError, NotFound, StcoreError, UserError
from stcore.images.capabilities import Health
from stcore.images.source import Connection, secret_fields, summary_of
from stcore.net.address import Base, in_own_network, masked
from stcore.storage.journal import note
from stcore.text.model import TextConnection

if TYPE_CHECKING:
    from stcore.bus import Bus
    from stcore.clock import Clock
    from stcore.config import SecretsFile, Settings, SettingsFile
    from stcore.storage.database import Database

C = TypeVar("C", Connection, TextConnection)

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}\Z")


@dataclass(frozen=True, slots=True)
class Tools:
    """What connections share with the rest of the host."""

    settings: SettingsFile
    secrets: SecretsFile
    database: Database
    bus: Bus
    clock: Clock
    random: random.Random


class Connections(Generic[C]):
    """All connections of one room: ``sources`` or ``texts``. ``kinds`` is asked each time, so plugins load late."""

    def __init__(self, room: str, kinds: Callable[[], Mapping[str, Any]], make: Callable[..., C], tools: Tools) -> None:
        self.room, self._kinds, self._tools = room, kinds, tools
        self._make: Callable[..., C] = make
        self._open: dict[str, C] = {}

    # -- looking -----------------------------------------------------------------------------------------------------

    def kinds(self) -> list[Any]:
        """The kinds that plugins bring, by label."""
        return sorted(self._kinds().values(), key=lambda kind: kind.label.lower())

    def kind(self, kind_id: str) -> Any:
        """One kind, or ``NotFound`` naming those there are."""
        kinds = self._kinds()
        if kind_id not in kinds:
            raise NotFound(
                f"There is no kind of connection called {kind_id!r}.",
                hint=f"Known kinds: {', '.join(sorted(kinds))}. A plugin may be missing: see `stcore plugins list`.",
            )
        return kinds[kind_id]

    def kind_of(self, name: str) -> Any:
        """The kind of a connection; raises ``NotFound``."""
        return self.kind(self._stored(name)[0])

    def schema(self, kind_id: str) -> dict[str, Any]:
        """The JSON schema of a kind's options, from which forms and terminal questions are made."""
        return dict(self.kind(kind_id).Options.model_json_schema())

    def names(self) -> list[str]:
        """Names of the configured connections, then of the embedded kinds that are not shadowed by one."""
        configured = list(self._configured())
        return configured + [k for k, kind in self._kinds().items() if kind.embedded and k not in configured]

    def default_name(self) -> str:
        """The connection used when none is named: the chosen one, else the first configured, else an embedded one."""
        names = self.names()
        chosen = self._chosen(self._tools.settings.current)
        if chosen:
            if chosen not in names:
                raise ConfigurationError(
                    f"The default connection {chosen!r} no longer exists.",
                    hint=f"Choose another with `stcore {self.room} default NAME`. There are: {', '.join(names)}.",
                )
            return chosen
        if not names:
            raise ConfigurationError(
                "Nothing is configured that could answer.", hint=f"Add a connection: `stcore {self.room} add KIND`."
            )
        return names[0]

    def list(self) -> list[dict[str, Any]]:
        """Every connection without its secrets; a broken one carries ``problem``."""
        default = self._chosen(self._tools.settings.current) or (self.names() or [""])[0]
        return [self._describe(name, default) for name in self.names()]

    def describe(self, name: str) -> dict[str, Any]:
        """One connection as in :meth:`list`."""
        found = next((connection for connection in self.list() if connection["name"] == name), None)
        return found if found is not None else self._unknown(name)

    def _describe(self, name: str, default: str) -> dict[str, Any]:
        kind_id, options = self._stored(name)
        kind = self._kinds().get(kind_id)
        secrets = (
            {field: self._secret(name, field) is not None for field in secret_fields(kind.Options)} if kind else {}
        )
        entry: dict[str, Any] = {
            "name": name,
            "kind": kind_id,
            "label": kind.label if kind else kind_id,
            "summary": summary_of(kind) if kind else "",
            "options": options,
            "secrets": secrets,
            "default": name == default,
            "embedded": name not in self._configured(),
            "problem": "",
        }
        try:
            entry["options"] = self.options(name).model_dump(mode="json", exclude=set(secrets))
        except StcoreError as error:
            entry["problem"] = error.message
        entry["options"] = {option: _shown(value) for option, value in entry["options"].items()}
        return entry

    # -- opening -----------------------------------------------------------------------------------------------------

    def options(self, name: str) -> Any:
        """The validated options of a connection, secrets included."""
        kind_id, stored = self._stored(name)
        kind = self.kind(kind_id)
        return self._validated(kind, {**stored, **self._secrets_of(name, kind)}, ConfigurationError)

    async def open(self, name: str | None = None) -> C:
        """The opened connection (kept open; dropped when its settings change)."""
        name = name or self.default_name()
        if name not in self._open:
            kind_id, _ = self._stored(name)
            kind = self.kind(kind_id)
            self._open[name] = self._build(name, kind, self.options(name))
        return self._open[name]

    def _build(self, name: str, kind: Any, options: Any) -> C:
        from stcore.net import Http

        endpoint = kind.endpoint(options)
        secrets = tuple(
            value.get_secret_value()
            for field in secret_fields(kind.Options)
            if (value := getattr(options, field)) is not None
        )
        http = Http(
            endpoint.url,
            headers=endpoint.headers,
            auth=endpoint.auth,
            trusted_hosts=kind.trusted_hosts,
            clock=self._tools.clock,
            random=self._tools.random,
            local=kind.where == "local" or in_own_network(endpoint.url),
            secrets=secrets,
        )
        made: C = self._make(name, kind, options, http, self._tools.clock, self._tools.random)
        return made

    async def check(self, name: str) -> Health:
        """Ask the far side whether it works; never costs anything, never raises for what the far side does."""
        return await self._checked(await self.open(name))

    async def check_options(self, kind_id: str, options: dict[str, Any], name: str = "") -> Health:
        """As :meth:`check`, for options that are not saved; secrets left out are taken from connection ``name``."""
        kind = self.kind(kind_id)
        known = self._secrets_of(name, kind) if name in self.names() else {}
        meant = _meant(options, self._stored(name)[1]) if name in self.names() else options
        connection = self._build(name or kind_id, kind, self._validated(kind, {**known, **meant}, UserError))
        try:
            return await self._checked(connection)
        finally:
            await connection.http.aclose()

    async def _checked(self, connection: C) -> Health:
        kind: Any = connection.source if isinstance(connection, Connection) else connection.model
        try:
            health: Health = await kind.check(connection)
        except StcoreError as error:
            return Health.of(error)
        return health

    # -- changing ----------------------------------------------------------------------------------------------------

    async def add(self, kind_id: str, name: str | None = None, options: dict[str, Any] | None = None) -> dict[str, Any]:
        """Configure a connection; the first one becomes the default. Refuses a name that is taken."""
        kind = self.kind(kind_id)
        name = name or self._free_name(kind_id)
        if not _NAME.match(name):
            raise UserError(f"{name!r} is no good name.", hint="Use lower-case letters, digits, - and _.")
        if name in self._configured():
            hint = f"Change it with `stcore {self.room} set {name} ...`, or give another --name."
            raise UserError(f"A connection called {name!r} exists already.", hint=hint)
        await self._store(name, kind, options or {}, first=not self._configured())
        return self.describe(name)

    async def set(self, name: str, options: dict[str, Any]) -> dict[str, Any]:
        """Change some options; ``None`` puts one back to its default (and forgets a secret)."""
        kind_id, stored = self._stored(name)
        merged = {**stored, **_meant(options, stored)}
        await self._store(name, self.kind(kind_id), merged)
        return self.describe(name)

    async def remove(self, name: str) -> None:
        """Forget a connection with its secrets."""
        if name not in self._configured():
            self._unknown(name)

        def edit(document: dict[str, Any]) -> None:
            document[self.room].pop(name)
            section, key = self._choice
            if document.get(section, {}).get(key) == name:
                del document[section][key]

        await asyncio.to_thread(self._tools.settings.change, edit)
        await asyncio.to_thread(self._tools.secrets.forget, self.room, name)
        await self._changed(name)

    async def default(self, name: str) -> None:
        """Use this connection when none is named."""
        if name not in self.names():
            self._unknown(name)
        section, key = self._choice
        await asyncio.to_thread(
            self._tools.settings.change, lambda document: document.setdefault(section, {}).update({key: name})
        )
        await self._changed(None)

    async def aclose(self) -> None:
        """Close what is open."""
        for connection in self._open.values():
            await connection.http.aclose()
        self._open.clear()

    async def _store(self, name: str, kind: Any, options: dict[str, Any], *, first: bool = False) -> None:
        hidden = secret_fields(kind.Options)
        given = {key: value for key, value in options.items() if key in hidden}
        plain = {key: value for key, value in options.items() if key not in hidden and value is not None}
        known = self._secrets_of(name, kind) if name in self.names() else {}
        secrets = {key: value for key, value in {**known, **given}.items() if value}
        valid = self._validated(kind, {**plain, **secrets}, UserError)
        Base.parse(kind.endpoint(valid).url)  # an address that is none is refused before it is stored
        # Only what differs from the default is written: the file stays short and follows new defaults.
        kept = valid.model_dump(mode="json", exclude=set(hidden), exclude_defaults=True)

        def edit(document: dict[str, Any]) -> None:
            document.setdefault(self.room, {})[name] = {"kind": kind.id, "options": _without_none(kept)}
            section, key = self._choice
            if first and not document.get(section, {}).get(key):
                document.setdefault(section, {})[key] = name

        await asyncio.to_thread(self._tools.settings.change, edit)
        if given:
            values = {key: str(value) if value else None for key, value in given.items()}
            await asyncio.to_thread(self._tools.secrets.set, self.room, name, values)
        await self._changed(name)

    async def _changed(self, name: str | None) -> None:
        if name is not None and (connection := self._open.pop(name, None)):
            # A picture or reply may be in the making: it ends with the settings it began with.
            await connection.http.retire()
        now = int(self._tools.clock.now().timestamp() * 1000)
        await self._tools.database.write(
            lambda c: note(c, "connections.changed", {"room": self.room}, chat_id=None, now=now)
        )
        self._tools.bus.wake()

    # -- reading what is stored --------------------------------------------------------------------------------------

    @property
    def _choice(self) -> tuple[str, str]:
        return ("images", "source") if self.room == "sources" else ("chat", "text")

    def _chosen(self, settings: Settings) -> str:
        return settings.images.source if self.room == "sources" else settings.chat.text

    def _configured(self) -> dict[str, Any]:
        return dict(getattr(self._tools.settings.current, self.room))

    def _stored(self, name: str) -> tuple[str, dict[str, Any]]:
        configured = self._configured()
        if name in configured:
            return configured[name].kind, dict(configured[name].options)
        if name not in self.names():
            self._unknown(name)
        return name, {}

    def _secrets_of(self, name: str, kind: Any) -> dict[str, str]:
        values = {field: self._secret(name, field) for field in secret_fields(kind.Options)}
        return {field: value for field, value in values.items() if value is not None}

    def _secret(self, name: str, field: str) -> str | None:
        return self._tools.secrets.get(self.room, name, field)

    def _free_name(self, kind_id: str) -> str:
        taken = set(self._configured())
        return next(n for i in range(1, 1000) if (n := kind_id if i == 1 else f"{kind_id}-{i}") not in taken)

    def _unknown(self, name: str) -> NoReturn:
        raise NotFound(
            f"There is no connection {name!r}.",
            hint=f"There are: {', '.join(self.names())}. Add one with `stcore {self.room} add KIND`.",
        )

    def _validated(self, kind: Any, options: dict[str, Any], error_class: type[StcoreError]) -> Any:
        try:
            return kind.Options.model_validate(options)
        except ValidationError as error:
            problems = [_problem(item, secret_fields(kind.Options)) for item in error.errors()]
            known = ", ".join(kind.Options.model_fields) or "none"
            raise error_class(
                f"{kind.label}: {'; '.join(problems)}.", hint=f"Options of this kind: {known}."
            ) from error


def _problem(item: Any, hidden: tuple[str, ...]) -> str:
    where = ".".join(str(part) for part in item["loc"])
    if item["type"] == "extra_forbidden":
        return f"there is no option {where!r}"
    if item["type"] == "missing":
        return f"the option {where!r} is needed"
    got = "" if where in hidden else f" (got {_shown(item['input'])!r})"
    return f"{where}: {item['msg'][:1].lower()}{item['msg'][1:]}{got}"


def _shown(value: Any) -> Any:
    """An option as people may see it: an address may carry a password."""
    return masked(value) if isinstance(value, str) else value


def _meant(options: dict[str, Any], stored: dict[str, Any]) -> dict[str, Any]:
    """Options from a form that was filled with what is shown: what is still masked stays as it is stored."""
    return {
        name: stored[name] if name in stored and value == _shown(stored[name]) else value
        for name, value in options.items()
    }


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    return value
