"""The library of workflows: those that ship with stcore, those of plugins, and files of one's own (16.1).

A workflow is a ``.json`` file of the data folder's ``workflows``; a file that is dropped there is listed at the next
look. Its text is kept as typed and need not be valid before it is used. One's own hides a shipped one of its name;
deleting it brings the shipped one back.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Any, Literal

from stcore.bundled import bundled
from stcore.errors import Misconfigured, NotFound, SettingsError, StorageError, Taken, TooLarge, UserError
from stcore.images.filling import nodes_in

ENDING = ".json"
LARGEST = 5_000_000
"""Bytes of one workflow."""

_LARGEST_TEXT = f"{LARGEST // 1_000_000} MB"
_LONGEST_NAME = 200
"""Bytes."""

Origin = Literal["stcore", "plugin", "own"]

_FORBIDDEN = frozenset('/\\:*?"<>|')
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})


@dataclass(frozen=True, slots=True)
class WorkflowEntry:
    """One workflow of the list. ``hides`` tells that a shipped one of its name stands behind it; ``problem`` is why it
    cannot run as it is; ``nodes`` counts its nodes, 0 when they cannot be told."""

    name: str
    origin: Origin
    hides: bool = False
    problem: str | None = None
    nodes: int = 0

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "from": self.origin,
            "hides": self.hides,
            "problem": self.problem,
            "nodes": self.nodes,
        }


@dataclass(frozen=True, slots=True)
class _Found:
    """Where a workflow stands: in a file of one's own, in one that comes with stcore, or as the text of a plugin."""

    name: str
    own: Path | None
    shipped: Path | str | None


