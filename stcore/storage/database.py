"""The database: SQLAlchemy Core on worker threads, behind ``await db.read(fn)`` and ``await db.write(fn)``.

``fn`` receives a plain :class:`sqlalchemy.Connection` and runs in a thread, never on the event loop. On SQLite there
is one writer thread, every write transaction starts with BEGIN IMMEDIATE (a read that later writes would otherwise
fail with "database is locked" as soon as two programs share the folder), the journal mode is WAL and
``synchronous`` is NORMAL: a power cut may lose the last commits but never damages the file.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from stcore.errors import StorageError, UserError
from stcore.storage.tables import REVISION, alembic_version, metadata

T = TypeVar("T")

BUSY_SECONDS = 10
"""How long a write waits for another program that holds the lock."""


class Database:
    """One database, opened. ``url`` is an SQLAlchemy URL; ``sqlite://`` alone lives in memory (tests, one-shot)."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        in_memory = url in ("sqlite://", "sqlite:///:memory:")
        self.engine = _sqlite_engine(url, in_memory=in_memory) if self.is_sqlite else _postgres_engine(url)
        self._writing = self.engine.execution_options(stcore_write=True)
        self._writer = ThreadPoolExecutor(1 if self.is_sqlite else 4, thread_name_prefix="db-write")
        # A database in memory is one connection: its readers must queue behind its writer.
        self._reader = self._writer if in_memory else ThreadPoolExecutor(4, thread_name_prefix="db-read")

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """``fn(connection)`` in a read transaction."""
        return await asyncio.get_running_loop().run_in_executor(self._reader, self.read_now, fn)

    async def write(self, fn: Callable[[Connection], T]) -> T:
        """``fn(connection)`` in a write transaction: all of it is kept, or nothing when it raises."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, self.write_now, fn)

    def read_now(self, fn: Callable[[Connection], T]) -> T:
        """As :meth:`read`, blocking, for code that already runs in a thread."""
        return self._run(self.engine, fn)

    def write_now(self, fn: Callable[[Connection], T]) -> T:
        """As :meth:`write`, blocking, for code that already runs in a thread."""
        return self._run(self._writing, fn)

    def _run(self, engine: Engine, fn: Callable[[Connection], T]) -> T:
        try:
            with engine.begin() as connection:
                return fn(connection)
        except DBAPIError as error:
            raise storage_error(error, self.url) from error
        except UnicodeEncodeError as error:
            # Scripts count as ECMAScript does, where an emoji is two units and may be cut in half.
            hint = "Cut such texts before or behind the character, not inside it."
            raise UserError("A text holds half of a character, which cannot be stored.", hint=hint) from error

    def prepare(self) -> None:
        """Make the tables of a new database, or bring an older one to :data:`REVISION`. Blocking.

        alembic is imported only when the stored revision differs (it costs 0.3 s).
        """
        try:
            stored = self.read_now(_stored_revision)
            if stored is None:
                self.write_now(_create_all)
            elif stored != REVISION:
                from stcore.storage.migrate import upgrade

                upgrade(self.engine)
        except SQLAlchemyError as error:
            raise storage_error(error, self.url) from error

    def close(self) -> None:
        """Wait for what is being written, then close."""
        self._writer.shutdown(wait=True)
        self._reader.shutdown(wait=True)
        self.engine.dispose()


def _stored_revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(select(alembic_version.c.version_num)).scalar()


def _create_all(connection: Connection) -> None:
    # A second program may have been quicker; inside BEGIN IMMEDIATE the look is certain.
    if _stored_revision(connection) is None:
        metadata.create_all(connection, checkfirst=False)
        connection.execute(alembic_version.insert().values(version_num=REVISION))


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _sqlite_engine(url: str, *, in_memory: bool) -> Engine:
    options: dict[str, Any] = {"poolclass": StaticPool} if in_memory else {"pool_size": 6, "max_overflow": 4}
    engine = create_engine(
        url, json_serializer=_dumps, connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS}, **options
    )

    @event.listens_for(engine, "connect")
    def _pragmas(dbapi: sqlite3.Connection, _record: object) -> None:
        # We begin transactions ourselves; the driver's own habit is a deferred BEGIN.
        dbapi.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "temp_store=MEMORY"):
            dbapi.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("stcore_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _postgres_engine(url: str) -> Engine:
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    return create_engine(url, json_serializer=_dumps, pool_size=8, pool_pre_ping=True)


def storage_error(error: Exception, where: str) -> StorageError:
    """The driver's failure in plain words, with what to do. Passwords in ``where`` are never shown."""
    text = str(getattr(error, "orig", None) or error).splitlines()[0]
    place = where.rsplit("@", 1)[-1].removeprefix("sqlite:///")
    hints = {
        "disk is full": "Free some space on the disk and try again; nothing that was stored before is lost.",
        "readonly": "Give this user the right to write there, or name another data folder with --data or STCORE_DATA.",
        "unable to open": "Give this user the right to write there, or name another folder with --data or STCORE_DATA.",
        "locked": "Another program holds the database for too long. Close it, or wait and try again.",
        "malformed": "The file is damaged. Restore it from a copy, or move it away to start afresh.",
        "not a database": "The file is no database. Move it away to start afresh, or restore it from a copy.",
    }
    hint = next((hint for sign, hint in hints.items() if sign in text.lower()), "")
    return StorageError(f"The database ({place}) cannot be used: {text}.", hint=hint)
