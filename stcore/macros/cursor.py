"""What is open where an unfinished text ends: macros without closing braces, blocks without a closing tag."""

from __future__ import annotations

import re
from typing import NamedTuple

from stcore.macros.blocks import Block, Level
from stcore.macros.registry import Registry
from stcore.macros.scanner import OpenMacro, Scan
from stcore.macros.syntax import Call, Fragment
from stcore.macros.text import SPACE_CLASS

_AHEAD = 20_000
"""Characters behind the cursor in which the end of a macro is looked for."""

_ANY = Fragment(0, 0, ())
_SHORTHAND_BEGUN = re.compile(
    rf"\{{\{{[{SPACE_CLASS}!?~#>]*[.$][{SPACE_CLASS}]*[A-Za-z][A-Za-z0-9_-]*[{SPACE_CLASS}]*[-+=|?<>!]*", re.ASCII
)


class OpenBlock(NamedTuple):
    """An opener whose closing tag has not come yet.

    ``tag`` is what stands between its braces; ``has_else`` tells of an ``if`` whether its else has come;
    ``is_required`` whether the call is incomplete without a block.
    """

    name: str
    tag: str
    arguments: int
    has_else: bool
    is_required: bool


def innermost_macro(before: str) -> OpenMacro | None:
    """The macro whose closing braces are missing where ``before`` ends."""
    return Scan(before).innermost


class FoundCall(NamedTuple):
    """A call or shorthand in a text: where it starts, its source with closing braces, its name ("" of a shorthand)."""

    start: int
    source: str
    name: str


def call_at(text: str, cursor: int, registry: Registry) -> FoundCall | None:
    """The innermost call or shorthand that ``cursor`` is in or directly behind; with its block when it opens one.

    Where it is not finished yet, it ends at the cursor.
    """
    before = text[:cursor]
    scan = Scan(before)
    start = _just_closed(scan, cursor)
    if start is None and scan.innermost is not None:
        start = scan.innermost.start
    if start is None:
        start = before.rfind("{{")
        if start < 0 or _SHORTHAND_BEGUN.fullmatch(before, start) is None:
            return None
    return _whole_call(text, start, cursor, registry)


def _just_closed(scan: Scan, cursor: int) -> int | None:
    """The start of the macro whose closing braces end at the cursor."""
    opened: list[int] = []
    for token in scan:
        if token.type in ("CALL", "VARIABLE"):
            opened.append(token.start)
        elif token.type == "CLOSE":
            start = opened.pop()
            if token.end == cursor:
                return start
    return None


def _whole_call(text: str, start: int, cursor: int, registry: Registry) -> FoundCall | None:
    """The macro at ``start`` up to its own braces, or those of its closing tag."""
    ahead = text[start : cursor + _AHEAD]
    scan = Scan(ahead)
    opener = next((token for token in scan if token.type in ("CALL", "VARIABLE")), None)
    if opener is None or opener.start:
        unfinished = f"{text[start:cursor]}}}}}"
        opener = next(iter(Scan(unfinished)), None)
        if opener is None or opener.type not in ("CALL", "VARIABLE"):
            return None
        return FoundCall(start, unfinished, opener.value if opener.type == "CALL" else "")
    if opener.type == "VARIABLE":
        return FoundCall(start, ahead[: _end_of_first(scan)], "")
    first = next(_level(scan, registry).items())
    end = first.closer.end if isinstance(first, Block) else first.end
    return FoundCall(start, ahead[:end], opener.value)


def _end_of_first(scan: Scan) -> int:
    """Where the macro ends with which a text begins."""
    depth = 0
    for token in scan:
        if token.type in ("CALL", "VARIABLE"):
            depth += 1
        elif token.type == "CLOSE":
            depth -= 1
            if depth == 0:
                return token.end
    raise AssertionError("a complete macro has an end")


def open_blocks(before: str, registry: Registry) -> tuple[OpenBlock | None, OpenBlock | None]:
    """The innermost open block where ``before`` ends, and the innermost one behind it that may stay without content.

    Only tags on the level of that place can pair with what is written there (spec/macros.md sections 6.1 and 21.3).
    """
    scan = Scan(before)
    macro = scan.innermost
    if macro is not None:
        if macro.is_shorthand:
            return None, None
        before = before[macro.argument_start :]
        scan = Scan(before)

    required: OpenBlock | None = None
    optional: OpenBlock | None = None
    for call in _level(scan, registry).items():
        if not isinstance(call, Call):
            continue
        if call.name.lower() == "else" and required is not None and required.name.lower() == "if":
            required = required._replace(has_else=True)
        declared = registry.find(call.name)
        written = len(call.arguments)
        if declared is None or not declared.takes_block(written):
            continue
        block = OpenBlock(call.name, before[call.inner : call.end - 2], written, False, not declared.takes(written))
        required, optional = (block, None) if block.is_required else (required, block)
    return required, optional


def _level(scan: Scan, registry: Registry) -> Level:
    """The top level of a text with its tags paired."""

    def takes_block(call: Call) -> bool:
        declared = registry.find(call.name)
        return declared is None or declared.takes_block(len(call.arguments))

    return Level.of(_calls(scan), takes_block)


def _calls(scan: Scan) -> list[Call]:
    """The complete calls on the top level of a text, with as many arguments as they have, whatever is in them."""
    calls: list[Call] = []
    depth = separators = 0
    opener = None
    for token in scan:
        match token.type:
            case "CALL" | "VARIABLE":
                depth += 1
                if depth == 1:
                    opener, separators = token, 0
            case "COLONS" | "COLON" | "SPACE":
                separators += depth == 1
            case "CLOSE":
                depth -= 1
                if depth == 0 and opener is not None and opener.type == "CALL":
                    arguments = (_ANY,) * separators
                    calls.append(
                        Call(opener.start, token.end, opener.flags, opener.value, opener.name_start, arguments)
                    )
    return calls
