"""Placeholders of one's own: what their values may be (image-generation.md 16.3; numbers, choices and pictures are
additions of ours)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from stcore.errors import UserError
from stcore.images.filling import PICTURES, PLACEHOLDERS
from stcore.images.settings import Placeholder

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_WHOLE = re.compile(r"[+-]?[0-9]{1,30}")


def check_placeholders(given: Iterable[Placeholder]) -> None:
    """Refuse placeholders that could never be filled as they are meant; :class:`UserError` names the first.

    A value with macros is not looked at: what it becomes is known when a picture is made.
    """
    seen: set[str] = set()
    for one in given:
        if one.find in {*PLACEHOLDERS, *PICTURES}:
            raise UserError(f"%{one.find}% is filled by stcore itself.", hint="Choose another name.")
        if one.find in seen:
            raise UserError(f"There are two placeholders %{one.find}%.", hint="The second would never be used.")
        seen.add(one.find)
        if one.kind == "choice" and not one.choices:
            raise UserError(f"%{one.find}% has nothing to choose from.", hint="Give it choices.")
        if one.replace and "{{" not in one.replace:
            value_of(one, one.replace)


def value_of(placeholder: Placeholder, text: str) -> str | int | float:
    """What stands in the graph for ``text``, the value with its macros expanded; pictures are left to the caller.

    Raises :class:`UserError` for a number that is none and a choice that is not offered.
    """
    if placeholder.kind == "number":
        return _number(placeholder.find, text.strip())
    if placeholder.kind == "choice":
        return _choice(placeholder, text.strip())
    return text


def _choice(placeholder: Placeholder, text: str) -> str:
    if text not in placeholder.choices:
        choices = ", ".join(f"“{choice}”" for choice in placeholder.choices)
        raise UserError(f"%{placeholder.find}% cannot be “{_short(text)}”.", hint=f"Its choices are {choices}.")
    return text


def _number(name: str, text: str) -> int | float:
    if _WHOLE.fullmatch(text):
        return int(text)
    number = float(text) if _NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(number):
        raise UserError(f"%{name}% should be a number and is “{_short(text)}”.", hint="Change its value or its kind.")
    return number


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"
