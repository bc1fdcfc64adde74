"""Operands that may be names, and the comparisons of ``/if`` and ``/while`` (spec/stscript.md 9.3 and 12.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from stcore.commands.scope import MISSING, Closure, Scope
from stcore.commands.values import is_false, is_true, numeric, plain_text
from stcore.errors import UserError

LEFT_NAMES = ("a", "left", "first", "x")
RIGHT_NAMES = ("b", "right", "second", "y")
RULES = ("eq", "neq", "gt", "gte", "lt", "lte", "in", "nin", "not")

Operand = float | str

_NUMBER_RULES: dict[str, Callable[[float, float], bool]] = {
    "eq": lambda a, b: a == b,
    "neq": lambda a, b: a != b,
    "gt": lambda a, b: a > b,
    "gte": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b,
}
_TEXT_RULES: dict[str, Callable[[str, str], bool]] = {
    "eq": lambda a, b: a == b,
    "neq": lambda a, b: a != b,
    "in": lambda a, b: b in a,
    "nin": lambda a, b: b not in a,
}


def look_up(text: str, scope: Scope) -> Any:
    """The value that an operand text stands for: itself as a number, a scoped, chat or global variable, or the text.

    Numbers come as ``float``; what a variable holds is not converted here.
    """
    number = numeric(text)
    if number is not None or not text:
        return text if number is None else number
    value = scope.lookup(text)
    if value is not MISSING:
        return str(value) if isinstance(value, Closure) else value
    environment = scope.run.environment
    if environment.local.has(text):
        return environment.local.get(text)
    if environment.globals.has(text):
        return environment.globals.get(text)
    return text


def operand(text: str, scope: Scope) -> Operand:
    """The operand of a comparison: a number, or a text."""
    value = look_up(text, scope)
    if type(value) is float:
        return value
    number = numeric(value)
    return plain_text(value) if number is None else number


class Comparison:
    """What ``/if`` and ``/while`` were told to compare. The texts stay, names in them are looked up for each test."""

    def __init__(self, named: Mapping[str, Any]) -> None:
        left = next((named[name] for name in LEFT_NAMES if name in named), None)
        right = next((named[name] for name in RIGHT_NAMES if name in named), None)
        if left is None:
            raise UserError("There is nothing to compare.", hint="Give the left side: left=NAME or left=VALUE")
        self.left = str(left)
        self.right = None if right is None else str(right)
        self.rule = str(named.get("rule", ""))

    def holds(self, scope: Scope) -> bool:
        """Whether the comparison is true now; raises :class:`UserError` for a rule that does not fit."""
        left = operand(self.left, scope)
        if self.right is None:
            return self._is_true(left)
        right = operand(self.right, scope)
        rule = self.rule or "eq"
        if isinstance(left, float) and isinstance(right, float):
            compare = _NUMBER_RULES.get(rule)
            if compare is not None:
                return compare(left, right)
            accepted = (*_NUMBER_RULES, "in", "nin")
        else:
            accepted = tuple(_TEXT_RULES)
        if rule not in accepted:
            kind = "numbers" if "gt" in accepted else "texts"
            raise UserError(f"rule={rule} cannot compare {kind}.", hint=f"Use one of {', '.join(accepted)}.")
        return _TEXT_RULES[rule](_folded(left), _folded(right))

    def _is_true(self, value: Operand) -> bool:
        if self.rule not in ("", "not"):
            raise UserError(f"rule={self.rule} needs a right side.", hint="Give right=, or use rule=not.")
        if isinstance(value, float):
            truth = value != 0
        else:
            truth = is_true(value) or (not is_false(value) and value != "")
        return not truth if self.rule == "not" else truth


def _folded(value: Operand) -> str:
    from stcore.macros.numbers import format_number

    return (format_number(value) if isinstance(value, float) else value).lower()
