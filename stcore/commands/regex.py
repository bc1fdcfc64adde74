"""Regular expressions as scripts write them - ECMAScript, maybe as ``/body/flags`` - on Python's engine.

spec/stscript.md 16.3. Differences that matter are translated: the meaning of ``\\d \\w \\s \\b . $``, named groups,
``$``-sequences in replacements. Look-behind may have alternatives of different widths, each of a fixed one; where one
varies in itself (``(?<=a+)``) the expression counts as invalid.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from stcore.commands.guard import Spans, is_quick, shared_searcher
from stcore.macros.text import SPACE_CLASS

T = TypeVar("T")

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

    def hits(self, text: str, spans: Iterable[Spans]) -> list[Hit]:
        """What a search found, as :class:`Hit`."""
        names = self.pattern.groupindex
        return [Hit(text, regs, names) for regs in spans]


@dataclass(frozen=True, slots=True)
class Hit:
    """One match of an expression in ``text``: where it lies, and where its groups do."""

    text: str
    spans: Spans
    names: Mapping[str, int]

    @property
    def start(self) -> int:
        return self.spans[0][0]

    @property
    def end(self) -> int:
        return self.spans[0][1]

    def group(self, number: int = 0) -> str | None:
        """The text of a group, the whole match without a number; ``None`` when the group took no part."""
        start, end = self.spans[number]
        return None if start < 0 else self.text[start:end]

    @property
    def groups(self) -> list[str | None]:
        """The texts of all groups."""
        return [self.group(number) for number in range(1, len(self.spans))]


def replace_hits(text: str, hits: Iterable[Hit], put: Callable[[Hit], str]) -> str:
    """``text`` with each match replaced by what ``put`` gives for it."""
    pieces, done = [], 0
    for hit in hits:
        pieces += [text[done : hit.start], put(hit)]
        done = hit.end
    return "".join((*pieces, text[done:]))


def searched(
    expression: Expression, text: str, use: Callable[[list[Hit]], T], *, every: bool | None = None
) -> T | Awaitable[T]:
    """What ``use`` makes of the matches in ``text``: all of them, or the first without the flag ``g``.

    At once where that can only take a moment, else something to wait for, which raises :class:`UserError` when the
    search takes too long.
    """
    every = expression.every if every is None else every
    if is_quick(expression.pattern, text):
        return use(expression.hits(text, shared_searcher().find(expression.pattern, text, every=every)))
    return _later(expression, text, use, every)


async def _later(expression: Expression, text: str, use: Callable[[list[Hit]], T], every: bool) -> T:
    spans = await asyncio.to_thread(shared_searcher().find, expression.pattern, text, every=every)
    return use(expression.hits(text, spans))


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
    return re.sub(re.escape(wanted), lambda match: fill(replacement, Hit(text, match.regs, {})), text)


def fill(replacement: str, hit: Hit, group: Callable[[str], str] = str) -> str:
    """A replacement text with ``$$ $& $` $' $1 $<name>`` filled in from ``hit``; ``group`` changes what a match or a
    group of it brings in."""
    if "$" not in replacement:
        return replacement
    count = len(hit.spans) - 1

    def part(reference: re.Match[str]) -> str:
        sign, number, name = reference.groups()
        if sign:
            return group(hit.group() or "") if sign == "&" else _surroundings(sign, hit)
        if name is not None:
            if not hit.names:
                return reference.group()
            return group(hit.group(hit.names[name]) or "") if name in hit.names else ""
        if int(number) <= count:
            return group(hit.group(int(number)) or "")
        if int(number[0]) <= count:
            return group(hit.group(int(number[0])) or "") + str(number[1:])
        return reference.group()

    return _REFERENCE.sub(part, replacement)


def _surroundings(sign: str, hit: Hit) -> str:
    match sign:
        case "$":
            return "$"
        case "`":
            return hit.text[: hit.start]
        case _:
            return hit.text[hit.end :]


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
        if self.body.startswith(("(?<=", "(?<!"), self.at):
            return self._look_behind()
        if self.body.startswith("(?<", self.at) and self.body[self.at + 3 : self.at + 4] not in ("=", "!", ""):
            self.at += 3
            return "(?P<"
        return self._one("(")

    def _look_behind(self) -> str:
        """Look-behind with alternatives as several, since each of Python's has one width."""
        opening = self.body[self.at : self.at + 4]
        branches, self.at = _alternatives(self.body, self.at + 4)
        parts = [f"{opening}{_Translator(branch, self.flags).translate()})" for branch in branches]
        if len(parts) == 1:
            return parts[0]
        return f"(?:{'|'.join(parts)})" if opening == "(?<=" else "".join(parts)

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


def _alternatives(body: str, start: int) -> tuple[list[str], int]:
    """The alternatives of the group whose inside begins at ``start``, and the place behind its closing bracket."""
    found: list[str] = []
    depth, at, begun = 0, start, start
    while at < len(body):
        match body[at]:
            case "\\":
                at += 1
            case "[":
                at = _end_of_class(body, at)
            case "(":
                depth += 1
            case ")" if depth:
                depth -= 1
            case ")":
                return [*found, body[begun:at]], at + 1
            case "|" if not depth:
                found.append(body[begun:at])
                begun = at + 1
        at += 1
    raise ValueError("a group is not closed")


def _end_of_class(body: str, start: int) -> int:
    """The place of the bracket that closes the character class at ``start``."""
    at = start + 1
    while at < len(body) and body[at] != "]":
        at += 2 if body[at] == "\\" else 1
    return at
