"""What values are as text: results of commands, numbers on reading, elements of JSON (spec/stscript.md section 10)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from stcore.commands.scope import Closure, Value
from stcore.errors import UserError
from stcore.macros.numbers import (
    format_number,
    js_json,
    parse_json,
    read_number,
    to_number,
    utf16_length,
    utf16_slice,
)
from stcore.macros.text import trim
from stcore.macros.variables import normalize_value, plain_number, print_value

_TRUE = frozenset(("on", "true", "1"))
_FALSE = frozenset(("off", "false", "0"))
_LEADING_NUMBER = re.compile(r"[+-]?(?:Infinity|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)")
_LEADING_INTEGER = re.compile(r"[+-]?[0-9]+")
_LONGEST_LIST = 1_000_000


# -- words and results -----------------------------------------------------------------------------------------------


def is_true(text: object) -> bool:
    """Whether ``text`` is one of the words for yes (3.4)."""
    return isinstance(text, str) and trim(text).lower() in _TRUE


def is_false(text: object) -> bool:
    """Whether ``text`` is one of the words for no."""
    return isinstance(text, str) and trim(text).lower() in _FALSE


def result_text(result: Any) -> Value:
    """What a command returned, as the pipe holds it: text or a closure (section 1)."""
    match result:
        case str() | Closure():
            return result
        case None:
            return ""
        case bool():
            return "true" if result else "false"
        case int() | float():
            return "null" if math.isnan(result) else format_number(result)
        case _:
            return js_json(result)


# -- reading ---------------------------------------------------------------------------------------------------------


def numeric(value: Any) -> float | None:
    """The number that a stored value reads as (10.1), ``None`` when it is text; blank text is no number."""
    if isinstance(value, str):
        return _number_of_text(value)
    if type(value) is float:
        return None if math.isnan(value) else value
    normal = normalize_value(value)
    return None if isinstance(normal, str) else float(normal)


def _number_of_text(text: str) -> float | None:
    """:func:`read_number`, with a short cut for what most texts are: digits, or words."""
    if text.isdecimal() and text.isascii() and len(text) < 16:
        return float(text)
    if not text or (text[0].isalpha() and text[0] != "I"):
        return None
    return read_number(text)


def read_text(value: Any) -> str:
    """The text that reading a variable gives: numbers in their shortest form, everything else as it is (10.1)."""
    if isinstance(value, str):
        number = _number_of_text(value)
        return value if number is None else format_number(number)
    return print_value(normalize_value(value))


def plain_text(value: Any) -> str:
    """A stored value as text, unchanged where it is text already."""
    return value if isinstance(value, str) else str(result_text(value))


# -- elements --------------------------------------------------------------------------------------------------------


def read_element(stored: Any, index: str, *, scoped: bool) -> str:
    """The element ``index`` of a stored value, one level deep (10.2).

    Scoped variables give texts unchanged, booleans as words and characters of plain text; stored ones give numbers
    in their shortest form, booleans as 1 and 0, and plain text as a whole.
    """
    data = stored
    if isinstance(stored, str):
        if _number_of_text(stored) is not None:
            return ""
        try:
            data = parse_json(stored)
        except ValueError:
            return _character(stored, index) if scoped else stored
    found = _element(data, index)
    if found is _NOTHING:
        return ""
    if found is None:
        return "null"
    if isinstance(found, bool) and scoped:
        return "true" if found else "false"
    if isinstance(found, (dict, list)):
        return js_json(found)
    return found if isinstance(found, str) and scoped else read_text(found)


_NOTHING: Any = object()


def _element(data: Any, index: str) -> Any:
    if isinstance(data, dict):
        return data.get(_key(index), _NOTHING)
    if isinstance(data, str):
        return _character(data, index) or _NOTHING
    if not isinstance(data, list):
        return _NOTHING
    position = to_number(index)
    if position is not None and position >= 0 and position.is_integer() and position < len(data):
        return data[int(position)]
    return len(data) if index == "length" else _NOTHING


def _character(text: str, index: str) -> str:
    """The UTF-16 unit of ``text`` at ``index``, or its length."""
    position = to_number(index)
    if position is None:
        return str(utf16_length(text)) if index == "length" else ""
    if position < 0 or not position.is_integer():
        return ""
    return utf16_slice(text, int(position), int(position) + 1)


def _key(index: str) -> str:
    number = to_number(index)
    return index if number is None else format_number(number)


def write_element(stored: str | None, index: str, value: Any) -> str | None:
    """The JSON text of ``stored`` with one element set; ``None`` when ``stored`` is no list or object (10.3).

    ``stored=None`` starts a list for a number and an object for a key. ``value`` may be :data:`REMOVED`.
    """
    position = to_number(index)
    if stored is None:
        data: Any = {} if position is None else []
    else:
        try:
            data = parse_json(stored)
        except ValueError:
            return None
    if isinstance(data, dict):
        if value is REMOVED:
            data.pop(_key(index), None)
        else:
            data[_key(index)] = value
    elif isinstance(data, list):
        _set_item(data, position, None if value is REMOVED else value)
    else:
        return None
    return js_json(data)


REMOVED: Any = object()
"""The element is taken out: ``as=undefined``."""


def _set_item(items: list[Any], position: float | None, value: Any) -> None:
    """Set one item, filling a gap with nulls; keys and negative positions are lost when a list is stored."""
    if position is None or position < 0 or not position.is_integer():
        return
    if position >= _LONGEST_LIST:
        raise UserError(f"A list cannot have {format_number(position + 1)} elements.")
    items.extend([None] * (int(position) + 1 - len(items)))
    items[int(position)] = value


# -- conversion ------------------------------------------------------------------------------------------------------


def convert(text: str, kind: str) -> Any:
    """``text`` as the type that ``as=`` names (10.3); unknown names leave it as it is."""
    converter = _CONVERTERS.get(kind.strip().lower())
    return text if converter is None else converter(text)


def _to_list(text: str) -> Any:
    data = _json_or_nothing(text)
    return data if isinstance(data, list) else []


def _to_object(text: str) -> Any:
    data = _json_or_nothing(text)
    return data if isinstance(data, (dict, list)) or data is None else {}


def _json_or_nothing(text: str) -> Any:
    try:
        return parse_json(text)
    except ValueError:
        return _NOTHING


def _leading(pattern: re.Pattern[str]) -> Callable[[str], int | float | None]:
    def read(text: str) -> int | float | None:
        match = pattern.match(text.lstrip())
        number = read_number(match.group()) if match else None
        return None if number is None else plain_number(number) if math.isfinite(number) else number

    return read


def _whole_number(text: str) -> int | float | None:
    number = to_number(text)
    return None if number is None or not math.isfinite(number) else plain_number(number)


_CONVERTERS: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(("number",), _whole_number),
    "int": _leading(_LEADING_INTEGER),
    "float": _leading(_LEADING_NUMBER),
    **dict.fromkeys(("bool", "boolean"), is_true),
    **dict.fromkeys(("list", "array"), _to_list),
    **dict.fromkeys(("object", "dict", "dictionary"), _to_object),
    "null": lambda text: None,
    **dict.fromkeys(("undefined", "none"), lambda text: REMOVED),
}
