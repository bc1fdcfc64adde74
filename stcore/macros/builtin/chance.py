"""Chance: ``random``, ``pick`` and ``roll`` (spec/macros.md sections 14.1 to 14.3)."""

from __future__ import annotations

import re

from stcore.macros.calls import MacroCall
from stcore.macros.definitions import Argument, ListPart, macro
from stcore.macros.stable import seeded_fraction, text_hash
from stcore.macros.text import trim

_ITEMS = ListPart(0, None, "item", "One argument holding items separated by commas, or an argument for each item.")
_COMMA = re.compile(r"(?<!\\),")
_DICE = re.compile(r"([1-9][0-9]*)?d([1-9][0-9]*)([+-][0-9]+)?", re.IGNORECASE | re.ASCII)
_DIGITS = re.compile(r"[0-9]+", re.ASCII)

MAX_DICE = 10_000
"""Dice of one roll."""


def _items(arguments: tuple[str, ...]) -> list[str]:
    """What to choose from; a single argument is split at ``::``, else at commas that have no backslash."""
    if len(arguments) != 1:
        return list(arguments)
    text = arguments[0]
    if not text:
        return []
    if "::" in text:
        return [trim(item) for item in text.split("::")]
    return [trim(item.replace("\\,", ",")) for item in _COMMA.split(text)]


@macro(
    "random",
    rest=_ITEMS,
    group="random",
    determinism="random",
    returns="An item; nothing when there is none.",
    examples=[("{{random::so}}", "so"), ("{{random no, no}}", "no"), (r"{{random::9\,5}}", "9,5")],
)
def random(call: MacroCall, *arguments: str) -> str:
    """One of the items, drawn anew each time."""
    items = _items(arguments)
    return call.environment.random.choice(items) if items else ""


@macro(
    "pick",
    rest=_ITEMS,
    group="random",
    determinism="environment",
    returns="An item; nothing when there is none.",
    examples=[("{{pick::oak::elm::ash}} {{pick::oak::elm::ash}}", "elm elm")],
)
def pick(call: MacroCall, *arguments: str) -> str:
    """One of the items, always the same one at this place of this text in this chat."""
    items = _items(arguments)
    if not items:
        return ""
    chat = call.environment.chat
    numbers = [chat.hash, call.run.content_hash, call.offset]
    if chat.reroll:
        numbers.append(chat.reroll)
    seed = text_hash("-".join(map(str, numbers)))
    return items[int(seeded_fraction(str(seed)) * len(items))]


def _dice(formula: str) -> re.Match[str] | None:
    """The parts of a formula; ``None`` when it is none, or for more dice and sides than anybody has."""
    dice = _DICE.fullmatch(f"d{formula}" if _DIGITS.fullmatch(formula) else formula)
    if dice is None or max(map(len, filter(None, dice.groups()))) > 15 or int(dice[1] or 1) > MAX_DICE:
        return None
    return dice


def _wrong_formula(formula: str) -> str:
    return "" if _dice(trim(formula)) else f"{formula!r} is no roll of dice"


@macro(
    "roll",
    Argument(
        "formula",
        "Like 2d6+1; a number alone is one die with that many sides.",
        sample="2d6+1",
        samples=("1d20", "3d6", "100"),
        wrong=_wrong_formula,
    ),
    group="random",
    determinism="random",
    returns="A whole number; nothing when the formula is none.",
    examples=[("{{roll::2d1+5}}", "7"), ("[{{roll::2d}}]", "[]")],
)
def roll(call: MacroCall, formula: str) -> str:
    """The sum of a roll of dice."""
    dice = _dice(formula)
    if dice is None:
        call.warn(_wrong_formula(formula))
        return ""
    count, sides, modifier = (int(dice[group] or default) for group, default in ((1, 1), (2, 1), (3, 0)))
    return str(sum(call.environment.random.randint(1, sides) for _ in range(count)) + modifier)


MACROS = (random, pick, roll)
