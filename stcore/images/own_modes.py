"""Modes of one's own: a word for ``/imagine`` with a template, a shape and a style of its own, one TOML file each.

People share these files: dropped into the data folder's ``modes/`` they are there at the next look. A file that cannot
be used is named with what is wrong; the others still work. Names match whatever their case.
"""

from __future__ import annotations

import contextlib
import logging
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from stcore.errors import NotFound, SettingsError, StorageError, Taken, UserError
from stcore.images.interactive import ENGLISH, Triggers
from stcore.images.modes import FREE, MODES, WORDS, Mode, Writer
from stcore.images.shapes import Shape

log = logging.getLogger("stcore.modes")

Clash = Literal["leave", "replace", "both"]
"""What becomes of a mode from a file whose name is taken."""

_RESERVED = frozenset((*(mode.name for mode in MODES), "message", "tool"))
"""Names of modes and templates that there are already."""

_SUBJECTS = frozenset(subject for subject, _ in ENGLISH.subjects)
_LARGEST = 1_000_000


def _one_line(text: str) -> str:
    """A name or phrase as it is compared and shown: blanks as one, none around it."""
    text = " ".join(text.split())
    if not text.isprintable():
        raise ValueError("it holds a sign that cannot be shown")
    return text


def _words(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.lower() for word in words if word))


_Line = Annotated[str, Field(max_length=100), AfterValidator(_one_line)]
_Words = Annotated[tuple[_Line, ...], Field(max_length=50), AfterValidator(_words)]


