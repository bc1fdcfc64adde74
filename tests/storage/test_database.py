"""The database: whole transactions, two programs at once, upgrades, and clear words when it cannot."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, insert, inspect, select, text

from stcore.errors import StorageError
from stcore.storage import migrate
from stcore.storage.database import Database
from stcore.storage.tables import REVISION, journal, metadata, variables

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'stcore.db'}")
    database.prepare()
    yield database
    database.close()


def set_variable(connection: Connection, name: str, value: Any) -> None:
    connection.execute(insert(variables).values(scope="global", name=name, value=value))


def count_variables(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(variables)).scalar_one()


async def test_a_transaction_is_kept_whole_or_not_at_all(database: Database) -> None:
    def half(connection: Connection) -> None:
        set_variable(connection, "a", 1)
        raise ValueError("changed my mind")

    with pytest.raises(ValueError):
        await database.write(half)
    assert await database.read(count_variables) == 0
    await database.write(lambda c: set_variable(c, "a", [1, "狐", None]))
    assert await database.read(lambda c: c.execute(select(variables.c.value)).scalar()) == [1, "狐", None]


async def test_a_broken_rule_is_a_storage_error(database: Database) -> None:
    await database.write(lambda c: set_variable(c, "a", 1))
    with pytest.raises(StorageError, match="UNIQUE"):
        await database.write(lambda c: set_variable(c, "a", 2))


async def test_nothing_blocks_the_event_loop(database: Database) -> None:
    """A slow write leaves the loop free, and reads go on beside it."""
    started = asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(connection: Connection) -> None:
        set_variable(connection, "slow", 1)
        loop.call_soon_threadsafe(started.set)
        connection.execute(
            text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 2e6) SELECT max(i) FROM n")
        )

    writing = asyncio.create_task(database.write(slow))
    await started.wait()
    assert await database.read(count_variables) == 0
    assert not writing.done()
    await writing
    assert await database.read(count_variables) == 1


async def test_a_database_in_memory_is_one_for_readers_and_writers() -> None:
    database = Database("sqlite://")
    database.prepare()
    await asyncio.gather(*(database.write(lambda c, n=n: set_variable(c, f"{n}", n)) for n in range(20)))
    assert await database.read(count_variables) == 20
    database.close()


async def test_the_file_is_in_wal_mode_and_rules_are_on(database: Database) -> None:
    def settings(connection: Connection) -> list[Any]:
        return [
            connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]

    assert await database.read(settings) == ["wal", 1, 1]


# -- two programs ----------------------------------------------------------------------------------------------------

INCREMENTS = """
import sys
from sqlalchemy import select, update
from stcore.storage.database import Database
from stcore.storage.tables import variables

database = Database(sys.argv[1])
database.prepare()

def add_one(connection):
    value = connection.execute(select(variables.c.value)).scalar_one()
    connection.execute(update(variables).values(value=value + 1))

for _ in range(150):
    database.write_now(add_one)
"""


async def test_two_programs_read_and_then_write_without_losing_anything(database: Database) -> None:
    """With SQLite's own deferred transactions most of these fail at once with "database is locked"."""
    await database.write(lambda c: set_variable(c, "counter", 0))
    command = (sys.executable, "-c", INCREMENTS, database.url)
    both = [await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE) for _ in range(2)]
    errors = [(await asyncio.wait_for(one.communicate(), 30))[1] for one in both]
    assert [one.returncode for one in both] == [0, 0], errors
    assert await database.read(lambda c: c.execute(select(variables.c.value)).scalar()) == 300


async def test_two_programs_may_make_the_tables_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    code = f"from stcore.storage.database import Database; Database({url!r}).prepare()"
    both = [await asyncio.create_subprocess_exec(sys.executable, "-c", code) for _ in range(2)]
    assert [await asyncio.wait_for(one.wait(), 30) for one in both] == [0, 0]
    assert Database(url).read_now(
        lambda c: c.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    ) == [REVISION]


# -- upgrades --------------------------------------------------------------------------------------------------------


