"""Styles: a prefix and a negative prompt under a name, one TOML file each (image-generation.md section 11).

People share these files: dropped into the data folder's ``styles/`` they are there at the next look. A file that
cannot be read is named with its line; the others still work. Names match exactly.
"""

from __future__ import annotations

import logging
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stcore.bundled import bundled
from stcore.errors import NotFound, SettingsError, UserError

log = logging.getLogger("stcore.styles")

DEFAULT = "Default"


@dataclass(frozen=True, slots=True)
class Style:
    """``prefix`` may hold ``{prompt}`` where the words go, and macros; both texts may be empty."""

    name: str
    prefix: str = ""
    negative: str = ""
    description: str = ""

    def to_dict(self) -> dict[str, str]:
        return {field: getattr(self, field) for field in self.__slots__}


class StyleLibrary:
    """Bundled styles, those of plugins, and the person's own, which win over a bundled one of the same name.

    The methods read and write files: call them on a worker thread.
    """

    def __init__(self, folder: Path | None = None, from_plugins: Iterable[Style] = ()) -> None:
        self._folder = folder
        self._from_plugins = {style.name: style for style in from_plugins}

    def list(self) -> Sequence[Style]:
        """Every style: ``Default`` first, then by name."""
        found = {DEFAULT: Style(DEFAULT)} | self._from_plugins
        for folder in (bundled("styles"), self._folder):
            found |= {style.name: style for style in _styles_in(folder)}
        return sorted(found.values(), key=lambda style: (style.name != DEFAULT, style.name.lower()))

    def names(self) -> Sequence[str]:
        """The names, in the order of :meth:`list`."""
        return [style.name for style in self.list()]

    def get(self, name: str) -> Style:
        """The style of exactly this name, or ``NotFound`` naming those there are."""
        styles = {style.name: style for style in self.list()}
        if name not in styles:
            raise NotFound(f"There is no style {name!r}.", hint=f"There are: {', '.join(styles)}.")
        return styles[name]

    def save(self, style: Style) -> Style:
        """Keep a style of one's own; an existing one of that name is replaced."""
        name = style.name.strip()
        if not name:
            raise UserError("A style needs a name.")
        from stcore.config import write_toml

        own = Style(name, style.prefix, style.negative, style.description)
        write_toml(self._own_file(name), {key: value for key, value in own.to_dict().items() if value})
        return own

    def rename(self, old: str, new: str) -> Style:
        """Give a style of one's own another name; a name that is taken is refused."""
        new = new.strip()
        style = self.get(old)
        if new == old:
            return style
        if new in self.names():
            raise UserError(f"A style {new!r} exists already.")
        if not self._own_file(old).is_file():
            raise NotFound(
                f"There is no style {old!r} of your own.", hint="Styles that ship with stcore keep their name."
            )
        renamed = self.save(Style(new, style.prefix, style.negative, style.description))
        self.delete(old)
        return renamed

    def delete(self, name: str) -> None:
        """Remove a style of one's own; a bundled one of that name shows again."""
        path = self._own_file(name)
        if not path.is_file():
            raise NotFound(f"There is no style {name!r} of your own.", hint="Styles that ship with stcore stay.")
        path.unlink()

    def _own_file(self, name: str) -> Path:
        """The file that holds a style of one's own, or a fresh one with a safe name."""
        if self._folder is None:
            raise UserError("There is no folder for styles of your own.")
        self._folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(self._folder.glob("*.toml")):
            if _name_in(path) == name:
                return path
        stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "style"
        candidates = (self._folder / f"{stem}{f'-{i}' if i else ''}.toml" for i in range(1000))
        return next(path for path in candidates if not path.exists())


def read_style(path: Path) -> Style:
    """The style in a file; a :class:`SettingsError` names file and line of what is wrong."""
    try:
        document: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The style {path.name} cannot be read: {error}.", file=str(path)) from error
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else 0
        raise SettingsError(f"{path.name}, line {line}: this is not TOML.", file=str(path), line=line) from error
    wrong = [key for key in ("name", "prefix", "negative", "description") if not isinstance(document.get(key, ""), str)]
    if wrong:
        raise SettingsError(f"{path.name}: {wrong[0]} must be a text in quotes.", file=str(path), key=wrong[0])
    texts = {key: document.get(key, "") for key in ("prefix", "negative", "description")}
    return Style(document.get("name", "").strip() or path.stem, **texts)


def _styles_in(folder: Path | None) -> list[Style]:
    styles = []
    for path in sorted(folder.glob("*.toml")) if folder is not None and folder.is_dir() else []:
        try:
            styles.append(read_style(path))
        except SettingsError as error:
            log.warning("%s", error.message)
    return styles


def _name_in(path: Path) -> str:
    try:
        return read_style(path).name
    except SettingsError:
        return ""
