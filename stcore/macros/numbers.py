"""Numbers, JSON and lengths as ECMAScript writes them; both languages print and read values this way.

spec/stscript.md appendix B and section 10.1, spec/macros.md sections 10.2 to 10.4 and 8.4.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from stcore.macros.text import trim

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
_RADIX = re.compile(r"0[xX]([0-9a-fA-F]+)|0[oO]([0-7]+)|0[bB]([01]+)", re.ASCII)
_INFINITY = {"Infinity": math.inf, "+Infinity": math.inf, "-Infinity": -math.inf}
_BASES = (16, 8, 2)

_EXACT = 2.0**53
"""Below this every whole double prints as itself; above it the shortest digits are padded with zeros."""

_ARRAY_INDEX = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)
_MAX_ARRAY_INDEX = 2**32 - 2


def format_number(number: float) -> str:
    """The shortest decimal text that reads back as the same double: ``7``, ``0.5``, ``1e+21``, ``5e-7``, ``NaN``."""
    number = _to_double(number)
    if number.is_integer() and abs(number) < _EXACT:
        return str(int(number))
    if not math.isfinite(number):
        return "NaN" if math.isnan(number) else ("Infinity" if number > 0 else "-Infinity")
    sign = "-" if number < 0 else ""
    digits, point = _shortest_digits(abs(number))
    if 0 < point <= 21:
        if len(digits) <= point:
            return sign + digits.ljust(point, "0")
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{fraction}e{point - 1:+d}"


def _shortest_digits(number: float) -> tuple[str, int]:
    """The significant digits of a positive double, and where the decimal point stands: ``0.digits * 10**point``."""
    mantissa, _, exponent = repr(number).partition("e")
    whole, _, fraction = mantissa.partition(".")
    point = len(whole) + int(exponent or 0)
    digits = whole + ("" if fraction == "0" else fraction)
    stripped = digits.lstrip("0")
    return stripped.rstrip("0"), point - (len(digits) - len(stripped))


def _to_double(number: float) -> float:
    """An integer of any size as the nearest double."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def read_number(text: str) -> float | None:
    """The double that ``text`` as a whole is a literal of, else ``None``; blank text is no literal.

    Decimal with optional sign, fraction and exponent, ``Infinity`` with optional sign, ``0x`` ``0o`` ``0b`` without
    sign; whitespace around it is allowed.
    """
    text = trim(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    if match := _RADIX.fullmatch(text):
        digits = next(group for group in match.groups() if group)
        return _to_double(int(digits, _BASES[(match.lastindex or 1) - 1]))
    return _INFINITY.get(text)


def to_number(value: object) -> float | None:
    """Any stored value as a number where a number is demanded, ``None`` when it is none (spec/macros.md 10.4).

    Blank text, ``None``, ``False`` and an empty list are 0, ``True`` is 1, a list of one counts as its element.
    """
    match value:
        case None:
            return 0.0
        case str():
            return read_number(value) if trim(value) else 0.0
        case bool() | int() | float():
            number = _to_double(value)
            return None if math.isnan(number) else number
        case [] | ():
            return 0.0
        case [None]:
            return 0.0
        case [bool()]:
            return None
        case [str() | int() | float() | list() | tuple() as element]:
            return to_number(element)
        case _:
            return None


# -- JSON ------------------------------------------------------------------------------------------------------------


def js_json(value: object) -> str:
    """``value`` as compact JSON: integer-like keys first, numbers in their shortest form, non-ASCII left alone.

    Raises ``ValueError`` for nesting that is too deep and ``TypeError`` for what JSON cannot express.
    """
    try:
        return _write(value)
    except RecursionError:
        raise ValueError("The value is nested too deeply to be written as JSON.") from None


def _write(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return json_string(value)
        case int() | float():
            number = _to_double(value)
            return format_number(number) if math.isfinite(number) else "null"
        case list() | tuple():
            return "[" + ",".join([_write(item) for item in value]) + "]"
        case dict():
            members = [f"{json_string(str(key))}:{_write(value[key])}" for key in _key_order(value)]
            return "{" + ",".join(members) + "}"
        case _:
            raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def json_string(text: str) -> str:
    """``text`` as a JSON string literal; half a surrogate pair is escaped, everything else outside ASCII is not."""
    literal = json.dumps(text, ensure_ascii=False)
    if literal.isascii():
        return literal
    return "".join(f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in literal)


def _key_order(members: dict[Any, Any]) -> list[Any]:
    indexes = [key for key in members if _is_array_index(str(key))]
    if not indexes:
        return list(members)
    indexes.sort(key=lambda key: int(str(key)))
    return indexes + [key for key in members if not _is_array_index(str(key))]


def _is_array_index(key: str) -> bool:
    return _ARRAY_INDEX.fullmatch(key) is not None and int(key) <= _MAX_ARRAY_INDEX


def parse_json(text: str) -> Any:
    """The value of a JSON text; raises ``ValueError`` for anything that ECMAScript's ``JSON.parse`` refuses."""
    try:
        return json.loads(text, parse_int=_integer, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("The JSON text is nested too deeply.") from None


def _integer(digits: str) -> float:
    """A whole number as the double it stands for; an ``int`` as long as that is the same."""
    number = float(digits)
    return int(digits) if abs(number) < _EXACT else number


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


# -- lengths ---------------------------------------------------------------------------------------------------------


def utf16_length(text: str) -> int:
    """The number of UTF-16 code units: a character outside the BMP counts two."""
    if text.isascii():
        return len(text)
    return len(text) + sum(1 for character in text if character > "\uffff")


def utf16_offset(text: str, index: int) -> int:
    """The UTF-16 offset of the character at ``index``."""
    return utf16_length(text[:index])


def utf16_index(text: str, offset: int) -> int:
    """The index of the character that covers the UTF-16 ``offset``; the length of ``text`` when it lies behind it."""
    if text.isascii():
        return min(offset, len(text))
    units = 0
    for index, character in enumerate(text):
        units += 2 if character > "\uffff" else 1
        if units > offset:
            return index
    return len(text)


def utf16_slice(text: str, start: int, end: int | None = None) -> str:
    """``text[start:end]`` counted in UTF-16 code units; halves of a pair come out as lone surrogates."""
    if text.isascii():
        return text[start:end]
    units = text.encode("utf-16-le", "surrogatepass")
    if start < 0 or (end is not None and end < 0):
        length = len(units) // 2
        start = start if start >= 0 else max(0, length + start)
        end = end if end is None or end >= 0 else max(0, length + end)
    return units[2 * start : None if end is None else 2 * end].decode("utf-16-le", "surrogatepass")