def differences(database: Database) -> list[Any]:
    """What distinguishes the tables of a file from those of the code; foreign keys are compared by ``schema``."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [change for change in compare_metadata(context, metadata) if change[0] not in ("add_fk", "remove_fk")]


def foreign_keys(database: Database, table: str) -> list[tuple[str, ...]]:
    """As SQLite itself sees them: the reflection of SQLAlchemy overlooks ON DELETE in a column added later."""
    with database.engine.connect() as connection:
        rows = connection.execute(text(f"PRAGMA foreign_key_list({table})")).mappings()
        return sorted((row["from"], row["table"], row["to"], row["on_delete"]) for row in rows)


def schema(database: Database) -> dict[str, Any]:
    """Tables, columns, keys and indexes, without the order in which they were made."""
    look = inspect(database.engine)

    def facts(table: str) -> Any:
        columns = {c["name"]: (str(c["type"]), c["nullable"], c["primary_key"]) for c in look.get_columns(table)}
        indexes = sorted((i["name"], tuple(i["column_names"]), i["unique"]) for i in look.get_indexes(table))
        return columns, indexes, foreign_keys(database, table)

    return {table: facts(table) for table in look.get_table_names()}


async def test_an_upgraded_database_equals_a_new_one(tmp_path: Path, database: Database) -> None:
    old = Database(f"sqlite:///{tmp_path / 'old.db'}")
    migrate.upgrade(old.engine)
    assert schema(old) == schema(database)
    assert differences(old) == []
    assert migrate.newest() == REVISION
    old.close()


def test_an_upgrade_keeps_what_is_there(tmp_path: Path) -> None:
    old = Database(f"sqlite:///{tmp_path / 'old.db'}")
    migrate.upgrade(old.engine, "0001")
    rows = (
        "INSERT INTO characters VALUES ('c', 'Anna', '{}', NULL, 1, 1)",
        "INSERT INTO chats VALUES ('t', 'Talk', 'c', NULL, 0, '{}', 1, 1)",
        "INSERT INTO messages VALUES ('m', 't', 0, 'user', 'Me', 0, 0, '{}', 1)",
    )
    for row in rows:
        old.write_now(lambda c, row=row: c.execute(text(row)))  # type: ignore[misc]
    old.prepare()
    kept = old.read_now(
        lambda c: c.execute(
            text("SELECT k.key, h.group_id, m.id FROM characters k, chats h, messages m WHERE m.chat_id = h.id")
        ).all()
    )
    assert kept == [("c", None, "m")]
    old.close()


async def test_the_database_of_a_newer_stcore_is_refused_and_left_alone(database: Database) -> None:
    await database.write(lambda c: set_variable(c, "a", 1))
    await database.write(lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(StorageError, match="another version") as caught:
        database.prepare()
    assert "Update stcore" in caught.value.hint
    assert await database.read(count_variables) == 1


def test_an_up_to_date_database_does_not_load_the_migrations(tmp_path: Path) -> None:
    code = (
        "import sys; from stcore.storage.database import Database\n"
        f"for _ in range(2): Database('sqlite:///{tmp_path / 'x.db'}').prepare()\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('alembic', 'dbos')])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert run.stdout.strip() == "[]", run.stderr


# -- a disk that cannot ----------------------------------------------------------------------------------------------


@pytest.mark.feature("STO-6")
async def test_a_full_disk_is_a_clear_error_and_loses_nothing(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'stcore.db'}")
    pages = [10_000]
    event.listen(database.engine, "checkout", lambda dbapi, *_: dbapi.execute(f"PRAGMA max_page_count={pages[0]}"))
    database.prepare()
    await database.write(lambda c: set_variable(c, "before", "kept"))
    pages[0] = 1  # no larger than it is now
    with pytest.raises(StorageError, match="disk is full") as caught:
        await database.write(lambda c: set_variable(c, "large", "x" * 1_000_000))
    assert caught.value.hint.startswith("Free some space")
    assert await database.read(count_variables) == 1
    pages[0] = 10_000
    await database.write(lambda c: set_variable(c, "large", "x" * 1_000_000))
    assert await database.read(count_variables) == 2
    database.close()


AS_NOBODY = """
import os, sys
from pathlib import Path
from sqlalchemy import text
from stcore.errors import StorageError
from stcore.storage.database import Database
from stcore.storage.executors import Executors

folder = Path(sys.argv[1])
existing, new = Database(f"sqlite:///{folder}/stcore.db"), Database(f"sqlite:///{folder}/new.db")
if os.getuid() == 0:
    os.setuid(65534)
write = lambda: existing.write_now(lambda c: c.execute(text("DELETE FROM journal")))
for act in (new.prepare, write, Executors(folder / "run").hold):
    try:
        act()
    except StorageError as error:
        print("--data" in error.hint)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX rights")
def test_a_folder_without_the_right_to_write_is_a_clear_error() -> None:
    with TemporaryDirectory() as place:
        folder = Path(place) / "data"
        folder.mkdir()
        database = Database(f"sqlite:///{folder / 'stcore.db'}")
        database.prepare()
        database.close()
        Path(place).chmod(0o755)
        (folder / "stcore.db").chmod(0o444)
        folder.chmod(0o555)
        command = [sys.executable, "-c", AS_NOBODY, folder]
        run = subprocess.run(command, capture_output=True, text=True, timeout=30, cwd=ROOT)
        folder.chmod(0o755)
    assert run.stdout.splitlines() == ["True"] * 3, run.stderr


async def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "stcore.db"
    path.write_bytes(b"a letter to my aunt" * 100)
    with pytest.raises(StorageError, match="not a database") as caught:
        Database(f"sqlite:///{path}").prepare()
    assert "Move it away" in caught.value.hint
    assert path.read_bytes() == b"a letter to my aunt" * 100


async def test_the_password_of_a_server_is_never_shown() -> None:
    from stcore.storage.database import storage_error

    error = storage_error(RuntimeError("no route"), "postgresql://me:secret@db.example/stcore")
    assert "secret" not in error.message
    assert "db.example/stcore" in error.message


# -- the journal -----------------------------------------------------------------------------------------------------


async def test_the_journal_keeps_the_newest_entries(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    from stcore.storage import journal as book

    monkeypatch.setattr(book, "KEEP", 500)
    assert await database.read(book.newest) == await database.read(book.oldest) == 0

    def write(connection: Connection) -> None:
        for number in range(2500):
            book.note(connection, "test", {"n": number}, chat_id=None, now=number)

    await database.write(write)
    assert await database.read(book.newest) == 2500
    assert await database.read(book.oldest) == 1501
    entries = await database.read(lambda c: book.since(c, 2490))
    assert [entry.id for entry in entries] == list(range(2491, 2501))
    assert len(await database.read(lambda c: book.since(c, 0, 7))) == 7


async def test_numbers_of_entries_are_never_used_again(database: Database) -> None:
    from stcore.storage import journal as book

    await database.write(lambda c: book.note(c, "a", {}, chat_id=None, now=1))
    await database.write(lambda c: c.execute(journal.delete()))
    assert await database.write(lambda c: book.note(c, "b", {}, chat_id=None, now=1)) == 2
