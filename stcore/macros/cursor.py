"""What is open where an unfinished text ends: macros without closing braces, blocks without a closing tag."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from stcore.macros.blocks import Level
from stcore.macros.registry import Registry
from stcore.macros.scanner import OpenMacro, Scan
from stcore.macros.syntax import Call, Fragment

_ANY = Fragment(0, 0, ())


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

    def takes_block(call: Call) -> bool:
        declared = registry.find(call.name)
        return declared is None or declared.takes_block(len(call.arguments))

    return _innermost(before, _calls(scan), registry, takes_block)


def _innermost(
    before: str, calls: list[Call], registry: Registry, takes_block: Callable[[Call], bool]
) -> tuple[OpenBlock | None, OpenBlock | None]:
    required: OpenBlock | None = None
    optional: OpenBlock | None = None
    for call in Level.of(calls, takes_block).items():
        if not isinstance(call, Call):
            continue
        if call.name.lower() == "else" and required is not None and required.name.lower() == "if":
            required = required._replace(has_else=True)
        declared = registry.find(call.name)
        if declared is None or not takes_block(call):
            continue
        written = len(call.arguments)
        block = OpenBlock(call.name, before[call.inner : call.end - 2], written, False, not declared.takes(written))
        required, optional = (block, None) if block.is_required else (required, block)
    return required, optional


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
