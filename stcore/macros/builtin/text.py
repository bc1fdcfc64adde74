"""Small tools for text (spec/macros.md section 13.1)."""

from __future__ import annotations

from stcore.macros.calls import MacroCall, MacroFailure
from stcore.macros.definitions import Alias, Argument, ListPart, macro
from stcore.macros.pipeline import TRIM_MARK

MAX_COUNT = 100_000
"""Characters that one ``space`` or ``newline`` may give."""


def _wrong_count(count: str) -> str:
    number = int(count) if len(count) < 10 else MAX_COUNT + 1
    return "" if 0 <= number <= MAX_COUNT else f"the count must lie between 0 and {MAX_COUNT}"


_COUNT = Argument("count", "How many.", types="integer", optional=True, default="1", sample="2", wrong=_wrong_count)


def _repeat(character: str, count: str) -> str:
    if wrong := _wrong_count(count):
        raise MacroFailure(wrong)
    return character * int(count)


@macro("space", _COUNT, group="utility", determinism="pure", returns="Spaces.", examples=[("[{{space::2}}]", "[  ]")])
def space(call: MacroCall, count: str = "1") -> str:
    """One space or several."""
    return _repeat(" ", count)


@macro(
    "newline", _COUNT, group="utility", determinism="pure", returns="Line feeds.", examples=[("a{{newline}}b", "a\nb")]
)
def newline(call: MacroCall, count: str = "1") -> str:
    """One line feed or several."""
    return _repeat("\n", count)


@macro("noop", group="utility", determinism="pure", returns="Nothing.", examples=[("[{{noop}}]", "[]")])
def noop(call: MacroCall) -> str:
    """Nothing."""
    return ""


@macro(
    "trim",
    Argument("content", "The text of the block.", optional=True),
    group="utility",
    determinism="pure",
    returns="Nothing; as a block its content.",
    examples=[("a\n\n{{trim}}\nb", "ab"), ("[{{trim}}  boxed\n{{/trim}}]", "[boxed]")],
)
def trim(call: MacroCall, content: str = "") -> str:
    """Remove the line breaks around it; as a block, the whitespace around its content."""
    return content if call.is_block else TRIM_MARK


@macro(
    "reverse",
    Argument("value", "The text to reverse.", sample="pan"),
    group="utility",
    determinism="pure",
    returns="The text backwards.",
    examples=[("{{reverse::pan}}", "nap"), ("{{reverse}}ton{{/reverse}}", "not")],
)
def reverse(call: MacroCall, value: str) -> str:
    """The characters of a text in reverse order."""
    return value[::-1]


@macro(
    "//",
    Argument("comment", "Anything but a pipe; a block, {{//}}...{{///}}, may hold anything."),
    rest=ListPart(),
    aliases=[Alias("comment", visible=False)],
    group="utility",
    determinism="pure",
    strict=False,
    returns="Nothing.",
    examples=[
        ("{{// to do: {{user}} }}done", "done"),
        ("{{comment a}}b", "b"),
        ("a{{//}} not | seen {{///}}b", "ab"),
    ],
)
def comment(call: MacroCall, *words: str) -> str:
    """A remark that is removed; macros in it run, but not between {{//}} and {{///}}."""
    return ""


@macro(
    "banned",
    Argument("word", "The word, with or without quotation marks.", sample="tapestry"),
    group="utility",
    determinism="environment",
    effect=True,
    returns="Nothing.",
    examples=[('[{{banned "word"}}]', "[]")],
)
def banned(call: MacroCall, word: str) -> str:
    """Keep a word out of the coming answer, where the back end can."""
    ban = call.environment.ban
    if ban is not None:
        ban(word.removeprefix('"').removesuffix('"'))
    return ""


MACROS = (space, newline, noop, trim, reverse, comment, banned)
