"""Texts: case, parts, regular expressions, sentences, approximate search (spec/stscript.md section 16.3)."""

from __future__ import annotations

import unicodedata
from collections.abc import Awaitable

from stcore.commands.call import Call
from stcore.commands.declaration import Example, Named, Unnamed, command
from stcore.commands.fuzzy import best_match, first_match
from stcore.commands.regex import (
    Expression,
    Hit,
    compile_expression,
    fill,
    replace_hits,
    replace_literal,
    searched,
)
from stcore.errors import UserError
from stcore.macros.numbers import js_json, parse_json, to_number, utf16_length, utf16_slice
from stcore.macros.text import WHITESPACE

_TEXT = Unnamed("the text", required=True)
_PATTERN = Named("pattern", "an expression, bare or as /body/flags", required=True)
_SENTENCE_ENDS = frozenset('.!?*")}]`$_。！？”）】’」』»…')


@command(
    "upper",
    aliases=("uppercase", "to-upper"),
    group="text",
    summary="Write a text in capitals.",
    unnamed=_TEXT,
    returns="the text in capitals",
    examples=(Example("/upper quiet", pipe="QUIET"),),
)
def upper(call: Call) -> str:
    return "" if call.closure else call.text.upper()


@command(
    "lower",
    aliases=("lowercase", "to-lower"),
    group="text",
    summary="Write a text in small letters.",
    unnamed=_TEXT,
    returns="the text in small letters",
    examples=(Example("/lower LOUD", pipe="loud"),),
)
def lower(call: Call) -> str:
    return "" if call.closure else call.text.lower()


@command(
    "substr",
    aliases=("substring",),
    group="text",
    summary="Take a part of a text.",
    named=(
        Named("start", "first position, negative counts from the end", "number", default="0"),
        Named("end", "position behind the last, negative counts from the end", "number"),
    ),
    unnamed=_TEXT,
    returns="the part",
    examples=(Example("/substr start=2 end=-1 abcdef", pipe="cde"), Example("/substr start=-4 harbour", pipe="bour")),
)
def substr(call: Call) -> str:
    text = call.text
    length = utf16_length(text)
    start = _position(call.argument("start"), length)
    end = _position(call.argument("end"), length) if "end" in call.named else length
    return utf16_slice(text, start, end) if start < end else ""


def _position(text: str, length: int) -> int:
    """A position inside a text of that length; what is no number counts as 0."""
    number = to_number(text)
    if number is None:
        return 0
    position = max(-length, min(length, number))
    return int(position if position >= 0 else length + position)


@command(
    "replace",
    aliases=("re",),
    group="text",
    summary="Replace a text, or what an expression finds.",
    named=(
        Named("mode", "plain text or regular expression", "enum", ("literal", "regex"), default="literal"),
        Named("pattern", "what to find", required=True),
        Named("replacer", "what to put in its place; $1, $<name> and $& stand for what was found"),
    ),
    unnamed=_TEXT,
    returns="the changed text",
    examples=(
        Example('/replace pattern="red" replacer=blue Red gate, red barn', pipe="Red gate, blue barn"),
        Example("/replace mode=regex pattern=/o/g replacer=0 moon", pipe="m00n"),
        Example(r'/replace mode=regex pattern="(\w+) gate" replacer="[$1]" Red gate', pipe="[Red]"),
    ),
)
def replace(call: Call) -> str | Awaitable[str]:
    """An expression replaces only its first match unless it has the flag `g`; one that is invalid replaces nothing."""
    pattern, mode = call.argument("pattern"), call.argument("mode", "literal")
    if not pattern:
        raise UserError(f"/{call.name} needs pattern=: what to find.")
    if mode not in ("literal", "regex"):
        raise call.wrong("mode", mode, "literal or regex")
    if mode == "literal":
        return replace_literal(call.text, pattern, call.argument("replacer"))
    try:
        expression = compile_expression(pattern)
    except ValueError:
        return call.text
    text, replacer = call.text, call.argument("replacer")
    return searched(expression, text, lambda hits: replace_hits(text, hits, lambda hit: fill(replacer, hit)))


@command(
    "test",
    group="text",
    summary="Tell whether an expression matches.",
    named=(_PATTERN,),
    unnamed=_TEXT,
    returns="true or false",
    examples=(
        Example("/test pattern=^mo moon", pipe="true"),
        Example("/test pattern=/GATE/i the gate", pipe="true"),
        Example('/test pattern="(" x', error="execution"),
    ),
)
def test(call: Call) -> bool | Awaitable[bool]:
    return searched(_expression(call), call.text, bool, every=False)