class WorkflowLibrary:
    """Workflow files by name. The methods read and write files: call them on a worker thread.

    A name may be given without its ending and in another case; what is looked for is always one of those there are, so
    no name leads out of the folders.
    """

    def __init__(self, folder: Path | None = None, from_plugins: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self._from_plugins = {_with_ending(name): text for name, text in (from_plugins or {}).items()}

    # -- reading -----------------------------------------------------------------------------------------------------

    def names(self) -> list[str]:
        """File names in alphabetical order; files that start with a dot do not count."""
        return [found.name for found in self._all()]

    def entries(self) -> list[WorkflowEntry]:
        """Every workflow in alphabetical order, with its problem if it has one."""
        return [_entry(found) for found in self._all()]

    def entry(self, name: str) -> WorkflowEntry:
        """One workflow as it stands in the list. Raises :class:`NotFound`."""
        return _entry(self._found(name))

    def load(self, name: str) -> str:
        """The text of a workflow. Raises :class:`NotFound` naming those there are, and :class:`SettingsError`."""
        return _read(self._found(name))

    def find(self, name: str) -> str:
        """The workflow that a name means, if need be in another case. :class:`NotFound` names those there are."""
        return self._found(name).name

    # -- changing ----------------------------------------------------------------------------------------------------

    def create(self, name: str, text: str = "") -> str:
        """Add a workflow; returns its file name. A name that is taken is refused (Q26)."""
        name = file_name(name)
        self._refuse_taken(name)
        return self._write(name, text)

    def save(self, name: str, text: str) -> str:
        """Write a workflow as typed; a shipped one stays behind one's own of its name. Returns the file name."""
        try:
            name = self.find(name)
        except NotFound:
            name = file_name(name)
        return self._write(name, text)

    def copy(self, name: str, new: str = "") -> str:
        """A copy under a name of its own; without one it is made of the old name. Returns the file name."""
        text = self.load(name)
        return self.create(new or self.free_name(f"{self.find(name).removesuffix(ENDING)} copy"), text)

    def rename(self, old: str, new: str) -> str:
        """Give a workflow of one's own another name; a name that is taken is refused. The same name changes nothing."""
        old, new = self.find(old), file_name(new)
        if old == new:
            return old
        path = self._own(old)
        self._refuse_taken(new, but=old)
        with _storing(path):
            path.rename(path.with_name(new))
        return new

    def delete(self, name: str) -> None:
        """Remove a workflow of one's own; a shipped one of that name shows again."""
        path = self._own(self.find(name))
        with _storing(path):
            path.unlink(missing_ok=True)

    def free_name(self, name: str) -> str:
        """``name``, or the first of ``name 2``, ``name 3`` ... that is not taken."""
        taken = {known.casefold() for known in self.names()}
        stem = file_name(name).removesuffix(ENDING)
        numbered = (f"{stem} {number}{ENDING}" for number in count(2))
        return next(free for free in chain([stem + ENDING], numbered) if free.casefold() not in taken)

    # -- inside ------------------------------------------------------------------------------------------------------

    def _shipped(self) -> dict[str, Path | str]:
        """What is not one's own: a file that comes with stcore, or the text that a plugin brings."""
        return {**self._from_plugins, **_files(bundled("workflows"))}

    def _all(self) -> list[_Found]:
        shipped, own = self._shipped(), _files(self._folder)
        names = sorted({*shipped, *own}, key=lambda name: (name.casefold(), name))
        return [_Found(name, own.get(name), shipped.get(name)) for name in names]

    def _found(self, name: str) -> _Found:
        every, wanted = self._all(), _with_ending(name)
        exact = (found for found in every if found.name == wanted)
        similar = (found for found in every if _same(found.name, wanted))
        for found in chain(exact, similar):
            return found
        names = ", ".join(found.name for found in every)
        raise NotFound(f"There is no workflow “{wanted}”.", hint=f"There are: {names or 'none'}.")

    def _refuse_taken(self, name: str, *, but: str = "") -> None:
        for known in self.names():
            if known != but and _same(known, name):
                raise Taken(f"There is a workflow “{known}” already.", hint="Choose another name, or edit that one.")

    def _own(self, name: str) -> Path:
        path = _files(self._folder).get(name)
        if path is None:
            raise NotFound(
                f"The workflow “{name}” is none of your own.", hint="Those that ship with stcore or a plugin stay."
            )
        return path

    def _write(self, name: str, text: str) -> str:
        from stcore.config import replacing

        if self._folder is None:
            raise UserError("There is no folder for workflows of your own.")
        data = text.encode("utf-8", "replace")
        if len(data) > LARGEST:
            raise TooLarge(f"A workflow has at most {_LARGEST_TEXT}.")
        path = _files(self._folder).get(name) or self._folder / file_name(name)
        with _storing(path):
            self._folder.mkdir(parents=True, exist_ok=True)
            with replacing(path) as draft:
                draft.write_bytes(data)
        return name


def problem_of(text: str) -> tuple[str | None, int]:
    """Why a workflow cannot run and what to do about it, ``None`` when it can; and the number of its nodes."""
    try:
        return None, len(nodes_in(text))
    except Misconfigured as error:
        return f"{error.message} {error.hint}".strip(), 0


def is_same(one: str, other: str) -> bool:
    """Whether two names, as people write them, mean one workflow."""
    return _same(_with_ending(one), _with_ending(other))


def file_name(name: str) -> str:
    """The name of a new file: ``.json`` is added; what not every machine can store is refused."""
    full = _with_ending(name)
    stem = full.removesuffix(ENDING)
    unsafe = (
        stem != stem.strip(" .")
        or not stem
        or stem.casefold() in _RESERVED
        or any(sign in _FORBIDDEN or unicodedata.category(sign) in ("Cc", "Cs") for sign in stem)
        or len(full.encode("utf-8", "replace")) > _LONGEST_NAME
    )
    if unsafe:
        raise UserError(f"“{name}” cannot be the name of a workflow.", hint="Use letters, digits, spaces, - and _.")
    return full


# -- files -----------------------------------------------------------------------------------------------------------


def _files(folder: Path | None) -> dict[str, Path]:
    """The workflows in a folder by the names they are shown under."""
    if folder is None or not folder.is_dir():
        return {}
    paths = [path for path in folder.iterdir() if path.suffix.lower() == ENDING and not path.name.startswith(".")]
    paths.sort(key=lambda path: (path.suffix != ENDING, path.name))
    found: dict[str, Path] = {}
    for path in paths:
        if path.is_file():
            # Bytes that are no text cannot be shown; the file is still found under what is shown instead.
            shown = path.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            found.setdefault(_with_ending(shown), path)
    return found


def _entry(found: _Found) -> WorkflowEntry:
    origin: Origin = "own" if found.own else "plugin" if isinstance(found.shipped, str) else "stcore"
    try:
        problem, nodes = problem_of(_read(found))
    except SettingsError as error:
        problem, nodes = f"{error.message} {error.hint}".strip(), 0
    return WorkflowEntry(found.name, origin, None not in (found.own, found.shipped), problem, nodes)


def _read(found: _Found) -> str:
    name, place = found.name, found.own or found.shipped
    if not isinstance(place, Path):
        return place or ""
    try:
        if place.stat().st_size > LARGEST:
            raise SettingsError(f"The workflow {name} is larger than {_LARGEST_TEXT}.", file=str(place))
        return place.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        message = f"The workflow {name} is no UTF-8 text."
        raise SettingsError(message, file=str(place), hint="Save the file as UTF-8.") from None
    except OSError as error:
        raise SettingsError(f"The workflow {name} cannot be read: {error.strerror}.", file=str(place)) from error


@contextmanager
def _storing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.", hint="Nothing was changed.") from error


def _same(one: str, other: str) -> bool:
    """Whether two names would be one file on a machine that knows no case."""
    return one.casefold() == other.casefold()


def _with_ending(name: str) -> str:
    """The name with ``.json`` behind it; an ending in any case becomes that."""
    name = unicodedata.normalize("NFC", name).strip()
    return (name[: -len(ENDING)] if name.lower().endswith(ENDING) else name) + ENDING
