"""Styles: a prefix and a negative prompt under a name, kept as TOML that people share (image-generation.md section 11).

A file of the data folder's ``styles/`` holds one style, or several as ``[[styles]]``; dropped in, it is there at the
next look. One that cannot be read is named with its line; the others still work. Names match exactly, case included.
"""

from __future__ import annotations

import contextlib
import logging
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from stcore.bundled import bundled
from stcore.errors import NotFound, SettingsError, Taken, UserError

log = logging.getLogger("stcore.styles")

DEFAULT = "Default"

Clash = Literal["leave", "replace", "both"]
"""What becomes of a style that comes in under a name that one of other words has: it stays out, it takes the place of
the other, or both stay and the new one gets a number behind its name."""

Table = dict[str, Any]
"""What a file says of one style; keys that stcore does not know are kept when it is changed."""

_TEXTS = ("prefix", "negative", "description")


@dataclass(frozen=True, slots=True)
class Style:
    """``prefix`` may hold ``{prompt}`` where the words go, and macros; both texts may be empty."""

    name: str
    prefix: str = ""
    negative: str = ""
    description: str = ""

    def to_dict(self) -> dict[str, str]:
        return {field: getattr(self, field) for field in self.__slots__}

    def says_the_same(self, other: Style) -> bool:
        """Whether both make the same prompts, whatever they are called."""
        return (self.prefix, self.negative) == (other.prefix, other.negative)


@dataclass(frozen=True, slots=True)
class StyleEntry:
    """A style of the library: whether it is the person's ``own``, and whether it hides a shipped one of its name."""

    style: Style
    own: bool
    covers_shipped: bool

    def to_dict(self) -> dict[str, Any]:
        return {**self.style.to_dict(), "own": self.own, "covers_shipped": self.covers_shipped}


@dataclass(frozen=True, slots=True)
class Taking:
    """The names of styles that came in from a file, by what became of them; ``added`` are the names they have now."""

    added: Sequence[str]
    replaced: Sequence[str]
    same: Sequence[str]
    left: Sequence[str]

    def to_dict(self) -> dict[str, list[str]]:
        return {field: list(getattr(self, field)) for field in self.__slots__}