class OwnMode(BaseModel):
    """What a file says of a mode. Without ``words`` its name is the word that chooses it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: _Line = Field("", max_length=60, title="Name", description="Kept with every picture of this mode.")
    title: _Line = Field("", title="Title", description="What menus say; empty is the name.")
    words: _Words = Field(
        (),
        title="Words",
        description="/imagine with one of these words, and nothing else, draws this mode; one a line. Empty: the name.",
    )
    takes_subject: bool = Field(
        False,
        title="Takes a subject",
        description="Words may be followed by something, which the template has as {0}: /imagine tarot a fox.",
    )
    subjects: _Words = Field(
        (),
        title="Phrases in wishes",
        description="“Send me a picture of …” with one of these behind it draws this mode; one a line.",
    )
    template: str = Field(
        "",
        max_length=200_000,
        title="Template",
        description="What the writer is asked for, as in picture prompts; written by nobody, it is the prompt itself.",
        json_schema_extra={"macros": True, "multiline": True, "rows": 8},
    )
    writer: Writer = Field(
        "text model",
        title="Written by",
        description="A text model that knows the chat, nobody, or a model that is shown the character's avatar.",
        json_schema_extra={
            "labels": {
                "text model": "the text model",
                "nobody": "nobody: as it stands",
                "captioner": "who sees the avatar",
            }
        },
    )
    shape: Shape = Field(
        "as set",
        title="Shape",
        description="Of the picture, where the size in the settings has another.",
    )
    style: _Line = Field(
        "",
        title="Style",
        description="Used instead of the chosen one; empty is the chosen one.",
        json_schema_extra={"options_from": "styles"},
    )
    prefixed: bool = Field(
        False,
        title="Add the character's prefix",
        description="In chats with one character, as portraits do.",
    )

    @property
    def mode(self) -> Mode:
        """The mode as the pipeline knows it; chats store it with the number of free prompts (1.3)."""
        title = self.title or self.name
        words = self.triggers if self.takes_subject else ()
        return Mode(self.name, FREE.number, self.writer, self.prefixed, self.shape, title, self.style, words)

    @property
    def triggers(self) -> tuple[str, ...]:
        """The words that choose it, in lower case."""
        return self.words or (self.name.lower(),)

    def to_dict(self) -> dict[str, Any]:
        return self.model_dump(mode="json")


class ModeLibrary:
    """The modes in a folder. ``lock`` is held while files change.

    Files are read again only when they changed; without the folder a look costs one call of the system. The methods
    read and write files: call them on a worker thread.
    """

    def __init__(self, folder: Path, lock: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext) -> None:
        self._folder, self._lock = folder, lock
        self._read: dict[Path, tuple[tuple[int, int], OwnMode | SettingsError]] = {}

    # -- looking -----------------------------------------------------------------------------------------------------

    def list(self) -> Sequence[OwnMode]:
        """Every mode, by its title."""
        return sorted(
            (mode for mode, _ in self._homes().values()), key=lambda mode: (mode.mode.title.lower(), mode.name)
        )

    def by_word(self) -> Mapping[str, Mode]:
        """Modes by the words that choose them, in lower case, for :func:`stcore.images.modes.mode_of`."""
        return {word: mode.mode for mode, _ in self._homes().values() for word in mode.triggers}

    def triggers(self) -> Triggers:
        """The phrases of wishes that choose modes, to be added to those of a language."""
        modes = [mode for mode, _ in self._homes().values()]
        return Triggers(subjects=tuple((phrase, mode.triggers[0]) for mode in modes for phrase in mode.subjects))

    def get(self, name: str) -> OwnMode:
        """The mode of this name, or ``NotFound`` naming those there are."""
        homes = self._homes()
        if (key := _key(name)) not in homes:
            known = ", ".join(mode.name for mode, _ in homes.values())
            raise NotFound(
                f"There is no mode {name!r} of your own.",
                hint=f"There are: {known}." if known else "There are none yet.",
            )
        return homes[key][0]

    def problems(self) -> Sequence[SettingsError]:
        """What is wrong with files in the folder, and with words that two of them claim."""
        return [*self._broken(), *self._clashes()]

    # -- changing ----------------------------------------------------------------------------------------------------

    def save(self, mode: OwnMode) -> OwnMode:
        """Keep a mode; one of its name is replaced.

        Raises ``UserError`` for a name or word that cannot be, ``Taken`` for a word of another mode, ``StorageError``.
        """
        with self._lock():
            self._check(mode, beside=mode.name)
            home = self._homes().get(_key(mode.name))
            self._write(home[1] if home else self._fresh(mode.name), mode)
            return mode

    def replace(self, old: str, mode: OwnMode) -> OwnMode:
        """Keep ``mode``, which may have another name, in place of the mode ``old``. Raises as :meth:`save`."""
        with self._lock():
            found = self._home_of(old)
            if _key(old) != _key(mode.name) and _key(mode.name) in self._homes():
                raise Taken(f"A mode {mode.name!r} exists already.", hint="Choose another name.")
            self._check(mode, beside=old)
            path = found if _key(old) == _key(mode.name) else self._fresh(mode.name)
            self._write(path, mode)
            if path != found:
                found.unlink()
            return mode

    def delete(self, name: str) -> None:
        """Remove a mode. Raises ``NotFound``."""
        with self._lock():
            self._home_of(name).unlink()

    def add(self, mode: OwnMode, clash: Clash = "leave") -> OwnMode | None:
        """Keep a mode that comes from a file; ``None`` when its name is taken and it is left out.

        Raises as :meth:`save`.
        """
        if _key(mode.name) in self._homes():
            if clash == "leave":
                return None
            if clash == "both":
                name = self._free_name(mode.name)
                mode = mode.model_copy(update={"name": name, "words": mode.words or (name.lower(),)})
        return self.save(mode)

    # -- rules -------------------------------------------------------------------------------------------------------

    def _check(self, mode: OwnMode, *, beside: str) -> None:
        """Refuse what would not work, or would take something away from what there is; ``beside`` is replaced."""
        if problem := _misfit(mode):
            raise UserError(problem)
        others = [one for one, _ in self._homes().values() if _key(one.name) != _key(beside)]
        for other in others:
            for what in ("triggers", "subjects"):
                if both := set(getattr(mode, what)) & set(getattr(other, what)):
                    raise Taken(f"“{min(both)}” chooses the mode {other.name!r} already.", hint="Choose another word.")

    def _clashes(self) -> Iterable[SettingsError]:
        first: dict[tuple[str, str], Path] = {}
        for path, mode in self._files().items():
            if not isinstance(mode, OwnMode):
                continue
            claims = [("name", _key(mode.name)), *(("triggers", word) for word in mode.triggers)]
            claims += [("subjects", phrase) for phrase in mode.subjects]
            for claim in claims:
                if claim in first:
                    what = f"{path.name}: “{claim[1]}” is taken by {first[claim].name} already."
                    yield SettingsError(what, file=str(path), hint="Give one of them another name or word.")
                    break
            first |= {claim: path for claim in claims if claim not in first}

    def _broken(self) -> Iterable[SettingsError]:
        return (found for found in self._files().values() if isinstance(found, SettingsError))

    # -- files -------------------------------------------------------------------------------------------------------

    def _home_of(self, name: str) -> Path:
        self.get(name)
        return self._homes()[_key(name)][1]

    def _homes(self) -> dict[str, tuple[OwnMode, Path]]:
        """Every mode that works, by its name, and where it is written. Of two that claim one thing the first counts."""
        found: dict[str, tuple[OwnMode, Path]] = {}
        claimed: set[tuple[str, str]] = set()
        for path, mode in self._files().items():
            if isinstance(mode, SettingsError):
                continue
            claims = {*(("word", word) for word in mode.triggers), *(("phrase", phrase) for phrase in mode.subjects)}
            if _key(mode.name) in found or claims & claimed:
                continue
            found[_key(mode.name)] = (mode, path)
            claimed |= claims
        return found

    def _files(self) -> Mapping[Path, OwnMode | SettingsError]:
        """What every file holds, in the order of their names."""
        read: dict[Path, tuple[tuple[int, int], OwnMode | SettingsError]] = {}
        for path in sorted(self._folder.glob("*.toml")) if self._folder.is_dir() else ():
            try:
                status = path.stat()
            except FileNotFoundError:
                continue  # it went while this was read
            stamp = (status.st_mtime_ns, status.st_size)
            known = self._read.get(path)
            read[path] = known if known is not None and known[0] == stamp else (stamp, _try(path))
        self._read = read
        return {path: mode for path, (_, mode) in read.items()}

    def _fresh(self, name: str) -> Path:
        """A file that does not exist yet, named after a mode."""
        stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "mode"
        candidates = (self._folder / f"{stem}{f'-{i}' if i else ''}.toml" for i in range(100_000))
        return next(path for path in candidates if not path.exists())

    def _write(self, path: Path, mode: OwnMode) -> None:
        from stcore.config import replacing

        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with replacing(path) as file:
                file.write_text(mode_to_toml(mode), encoding="utf-8")
        except OSError as error:
            raise StorageError(f"{path} cannot be written: {error.strerror}.") from error
        self._read.pop(path, None)

    def _free_name(self, name: str) -> str:
        homes, number = self._homes(), 2
        while _key(f"{name} {number}") in homes:
            number += 1
        return f"{name} {number}"


def mode_from_toml(text: str, file: str) -> OwnMode:
    """The mode in a TOML text; without a name it is called as the file is.

    Raises :class:`SettingsError` that begins with ``file`` and says what is wrong, with the line where that is known.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else max(1, len(text.splitlines()))
        raise SettingsError(f"{file}, line {line}: this is not TOML.", file=file, line=line) from error
    document.setdefault("name", Path(file).stem)
    try:
        mode = OwnMode.model_validate(document)
    except ValidationError as error:
        key = str(next(iter(error.errors()[0]["loc"]), ""))
        line = _line_of(text, key)
        where = f"{file}, line {line}" if line else file
        raise SettingsError(f"{where}: {misfit_of(error)}", file=file, line=line, key=key) from error
    if problem := _misfit(mode):
        raise SettingsError(f"{file}: {problem}", file=file)
    return mode


