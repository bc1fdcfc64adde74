"""Counting and cutting by tokens."""

from __future__ import annotations

import math
from typing import Literal

from stcore.commands.call import Call
from stcore.commands.declaration import Example, Named, Unnamed, command
from stcore.errors import UserError
from stcore.macros.numbers import read_number

_TEXT = Unnamed("the text", required=True)


@command(
    "tokens",
    group="text",
    summary="Count the tokens of a text.",
    unnamed=_TEXT,
    returns="about how many tokens it has",
    examples=(Example("/tokens Rain on the old bridge.", pipe="7"), Example("/pass || /tokens", pipe="0")),
)
async def tokens(call: Call) -> int:
    """An estimate that needs no model; `/tokenizer` chooses how it is made."""
    if call.closure is not None:
        raise UserError("/tokens counts text, not a closure.", hint="Let it run first: {: ... :}()")
    return await call.tokens.count(call.text)


@command(
    "trimtokens",
    group="text",
    summary="Cut a text to a number of tokens.",
    named=(
        Named("limit", "how many tokens stay", ("number", "varname"), required=True, choices="variables"),
        Named("direction", "which end stays", "enum", ("start", "end"), required=True),
    ),
    unnamed=Unnamed("the text"),
    returns="the shortened text",
    examples=(
        Example("/trimtokens limit=4 direction=start Rain fell on the old stone bridge", pipe="Rain fell on the"),
        Example("/trimtokens limit=0 direction=start Rain fell", pipe=""),
        Example("/trimtokens limit=many direction=start Rain fell", pipe="Rain fell"),
    ),
)
async def trimtokens(call: Call) -> str:
    """`start` keeps the first tokens, anything else the last ones. `limit` may name a variable."""
    limit = read_number(_limit(call))
    if limit is None or math.isnan(limit) or not call.text:
        return call.text
    keep: Literal["start", "end"] = "start" if call.argument("direction") == "start" else "end"
    return await call.tokens.cut(call.text, int(min(limit, len(call.text))), keep)


def _limit(call: Call) -> str:
    text = call.argument("limit")
    found = next((store.get(text) for store in (call.locals, call.globals) if text and store.has(text)), text)
    return str(found)


@command(
    "count",
    group="chat",
    summary="Count the tokens of this chat.",
    returns="about how many tokens its visible messages have",
    examples=(Example("/count", pipe="3"),),
)
async def count(call: Call) -> int:
    """The number is shown too. Hidden messages do not count."""
    seen = [message.text for message in await call.chat.messages() if not message.hidden]
    total = await call.tokens.count(" ".join(seen))
    call.ui.toast(f"This chat has about {total} tokens.")
    return total
