"""What can be typed at a place in a text, and what is known about the macro there (spec/macros.md section 21).

Works on unfinished text: everything before the cursor is scanned, and the levels that are still open tell where it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from stcore.macros.blocks import Level
from stcore.macros.definitions import Argument, ListPart, Macro
from stcore.macros.parser import parse
from stcore.macros.registry import Registry
from stcore.macros.scanner import OpenMacro, Scan
from stcore.macros.syntax import Call
from stcore.macros.text import SPACE_CLASS, WHITESPACE

Kind = Literal["macro", "closing", "separator", "flag", "prefix", "variable", "operator"]
Where = Literal["text", "name", "argument", "condition", "variable", "operator", "value"]
Matching = Literal["fuzzy", "prefix", "substring"]

_WS = f"[{SPACE_CLASS}]*"
_TYPING = re.compile(
    rf"\{{\{{(?P<space>{_WS})(?P<flags>(?:[!?~#/>]{_WS})*)"
    rf"(?:(?P<prefix>[.$]){_WS}(?P<variable>[A-Za-z][A-Za-z0-9_-]*)?(?P<gap>{_WS})(?P<operator>[-+=|?<>!]*)"
    r"|(?P<name>[A-Za-z][A-Za-z0-9_-]*)?)",
    re.ASCII,
)
_CONDITION = re.compile(rf"{_WS}!?{_WS}(?P<prefix>[.$])?(?P<name>[A-Za-z0-9_-]*)", re.ASCII)
_NOT_CONDITIONS = frozenset({"else", "noop", "trim", "//", "comment"})
_OPERATOR_HELP = {
    "=": "set",
    "++": "add one",
    "--": "subtract one",
    "+=": "add",
    "-=": "subtract",
    "||": "value, or this when it is false",
    "??": "value, or this when there is none",
    "||=": "set when it is false",
    "??=": "set when there is none",
    "==": "is equal",
    "!=": "is not equal",
    ">": "is greater",
    ">=": "is greater or equal",
    "<": "is less",
    "<=": "is less or equal",
}


@dataclass(frozen=True)
class Option:
    """Something to insert in place of ``text[start:end]`` of its completion; ``label`` is what is shown."""

    insert: str
    label: str
    kind: Kind
    summary: str = ""


@dataclass(frozen=True)
class Completion:
    """What is known about a place. ``argument`` counts from 0 and is ``None`` outside of arguments."""

    where: Where
    start: int
    end: int
    options: tuple[Option, ...] = ()
    macro: Macro | None = None
    argument: int | None = None
    warning: str = ""

    @property
    def current(self) -> Argument | ListPart | None:
        """The argument that the cursor is in."""
        if self.macro is None or self.argument is None:
            return None
        if self.argument < self.macro.maximum:
            return self.macro.arguments[self.argument]
        return self.macro.rest


def complete(
    text: str,
    cursor: int,
    registry: Registry,
    *,
    local: Iterable[str] = (),
    globals: Iterable[str] = (),
    matching: Matching = "fuzzy",
) -> Completion:
    """What fits at ``cursor`` (a character offset); ``local`` and ``globals`` are names of existing variables."""
    before = text[:cursor]
    offers = _Offers(before, registry, {".": tuple(local), "$": tuple(globals)}, matching)
    opener = before.rfind("{{")
    typing = _TYPING.fullmatch(before, opener) if opener >= 0 else None
    if typing is not None:
        return offers.in_shorthand(typing) if typing["prefix"] else offers.in_name(typing)
    level = Scan(before).innermost
    if level is None:
        return Completion("text", cursor, cursor)
    if level.is_shorthand:
        return Completion("value", cursor, cursor)
    return offers.in_argument(level)


class _Offers:
    def __init__(
        self, before: str, registry: Registry, variables: dict[str, tuple[str, ...]], matching: Matching
    ) -> None:
        self._before, self._registry, self._variables, self._matching = before, registry, variables, matching
        self._cursor = len(before)

    # -- places ------------------------------------------------------------------------------------------------------

    def in_name(self, typing: re.Match[str]) -> Completion:
        typed = typing["name"] or ""
        start = self._cursor - len(typed)
        options = list(self._tags(typing, typed))
        if not typed:
            options += [
                Option(".", ".name", "prefix", "A local variable."),
                Option("$", "$name", "prefix", "A global variable."),
                Option("#", "#", "flag", "Keep the whitespace of the block."),
            ]
        closing = "/" in typing["flags"]
        options += [] if closing else [self._macro(name, typing["space"] + "}}") for name in self._names(typed)]
        return Completion("name", start, self._cursor, tuple(options), self._registry.find(typed))

    def in_shorthand(self, typing: re.Match[str]) -> Completion:
        name, gap, typed = typing["variable"] or "", typing["gap"], typing["operator"]
        if name and (gap or typed):
            found = [operator for operator in _OPERATOR_HELP if operator.startswith(typed) and operator != typed]
            options = tuple(Option(operator, operator, "operator", _OPERATOR_HELP[operator]) for operator in found)
            return Completion("operator", self._cursor - len(typed), self._cursor, options)
        return Completion("variable", self._cursor - len(name), self._cursor, self._variable(typing["prefix"], name))

    def in_argument(self, level: OpenMacro) -> Completion:
        macro = self._registry.find(level.name)
        if macro is None:
            return Completion("argument", self._cursor, self._cursor, warning=f"There is no macro {level.name}.")
        condition = _CONDITION.fullmatch(self._before, level.argument_start)
        if macro.name == "if" and level.argument == 0 and condition is not None:
            return self._condition(macro, condition)
        return Completion(
            "argument", self._cursor, self._cursor, (), macro, level.argument, _argument_warning(macro, level)
        )

    def _condition(self, macro: Macro, condition: re.Match[str]) -> Completion:
        typed, prefix = condition["name"], condition["prefix"]
        if prefix:
            options: Sequence[Option] = self._variable(prefix, typed)
        else:
            fitting = [name for name in self._names(typed) if self._is_condition(name)]
            options = [self._macro(name, "}}") for name in fitting]
        return Completion("condition", self._cursor - len(typed), self._cursor, tuple(options), macro, 0)

    # -- what is offered -----------------------------------------------------------------------------------------------

    def _names(self, typed: str) -> list[str]:
        names = list(self._registry.names(aliases=not typed or self._registry.is_alias(typed)))
        return rank([name for name in names if name != "//" or not typed], typed, self._matching)

    def _macro(self, name: str, close: str) -> Option:
        macro = self._registry.find(name)
        assert macro is not None  # the name comes from the registry
        takes_arguments = bool(macro.arguments) or macro.rest is not None
        return Option(name if takes_arguments else name + close, macro.signature, "macro", macro.summary)

    def _is_condition(self, name: str) -> bool:
        macro = self._registry.find(name)
        return macro is not None and not macro.arguments and macro.rest is None and name not in _NOT_CONDITIONS

    def _variable(self, prefix: str, typed: str) -> tuple[Option, ...]:
        known = [name for name in self._variables[prefix] if _SHORT_NAME.fullmatch(name)]
        options = [Option(name, prefix + name, "variable") for name in rank(known, typed, self._matching)]
        if typed and typed not in known:
            options.append(Option(typed, prefix + typed, "variable", "A new variable."))
        return tuple(options)

    def _tags(self, typing: re.Match[str], typed: str) -> Iterator[Option]:
        """The closing tag of the innermost open block, and ``else`` where that block is an ``if``."""
        opener = self._open_block(typing.start())
        if opener is None:
            return
        tag = self._before[opener.inner : opener.end - 2]
        leading, trailing = tag[: len(tag) - len(tag.lstrip(WHITESPACE))], tag[len(tag.rstrip(WHITESPACE)) :]
        slash = "" if "/" in typing["flags"] else f"{'' if typing['space'] or typed else leading}/"
        if opener.name.lower().startswith(typed.lower()):
            insert = f"{slash}{opener.name}{trailing}}}}}"
            yield Option(insert, "{{/" + opener.name + "}}", "closing", "Ends the block.")
        if opener.name.lower() == "if" and not typing["flags"] and "else".startswith(typed.lower()):
            yield Option(f"else{typing['space']}}}}}", "{{else}}", "separator", "What to give when it is not true.")

    def _open_block(self, end: int) -> Call | None:
        """The last opener before ``end`` that has no closer; those that need none only when there is no other."""
        document = parse(self._before[:end])
        optional: Call | None = None
        found: Call | None = None
        for item in Level.of(document.nodes, self._takes_block).items():
            if isinstance(item, Call) and self._takes_block(item):
                macro = self._registry.find(item.name)
                if macro is not None and len(item.arguments) < macro.minimum:
                    found = item
                elif macro is not None:
                    optional = item
        return found or optional

    def _takes_block(self, call: Call) -> bool:
        macro = self._registry.find(call.name)
        return macro is None or macro.takes_block(len(call.arguments))


_SHORT_NAME = re.compile("[A-Za-z](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?", re.ASCII)


def _argument_warning(macro: Macro, level: OpenMacro) -> str:
    count = level.argument + 1
    if macro.rest is None and count > macro.maximum:
        return f"{macro.name} takes {macro.expected_count()}."
    if macro.rest is not None and macro.rest.maximum is not None and count > macro.maximum + macro.rest.maximum:
        return f"{macro.name} takes {macro.expected_count()}."
    if level.is_rest and macro.minimum > 2:
        return f"{macro.name} takes {macro.expected_count()}; part them with ::."
    return ""


def rank(names: Iterable[str], typed: str, matching: Matching = "fuzzy") -> list[str]:
    """The names that match what was typed, best first: early matches, then long runs, then by name."""
    scored = [(score, name) for name in names if (score := _score(name, typed, matching)) is not None]
    return [name for _, name in sorted(scored, key=lambda entry: (*entry[0], entry[1].lower()))]


def _score(name: str, typed: str, matching: Matching) -> tuple[int, int] | None:
    """Where the match starts and the negated length of its longest run; ``None`` without a match."""
    name, typed = name.lower(), typed.lower()
    if not typed:
        return (0, 0)
    start = name.find(typed)
    if start >= 0 and (matching != "prefix" or start == 0):
        return (start, -len(typed))
    return _fuzzy_score(name, typed) if matching == "fuzzy" else None


def _fuzzy_score(name: str, typed: str) -> tuple[int, int] | None:
    """The letters in their order, each at its first place behind the one before."""
    places: list[int] = []
    for letter in typed:
        place = name.find(letter, places[-1] + 1 if places else 0)
        if place < 0:
            return None
        places.append(place)
    longest = run = 1
    for previous, place in pairwise(places):
        run = run + 1 if place == previous + 1 else 1
        longest = max(longest, run)
    return (places[0], -longest)
