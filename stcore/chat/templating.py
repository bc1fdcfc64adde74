"""Templates, ours and those that people write: jinja2 in its sandbox, strict about names that are not there.

The sandbox keeps a template away from everything but what it is given. It cannot keep it from running for ever or from
making a text that fills the memory, and nothing stops a thread from outside: a template of somebody else is therefore
rendered by a process of its own, which is ended when its time, its memory or the length of its text is used up. Our own
templates take as long as the chat is long, on a thread.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import pickle
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from stcore.errors import HostError, NotFound, SettingsError

if TYPE_CHECKING:
    from jinja2 import Environment

log = logging.getLogger("stcore.templates")

SECONDS = 20.0
"""How long a template of somebody else may take, the start of its process included."""

LONGEST = 100_000_000
"""Characters that such a template may write. Pictures are among them."""

MEMORY = 1 << 30
"""Bytes that its process may use."""

LARGEST = 1_000_000
"""Bytes of the file of a template."""

OURS = "stcore/"
"""What the names of our own templates begin with: ``{% extends "stcore/transcript.html.jinja" %}``."""

_OURS = Path(__file__).with_name("templates")
_MARKS = re.compile(r"[\\`*_{}\[\]<>#|~]")
_HINT = "docs/transcripts.md tells what a template is given."

_AROUND_MACROS = {"variable_start_string": "<%=", "variable_end_string": "%>"}
_OPEN, _SUBJECT = "\ufdd0", "\ufdd1"
"""Stand for ``{{`` and ``{0}`` while jinja2 works, which would take ``{{#`` for a comment. No text holds them: they are
no characters."""


@dataclass(frozen=True, slots=True)
class _Work:
    """What is to be rendered: the template ``name`` of a folder (or file), or a ``text`` that goes by that name."""

    name: str
    values: Mapping[str, Any]
    folder: Path
    file: Path | None = None
    text: str | None = None
    escape: bool = False
    hint: str = _HINT
    longest: int = LONGEST

    def source(self, name: str) -> str | None:
        """What a template says, or ``None`` when there is none of that name."""
        if self.text is not None:
            return self.text if name == self.name else None
        path = Places(self.folder, self.file).find(name)
        return None if path is None else _read(path, name)


@dataclass(frozen=True, slots=True)
class Places:
    """Where templates lie: a folder, and perhaps one file outside of it, which goes by the name of that file."""

    folder: Path
    file: Path | None = None

    def find(self, name: str) -> Path | None:
        """The file of a template; ``None`` when there is none of that name."""
        from jinja2 import TemplateNotFound
        from jinja2.loaders import split_template_path

        if self.file is not None and name == self.file.name:
            return self.file
        try:
            parts = split_template_path(name)
        except TemplateNotFound:
            return None  # it would lead out of the folder
        path = _OURS.joinpath(*parts[1:]) if name.startswith(OURS) else self.folder.joinpath(*parts)
        return path if path.is_file() else None

    def names(self) -> list[str]:
        """The templates of the folder."""
        return sorted(path.name for path in self.folder.glob("*.jinja") if path.is_file())


async def render(name: str, values: Mapping[str, Any], places: Places, *, escape: bool) -> str:
    """The text that a template makes of ``values``; with ``escape`` it is HTML, and what it inserts is escaped.

    ``values`` are plain data: texts, numbers, times, markup, lists and dictionaries. Raises :class:`NotFound` when
    there is no such template, and :class:`SettingsError` when it cannot be read, asks for what is not there, or needs
    more time, memory or characters than it may have.
    """
    if await asyncio.to_thread(places.find, name) is None:
        known = await asyncio.to_thread(places.names)
        there = f"There are: {', '.join(known)}." if known else "There are none yet."
        raise NotFound(f"There is no template {name!r} in {places.folder}.", hint=f"{there} {_HINT}")
    work = _Work(name, values, places.folder, places.file, escape=escape)
    return await (_render_here(work) if name.startswith(OURS) else _render_apart(work))


async def render_around_macros(
    name: str, text: str, values: Mapping[str, Any], *, hint: str, ours: bool = False, longest: int = LONGEST
) -> str:
    """What a template makes of ``values`` whose ``{{macros}}`` are expanded by somebody else, afterwards.

    It writes values as ``<%= name %>``; blocks and comments look as always. Braces in values are escaped, so that
    nothing in them becomes a macro. ``{0}`` stands for the value ``subject``. ``name`` and ``hint`` are for errors,
    which are those of :func:`render`; ``ours`` templates come with stcore.
    """
    marked = text.replace("{{", _OPEN).replace("{0}", _SUBJECT)
    if any(mark in marked for mark in ("{%", "{#", "<%=")):
        work = _Work(name, values, Path(), text=marked, hint=hint, longest=longest)
        marked = await (_render_here(work) if ours else _render_apart(work))
    return marked.replace(_OPEN, "{{").replace(_SUBJECT, _without_macros(values.get("subject", "")))


async def _render_here(work: _Work) -> str:
    return await asyncio.to_thread(lambda: "".join(_pieces(work)))


# -- the sandbox -----------------------------------------------------------------------------------------------------


def _pieces(work: _Work) -> Iterator[str]:
    """The text piece by piece. Raises as :func:`render`."""
    from jinja2 import TemplateSyntaxError

    try:
        yield from _environment(work).get_template(work.name).generate(work.values)
    except (SettingsError, MemoryError):
        raise
    except TemplateSyntaxError as error:
        raise _mistake(work, error.filename or work.name, error.lineno, error.message or "") from error
    except Exception as error:
        # Whatever the code of a template raises is a mistake in the template.
        raise _mistake(work, *_place(error, work.name), _reason(error)) from error


def _reason(error: Exception) -> str:
    from jinja2 import TemplateNotFound

    if isinstance(error, TemplateNotFound):
        return f"There is no template {error.name!r}."
    if isinstance(error, RecursionError):
        return "It calls itself without end."
    return str(error) or type(error).__name__


def _mistake(work: _Work, place: str, line: int, reason: str) -> SettingsError:
    where = f"{place}, line {line}" if line else place
    return SettingsError(f"{where}: {reason.rstrip('.')}.", file=place, line=line, hint=work.hint)


def _environment(work: _Work) -> Environment:
    from jinja2 import BaseLoader, TemplateNotFound
    from jinja2.sandbox import SandboxedEnvironment

    class Loader(BaseLoader):
        """The file of a template is called by the name of the template, also where an error happens."""

        def get_source(self, environment: Environment, template: str) -> tuple[str, str, None]:
            source = work.source(template)
            if source is None:
                raise TemplateNotFound(template)
            return source, template, None

    marks: dict[str, Any] = {} if work.text is None else {**_AROUND_MACROS, "finalize": _without_macros}
    environment = SandboxedEnvironment(
        loader=Loader(), undefined=_strict(), autoescape=work.escape, trim_blocks=True, lstrip_blocks=True, **marks
    )
    environment.filters.update(day=_day, clock=_clock, plain=_plain)
    return environment


def _without_macros(value: object) -> str:
    """A value that stands where macros are expanded later. Escaped braces lose their backslashes then."""
    text = str(value).replace(_OPEN, "").replace(_SUBJECT, "")
    return text.replace("{{", r"\{\{").replace("}}", r"\}\}")


def _day(when: datetime) -> str:
    """``Friday, 12 July 2024``."""
    return f"{when:%A}, {when.day} {when:%B} {when.year}"


def _clock(when: datetime) -> str:
    """``14:03``."""
    return f"{when:%H:%M}"


def _plain(text: str) -> str:
    """A text that says in Markdown what it says, on one line."""
    return _MARKS.sub(r"\\\g<0>", " ".join(str(text).split()))


@cache
def _strict() -> Any:
    """What stands for a name that is not there: it fails when it is used, and tells which names there are."""
    from jinja2 import StrictUndefined
    from jinja2.utils import missing

    class Absent(StrictUndefined):
        __slots__ = ()

        @property
        def _undefined_message(self) -> str:
            if self._undefined_hint:
                return self._undefined_hint
            if self._undefined_obj is missing:
                return f"There is no {self._undefined_name!r}."
            if isinstance(self._undefined_obj, Mapping):
                known = ", ".join(map(str, self._undefined_obj))
                return f"There is no {self._undefined_name!r} here, only {known}."
            return f"{type(self._undefined_obj).__name__} has no {self._undefined_name!r}."

    return Absent


def _read(path: Path, name: str) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise SettingsError(f"{name} is too long for a template.", file=name)
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(f"{name} is not UTF-8 text.", file=name) from error
    except OSError as error:
        raise SettingsError(f"{name} cannot be read: {error.strerror}.", file=name) from error


def _place(error: Exception, name: str) -> tuple[str, int]:
    """The template and line in which something went wrong: the innermost one of the traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if frame.filename.endswith(".jinja") or frame.filename == name]
    return (inside[-1].filename, inside[-1].lineno or 0) if inside else (name, 0)


# -- a process of its own --------------------------------------------------------------------------------------------


async def _render_apart(work: _Work) -> str:
    name, sent = work.name, await asyncio.to_thread(pickle.dumps, {f.name: getattr(work, f.name) for f in fields(work)})
    # Libraries are looked for where this program found them, and not in the folder in which it was started.
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-P", "-m", __name__, str(SECONDS)]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, env=environ, stdin=pipe, stdout=pipe, stderr=pipe)
    try:
        async with asyncio.timeout(SECONDS):
            answer, complaints = await process.communicate(sent)
    except TimeoutError:
        message = f"{name} was stopped: it had not ended after {SECONDS:g} seconds."
        raise SettingsError(message, file=name, hint="Does it repeat something too often?") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    head, _, text = answer.partition(b"\n")
    if not head:
        log.warning("The process of the template %s ended (%s): %s", name, process.returncode, complaints[-2000:])
        raise HostError(f"The process that renders {name} ended without an answer.", hint="Try again.")
    if failure := json.loads(head):
        raise SettingsError(**failure)
    return text.decode()


def _serve(source: BinaryIO, target: BinaryIO, seconds: float) -> None:
    """Render one template: the work comes from ``source``; to ``target`` goes a line of JSON, then the text."""
    _limit(seconds)
    work = _Work(**pickle.load(source))
    name = work.name
    failure: dict[str, Any] = {}
    pieces, length = [], 0
    try:
        for piece in _pieces(work):
            length += len(piece)
            if length > work.longest:
                raise SettingsError(f"{name} was stopped: its text has no end.", file=name, hint=work.hint)
            pieces.append(piece)
    except SettingsError as error:
        failure = {"message": error.message, "file": error.file, "line": error.line, "hint": error.hint}
        pieces.clear()
    except MemoryError:
        pieces.clear()
        failure = {"message": f"{name} was stopped: it needs too much memory.", "file": name}
    target.write(json.dumps(failure).encode() + b"\n")
    for piece in pieces:
        target.write(piece.encode("utf-8", "replace"))
    target.flush()


def _limit(seconds: float) -> None:
    """Bound the memory of this process, and its time also when nobody is left who could end it."""
    import resource

    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, int(seconds) + 1)):
        _, hard = resource.getrlimit(what)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        # Some systems know a limit by name only; the time is kept by whoever started this process all the same.
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    _serve(sys.stdin.buffer, sys.stdout.buffer, float(sys.argv[1]))