class StyleLibrary:
    """Shipped styles, those of plugins, and the person's own, which win over one of the same name.

    ``lock`` is held while files change. The methods read and write files: call them on a worker thread.
    """

    def __init__(
        self,
        folder: Path | None = None,
        from_plugins: Iterable[Style] = (),
        lock: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext,
    ) -> None:
        self._own = None if folder is None else StyleFolder(folder)
        self._shipped = StyleFolder(bundled("styles"))
        self._from_plugins = {style.name: style for style in from_plugins}
        self._lock = lock

    # -- looking -----------------------------------------------------------------------------------------------------

    def entries(self) -> Sequence[StyleEntry]:
        """Every style with where it comes from: ``Default`` first, then by name."""
        shipped, own = self._given(), self._read_own()
        found = [
            StyleEntry(style, name in own, name in own and name in shipped) for name, style in (shipped | own).items()
        ]
        return sorted(
            found, key=lambda entry: (entry.style.name != DEFAULT, entry.style.name.lower(), entry.style.name)
        )

    def list(self) -> Sequence[Style]:
        """Every style, in the order of :meth:`entries`."""
        return [entry.style for entry in self.entries()]

    def names(self) -> Sequence[str]:
        """The names, in the order of :meth:`entries`."""
        return [style.name for style in self.list()]

    def find(self, name: str) -> Style | None:
        """The style of exactly this name."""
        return self._read_own().get(name) or self._given().get(name)

    def get(self, name: str) -> Style:
        """The style of exactly this name, or ``NotFound`` naming those there are."""
        found = self.find(name)
        if found is None:
            names = self.names()
            more = f" and {len(names) - 40} more" if len(names) > 40 else ""
            raise NotFound(f"There is no style “{name}”.", hint=f"There are: {', '.join(names[:40])}{more}.")
        return found

    def pick(self, names: Sequence[str] = ()) -> Sequence[Style]:
        """The styles of these names, or all of one's own. Raises ``NotFound``, also where there are no own ones."""
        if names:
            return [self.get(name) for name in dict.fromkeys(names)]
        own = [entry.style for entry in self.entries() if entry.own]
        if not own:
            raise NotFound("There are no styles of your own yet.", hint="Save one first, or name the one you want.")
        return own

    def problems(self) -> Sequence[SettingsError]:
        """The files of one's own that cannot be used, each with what is wrong."""
        return self._own.problems() if self._own is not None else ()

    # -- changing ----------------------------------------------------------------------------------------------------

    def save(self, style: Style) -> Style:
        """Keep a style of one's own; an existing one of that name is replaced.

        Raises ``UserError`` for a style without a name, ``StorageError`` when it cannot be written.
        """
        with self._lock():
            style = _checked(style)
            self._writable().put(style)
            return style

    def rename(self, old: str, new: str) -> Style:
        """Give a style of one's own another name; a name that is taken is refused (``Taken``)."""
        with self._lock():
            style = self.get(old)
            renamed = _checked(replace(style, name=new))
            if renamed.name == old:
                return style
            if self.find(renamed.name) is not None:
                raise Taken(f"A style “{renamed.name}” exists already.", hint="Choose another name.")
            if old not in self._read_own():
                raise NotFound(
                    f"There is no style “{old}” of your own.", hint="Styles that ship with stcore keep their name."
                )
            self._writable().rename(old, renamed.name)
            return renamed

    def delete(self, name: str) -> None:
        """Remove a style of one's own; a shipped one of that name shows again. Raises ``NotFound``."""
        with self._lock():
            if name not in self._read_own():
                shipped = "Styles that ship with stcore stay." if name in self._given() else ""
                raise NotFound(f"There is no style “{name}” of your own.", hint=shipped)
            self._writable().remove(name)

    def add(self, styles: Iterable[Style], taken: Clash = "leave") -> Taking:
        """Keep styles that come from a file; ``taken`` says what becomes of one whose name has other words already."""
        added: list[str] = []
        replaced: list[str] = []
        same: list[str] = []
        left: list[str] = []
        kept: dict[str, Style] = {}
        coming = [_checked(style) for style in styles]
        with self._lock():
            known = {style.name: style for style in self.list()}
            for style in coming:
                before = known.get(style.name)
                if before is not None and style.says_the_same(before):
                    same.append(style.name)
                    continue
                if before is not None and taken == "leave":
                    left.append(style.name)
                    continue
                if before is not None and taken == "both":
                    style = replace(style, name=_free_name(style.name, known))
                (replaced if style.name in known else added).append(style.name)
                kept[style.name] = known[style.name] = style
            self._writable().put(*kept.values())
        return Taking(added, replaced, same, left)

    # -- what they are read from -------------------------------------------------------------------------------------

    def _given(self) -> dict[str, Style]:
        """What nobody has to write: shipped styles, and those of plugins."""
        return {DEFAULT: Style(DEFAULT)} | self._from_plugins | self._shipped.styles()

    def _read_own(self) -> dict[str, Style]:
        return self._own.styles() if self._own is not None else {}

    def _writable(self) -> StyleFolder:
        if self._own is None:
            raise UserError("There is no folder for styles of your own.")
        return self._own


