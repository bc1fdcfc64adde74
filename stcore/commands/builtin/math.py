"""Arithmetic on IEEE doubles (spec/stscript.md section 16.2)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from stcore.commands.call import Call
from stcore.commands.comparison import look_up
from stcore.commands.declaration import Command, Example, Named, Unnamed, command
from stcore.commands.scope import Closure, Scope
from stcore.commands.values import numeric
from stcore.macros.numbers import format_number, parse_json, to_number
from stcore.macros.text import trim

_OPERANDS = Unnamed(
    "numbers, names of variables, or one JSON list",
    ("number", "varname", "list"),
    required=True,
    repeatable=True,
    choices="variables",
)
_OPERAND = Unnamed("a number or the name of a variable", ("number", "varname"), required=True, choices="variables")


def operands(call: Call) -> list[float]:
    """The numbers a math command works on. What is no number and names none is dropped (16.2)."""
    words: list[Any] = call.parts
    if len(words) == 1:
        alone = trim(str(words[0]))
        words = _list_items(alone) if alone.startswith("[") else alone.split()
    scope, numbers = call.scope, []
    for word in words:
        number = _number(str(word) if isinstance(word, Closure) else word, scope)
        if number is not None and not math.isnan(number):
            numbers.append(number)
    return numbers


def _list_items(text: str) -> list[Any]:
    try:
        data = parse_json(text)
    except ValueError:
        return []
    return data if isinstance(data, list) else []


def _number(word: Any, scope: Scope) -> float | None:
    if not isinstance(word, str):
        return float(word) if isinstance(word, (int, float)) and not isinstance(word, bool) else None
    number = numeric(word)
    if number is not None:
        return number
    word = trim(word)
    return numeric(look_up(word, scope)) if word else None


def _result(number: float | None) -> str:
    return "0" if number is None or math.isnan(number) else format_number(number)


def _over_all(name: str, summary: str, reduce: Callable[[list[float]], float], *examples: Example) -> Command:
    def function(call: Call) -> str:
        numbers = operands(call)
        return _result(reduce(numbers) if numbers else None)

    return command(
        name,
        group="math",
        summary=summary,
        unnamed=_OPERANDS,
        split="words",
        returns="the result; 0 without any number",
        examples=examples,
    )(function)


def _of_two(name: str, summary: str, compute: Callable[[float, float], float], *examples: Example) -> Command:
    def function(call: Call) -> str:
        numbers = operands(call)
        return _result(compute(numbers[0], numbers[1]) if len(numbers) > 1 else None)

    return command(
        name,
        group="math",
        summary=summary,
        unnamed=(_OPERAND, _OPERAND),
        split="words",
        returns="the result; 0 when an operand is missing",
        examples=examples,
    )(function)


def _of_one(name: str, summary: str, compute: Callable[[float], float], *examples: Example) -> Command:
    def function(call: Call) -> str:
        numbers = operands(call)
        return _result(compute(numbers[0]) if numbers else None)

    return command(
        name,
        group="math",
        summary=summary,
        unnamed=_OPERAND,
        returns="the result; 0 when it has none",
        examples=examples,
    )(function)


# -- IEEE where Python would raise -----------------------------------------------------------------------------------


def _difference(numbers: list[float]) -> float:
    result = numbers[0]
    for number in numbers[1:]:
        result -= number
    return result


def _sum(numbers: list[float]) -> float:
    result = 0.0
    for number in numbers:
        result += number
    return result


def _remainder(a: float, b: float) -> float:
    return math.nan if b == 0 or math.isinf(a) else math.fmod(a, b)


def _power(a: float, b: float) -> float:
    if abs(a) == 1 and math.isinf(b):
        return math.nan
    try:
        power = a**b
    except OverflowError:
        return -math.inf if a < 0 and math.fmod(b, 2) else math.inf
    except ZeroDivisionError:
        return math.inf
    return math.nan if isinstance(power, complex) else power


def _logarithm(a: float) -> float:
    return -math.inf if a == 0 else math.nan if a < 0 else math.log(a)


def _square_root(a: float) -> float:
    return math.nan if a < 0 else math.sqrt(a)


def _finite(function: Callable[[float], float]) -> Callable[[float], float]:
    return lambda number: function(number) if math.isfinite(number) else math.nan


def round_half_up(number: float) -> float:
    """``number`` to the nearest whole number, halves towards plus infinity."""
    if not math.isfinite(number) or number.is_integer():
        return number
    floor = math.floor(number)
    return float(floor + 1 if number - floor >= 0.5 else floor)


COMMANDS = (
    _over_all("add", "Add numbers.", _sum, Example("/add 2 2", pipe="4"), Example("/let n 5 | /add n 1.5", pipe="6.5")),
    _over_all("mul", "Multiply numbers.", math.prod, Example("/mul 2 3 4", pipe="24")),
    _over_all("max", "Take the largest number.", max, Example('/max ["4", 11, 9]', pipe="11")),
    _over_all("min", "Take the smallest number.", min, Example("/min 3 banana", pipe="3")),
    _over_all("sub", "Take all further numbers from the first.", _difference, Example("/sub 20 4 6", pipe="10")),
    _of_two(
        "div",
        "Divide.",
        lambda a, b: a / b if b else math.nan,
        Example("/div 9 4", pipe="2.25"),
        Example("/div 9 0", pipe="0"),
    ),
    _of_two(
        "mod",
        "Remainder of a division, with the sign of the first number.",
        _remainder,
        Example("/mod -7 4", pipe="-3"),
    ),
    _of_two(
        "pow", "Raise to a power.", _power, Example("/pow 2 10", pipe="1024"), Example("/pow 9 999", pipe="Infinity")
    ),
    _of_one("sin", "Sine of an angle in radians.", _finite(math.sin), Example("/sin 0", pipe="0")),
    _of_one("cos", "Cosine of an angle in radians.", _finite(math.cos), Example("/cos 0", pipe="1")),
    _of_one("log", "Natural logarithm.", _logarithm, Example("/log 1", pipe="0"), Example("/log 0", pipe="-Infinity")),
    _of_one("abs", "Value without its sign.", abs, Example("/abs -3.5", pipe="3.5")),
    _of_one("sqrt", "Square root.", _square_root, Example("/sqrt 9", pipe="3"), Example("/sqrt [16, 9]", pipe="4")),
    _of_one("round", "Round to the nearest whole number, halves up.", round_half_up, Example("/round -1.5", pipe="-1")),
)


@command(
    "rand",
    group="math",
    summary="Draw a random number.",
    named=(
        Named("from", "lower bound, may be drawn", "number", default="0"),
        Named("to", "upper bound, is not drawn", "number", default="1"),
        Named("round", "make it a whole number", "enum", ("round", "ceil", "floor")),
    ),
    unnamed=Unnamed("upper bound, when to= is missing", "number"),
    returns="the number",
    examples=(Example("/rand from=2.5 to=2.5 round=floor", pipe="2"), Example("/rand to=word", pipe="NaN")),
)
def rand(call: Call) -> str:
    low = to_number(call.argument("from", "0"))
    high = to_number(call.argument("to") if "to" in call.named else call.text or "1")
    if low is None or high is None:
        return "NaN"
    number = low + (high - low) * call.environment.random.random()
    match call.argument("round"):
        case "round":
            number = round_half_up(number)
        case "ceil":
            number = float(math.ceil(number))
        case "floor":
            number = float(math.floor(number))
    return format_number(number)
