"""Variable shorthands: ``{{.name}}``, ``{{$name ||= value}}`` and all their operators (spec/macros.md section 5)."""

from __future__ import annotations

from collections.abc import Callable

from stcore.macros.calls import normalize
from stcore.macros.environment import VariableStore
from stcore.macros.numbers import to_number
from stcore.macros.run import Compiled, LimitReached, Run
from stcore.macros.syntax import Variable
from stcore.macros.text import trim
from stcore.macros.variables import add_to_variable, is_falsy, print_value, read_text, read_variable

Value = Callable[[], str]
"""Evaluates the written value; called at most once, and not at all when it is not needed."""

Operation = Callable[["Operand", Value], str]


class Operand:
    """The variable of a shorthand while it is evaluated."""

    __slots__ = ("_run", "_source", "name", "node", "store")

    def __init__(self, node: Variable, source: str, run: Run) -> None:
        self.node, self.name, self._run, self._source = node, node.name, run, source
        self.store: VariableStore = run.env.globals if node.is_global else run.env.local

    @property
    def text(self) -> str:
        return read_text(self.store, self.name)

    @property
    def is_falsy(self) -> bool:
        return is_falsy(read_variable(self.store, self.name))

    @property
    def exists(self) -> bool:
        return self.store.has(self.name)

    def add(self, value: str | float) -> str:
        return normalize(add_to_variable(self.store, self.name, value))

    def assign(self, value: str) -> str:
        self.store.set(self.name, value)
        return value

    def warn(self, message: str) -> None:
        self._run.report(message, self.name, self._source, self.node.start, self.node.end)


def compile_variable(node: Variable, value: Compiled, source: str) -> Compiled:
    """The shorthand as a renderer; ``value`` is what stands behind the operator."""
    operation = OPERATIONS[node.operator]

    def shorthand(run: Run) -> str:
        run.count_call()
        variable = Operand(node, source, run)

        def evaluate() -> str:
            return trim(value if isinstance(value, str) else value(run))

        try:
            return operation(variable, evaluate)
        except LimitReached:
            raise
        except Exception as failure:  # noqa: BLE001 - a host's variable store may fail in any way
            variable.warn(f"The variable {node.name} cannot be used: {failure}")
            return source[node.start : node.end]

    return shorthand


def _set(variable: Operand, value: Value) -> str:
    variable.assign(value())
    return ""


def _add(variable: Operand, value: Value) -> str:
    variable.add(value())
    return ""


def _subtract(variable: Operand, value: Value) -> str:
    text = value()
    number = to_number(text)
    if number is None:
        variable.warn(f"{text!r} is no number and cannot be subtracted.")
    else:
        variable.add(-number)
    return ""


def _or(variable: Operand, value: Value) -> str:
    return value() if variable.is_falsy else variable.text


def _default(variable: Operand, value: Value) -> str:
    return variable.text if variable.exists else value()


def _or_assign(variable: Operand, value: Value) -> str:
    return variable.assign(value()) if variable.is_falsy else variable.text


def _default_assign(variable: Operand, value: Value) -> str:
    return variable.text if variable.exists else variable.assign(value())


def _equal(variable: Operand, value: Value) -> str:
    return normalize(variable.text == value())


def _unequal(variable: Operand, value: Value) -> str:
    return normalize(variable.text != value())


def _ordering(compare: Callable[[float, float], bool]) -> Operation:
    def operation(variable: Operand, value: Value) -> str:
        current, text = read_variable(variable.store, variable.name), value()
        left, right = to_number(current), to_number(text)
        if left is None or right is None:
            variable.warn(f"{print_value(current)!r} and {text!r} cannot be compared as numbers.")
            return "false"
        return normalize(compare(left, right))

    return operation


OPERATIONS: dict[str, Operation] = {
    "": lambda variable, value: variable.text,
    "=": _set,
    "++": lambda variable, value: variable.add(1.0),
    "--": lambda variable, value: variable.add(-1.0),
    "+=": _add,
    "-=": _subtract,
    "||": _or,
    "??": _default,
    "||=": _or_assign,
    "??=": _default_assign,
    "==": _equal,
    "!=": _unequal,
    ">": _ordering(lambda left, right: left > right),
    ">=": _ordering(lambda left, right: left >= right),
    "<": _ordering(lambda left, right: left < right),
    "<=": _ordering(lambda left, right: left <= right),
}
