"""Variables of a chat and of the whole host, kept in memory while a session is open and written behind.

Scripts set variables thousands of times in a loop; each write would cost a transaction. What changed is written in
one go when a script ends (:meth:`StoredVariables.flush`), and what a script set before it failed is kept too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from stcore.storage.database import Database

GLOBAL = "global"


class StoredVariables:
    """One scope: ``"global"``, or the id of a chat. Satisfies ``stcore.macros.VariableStore``.

    ``database`` is asked for when a variable is first touched: a one-shot script without variables opens none. Without
    a scope they live as long as this object.
    """

    def __init__(self, database: Callable[[], Database], scope: str | None) -> None:
        self._database, self.scope = database, scope
        self._loaded: dict[str, Any] | None = None
        self._changed: set[str] = set()

    async def load(self) -> None:
        """Read what is stored, in a worker thread; changes not yet written are kept."""
        if self.scope is None:
            return
        stored = await self._database().read(self._read)
        for name in self._changed:
            if self._loaded is not None and name in self._loaded:
                stored[name] = self._loaded[name]
            else:
                stored.pop(name, None)
        self._loaded = stored

    async def move(self, scope: str | None) -> None:
        """Write what changed and become the variables of another scope."""
        await self.flush()
        self.scope, self._loaded, self._changed = scope, None, set()
        await self.load()

    @property
    def _values(self) -> dict[str, Any]:
        if self._loaded is None:
            self._loaded = {} if self.scope is None else self._database().read_now(self._read)
        return self._loaded

    @property
    def touched(self) -> dict[str, Any]:
        """A copy of the variables when any was read or set, else nothing: looking must not open a database."""
        return dict(self._loaded or {})

    def _read(self, connection: Connection) -> dict[str, Any]:
        # Imported here: the database costs a fifth of a second that a one-shot script need not pay.
        from sqlalchemy import select

        from stcore.storage.tables import variables

        query = select(variables.c.name, variables.c.value).where(variables.c.scope == self.scope)
        return {row.name: row.value for row in connection.execute(query)}

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
        if not self._changed or self.scope is None:
            return
        names, self._changed = self._changed, set()
        kept = [
            {"scope": self.scope, "name": name, "value": self._values[name]} for name in names if name in self._values
        ]

        def fn(connection: Connection) -> None:
            from sqlalchemy import and_, bindparam, delete, insert

            from stcore.storage.tables import variables

            mine = and_(variables.c.scope == self.scope, variables.c.name == bindparam("changed"))
            connection.execute(delete(variables).where(mine), [{"changed": name} for name in names])
            if kept:
                connection.execute(insert(variables), kept)

        try:
            await self._database().write(fn)
        except Exception:
            self._changed |= names
            raise
