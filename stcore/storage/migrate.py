"""Bring an older database to the newest revision. Imported only when that is needed."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Engine

from stcore.errors import StorageError

_SCRIPTS = Path(__file__).with_name("migrations")


def _config(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run the missing migrations in one transaction; a database of a newer stcore is refused and left alone."""
    try:
        command.upgrade(_config(engine), revision)
    except CommandError as error:
        raise StorageError(
            f"The database was made by another version of stcore: {error}.",
            hint="Update stcore, or name another data folder with --data.",
        ) from error


def newest() -> str:
    """The id of the newest migration script."""
    return ScriptDirectory(str(_SCRIPTS)).get_current_head() or ""
