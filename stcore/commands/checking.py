"""What is wrong with a script, found without running it: where it cannot be read, and the macros in its arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from stcore.commands.caret import Anchor, last_anchor
from stcore.commands.scanner import Scanner
from stcore.commands.syntax import Flags
from stcore.commands.usage import check_usage
from stcore.errors import ParseError, Span
from stcore.macros.checking import Problem, check
from stcore.macros.places import SCRIPT, macros_of
from stcore.macros.registry import Registry as MacroRegistry

if TYPE_CHECKING:
    from stcore.commands.runtime import Interpreter

MAX_PROBLEMS = 100
"""Problems that are told of one script."""

_TEXTS = frozenset(("BARE", "QUOTED", "LIST", "TEXT"))
_LONGEST_REMEMBERED = 2000


def check_script(text: str, interpreter: Interpreter) -> list[Problem]:
    """All problems of a script from left to right: where it cannot be read, its macros, the use of its commands."""
    reading = Reading(text, interpreter)
    problems = reading.problems()
    if reading.error is None:
        problems += check_usage(interpreter.parse(text))
    return sorted(problems, key=lambda problem: problem.span.start)


class Reading:
    """A script as it is read while it is typed: to its end, whatever stands in it. Nothing is run."""

    def __init__(self, text: str, interpreter: Interpreter) -> None:
        self.text = text
        self.error: ParseError | None = None
        self._macros = interpreter.engine.registry
        registry = interpreter.registry
        try:
            self._tokens = list(Scanner(text, Flags(), registry.find, registry.suggest).tokens())
            if any(token.type == "RUN" for token in self._tokens):
                # Only behind the call of a closure the grammar refuses something that the scanner lets pass.
                interpreter.parse(text)
        except ParseError as error:
            self.error = error
            self._tokens = list(Scanner(text, Flags(), registry.find, tolerant=True).tokens())

    def problems(self) -> list[Problem]:
        """From left to right, at most :data:`MAX_PROBLEMS`: where it cannot be read, and what is wrong with macros."""
        found = [_unreadable(self.error)] if self.error is not None else []
        found += islice(self._macro_problems(), MAX_PROBLEMS - len(found))
        return sorted(found, key=lambda problem: problem.span.start)

    def anchor(self, caret: int) -> Anchor:
        """From where on the script has to be read to know what stands at ``caret``."""
        return last_anchor(self._tokens, caret)

    def argument_at(self, caret: int) -> tuple[int, int] | None:
        """Where the argument stands that ``caret`` is in: its macros are resolved together. ``None`` outside."""
        for token in self._tokens:
            if token.type in _TEXTS and token.start_pos <= caret <= token.end_pos:
                return token.start_pos, token.end_pos
        return None

    def _macro_problems(self) -> Iterator[Problem]:
        macros = self._macros
        for token in self._tokens:
            if token.type not in _TEXTS or "{{" not in token.value:
                continue
            check_argument = _remembered if len(token.value) <= _LONGEST_REMEMBERED else _check_argument
            problems = check_argument(token.value, macros, macros.version)
            if problems:
                place = _places(self.text[token.start_pos : token.end_pos], token.value)
                for problem in problems:
                    start, end = (token.start_pos + place(at) for at in (problem.span.start, problem.span.end))
                    yield replace(problem, span=Span.at(self.text, start, end))


def _unreadable(error: ParseError) -> Problem:
    return Problem(error.message, error.hint, error.span or Span(0, 1, 0, 0), "error")


def _check_argument(text: str, macros: MacroRegistry, _version: int) -> tuple[Problem, ...]:
    return tuple(check(text, macros, extra=macros_of(SCRIPT)))


_remembered = lru_cache(4096)(_check_argument)
"""With every key one argument changes and hundreds stay."""


def _places(source: str, value: str) -> Callable[[int], int]:
    """From places in a value to those in its source, which has quotes around it and escapes in it besides."""
    shift = source.find(value)
    if shift >= 0:
        return lambda at: at + shift
    places, position = [], 0
    for character in value:
        position = max(position, source.find(character, position))
        places.append(position)
        position += 1
    places.append(position)
    return places.__getitem__
