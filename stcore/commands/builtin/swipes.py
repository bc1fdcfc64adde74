"""Alternatives of the last message (spec/command-semantics.md section 6)."""

from __future__ import annotations

from stcore.commands.call import Call
from stcore.commands.declaration import Example, Named, Unnamed, command
from stcore.commands.services import Message
from stcore.macros.numbers import read_number
from stcore.macros.text import trim

REFUSED = "undefined"
"""What a refused /delswipe leaves in the pipe; scripts compare with this word."""


async def _last(call: Call) -> Message | None:
    messages = await call.chat.messages()
    return messages[-1] if messages else None


@command(
    "addswipe",
    aliases=("swipeadd",),
    group="swipes",
    summary="Add an alternative text to the last message.",
    named=(Named("switch", "show it at once", "bool", ("true", "false"), default="false"),),
    unnamed=Unnamed("the text", required=True),
    returns="its number, from 0; nothing when it was refused",
    examples=(
        Example("/addswipe Good evening.", pipe="1"),
        Example("/addswipe switch=true Good evening. | /messages names=off 0", pipe="Good evening."),
        Example("/addswipe Good evening. | /messages names=off 0", pipe="Hello."),
        Example("/send one || /addswipe two", pipe="", note="messages of yours have no alternatives"),
    ),
)
async def addswipe(call: Call) -> str:
    """Messages of yours and hidden ones (comments, pictures) are refused."""
    text = trim(call.text)
    if not text:
        return ""
    message = await _last(call)
    if message is None or message.role == "user" or message.hidden:
        what = "There is no message" if message is None else "Only a reply or a text of the narrator can have another"
        call.ui.toast(f"{what}, so no alternative was added.", "warning")
        return ""
    changed = await call.chat.add_swipe(message.id, text, show=call.boolean("switch", default=False))
    return str(changed.swipes - 1)


@command(
    "delswipe",
    aliases=("swipedel",),
    group="swipes",
    summary="Delete an alternative of the last message.",
    unnamed=Unnamed("its number, from 1; the one shown without it", "number"),
    returns=f"the number, from 0, of the alternative shown now; “{REFUSED}” when it was refused",
    examples=(
        Example("/addswipe two || /addswipe switch=true three || /delswipe", pipe="1"),
        Example("/addswipe two || /delswipe 1 | /messages names=off 0", pipe="two"),
        Example("/delswipe", pipe=REFUSED, note="the only one stays"),
    ),
)
async def delswipe(call: Call) -> str:
    """Of the one shown its neighbour is shown then: the next, or the previous at the end."""
    message = await _last(call)
    if message is None:
        return _refuse(call, "There is no message.")
    written = read_number(call.text) if trim(call.text) else None
    number = message.swipe if written is None else int(written) - 1
    if not 0 <= number < message.swipes:
        return _refuse(call, f"The last message has no alternative {number + 1}, only {message.swipes}.")
    if message.swipes == 1:
        return _refuse(call, "The last message has only this one text, which stays.")
    return str((await call.chat.remove_swipe(message.id, number)).swipe)


def _refuse(call: Call, why: str) -> str:
    call.ui.toast(why, "warning")
    return REFUSED
