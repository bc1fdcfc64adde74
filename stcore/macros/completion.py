"""What can be typed at a place in a text, and what is known about the macro there (spec/macros.md section 21).

Works on unfinished text: everything before the cursor is scanned, and what is still open tells where it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from stcore.macros.cursor import OpenBlock, innermost_macro, open_blocks
from stcore.macros.definitions import Argument, ListPart, Macro
from stcore.macros.matching import Matching, rank
from stcore.macros.registry import Registry
from stcore.macros.scanner import OpenMacro, Scan
from stcore.macros.text import SPACE_CLASS, WHITESPACE

Kind = Literal["macro", "closing", "separator", "flag", "prefix", "variable", "operator", "value"]
Where = Literal["text", "name", "argument", "condition", "variable", "operator", "value"]

_WS = f"[{SPACE_CLASS}]*"
_TYPING = re.compile(
    rf"\{{\{{(?P<space>{_WS})(?P<flags>(?:[!?~#/>]{_WS})*)"
    rf"(?:(?P<prefix>[.$]){_WS}(?P<variable>[A-Za-z][A-Za-z0-9_-]*)?(?P<gap>{_WS})(?P<operator>[-+=|?<>!]*)"
    r"|(?P<name>[A-Za-z][A-Za-z0-9_-]*)?)",
    re.ASCII,
)
_SHORTHAND = re.compile(rf"\{{\{{[{SPACE_CLASS}!?~#/>]*(?P<prefix>[.$])", re.ASCII)
_CONDITION = re.compile(rf"{_WS}(?P<mark>!?){_WS}(?P<prefix>[.$])?(?P<name>[A-Za-z0-9_-]*)", re.ASCII)
_NAME_REST = re.compile("[A-Za-z0-9_-]*", re.ASCII)
_BRACES = re.compile(rf"{_WS}\}}\}}")
_SHORT_NAME = re.compile("[A-Za-z](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?", re.ASCII)
_NOT_CONDITIONS = frozenset({"else", "noop", "trim", "//"})
OPERATOR_HELP = {
    "": "Its value.",
    "=": "Set it.",
    "++": "Add one.",
    "--": "Subtract one.",
    "+=": "Add to it.",
    "-=": "Subtract from it.",
    "||": "Its value, or this when that is false.",
    "??": "Its value, or this when there is none.",
    "||=": "Its value; set it to this when it is false.",
    "??=": "Its value; set it to this when there is none.",
    "==": "Whether it is equal.",
    "!=": "Whether it is not equal.",
    ">": "Whether it is greater.",
    ">=": "Whether it is greater or equal.",
    "<": "Whether it is less.",
    "<=": "Whether it is less or equal.",
}
"""Every operator of a shorthand, and what the whole then does or gives."""


@dataclass(frozen=True)
class Option:
    """Something to insert in place of ``text[start:end]`` of its completion; ``label`` is what is shown.

    ``now`` is a call whose result would be worth showing beside it, empty when there is none.
    """

    insert: str
    label: str
    kind: Kind
    summary: str = ""
    now: str = ""


@dataclass(frozen=True)
class Completion:
    """What is known about a place. ``argument`` counts from 0 and is ``None`` outside of arguments.

    In a shorthand ``variable`` is its name with the prefix and ``operator`` what follows it. In a text, ``macro`` is
    the one whose block is open there.
    """

    where: Where
    start: int
    end: int
    options: tuple[Option, ...] = ()
    macro: Macro | None = None
    argument: int | None = None
    warning: str = ""
    variable: str = ""
    operator: str = ""

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
    extra: Mapping[str, Macro] | None = None,
    matching: Matching = "fuzzy",
) -> Completion:
    """What fits at ``cursor`` (a character offset). Never fails, whatever the text is.

    ``local`` and ``globals`` are names of existing variables; ``extra`` are the macros that exist only where the text
    stands, by lower-cased name (see :mod:`stcore.macros.places`).
    """
    variables = {".": tuple(local), "$": tuple(globals)}
    offers = _Offers(text, cursor, registry, variables, extra or {}, matching)
    before = text[:cursor]
    opener = before.rfind("{{")
    if opener < 0:
        return Completion("text", cursor, cursor)
    typing = _TYPING.fullmatch(before, opener)
    if typing is not None:
        return offers.in_shorthand(typing) if typing["prefix"] else offers.in_name(typing)
    level = innermost_macro(before)
    if level is None:
        return offers.in_text()
    return offers.in_value(level) if level.is_shorthand else offers.in_argument(level)


class _Offers:
    def __init__(
        self,
        text: str,
        cursor: int,
        registry: Registry,
        variables: Mapping[str, tuple[str, ...]],
        extra: Mapping[str, Macro],
        matching: Matching,
    ) -> None:
        self._text, self._cursor, self._before = text, cursor, text[:cursor]
        self._registry, self._extra = registry, extra
        self._variables, self._matching = variables, matching

    # -- places ------------------------------------------------------------------------------------------------------

    def in_text(self) -> Completion:
        """Between macros: information about the block that is open there."""
        required, _ = open_blocks(self._before, self._registry)
        macro = self._find(required.name) if required is not None else None
        argument = required.arguments if required is not None else None
        return Completion("text", self._cursor, self._cursor, macro=macro, argument=argument)

    def in_name(self, typing: re.Match[str]) -> Completion:
        typed = typing["name"] or ""
        end = self._end_of_name(typed)
        close = "" if self._is_closed(end) else f"{typing['space']}}}}}"
        required, optional = open_blocks(self._before[: typing.start()], self._registry)
        options = list(self._tags(required, typing, typed))
        warning = ""
        if "/" not in typing["flags"]:
            options += self._marks(typed, is_block_open=required is not None)
            options += [self._macro(macro, close) for macro in self._fitting(typed)]
            if typed.lower() == "else" and (required is None or required.name.lower() != "if"):
                warning = "There is no if open here that this else could belong to."
        options += self._tags(optional, typing, typed)
        start = self._cursor - len(typed)
        return Completion("name", start, end, tuple(options), self._find(self._text[start:end]), warning=warning)

    def in_shorthand(self, typing: re.Match[str]) -> Completion:
        prefix, name, gap, typed = typing["prefix"], typing["variable"] or "", typing["gap"], typing["operator"]
        if name and (gap or typed):
            found = [
                operator for operator in OPERATOR_HELP if operator.startswith(typed) and operator not in ("", typed)
            ]
            return Completion(
                "operator",
                self._cursor - len(typed),
                self._cursor,
                tuple(_operator(operator, operator) for operator in found),
                variable=prefix + name,
                operator=typed if typed in OPERATOR_HELP else "",
            )
        end = self._end_of_name(name)
        options = [_variable(known, prefix) for known in self._existing(prefix, name)]
        if name and name not in self._variables[prefix] and _SHORT_NAME.fullmatch(name):
            options.append(Option(name, prefix + name, "variable", "A new variable."))
        if name in self._variables[prefix]:
            options += [_operator(name + operator, operator) for operator in OPERATOR_HELP if operator]
        start = self._cursor - len(name)
        return Completion("variable", start, end, tuple(options), variable=prefix + self._text[start:end])

    def in_value(self, level: OpenMacro) -> Completion:
        """In the value of a shorthand: information only."""
        head = _SHORTHAND.match(self._before, level.start)
        operator = self._operator_before(level.argument_start)
        variable = (head["prefix"] if head is not None else ".") + level.name
        return Completion("value", self._cursor, self._cursor, variable=variable, operator=operator)

    def in_argument(self, level: OpenMacro) -> Completion:
        macro = self._find(level.name)
        if macro is None:
            return Completion("argument", self._cursor, self._cursor, warning=f"There is no macro {level.name}.")
        condition = _CONDITION.fullmatch(self._before, level.argument_start)
        if macro.name == "if" and level.argument == 0 and condition is not None:
            return self._condition(macro, condition)
        warning = _argument_warning(macro, level)
        found = Completion("argument", self._cursor, self._cursor, (), macro, level.argument, warning)
        written = self._before[level.argument_start :].lstrip(WHITESPACE)
        if not isinstance(found.current, Argument) or "{{" in written:
            return found
        options = tuple(self._values(macro, found.current, written))
        return Completion(
            "argument", self._cursor - len(written), self._cursor, options, macro, level.argument, warning
        )

    def _condition(self, macro: Macro, condition: re.Match[str]) -> Completion:
        typed, prefix = condition["name"], condition["prefix"]
        end = self._end_of_name(typed)
        close = "" if self._is_closed(end) else "}}"
        if prefix:
            names = self._existing(prefix, typed)
            options = [replace(_variable(name, prefix), insert=name + close) for name in names]
        else:
            options = [] if typed else list(_condition_marks(has_mark=bool(condition["mark"])))
            fitting = rank(self._names(aliases=self._is_alias(typed)), typed, self._matching)
            macros = [found for name in fitting if (found := self._registry.find(name)) and _is_condition(found)]
            options += [self._macro(found, close) for found in macros]
        return Completion("condition", self._cursor - len(typed), end, tuple(options), macro, 0)

    # -- what is offered ---------------------------------------------------------------------------------------------

    def _find(self, name: str) -> Macro | None:
        return self._extra.get(name.lower()) or self._registry.find(name)

    def _is_alias(self, typed: str) -> bool:
        return bool(typed) and typed in self._registry and self._registry.is_alias(typed)

    def _names(self, *, aliases: bool) -> list[str]:
        """Every name but comments and ``else``, which have their own ways; those of this place hide others."""
        names = [name for name in self._registry.names(aliases=aliases) if name.lower() not in self._extra]
        names += [macro.name for macro in self._extra.values()]
        return [name for name in names if name not in ("//", "else")]

    def _fitting(self, typed: str) -> list[Macro]:
        """The macros that fit what was typed, best first; an alias when it was typed, or when only it fits."""
        if not typed:
            names = sorted(self._names(aliases=True), key=lambda name: (name.lower() not in self._extra, name.lower()))
        else:
            names = rank(self._names(aliases=False), typed, self._matching)
            shown = {name.lower() for name in names}
            aliases = rank(set(self._names(aliases=True)).difference(self._names(aliases=False)), typed, "prefix")
            names += [name for name in aliases if self._primary(name).lower() not in shown]
            if self._is_alias(typed):
                exact = self._registry.find(typed)
                assert exact is not None  # it was just found
                names = [exact.name, *(name for name in names if name != exact.name)]
        return [macro for name in names if (macro := self._find(name)) is not None]

    def _primary(self, name: str) -> str:
        macro = self._registry.primary(name)
        return macro.name if macro is not None else name

    def _macro(self, macro: Macro, close: str) -> Option:
        takes_arguments = bool(macro.arguments) or macro.rest is not None
        insert = macro.name if takes_arguments else macro.name + close
        is_plain = not takes_arguments and not macro.effect and macro.name.lower() not in self._extra
        return Option(insert, macro.signature, "macro", macro.summary, f"{{{{{macro.name}}}}}" if is_plain else "")

    def _marks(self, typed: str, *, is_block_open: bool) -> Iterator[Option]:
        """What may stand in front of a name, as long as there is none: variable prefixes and flags with an effect."""
        if not typed:
            yield Option(".", ".name", "prefix", "A variable of this chat.")
            yield Option("$", "$name", "prefix", "A global variable.")
            yield Option("#", "#", "flag", "Keep the whitespace of the block.")
            if is_block_open:
                yield Option("/", "/", "flag", "Close a block.")

    def _existing(self, prefix: str, typed: str) -> list[str]:
        """The variables that a shorthand can name and that fit (quirk Q22, mended)."""
        known = [name for name in self._variables[prefix] if _SHORT_NAME.fullmatch(name)]
        return rank(known, typed, self._matching)

    def _values(self, macro: Macro, argument: Argument, written: str) -> Iterator[Option]:
        """Existing variables, or what the argument takes for example."""
        if argument.variable:
            prefix = "$" if argument.variable == "global" else "."
            for name in rank(self._variables[prefix], written, self._matching):
                yield _variable(name, prefix)
        elif argument.samples:
            is_telling = macro.maximum == 1 and macro.determinism != "random" and not macro.effect
            for sample in (argument.sample, *argument.samples):
                if sample != written and sample.lower().startswith(written.lower()):
                    now = f"{{{{{macro.name}::{sample}}}}}" if is_telling else ""
                    yield Option(sample, sample, "value", "for example", now)

    def _tags(self, block: OpenBlock | None, typing: re.Match[str], typed: str) -> Iterator[Option]:
        """The closing tag of an open block, spaced as its opener is, and ``else`` where that block is an ``if``."""
        if block is None:
            return
        tag, end = block.tag, self._end_of_name(typed)
        leading, trailing = tag[: len(tag) - len(tag.lstrip(WHITESPACE))], tag[len(tag.rstrip(WHITESPACE)) :]
        is_closed = self._is_closed(end)
        if block.name.lower().startswith(typed.lower()):
            slash = "" if "/" in typing["flags"] else f"{'' if typing['space'] or typed else leading}/"
            insert = f"{slash}{block.name}" + ("" if is_closed else f"{trailing}}}}}")
            yield Option(insert, f"{{{{/{block.name}}}}}", "closing", "Ends the block.")
        may_have_else = block.name.lower() == "if" and not block.has_else and not typing["flags"]
        if may_have_else and "else".startswith(typed.lower()):
            insert = "else" if is_closed else f"else{typing['space']}}}}}"
            yield Option(insert, "{{else}}", "separator", "What to give when it is not true.")

    # -- the text around ---------------------------------------------------------------------------------------------

    def _end_of_name(self, typed: str) -> int:
        """Where the name ends that the cursor is in."""
        rest = _NAME_REST.match(self._text, self._cursor) if typed else None
        return rest.end() if rest is not None else self._cursor

    def _is_closed(self, end: int) -> bool:
        """Whether the braces behind ``end`` are those of the macro being typed, and not of one around it."""
        return _BRACES.match(self._text, end) is not None and Scan(self._text).innermost is None

    def _operator_before(self, position: int) -> str:
        """The operator that ends at ``position``; the longest that fits is the one that was read."""
        fitting = (operator for operator in OPERATOR_HELP if self._before.endswith(operator, 0, position))
        return max(fitting, key=len)


def _variable(name: str, prefix: str) -> Option:
    """An existing variable; its value can be shown when a shorthand can name it."""
    now = f"{{{{{prefix}{name}}}}}" if _SHORT_NAME.fullmatch(name) else ""
    return Option(name, prefix + name, "variable", now=now)


def _operator(insert: str, operator: str) -> Option:
    return Option(insert, operator, "operator", OPERATOR_HELP[operator])


def _condition_marks(*, has_mark: bool) -> Iterator[Option]:
    if not has_mark:
        yield Option("!", "!", "prefix", "When it is not true.")
    yield Option(".", ".name", "prefix", "A variable of this chat.")
    yield Option("$", "$name", "prefix", "A global variable.")


def _is_condition(macro: Macro) -> bool:
    return not macro.arguments and macro.rest is None and macro.name not in _NOT_CONDITIONS


def _argument_warning(macro: Macro, level: OpenMacro) -> str:
    count = level.argument + 1
    if macro.rest is None and count > macro.maximum:
        return f"{macro.name} takes {macro.expected_count()}."
    if macro.rest is not None and macro.rest.maximum is not None and count > macro.maximum + macro.rest.maximum:
        return f"{macro.name} takes {macro.expected_count()}."
    if level.is_rest and macro.minimum > 2:
        return f"{macro.name} takes {macro.expected_count()}; part them with ::."
    return ""