@command(
    "match",
    group="text",
    summary="Give what an expression and its groups match.",
    named=(_PATTERN,),
    unnamed=_TEXT,
    returns="JSON list of groups; with the flag g a list of such lists; empty or [] without a match",
    examples=(
        Example(r'/match pattern="id_(\w+)" id_one two', pipe='["id_one","one"]'),
        Example(
            r'/match pattern="/(\d)(\w)/g" 1a 2b', pipe='[["1a","1","a"],["2b","2","b"]]', note="g gives every match"
        ),
    ),
)
def match(call: Call) -> str | Awaitable[str]:
    expression = _expression(call)

    def listed(hits: list[Hit]) -> str:
        rows = [[hit.group(), *hit.groups] for hit in hits]
        if expression.every:
            return js_json(rows)
        return js_json(rows[0]) if rows else ""

    return searched(expression, call.text, listed)


def _expression(call: Call) -> Expression:
    notation = call.argument("pattern")
    if not notation:
        raise UserError(f"/{call.name} needs pattern=: a regular expression.")
    try:
        return compile_expression(notation)
    except ValueError as error:
        raise UserError(f"/{call.name}: pattern= is no valid regular expression: {error}.") from error


@command(
    "fuzzy",
    group="text",
    summary="Find which entry of a list occurs in a text, give or take a few letters.",
    named=(
        Named(
            "list",
            "the entries, or a variable that holds them",
            ("list", "varname"),
            required=True,
            choices="variables",
        ),
        Named("threshold", "how wrong a match may be, 0 exact to 1", "number", default="0.4"),
        Named("mode", "the first entry that fits, or the best", "enum", ("first", "best"), default="first"),
    ),
    unnamed=Unnamed("the text to look in", required=True),
    returns="the entry; empty when none fits",
    examples=(
        Example('/fuzzy list=["oak","pine"] we rest under the pine', pipe="pine"),
        Example('/fuzzy list=["plum","cherry"] mode=best chery', pipe="cherry"),
    ),
)
def fuzzy(call: Call) -> str:
    """`first` looks for each entry in the text, in the order of the list; `best` takes the entry most like the text."""
    try:
        entries = parse_json(_list_text(call))
    except ValueError:
        return ""
    threshold = to_number(call.argument("threshold", "0.4"))
    if threshold is None or not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
        return ""
    threshold = max(0.0, min(1.0, threshold))
    search = best_match if call.argument("mode") == "best" else first_match
    return search(entries, call.text, threshold) or ""


def _list_text(call: Call) -> str:
    text = call.argument("list")
    for store in (call.locals, call.globals):
        if store.has(text):
            stored = store.get(text)
            return stored if isinstance(stored, str) else js_json(stored)
    return text


@command(
    "trimstart",
    group="text",
    summary="Drop an unfinished first sentence.",
    unnamed=_TEXT,
    returns="the text from its next sentence on",
    examples=(Example("/trimstart and so on. Next one.", pipe="Next one."),),
)
def trimstart(call: Call) -> str:
    """A text without any full stop stays as it is."""
    text = call.text
    if "." not in text:
        return text
    end = min(place for mark in ".!?\n" if (place := text.find(mark)) >= 0)
    return text[end + 1 :] if text[end] == "\n" else text[end + 2 :]


@command(
    "trimend",
    group="text",
    summary="Drop an unfinished last sentence.",
    unnamed=_TEXT,
    returns="the text up to the end of its last sentence",
    examples=(Example("/trimend It rained. The road was", pipe="It rained."),),
)
def trimend(call: Call) -> str:
    return finished_sentences(call.text)


def finished_sentences(text: str) -> str:
    """``text`` up to the end of its last finished sentence; unchanged when it has none."""
    text = text.rstrip(WHITESPACE)
    for place in range(len(text) - 1, -1, -1):
        if _is_emoji(text[place]):
            return text[: place + 1]
        if text[place] in _SENTENCE_ENDS:
            behind_blank = place > 0 and text[place - 1] in WHITESPACE
            return text[: place if behind_blank else place + 1].rstrip(WHITESPACE)
    return text


def _is_emoji(character: str) -> bool:
    return character >= "\u2190" and unicodedata.category(character) == "So"
