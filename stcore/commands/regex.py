"""Regular expressions as scripts write them - ECMAScript, maybe as ``/body/flags`` - on Python's engine.

spec/stscript.md 16.3. Differences that matter are translated: the meaning of ``\\d \\w \\s \\b . $``, named groups,
``$``-sequences in replacements. Variable-width look-behind is not supported and counts as an invalid expression.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from stcore.macros.text import SPACE_CLASS

_NOTATION = re.compile(r"/(.*)/([gmixXsuUAJ]*)", re.DOTALL)
_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}
_KNOWN_FLAGS = frozenset("gimsu")
_WORD = "A-Za-z0-9_"
_BOUNDARY = f"(?:(?<=[{_WORD}])(?![{_WORD}])|(?<![{_WORD}])(?=[{_WORD}]))"
_NO_BOUNDARY = f"(?:(?<=[{_WORD}])(?=[{_WORD}])|(?<![{_WORD}])(?![{_WORD}]))"
_OUTSIDE_CLASS = {
    "d": "[0-9]",
    "D": "[^0-9]",
    "w": f"[{_WORD}]",
    "W": f"[^{_WORD}]",
    "s": f"[{SPACE_CLASS}]",
    "S": f"[^{SPACE_CLASS}]",
    "b": _BOUNDARY,
    "B": _NO_BOUNDARY,
}
_INSIDE_CLASS = {"d": "0-9", "w": _WORD, "s": SPACE_CLASS, "b": r"\x08", "D": r"\D", "W": r"\W", "S": r"\S"}
_CONTROL = {"n": r"\n", "r": r"\r", "t": r"\t", "v": r"\v", "f": r"\f", "0": r"\x00"}
_UNICODE = re.compile(r"u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})")
_REFERENCE = re.compile(r"\$(?:([$&`'])|([1-9][0-9]?)|<([^>]*)>)")
_COUNT = re.compile(r"\{[0-9]+(?:,[0-9]*)?\}")


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression; ``every`` is the ``g`` flag."""

    pattern: re.Pattern[str]
    every: bool

    def groups(self, text: str) -> list[list[str | None]]:
        """For each match (only the first without ``g``) the whole match and its groups, ``None`` for unused ones."""
        found = self.pattern.finditer(text)
        rows = ([match.group(), *match.groups()] for match in found)
        return list(rows) if self.every else [row for _, row in zip(range(1), rows, strict=False)]

    def replace(self, text: str, replacement: str) -> str:
        """``text`` with the first match, or with ``g`` every match, replaced."""
        return self.pattern.sub(lambda match: fill(replacement, match), text, count=0 if self.every else 1)


@lru_cache(256)
def compile_expression(notation: str) -> Expression:
    """``/body/flags`` or a bare body; raises :class:`ValueError` for what is no valid expression."""
    match = _NOTATION.fullmatch(notation)
    body, flags = match.groups() if match and len(set(match.group(2))) == len(match.group(2)) else (notation, "")
    if set(flags) - _KNOWN_FLAGS:
        raise ValueError(f"unknown flags {flags}")
    options = re.NOFLAG
    for flag in flags:
        options |= _FLAGS.get(flag, re.NOFLAG)
    try:
        return Expression(re.compile(_Translator(body, flags).translate(), options), "g" in flags)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(str(error)) from error


def replace_literal(text: str, wanted: str, replacement: str) -> str:
    """``text`` with every exact occurrence of ``wanted`` replaced; ``$``-sequences count here too."""
    return re.sub(re.escape(wanted), lambda match: fill(replacement, match), text)


def fill(replacement: str, match: re.Match[str]) -> str:
    """A replacement text with ``$$ $& $` $' $1 $<name>`` filled in from ``match``."""
    if "$" not in replacement:
        return replacement
    groups = match.groups()

    def part(reference: re.Match[str]) -> str:
        sign, number, name = reference.groups()
        if sign:
            return _surroundings(sign, match)
        if name is not None:
            named = match.groupdict()
            return (named.get(name) or "") if named else reference.group()
        if int(number) <= len(groups):
            return groups[int(number) - 1] or ""
        if int(number[0]) <= len(groups):
            return (groups[int(number[0]) - 1] or "") + number[1:]
        return reference.group()

    return _REFERENCE.sub(part, replacement)


def _surroundings(sign: str, match: re.Match[str]) -> str:
    match sign:
        case "$":
            return "$"
        case "&":
            return match.group()
        case "`":
            return match.string[: match.start()]
        case _:
            return match.string[match.end() :]


class _Translator:
    """Rewrites the body of an ECMAScript expression for Python, character by character."""

    def __init__(self, body: str, flags: str) -> None:
        self.body = body
        self.flags = flags
        self.at = 0

    def translate(self) -> str:
        chunks: list[str] = []
        steps: dict[str, Callable[[], str]] = {
            "\\": self._escape,
            "[": self._class,
            "(": self._group,
            ".": lambda: self._one("." if "s" in self.flags else "[^\\n\\r\\u2028\\u2029]"),
            "$": lambda: self._one("$" if "m" in self.flags else r"\Z"),
            "{": self._brace,
        }
        while self.at < len(self.body):
            character = self.body[self.at]
            step = steps.get(character)
            chunks.append(step() if step else self._one(character))
        return "".join(chunks)

    def _one(self, text: str) -> str:
        self.at += 1
        return text

    def _brace(self) -> str:
        """A count, or a literal brace."""
        count = _COUNT.match(self.body, self.at)
        if count is None:
            return self._one(r"\{")
        self.at = count.end()
        return count.group()

    def _group(self) -> str:
        if self.body.startswith("(?<", self.at) and self.body[self.at + 3 : self.at + 4] not in ("=", "!", ""):
            self.at += 3
            return "(?P<"
        return self._one("(")

    def _escape(self, *, inside: bool = False) -> str:
        following = self.body[self.at + 1 : self.at + 2]
        if not following:
            raise ValueError("a backslash at the end")
        code = _UNICODE.match(self.body, self.at + 1)
        if code:
            self.at = code.end()
            return re.escape(chr(int(next(filter(None, code.groups())), 16)))
        if following == "k" and not inside and (end := self.body.find(">", self.at)) > 0:
            name = self.body[self.at + 3 : end]
            self.at = end + 1
            return f"(?P={name})"
        self.at += 2
        known = _INSIDE_CLASS if inside else _OUTSIDE_CLASS
        if following in known:
            return known[following]
        if following in _CONTROL:
            return _CONTROL[following]
        if following.isdigit():
            return "\\" + following
        return re.escape(following)

    def _class(self) -> str:
        """A character class. ``[]`` matches nothing and ``[^]`` anything, which Python cannot write."""
        if self.body.startswith("[]", self.at):
            self.at += 2
            return r"(?!)"
        if self.body.startswith("[^]", self.at):
            self.at += 3
            return r"[\s\S]"
        chunks = [self._one("[")]
        if self.body.startswith("^", self.at):
            chunks.append(self._one("^"))
        while self.at < len(self.body):
            character = self.body[self.at]
            if character == "]":
                chunks.append(self._one("]"))
                return "".join(chunks)
            if character == "\\":
                chunks.append(self._escape(inside=True))
            else:
                chunks.append(self._one("\\" + character if character in "[&~|" else character))
        raise ValueError("a character class is not closed")