def mode_to_toml(mode: OwnMode) -> str:
    """The mode as a file that others can drop into their folder ``modes``."""
    import tomli_w

    values = {key: value for key, value in mode.to_dict().items() if value not in ("", [], False)}
    return tomli_w.dumps(values, multiline_strings=True)


def _misfit(mode: OwnMode) -> str:
    """Why a mode cannot work, in a sentence; empty when it can."""
    if not mode.name:
        return "A mode needs a name."
    if "/" in mode.name or "\\" in mode.name:
        return f"The name {mode.name!r} holds a slash, which names of modes do not."
    if _key(mode.name) in _RESERVED:
        return f"The name {mode.name!r} is taken by a mode or prompt of stcore itself."
    if not mode.template.strip():
        return "A mode needs a template: what the writer is asked for, or the prompt itself."
    if taken := set(mode.triggers) & WORDS.keys():
        return f"The word “{min(taken)}” chooses a mode of stcore itself."
    if taken := set(mode.subjects) & _SUBJECTS:
        return f"The phrase “{min(taken)}” in a wish chooses a mode of stcore itself."
    return ""


def _key(name: str) -> str:
    return " ".join(name.split()).lower()


def misfit_of(error: ValidationError) -> str:
    """What does not fit in the fields of a mode, in a sentence."""
    first = error.errors()[0]
    key = str(next(iter(first["loc"]), "mode"))
    if first["type"] == "extra_forbidden":
        return f"A mode has no {key!r}; it has {', '.join(OwnMode.model_fields)}."
    message = first["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{key}: {message[:1].lower()}{message[1:]}."


def _line_of(text: str, key: str) -> int:
    """The line on which a key stands, 0 when it is not found."""
    pattern = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=")
    return next((number for number, line in enumerate(text.splitlines(), 1) if key and pattern.match(line)), 0)


def _try(path: Path) -> OwnMode | SettingsError:
    try:
        if path.stat().st_size > _LARGEST:
            raise SettingsError(f"{path.name} is too large for a mode.", file=str(path))
        return mode_from_toml(path.read_text(encoding="utf-8-sig"), path.name)
    except SettingsError as error:
        problem = SettingsError(error.message, file=str(path), line=error.line, key=error.key, hint=error.hint)
    except (OSError, UnicodeDecodeError) as error:
        problem = SettingsError(f"{path.name} cannot be read: {error}.", file=str(path))
    log.warning("%s", problem.message)
    return problem
