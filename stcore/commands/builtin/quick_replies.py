"""Arguments of stored scripts (spec/stscript.md section 17)."""

from __future__ import annotations

from stcore.commands.call import Call
from stcore.commands.declaration import Example, Unnamed, command
from stcore.commands.expansion import ARGUMENT_PREFIX
from stcore.commands.scope import MISSING
from stcore.errors import UserError

_FALLBACK = "*"


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
