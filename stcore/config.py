"""The data folder and the settings file.

Settings of the whole host live in ``settings.toml``, which people may edit by hand: a mistake is reported with file,
line and key, and the file is never overwritten while it is broken. Secrets lie apart in ``secrets.toml`` (readable by
the owner only) and may come from the environment instead: ``STCORE_<CONNECTION>_<OPTION>``, or the same with
``_FILE`` naming a file that holds the value.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from stcore.errors import SettingsError, StorageError
from stcore.images.settings import ImageSettings
from stcore.paths import CHARACTER, USER, DataFolder

HEADER = (
    "# Settings of stcore. Edit by hand or on the page; keys that are left out have their default.\n"
    "# A change made on the page or by a command keeps every value, but no comments.\n\n"
)


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_MACROS: dict[str, JsonValue] = {"macros": True}
"""Marks a text that is expanded where it is used: forms help with the macros in it."""


class ServerSettings(_Section):
    """Where ``stcore serve`` listens. ``allowed_hosts`` are further names under which the page may be opened."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    allowed_hosts: list[str] = []


class StorageSettings(_Section):
    """Empty = inside the data folder. ``database`` is an SQLAlchemy URL, ``pictures`` a folder or ``s3://`` URL."""

    database: str = ""
    pictures: str = ""


class ChatSettings(_Section):
    """``user_name`` is ``{{user}}``, ``character_name`` is ``{{char}}`` while no character is open.

    ``documents_tokens`` is how much of the data bank every prompt is told; 0 is nothing of it.
    ``summary_prompt`` is how ``/summarize`` asks for a summary (``{words}`` in it is ``summary_words``), empty for the
    usual words. ``language`` is what ``/translate`` translates into, by its code.
    ``quick_replies`` is the switch over their buttons and over what of them runs by itself.
    """

    user_name: str = Field(default=USER, min_length=1, max_length=100)
    character_name: str = Field(default=CHARACTER, min_length=1, max_length=100)
    system_prompt: str = Field(default="", json_schema_extra=_MACROS)
    context_tokens: int = Field(default=8000, ge=256)
    text: str = ""
    documents_tokens: int = Field(default=0, ge=0)
    summary_prompt: str = Field(default="", json_schema_extra=_MACROS)
    summary_words: int = Field(default=200, ge=10, le=5000)
    language: str = "en"
    quick_replies: bool = True
    macro_engine: Literal["new", "old"] = "new"
    """``old`` reads texts as the older macro engine did (``stcore/macros/older.py``); it counts from the next start."""


class LoreSettings(_Section):
    """World info. Depths count messages; 0 is no limit unless said otherwise."""

    scan_depth: int = Field(default=2, ge=0, le=1000, description="Newest messages in which keys are looked for.")
    include_names: bool = Field(default=True, description="Look at the names of senders too.")
    budget_percent: int = Field(default=25, ge=1, le=100, description="Share of what the model can read.")
    budget_limit: int = Field(default=0, ge=0, description="No more than so many tokens.")
    strategy: Literal["character_first", "global_first", "evenly"] = Field(
        default="character_first", description="Whose entries come first where the budget is short."
    )
    recursive: bool = Field(default=True, description="Look for keys in the entries that join, too.")
    max_rounds: int = Field(default=0, ge=0, description="Look no more than so many times.")
    min_activations: int = Field(default=0, ge=0, description="Look further back until so many entries joined ...")
    max_depth: int = Field(default=0, ge=0, description="... but not further than so many messages.")
    case_sensitive: bool = Field(default=False, description="Keys fit only in the same case.")
    whole_words: bool = Field(default=True, description="A key of one word fits only a whole word.")
    group_scoring: bool = Field(default=False, description="In a group the entry with most matching keys wins.")


class PluginSettings(_Section):
    """``disabled`` holds names of plugins that are found but not loaded."""

    disabled: list[str] = []


class ConnectionSettings(_Section):
    """One configured source or text model; secrets are not among the options."""

    kind: str
    options: dict[str, Any] = {}


class Settings(_Section):
    """Everything in ``settings.toml``."""

    server: ServerSettings = ServerSettings()
    storage: StorageSettings = StorageSettings()
    chat: ChatSettings = ChatSettings()
    images: ImageSettings = ImageSettings()
    lore: LoreSettings = LoreSettings()
    plugins: PluginSettings = PluginSettings()
    sources: dict[str, ConnectionSettings] = {}
    texts: dict[str, ConnectionSettings] = {}


