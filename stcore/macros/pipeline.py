"""What happens to a text before and after its macros run (spec/macros.md sections 2 and 12)."""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from stcore.errors import DefinitionError
from stcore.macros.diagnostics import Diagnostic
from stcore.macros.environment import Environment

Processor = Callable[[str, Environment], str]
"""Takes a text and the environment of the call, gives the changed text."""

Provider = Callable[[Environment], object]
"""Takes the environment of a call and sets what it knows; what it returns does not count."""

Phase = Literal["pre", "post"]

TRIM_MARK = "{{trim}}"
"""What ``{{trim}}`` leaves behind; it takes the line breaks around it along when the text is finished."""

_MARKERS = {"user": "user", "bot": "char", "char": "char", "group": "group", "charifnotgroup": "charIfNotGroup"}
_MARKER = re.compile(r"<(user|bot|char|group|charifnotgroup)>", re.IGNORECASE | re.ASCII)
_OLD_TIME = re.compile(r"\{\{time_(UTC[+-][0-9]+)\}\}", re.IGNORECASE | re.ASCII)
_ESCAPED_BRACE = re.compile(r"\\([{}])")
_TRIM = re.compile(r"\{\{trim\}\}", re.IGNORECASE | re.ASCII)


def is_plain(text: str) -> bool:
    """Whether nothing in ``text`` concerns this language, found out by a search at the speed of memory."""
    return not (
        ("{" in text and "{{" in text)
        or ("\\" in text and _ESCAPED_BRACE.search(text))
        or ("<" in text and _MARKER.search(text))
    )


def rewrite_legacy(text: str) -> str:
    """``{{time_UTC+2}}`` and the angle markers in today's spelling (12.3)."""
    return _rewrite_markers(_rewrite_old_time(text))


def _rewrite_old_time(text: str) -> str:
    return _OLD_TIME.sub(r"{{time::\1}}", text) if "{{" in text else text


def _rewrite_markers(text: str) -> str:
    if "<" not in text:
        return text
    return _MARKER.sub(lambda marker: "{{" + _MARKERS[marker[1].lower()] + "}}", text)


def legacy_spellings(text: str) -> list[tuple[int, int, str]]:
    """What :func:`rewrite_legacy` changes: start, end and today's spelling, from left to right."""
    times = [(found.start(), found.end(), "{{time::" + found[1] + "}}") for found in _OLD_TIME.finditer(text)]
    markers = [
        (found.start(), found.end(), "{{" + _MARKERS[found[1].lower()] + "}}") for found in _MARKER.finditer(text)
    ]
    return sorted(times + markers)


def finish_text(text: str) -> str:
    """Unescape braces (12.1), then remove trim marks with the line breaks around them (12.2)."""
    return _remove_trim_marks(_unescape(text))


def _unescape(text: str) -> str:
    return _ESCAPED_BRACE.sub(r"\1", text) if "\\" in text else text


def _remove_trim_marks(text: str) -> str:
    if "{{" not in text:
        return text
    pieces, position = [], 0
    for mark in _TRIM.finditer(text):
        start = max(position, mark.start())
        pieces.append(_without_last_breaks(text[position:start]))
        position = _behind_breaks(text, max(position, mark.end()))
    return "".join([*pieces, text[position:]]) if pieces else text


def _without_last_breaks(text: str) -> str:
    end = len(text)
    while end and text[end - 1] == "\n":
        end -= 2 if text.endswith("\r\n", 0, end) else 1
    return text[:end]


def _behind_breaks(text: str, position: int) -> int:
    while text.startswith(("\n", "\r\n"), position):
        position += 1 if text[position] == "\n" else 2
    return position


def _check(kind: str, function: object, field: str, number: object, number_field: str) -> None:
    if not callable(function):
        raise _refused(f"its {kind} function {function!r} cannot be called", f"Give a function as `{field}`.")
    if isinstance(number, bool) or not isinstance(number, int | float) or number != number:
        raise _refused(f"its {number_field} is {number!r}", f"Give a number as `{number_field}`, or leave it out.")


def _refused(why: str, hint: str) -> DefinitionError:
    return DefinitionError(f"This cannot be added to the macro engine: {why}.", hint=hint)


