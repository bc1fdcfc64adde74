"""Reading and adding to variables (spec/macros.md section 10); both languages and all their forms come here."""

from __future__ import annotations

from stcore.macros.environment import VariableStore, VariableValue
from stcore.macros.numbers import format_number, js_json, parse_json, to_number
from stcore.macros.text import is_blank, trim

MAX_LENGTH = 1_000_000
"""Characters that adding may make of a text."""

FALSE_WORDS = frozenset({"off", "false", "0"})

Normal = str | float
"""A variable as it is read: text, or the number that the text stands for."""


def is_false(text: str) -> bool:
    """Whether a text counts as false: empty, or ``off``, ``false``, ``0`` in any case with whitespace around."""
    return not text or trim(text).lower() in FALSE_WORDS


def normalize_value(value: VariableValue) -> Normal:
    """A stored value as it is read (10.2): what converts to a number is that number, other objects are JSON."""
    if isinstance(value, str):
        if is_blank(value):
            return value
        number = to_number(value)
        return value if number is None else number
    number = to_number(value)
    if number is not None:
        return number
    return "" if isinstance(value, float) else js_json(value)


def print_value(value: Normal) -> str:
    return value if isinstance(value, str) else format_number(value)


def read_variable(store: VariableStore, name: str) -> Normal:
    """The normalised value of a variable, empty text when it is missing."""
    return normalize_value(store.get(name)) if store.has(name) else ""


def read_text(store: VariableStore, name: str) -> str:
    """What reading a variable prints."""
    return print_value(read_variable(store, name))


def is_falsy(value: Normal) -> bool:
    """Whether a variable as read counts as false (5.2)."""
    return is_false(value) if isinstance(value, str) else value == 0


def add_to_variable(store: VariableStore, name: str, added: Normal) -> VariableValue:
    """Append to a list, add numbers, join texts (10.3); stores and returns the result.

    Raises ``ValueError`` when the text would grow past :data:`MAX_LENGTH`.
    """
    stored = store.get(name) if store.has(name) else ""
    elements = _as_list(stored)
    if elements is not None:
        elements.append(plain_number(added) if isinstance(added, float) else added)
        store.set(name, js_json(elements))
        return elements
    current = normalize_value(stored) or 0.0
    summand, increment = to_number(current), to_number(added)
    if summand is None or increment is None:
        text = (print_value(current) if current else "") + print_value(added)
        if len(text) > MAX_LENGTH:
            raise ValueError(f"the variable {name} would grow past {MAX_LENGTH} characters")
        result: VariableValue = text
    else:
        result = plain_number(summand + increment)
    store.set(name, result)
    return result


def plain_number(number: float) -> int | float:
    """A whole number as ``int`` as long as that is exact, so that it is stored without a fraction."""
    return int(number) if number.is_integer() and abs(number) < 2.0**53 else number


def _as_list(stored: VariableValue) -> list[object] | None:
    if isinstance(stored, list):
        return list(stored)
    if isinstance(stored, str) and trim(stored).startswith("["):
        try:
            parsed = parse_json(stored)
        except ValueError:
            return None
        return parsed if isinstance(parsed, list) else None
    return None