class StyleFolder:
    """The TOML files of a folder. A file is read again only when it has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: dict[Path, tuple[tuple[int, int], Sequence[Table] | SettingsError]] = {}

    def styles(self) -> dict[str, Style]:
        """Every style by its name; of two with one name that of the first file counts."""
        return {name: style_of(tables[number]) for name, (_, number, tables) in self._homes().items()}

    def problems(self) -> Sequence[SettingsError]:
        """What is wrong with files, and names that a second file has, too."""
        problems: list[SettingsError] = []
        homes: dict[str, Path] = {}
        for path, tables in self._files().items():
            if isinstance(tables, SettingsError):
                problems.append(tables)
                continue
            for name in (table["name"] for table in tables):
                if name in homes:
                    what = f"{path.name}: the style “{name}” is in {homes[name].name} already; that one counts."
                    problems.append(SettingsError(what, file=str(path), hint="Give one of them another name."))
                homes.setdefault(name, path)
        return problems

    def put(self, *styles: Style) -> None:
        """Write styles, each into the file that holds one of its name, or into a fresh one."""
        homes = self._homes()
        changed: dict[Path, list[Table]] = {}
        for style in styles:
            path, number, tables = homes.get(style.name) or (None, 0, ())
            table = tables[number] if tables else {}
            kept = {key: value for key, value in table.items() if key not in _TEXTS}
            written = {**kept, **{key: value for key, value in style.to_dict().items() if value}}
            if path is None:
                self._write(self._fresh(style.name), [written])
            else:
                changed.setdefault(path, list(tables))[number] = written
        for path, tables in changed.items():
            self._write(path, tables)

    def rename(self, old: str, new: str) -> None:
        """A file that holds nothing else gets a name that fits, too."""
        path, number, tables = self._homes()[old]
        renamed = {**tables[number], "name": new}
        if len(tables) > 1:
            self._write(path, [*tables[:number], renamed, *tables[number + 1 :]])
            return
        self._write(self._fresh(new), [renamed])
        path.unlink()

    def remove(self, name: str) -> None:
        """Take a style out of its file; a file that then holds none goes. A namesake in another file goes as well."""
        while home := self._homes().get(name):
            path, _, tables = home
            if left := [table for table in tables if table["name"] != name]:
                self._write(path, left)
            else:
                path.unlink()

    def _homes(self) -> dict[str, tuple[Path, int, Sequence[Table]]]:
        """Where every style is written: the file, its place in it, and all that the file holds."""
        homes: dict[str, tuple[Path, int, Sequence[Table]]] = {}
        for path, tables in self._files().items():
            if isinstance(tables, SettingsError):
                continue
            for number, table in enumerate(tables):
                homes.setdefault(table["name"], (path, number, tables))
        return homes

    def _files(self) -> Mapping[Path, Sequence[Table] | SettingsError]:
        """What every file holds, in the order of their names."""
        read: dict[Path, tuple[tuple[int, int], Sequence[Table] | SettingsError]] = {}
        for path in sorted(self._path.glob("*.toml")) if self._path.is_dir() else ():
            try:
                status = path.stat()
            except FileNotFoundError:
                continue  # it went while this was read
            stamp = (status.st_mtime_ns, status.st_size)
            known = self._read.get(path)
            read[path] = known if known is not None and known[0] == stamp else (stamp, _try(path))
        self._read = read
        return {path: tables for path, (_, tables) in read.items()}

    def _fresh(self, name: str) -> Path:
        """A file that does not exist yet, named after a style."""
        self._path.mkdir(parents=True, exist_ok=True)
        stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "style"
        candidates = (self._path / f"{stem}{f'-{i}' if i else ''}.toml" for i in range(100_000))
        return next(path for path in candidates if not path.exists())

    def _write(self, path: Path, tables: Sequence[Table]) -> None:
        from stcore.config import write_toml

        write_toml(path, tables[0] if len(tables) == 1 else {"styles": list(tables)})
        self._read.pop(path, None)


def style_of(table: Table) -> Style:
    """The style that a checked table says."""
    return Style(table["name"], *(table.get(key, "") for key in _TEXTS))


def read_tables(path: Path) -> Sequence[Table]:
    """What a file says of its styles; a :class:`SettingsError` names file and line of what is wrong."""
    try:
        return tables_in(path.read_text(encoding="utf-8"), path.name, path.stem)
    except SettingsError as error:
        raise SettingsError(error.message, file=str(path), line=error.line, key=error.key) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The style {path.name} cannot be read: {error}.", file=str(path)) from error


def read_style(path: Path) -> Style:
    """The style, or the first one, in a file. Raises :class:`SettingsError`."""
    return style_of(read_tables(path)[0])


def tables_in(text: str, file: str, stem: str) -> Sequence[Table]:
    """The tables of a TOML text, one or several; a single one without a name is called ``stem``.

    Raises :class:`SettingsError` whose message begins with ``file`` and the line.
    """
    try:
        document: Table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else max(1, len(text.splitlines()))
        raise SettingsError(f"{file}, line {line}: this is not TOML.", file=file, line=line) from error
    tables = document.get("styles", [document])
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise SettingsError(f"{file}: several styles are written as [[styles]].", file=file, key="styles")
    for table in tables:
        wrong = [key for key in ("name", *_TEXTS) if not isinstance(table.get(key, ""), str)]
        if wrong:
            raise SettingsError(f"{file}: {wrong[0]} must be a text in quotes.", file=file, key=wrong[0])
        table["name"] = table.get("name", "").strip() or ("" if "styles" in document else stem.strip())
        if not table["name"]:
            raise SettingsError(f"{file}: a style has no name.", file=file, key="name")
    return tables


def _try(path: Path) -> Sequence[Table] | SettingsError:
    try:
        return read_tables(path)
    except SettingsError as error:
        log.warning("%s", error.message)
        return error


def _checked(style: Style) -> Style:
    """The style with its name trimmed. Raises ``UserError`` for one that cannot be kept."""
    style = replace(style, name=style.name.strip())
    if not style.name:
        raise UserError("A style needs a name.")
    try:
        "".join(style.to_dict().values()).encode()
    except UnicodeEncodeError as error:
        raise UserError(f"The style “{style.name}” holds half a character, which no file can keep.") from error
    return style


def _free_name(name: str, known: Mapping[str, Style]) -> str:
    number = 2
    while f"{name} ({number})" in known:
        number += 1
    return f"{name} ({number})"