@dataclass(frozen=True)
class MacroProcessor:
    """Changes a text before (``pre``) or after (``post``) its macros run: ``change(text, environment)`` gives it back.

    Processors run in ascending ``priority``. The language's own: old spellings at 10 and angle markers at 20 before,
    unescaping braces at 10 and trimming at 20 after; 0 to 50 is theirs.
    """

    phase: Phase
    change: Processor
    priority: float = 100

    def __post_init__(self) -> None:
        if self.phase not in get_args(Phase):
            raise _refused(f"its phase is {self.phase!r}", "The phase is 'pre' (before macros run) or 'post' (after).")
        _check("processor", self.change, "change", self.priority, "priority")


@dataclass(frozen=True)
class MacroProvider:
    """Adds to the environment before a text is substituted: ``fill(environment)`` gets a copy made for this call.

    Providers run in ascending ``order``, after the host has filled the environment. What they bring for handlers of
    their own belongs into ``environment.extra``.
    """

    fill: Provider
    order: float = 50

    def __post_init__(self) -> None:
        _check("provider", self.fill, "fill", self.order, "order")


class Processing:
    """What a host added around the macros of its texts; one that fails is left out of that text, with a diagnostic."""

    def __init__(self) -> None:
        self.version = 0
        """Changes with the processors, which tells caches to forget."""
        self.has_pre = False
        """Whether texts may differ from what stands in them before they are read."""
        self.providers: list[MacroProvider] = []
        self._own: list[MacroProcessor] = []
        self._phases: dict[Phase, list[MacroProcessor]] = {"pre": [], "post": []}

    def __bool__(self) -> bool:
        """Whether there is any processor beside the language's own."""
        return bool(self._own)

    def add(self, added: MacroProcessor | MacroProvider) -> None:
        if isinstance(added, MacroProvider):
            insort(self.providers, added, key=lambda provider: provider.order)
        else:
            self._own.append(added)
            self._sort()

    def remove(self, function: Callable[..., object], phase: Phase | None = None) -> bool:
        """Take a function out again: a processor of ``phase``, without one a provider. Whether it was there."""
        if phase is None:
            kept = [provider for provider in self.providers if provider.fill != function]
            found = len(kept) < len(self.providers)
            self.providers = kept
            return found
        own = [entry for entry in self._own if entry.phase != phase or entry.change != function]
        found = len(own) < len(self._own)
        self._own = own
        self._sort()
        return found

    def provide(self, env: Environment) -> Environment:
        """The environment with what the providers add."""
        if not self.providers:
            return env
        env = env.child(extra=dict(env.extra))
        for provider in self.providers:
            try:
                provider.fill(env)
            except Exception as failure:  # noqa: BLE001 - a plugin's function may fail in any way
                _report(env, "provider", provider.fill, failure)
        return env

    def before(self, text: str, env: Environment) -> str:
        return self._run(self._phases["pre"], text, env)

    def after(self, text: str, env: Environment, *, with_builtin: bool = True) -> str:
        processors = self._phases["post"]
        own = processors if with_builtin else [entry for entry in processors if entry not in _BUILTIN["post"]]
        return self._run(own, text, env)

    def _run(self, processors: Iterable[MacroProcessor], text: str, env: Environment) -> str:
        for processor in processors:
            try:
                changed = processor.change(text, env)
                if not isinstance(changed, str):
                    raise TypeError(f"it gave {type(changed).__name__}, not text")
                text = changed
            except Exception as failure:  # noqa: BLE001 - a plugin's function may fail in any way
                _report(env, "processor", processor.change, failure)
        return text

    def _sort(self) -> None:
        self.version += 1
        self.has_pre = any(processor.phase == "pre" for processor in self._own)
        for phase, builtin in _BUILTIN.items():
            mine = [entry for entry in self._own if entry.phase == phase]
            self._phases[phase] = sorted([*builtin, *mine], key=lambda entry: entry.priority)


_BUILTIN: dict[Phase, tuple[MacroProcessor, ...]] = {
    "pre": (
        MacroProcessor("pre", lambda text, env: _rewrite_old_time(text), 10),
        MacroProcessor("pre", lambda text, env: _rewrite_markers(text), 20),
    ),
    "post": (
        MacroProcessor("post", lambda text, env: _unescape(text), 10),
        MacroProcessor("post", lambda text, env: _remove_trim_marks(text), 20),
    ),
}


def _report(env: Environment, kind: str, function: object, failure: Exception) -> None:
    name = getattr(function, "__qualname__", "") or repr(function)
    why = str(failure) or type(failure).__name__
    env.diagnostics(Diagnostic(f"The {kind} {name} failed and was left out: {why}", level="error"))
