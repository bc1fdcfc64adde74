"""Calling quick replies, their arguments, and what they define for others (spec/stscript.md section 17)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from stcore.commands.call import Call
from stcore.commands.declaration import Example, Named, Unnamed, command
from stcore.commands.expansion import ARGUMENT_PREFIX
from stcore.commands.scope import MISSING, Value
from stcore.errors import NotFound, UserError
from stcore.macros.numbers import read_number

if TYPE_CHECKING:
    from stcore.commands.services import StoredScript

_FALLBACK = "*"
_GREETING = "/qr-set-create Trip | /qr-create set=Trip label=hello /pass Hello, \\{\\{arg::who\\}\\}! | /qr-set-on Trip"
_LIBRARY = (
    '/qr-set-create Trip | /qr-create set=Trip label=lib "/let shout \\{: word= /upper \\{\\{var::word\\}\\} :\\}"'
)


async def call_stored(call: Call, stored: StoredScript) -> Value:
    """Do what a quick reply does when it is called: a script gives its result, a message leaves the pipe empty."""
    if stored.deed == "run":
        return await call.run_stored(stored.text, stored.name)
    await call.scripts.say(call.expand(stored.text), send=stored.deed == "send")
    return ""


@command(
    "qr",
    group="quick-replies",
    summary="Run a quick reply by its position among the active sets.",
    unnamed=Unnamed("position, from 0", "number", required=True, choices="reply positions"),
    returns="the result of the quick reply",
    examples=(Example("/qr 0", pipe="Hello, !", setup=_GREETING, note="without arguments"),),
)
async def qr(call: Call) -> Value:
    """Counts through the sets that are on everywhere, then those of the chat, then those of the character."""
    text = call.text.strip()
    number = read_number(text) if text else 0.0
    position = int(number) if number is not None and number.is_integer() and number >= 0 else None
    stored = await call.scripts.at(position) if position is not None else None
    if stored is None:
        call.ui.toast(f"There is no quick reply number {text} in the active sets.", "error", "Quick replies")
        return ""
    return await call_stored(call, stored)


@command(
    "qr-arg",
    group="quick-replies",
    summary="Say what an argument of a stored script is when the caller gives none.",
    unnamed=(
        Unnamed("name of the argument; * for all others", required=True),
        Unnamed("its value: one word, or a text in quotes", required=True),
    ),
    split=2,
    returns="nothing",
    examples=(
        Example("/qr-arg who Zoe || /pass hello {{arg::who}}", pipe="hello Zoe"),
        Example("/qr-arg * nobody || /pass hello {{arg::anyone}}", pipe="hello nobody"),
        Example("/qr-arg who Zoe || /qr-arg who Ann || /pass {{arg::who}}", pipe="Zoe", note="the first one counts"),
    ),
)
def qr_arg(call: Call) -> str:
    parts = call.parts
    name = str(parts[0])
    if not name:
        raise UserError("/qr-arg needs the name of an argument.", hint="Write: /qr-arg name value")
    key = ARGUMENT_PREFIX + name
    if name == _FALLBACK or call.scope.macro(key) is MISSING:
        call.scope.set_macro(key, parts[1] if len(parts) > 1 else "")
    return ""


@command(
    "import",
    group="flow",
    summary="Take closures over from a quick reply, without running it.",
    named=(Named("from", "the quick reply that defines them", required=True, choices="stored scripts"),),
    unnamed=Unnamed("names of closures, each maybe followed by `as` and a new name", required=True, repeatable=True),
    split="words",
    returns="nothing",
    examples=(
        Example("/import from=Trip.lib shout | /:shout word=hey", pipe="HEY", setup=_LIBRARY),
        Example("/import from=Trip.lib shout as loud | /:loud word=hey", pipe="HEY", setup=_LIBRARY),
        Example("/import from=Trip.lib whisper", error="execution", setup=_LIBRARY),
    ),
)
async def import_(call: Call) -> str:
    """Only what `/let` or `/var` at the top of the quick reply is directly given as a closure can be taken over.

    A variable of the new name in this scope is overwritten.
    """
    source = call.argument("from")
    if not source:
        raise UserError("/import needs to know from where.", hint="Write: /import from=Set.Label name")
    stored = await call.scripts.find(source, of_character=False)
    if stored is None:
        raise NotFound(f"There is no quick reply “{source}” to import from.")
    wanted = _renamed([str(part) for part in call.parts])
    closures = call.closures_in(stored.source)
    for name, new in wanted:
        if name not in closures:
            found = ", ".join(closures)
            raise NotFound(
                f"“{source}” defines no closure “{name}” at its top.",
                hint=f"It defines: {found}." if found else f"Write there: /let {name} {{: ... :}}",
            )
        if call.scope.variables is None:
            call.scope.variables = {}
        call.scope.variables[new] = closures[name]
    return ""


def _renamed(words: Sequence[str]) -> list[tuple[str, str]]:
    """``x y as z`` as pairs of a name and the name it gets."""
    pairs: list[tuple[str, str]] = []
    left = [word for word in words if word]
    while left:
        name = left.pop(0)
        new = name
        if len(left) > 1 and left[0] == "as":
            new = left[1]
            del left[:2]
        pairs.append((name, new))
    if not pairs:
        raise UserError("/import needs the names of what to take over.", hint="Write: /import from=Set.Label name")
    return pairs
