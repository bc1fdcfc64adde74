"""Finds the macros of a text: one pass, one stack, whatever the text contains (spec/macros.md sections 3 to 5).

The scanner never fails. It records the delimiters of macros as they come and takes those back that belong to a macro
which turns out to be none: an opener that is never closed, a call with a pipe in its arguments. What is left fits the
grammar, and everything between two delimiters is text. Each macro remembers its own delimiters, so taking back costs
no more than recording did and the whole scan is linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from stcore.macros.syntax import Problem
from stcore.macros.text import SPACE_CLASS

MAX_PROBLEMS = 50
"""Problems that are kept per text; a text full of stray braces needs no thousand remarks."""

_WS = f"[{SPACE_CLASS}]*+"
_NAME = "[A-Za-z][A-Za-z0-9_-]*+"
_FLAGS = f"(?:(?:[!?~#>]|/(?!/)){_WS})*+"
_OPERATORS = r"\?\?=?|\|\|=?|-=|==|!=|>=?|<=?|\+=|="
_STRAY = rf"(?:{_NAME}|//|[!?~#/.$])"

_HEAD = re.compile(rf"{_WS}(?P<flags>{_FLAGS})(?:(?P<comment>//)|(?P<prefix>[.$])|(?P<name>{_NAME})|(?P<close>\}}\}}))")
_SEPARATOR = re.compile(rf"{_WS}(\}}\}}|::?|\|)?")
_JUNK_END = re.compile(rf"[{SPACE_CLASS}:|}}]")
_VARIABLE = re.compile(
    rf"{_WS}(?:(?P<name>[A-Za-z](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?){_WS})?"
    rf"(?:(?P<close>\}}\}})|(?P<step>\+\+|--)|(?P<operator>{_OPERATORS}))?"
)
_STRAY_CLOSE = re.compile(rf"{_STRAY}{_WS}\}}\}}")
_STEP_CLOSE = re.compile(rf"{_WS}(?:(?P<stray>{_STRAY}|\+\+|--|{_OPERATORS}){_WS})?\}}\}}")

_COMMENT_TAG = re.compile(rf"\{{\{{{_WS}(?P<flags>{_FLAGS})//(?P<closes>/)?{_WS}\}}\}}")

# What may follow in each kind of place. A run of braces is one match: only its last two can open a macro.
_TEXT = re.compile(r"\{\{+")
_LIST = re.compile(r"\{\{+|\}\}|::|\|")
_REST = re.compile(r"\{\{+|\}\}|\|")
_VALUE = re.compile(r"\{\{+|\}\}")


class _TokenFields(NamedTuple):
    type: str
    start: int
    end: int
    value: str = ""
    flags: str = ""
    name_start: int = 0


class Token(_TokenFields):
    """A delimiter or a stretch of text, in the form in which Lark takes tokens.

    ``value`` is the text, the name or the operator; ``flags`` the flags of a CALL or the prefix of a VARIABLE.
    """

    __slots__ = ()

    # Lark copies these from the last token to its end mark; this language reports places by offset instead.
    start_pos = line = column = end_line = end_column = end_pos = None


class _Level:
    """An open macro: what may follow in it, and which of the recorded delimiters are its own."""

    __slots__ = ("own", "start", "stops")

    def __init__(self, start: int, stops: re.Pattern[str], own: list[int]) -> None:
        self.start, self.stops, self.own = start, stops, own


class OpenMacro(NamedTuple):
    """A macro whose closing braces have not come yet: where it starts, its name, the argument the text ends in."""

    start: int
    name: str
    argument: int
    argument_start: int
    is_rest: bool
    is_shorthand: bool


class Scan:
    """The scan of one text; iterating over it gives the tokens. ``innermost`` is the macro open at its end."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self._marks: list[Token | None] = []
        self._levels: list[_Level] = []
        self._junk = (0, -1)
        self._comments = _block_comments(source)
        self._run()

    def __iter__(self) -> Iterator[Token]:
        position = 0
        for mark in self._marks:
            if mark is None:
                continue
            if mark.start > position:
                yield Token("TEXT", position, mark.start, self.source[position : mark.start])
            yield mark
            position = mark.end
        if position < len(self.source):
            yield Token("TEXT", position, len(self.source), self.source[position:])

    def _run(self) -> None:
        source, levels = self.source, self._levels
        position = 0
        while stop := (levels[-1].stops if levels else _TEXT).search(source, position):
            position = stop.end()
            match source[stop.start()]:
                case "{":
                    position = self._open(stop)
                case "}":
                    self._close(stop.start(), position)
                case ":":
                    self._mark(levels[-1], Token("COLONS", stop.start(), position))
                case _:
                    self._pipe(stop.start())
        self.innermost = self._innermost()
        for level in reversed(levels):
            self._take_back(level, "The macro is never closed.", level.start + 2)

    def _innermost(self) -> OpenMacro | None:
        """The macro that is open where the text ends."""
        if not self._levels:
            return None
        level = self._levels[-1]
        delimiters = [mark for index in level.own if (mark := self._marks[index]) is not None]
        argument = max(0, len(delimiters) - 2)
        name, place = delimiters[0].value, delimiters[-1].end
        return OpenMacro(level.start, name, argument, place, level.stops is _REST, level.stops is _VALUE)

    # -- openers ---------------------------------------------------------------------------------------------------

    def _open(self, braces: re.Match[str]) -> int:
        """Read what a run of braces opens; returns where to go on.

        In text the last two braces of any run can open a macro. In an argument the run is read in pairs from its
        left, so that an odd run opens none.
        """
        behind = braces.end()
        if self._levels and (behind - braces.start()) % 2:
            return behind
        head = _HEAD.match(self.source, behind)
        if head is None:
            return behind
        start = behind - 2
        if head["close"]:
            self._problem("The braces are empty.", start, head.end())
            return behind
        if head["prefix"]:
            return self._variable(start, head)
        return self._call(start, head)

    def _call(self, start: int, head: re.Match[str]) -> int:
        if end := self._comments.get(start):
            self._marks.append(Token("TEXT", start, end))
            return end
        behind, name = head.end(), head["name"]
        if name is None:
            name, name_start = "//", head.start("comment")
        else:
            name_start = head.start("name")
            junk_end = self._skip_junk(behind)
            if junk_end != behind:
                self._problem(f"The characters behind the name {name} are skipped.", behind, junk_end)
                behind = junk_end
        separator = _SEPARATOR.match(self.source, behind)
        assert separator is not None  # the pattern matches the empty text
        if separator[1] == "|":
            self._problem(_about_pipe(name), start, separator.end())
            return separator.end() - 1
        level = _Level(start, _LIST if separator[1] == "::" else _REST, [])
        inner_end = separator.start(1) if separator[1] else separator.end()
        self._mark(level, Token("CALL", start, inner_end, name, head["flags"], name_start))
        match separator[1]:
            case "}}":
                self._mark(level, Token("CLOSE", inner_end, separator.end()))
                return separator.end()
            case "::":
                self._mark(level, Token("COLONS", inner_end, separator.end()))
            case ":":
                self._mark(level, Token("COLON", inner_end, separator.end()))
                if self.source.startswith("}}", separator.end()):
                    self._problem(f"Nothing follows the colon behind {name}.", inner_end, separator.end())
            case _:
                self._mark(level, Token("SPACE", inner_end, inner_end))
        self._levels.append(level)
        return separator.end()

    def _skip_junk(self, position: int) -> int:
        """Where the characters glued to a name end: at whitespace, a colon, a pipe, a closing brace, or never."""
        first, last = self._junk
        if not first <= position <= last:
            end = _JUNK_END.search(self.source, position)
            last = end.start() if end else len(self.source)
            self._junk = (position, last)
        return last

    def _variable(self, start: int, head: re.Match[str]) -> int:
        form = _VARIABLE.match(self.source, head.end())
        assert form is not None  # the pattern matches the empty text
        name, level = form["name"] or "", _Level(start, _VALUE, [])
        operation = form["step"] or form["operator"]
        inner_end = form.end() - len(form["close"] or operation or "")
        close = form.end() if form["close"] else None
        if not name and close is None:
            return self._malformed(start, head.end())
        if not operation and close is None:
            close = self._stray_close(_STRAY_CLOSE, form.end())
        elif form["step"]:
            close = self._stray_close(_STEP_CLOSE, form.end())
        if close is None and not form["operator"]:
            return self._malformed(start, head.end())
        if not name:
            self._problem("The name of the variable is missing.", start, inner_end)
        self._mark(level, Token("VARIABLE", start, inner_end, name, head["prefix"]))
        if operation:
            self._mark(level, Token("STEP" if form["step"] else "OPERATOR", inner_end, form.end(), operation))
        if close is None:
            self._levels.append(level)
            return form.end()
        self._mark(level, Token("CLOSE", form.end() if operation else inner_end, close))
        return close

    def _stray_close(self, pattern: re.Pattern[str], position: int) -> int | None:
        """The end of a shorthand with at most one stray token before its closing braces."""
        close = pattern.match(self.source, position)
        if close is None:
            return None
        if pattern is _STRAY_CLOSE or close["stray"]:
            self._problem("A stray word before the closing braces is ignored.", position, close.end() - 2)
        return close.end()

    def _malformed(self, start: int, behind: int) -> int:
        self._problem("This is no shorthand for a variable and stays as text.", start, behind)
        return start + 2

    # -- inside and at the end of macros -----------------------------------------------------------------------------

    def _mark(self, level: _Level, token: Token) -> None:
        level.own.append(len(self._marks))
        self._marks.append(token)

    def _close(self, start: int, end: int) -> None:
        self._mark(self._levels.pop(), Token("CLOSE", start, end))

    def _pipe(self, position: int) -> None:
        """A pipe makes every call around it text, up to the shorthand value in which pipes are ordinary."""
        while self._levels and self._levels[-1].stops is not _VALUE:
            level = self._levels.pop()
            head = self._marks[level.own[0]]
            self._take_back(level, _about_pipe(head.value if head else ""), position + 1)

    def _take_back(self, level: _Level, why: str, end: int) -> None:
        for index in level.own:
            self._marks[index] = None
        self._problem(why, level.start, end)

    def _problem(self, message: str, start: int, end: int) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(message, start, end))


def _block_comments(source: str) -> dict[int, int]:
    """Where each ``{{//}}`` that has a ``{{///}}`` starts, and where that ends (quirk Q2, mended).

    Such a comment is passed over as a whole, whatever stands in it: macros do not run, braces and pipes are ordinary.
    Comments may hold comments. A tag without a partner is what it always was, a comment by itself.
    """
    pairs: dict[int, int] = {}
    if "//" not in source:
        return pairs
    open_at: list[int] = []
    for tag in _COMMENT_TAG.finditer(source):
        if not (tag["closes"] or "/" in tag["flags"]):
            open_at.append(tag.start())
        elif open_at:
            pairs[open_at.pop()] = tag.end()
    return pairs


def _about_pipe(name: str) -> str:
    """Why a call with a pipe is none, and how to write it (quirk Q1)."""
    if name == "//":
        return "A pipe makes this comment text. Write {{//}} before and {{///}} behind what shall not be seen."
    block, shorthand = f"{{{{{name}}}}}...{{{{/{name}}}}}", "{{.name = a|b}}"
    return (
        f"A pipe in an argument makes {name} text. Write what holds the pipe as a block, {block}, "
        f"or set a variable with a shorthand, {shorthand}, and use that."
    )
