"""Settings that belong to one chat, character or the like; those of the whole host live in ``settings.toml``.

A scope is ``"chat:ID"``, ``"character:ID"``, ``"group:ID"``, ``"persona:ID"`` or ``"host"`` (for what programs set and
nobody edits by hand). Values are JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, and_, delete, insert, select

from stcore.storage.tables import settings

if TYPE_CHECKING:
    from stcore.storage.database import Database


class Preferences:
    """Reads and changes scoped settings."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, scope: str) -> dict[str, Any]:
        """Everything that is set in a scope, by key."""
        return await self._database.read(lambda connection: read_all(connection, scope))

    async def get(self, scope: str, key: str, default: Any = None) -> Any:
        """One value, ``default`` when it is not set."""

        return await self._database.read(lambda connection: read(connection, scope, key, default))

    async def set(self, scope: str, key: str, value: Any) -> None:
        """Set one value; ``None`` forgets it."""
        await self.change(scope, {key: value})

    async def change(self, scope: str, values: Mapping[str, Any]) -> None:
        """Set several values in one transaction; ``None`` forgets one."""
        await self._database.write(lambda connection: write(connection, scope, values))

    async def forget(self, scope: str) -> None:
        """Remove everything of a scope."""
        await self._database.write(lambda c: c.execute(delete(settings).where(settings.c.scope == scope)))


def read_all(connection: Connection, scope: str) -> dict[str, Any]:
    """As :meth:`Preferences.all`, inside a transaction."""
    query = select(settings.c.key, settings.c.value).where(settings.c.scope == scope)
    return {row.key: row.value for row in connection.execute(query)}


def read(connection: Connection, scope: str, key: str, default: Any = None) -> Any:
    """As :meth:`Preferences.get`, inside a transaction."""
    row = connection.execute(select(settings.c.value).where(_at(scope, key))).first()
    return default if row is None else row.value


def write(connection: Connection, scope: str, values: Mapping[str, Any]) -> None:
    """As :meth:`Preferences.change`, inside a transaction."""
    for key, value in values.items():
        connection.execute(delete(settings).where(_at(scope, key)))
        if value is not None:
            connection.execute(insert(settings).values(scope=scope, key=key, value=value))


def _at(scope: str, key: str) -> Any:
    return and_(settings.c.scope == scope, settings.c.key == key)
