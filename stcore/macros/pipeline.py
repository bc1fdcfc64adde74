"""What happens to a text before and after its macros run (spec/macros.md sections 2 and 12)."""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from stcore.macros.environment import Environment

Processor = Callable[[str, Environment], str]
"""Takes a text and the environment of the call, gives the changed text."""

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
    if "{{" in text:
        text = _OLD_TIME.sub(r"{{time::\1}}", text)
    if "<" in text:
        text = _MARKER.sub(lambda marker: "{{" + _MARKERS[marker[1].lower()] + "}}", text)
    return text


def finish_text(text: str) -> str:
    """Unescape braces (12.1), then remove trim marks with the line breaks around them (12.2)."""
    if "\\" in text:
        text = _ESCAPED_BRACE.sub(r"\1", text)
    return _remove_trim_marks(text) if "{{" in text else text


def _remove_trim_marks(text: str) -> str:
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


@dataclass
class Processors:
    """The processors that a host added, in ascending priority; the built-in ones run where 0 to 50 says they do."""

    pre: list[tuple[float, int, Processor]] = field(default_factory=list)
    post: list[tuple[float, int, Processor]] = field(default_factory=list)
    _added: int = 0

    def add(self, phase: Phase, processor: Processor, priority: float) -> None:
        self._added += 1
        insort(self._of(phase), (priority, self._added, processor), key=lambda entry: entry[:2])

    def before(self, text: str, env: Environment) -> str:
        """All pre-processors, the built-in one at priority 10."""
        return _run(self.pre, _builtin_rewrite, text, env)

    def after(self, text: str, env: Environment) -> str:
        """All post-processors, the built-in one at priority 10."""
        return _run(self.post, _builtin_finish, text, env)

    def _of(self, phase: Phase) -> list[tuple[float, int, Processor]]:
        return self.pre if phase == "pre" else self.post


def _builtin_rewrite(text: str, env: Environment) -> str:
    return rewrite_legacy(text)


def _builtin_finish(text: str, env: Environment) -> str:
    return finish_text(text)


_BUILTIN_PRIORITY = 10


def _run(host: list[tuple[float, int, Processor]], builtin: Processor, text: str, env: Environment) -> str:
    early = [processor for priority, _, processor in host if priority < _BUILTIN_PRIORITY]
    late = [processor for priority, _, processor in host if priority >= _BUILTIN_PRIORITY]
    for processor in (*early, builtin, *late):
        text = processor(text, env)
    return text
