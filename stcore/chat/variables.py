"""Variables of a chat and of the whole host, kept in memory while a session is open and written behind.

Scripts set variables thousands of times in a loop; each write would cost a transaction. What changed is written in
one go when a script ends (:meth:`StoredVariables.flush`), and what a script set before it failed is kept too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, and_, bindparam, delete, insert, select

from stcore.storage.tables import variables

if TYPE_CHECKING:
    from stcore.storage.database import Database

GLOBAL = "global"


class StoredVariables:
    """One scope: ``"global"``, or the id of a chat. Satisfies ``stcore.macros.VariableStore``."""

    def __init__(self, database: Database, scope: str) -> None:
        self._database, self.scope = database, scope
        self._values: dict[str, Any] = {}
        self._changed: set[str] = set()

    async def load(self) -> None:
        """Read what is stored; changes not yet written are kept."""

        def fn(connection: Connection) -> dict[str, Any]:
            query = select(variables.c.name, variables.c.value).where(variables.c.scope == self.scope)
            return {row.name: row.value for row in connection.execute(query)}

        stored = await self._database.read(fn)
        kept = {name: self._values[name] for name in self._changed if name in self._values}
        gone = self._changed - kept.keys()
        self._values = {**{name: value for name, value in stored.items() if name not in gone}, **kept}

    def get(self, name: str) -> Any:
        return self._values.get(name)

    def set(self, name: str, value: Any) -> None:
        self._values[name] = value
        self._changed.add(name)

    def delete(self, name: str) -> None:
        self._values.pop(name, None)
        self._changed.add(name)

    def has(self, name: str) -> bool:
        return name in self._values

    def items(self) -> Iterator[tuple[str, Any]]:
        return iter(list(self._values.items()))

    async def flush(self) -> None:
        """Write what changed since the last time."""
        if not self._changed:
            return
        names, self._changed = self._changed, set()
        kept = [
            {"scope": self.scope, "name": name, "value": self._values[name]} for name in names if name in self._values
        ]

        def fn(connection: Connection) -> None:
            mine = and_(variables.c.scope == self.scope, variables.c.name == bindparam("changed"))
            connection.execute(delete(variables).where(mine), [{"changed": name} for name in names])
            if kept:
                connection.execute(insert(variables), kept)

        try:
            await self._database.write(fn)
        except Exception:
            self._changed |= names
            raise