class SettingsFile:
    """``settings.toml``, read on first use and whenever it changed on disk."""

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self._stamp: tuple[int, int] | None = None
        self._settings = Settings()

    @property
    def current(self) -> Settings:
        """The settings as they are now; raises :class:`SettingsError` when the file cannot be used."""
        stamp = _stamp(self._folder.settings)
        if stamp != self._stamp:
            self._settings = _validated(_read_toml(self._folder.settings), self._folder.settings)
            self._stamp = stamp
        return self._settings

    def change(self, edit: Callable[[dict[str, Any]], None]) -> Settings:
        """Apply ``edit`` to the raw document and write it back whole. Refused while the file is broken. Blocking."""
        with self._folder.lock("settings"):
            document = _read_toml(self._folder.settings)
            _validated(document, self._folder.settings)
            edit(document)
            settings = _validated(document, self._folder.settings)
            write_toml(self._folder.settings, document, header=HEADER)
        self._settings, self._stamp = settings, _stamp(self._folder.settings)
        return settings


class SecretsFile:
    """``secrets.toml``: one table per connection. Values leave it only towards their own connection."""

    def __init__(self, folder: DataFolder, environ: dict[str, str] | None = None) -> None:
        self._folder = folder
        self._environ = dict(os.environ) if environ is None else environ

    def get(self, room: str, connection: str, option: str) -> str | None:
        """The secret: the environment first, then the file."""
        variable = re.sub(r"\W", "_", f"STCORE_{connection}_{option}").upper()
        if value := self._environ.get(variable):
            return value
        if path := self._environ.get(f"{variable}_FILE"):
            try:
                return Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise SettingsError(f"{variable}_FILE cannot be read: {error.strerror}.", file=path) from error
        value = _read_toml(self._folder.secrets).get(room, {}).get(connection, {}).get(option)
        return None if value is None else str(value)

    def set(self, room: str, connection: str, values: dict[str, str | None]) -> None:
        """Store secrets; ``None`` forgets one. Blocking."""
        with self._folder.lock("secrets"):
            document = _read_toml(self._folder.secrets)
            table = document.setdefault(room, {}).setdefault(connection, {})
            for option, value in values.items():
                if value is None:
                    table.pop(option, None)
                else:
                    table[option] = value
            write_toml(self._folder.secrets, document, private=True)

    def forget(self, room: str, connection: str) -> None:
        """Remove all secrets of a connection. Blocking."""
        with self._folder.lock("secrets"):
            document = _read_toml(self._folder.secrets)
            if document.get(room, {}).pop(connection, None) is not None:
                write_toml(self._folder.secrets, document, private=True)


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except FileNotFoundError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(f"{path.name} cannot be read: {error.strerror}.", file=str(path)) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise SettingsError(
            f"{path.name}, line {line}: this is not UTF-8 text.",
            file=str(path),
            line=line,
            hint="Save the file as UTF-8; it was left as it is.",
        ) from error
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else max(1, len(text.splitlines()))  # without one it means the end
        key = _key_at(text, line)
        raise SettingsError(
            f"{path.name}, line {line}: this is not TOML ({error}).",
            file=str(path),
            line=line,
            key=key,
            hint="Mend that line; the file was left as it is. Text values need quotes.",
        ) from error


def _key_at(text: str, line: int) -> str:
    lines = text.splitlines()
    return lines[line - 1].split("=")[0].strip() if 0 < line <= len(lines) else ""


def _validated(document: dict[str, Any], path: Path) -> Settings:
    try:
        return Settings.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        keys = [str(part) for part in first["loc"]]
        line = _line_of(path, keys)
        got = "" if first["type"] in ("missing", "extra_forbidden") else f", got {first['input']!r}"
        what = "there is no such key" if first["type"] == "extra_forbidden" else first["msg"]
        raise SettingsError(
            f"{path.name}{f', line {line}' if line else ''}: {'.'.join(keys)}: {what}{got}.",
            file=str(path),
            line=line,
            key=".".join(keys),
            hint="Mend or remove that line; the file was left as it is.",
        ) from error


def _line_of(path: Path, keys: list[str]) -> int:
    """The line (from 1) where a key stands, or of the nearest table above it; 0 when neither is written."""
    nearest, depth = 0, 0
    with contextlib.suppress(OSError):
        table: list[str] = []
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            header = re.match(r"\s*\[+([^\]]+)\]", line)
            if header:
                here = table = _parts(header[1])
            elif "=" in line:
                here = [*table, *_parts(line.split("=")[0])]
            else:
                continue
            if here == keys[: len(here)] and len(here) > depth:
                nearest, depth = number, len(here)
    return nearest


def _parts(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]


def write_toml(path: Path, document: dict[str, Any], *, header: str = "", private: bool = False) -> None:
    """Write a TOML file whole or not at all."""
    import tomli_w

    with replacing(path, private=private) as file:
        file.write_text(header + tomli_w.dumps(document), encoding="utf-8")


@contextlib.contextmanager
def replacing(path: Path, *, private: bool = False) -> Iterator[Path]:
    """A temporary neighbour of ``path`` that takes its place when the block succeeds."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o600 if private else 0o644)
        temporary.replace(path)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.", hint="The old file is unchanged.") from error
    finally:
        temporary.unlink(missing_ok=True)
