"""What the model writes into the chat (spec/command-semantics.md sections 6 and 7)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

from stcore.commands.builtin.generation import clear_input
from stcore.commands.call import Call
from stcore.commands.declaration import Example, Named, Unnamed, command
from stcore.commands.services.generation import Way
from stcore.errors import StcoreError
from stcore.macros.text import trim

PATIENCE = 10.0
"""Seconds to wait for a text that is being written already."""

_AWAIT = Named("await", "wait until it is written", "bool", ("true", "false"), default="false")
_INSTRUCTION = Unnamed("a further instruction")


_Work = Callable[[], Awaitable[None]]


async def _write(call: Call, way: Way, *, instruction: str = "", member: str = "") -> str:
    return await _begin(call, lambda: call.generation.write(way, instruction, member))


async def _begin(call: Call, work: _Work) -> str:
    """Do ``work`` when nothing else is written: to its end with ``await=true``, else while the script goes on."""
    if not await call.generation.free(PATIENCE):
        call.ui.toast(f"A text is still being written here, so /{call.name} did nothing.", "warning")
        return ""
    await clear_input(call)
    if not call.boolean("await", default=False):
        call.generation.go_on(work())
        return ""
    try:
        await work()
    except StcoreError as error:
        call.report(error)
    return ""


@command(
    "trigger",
    group="chat",
    summary="Let the model reply.",
    named=(_AWAIT,),
    unnamed=Unnamed("in a group: who speaks, by name or position from 0", choices="group members"),
    returns="nothing",
    examples=(
        Example("/send Good evening. || /trigger await=true", pipe=""),
        Example("/trigger await=true || /messages names=off {{lastMessageId}} | /echo"),
    ),
)
async def trigger(call: Call) -> str:
    """Without `await=true` the script goes on at once and does not see the reply."""
    return await _write(call, "normal", member=trim(call.text))


@command(
    "continue",
    aliases=("cont",),
    group="chat",
    summary="Let the model go on with the last message.",
    named=(_AWAIT,),
    unnamed=_INSTRUCTION,
    returns="nothing",
    examples=(Example("/continue await=true", pipe=""), Example("/continue await=true Mention the rain.", pipe="")),
)
async def continue_(call: Call) -> str:
    return await _write(call, "continue", instruction=trim(call.text))


@command(
    "regenerate",
    aliases=("regen",),
    group="chat",
    summary="Replace the last reply by a new one.",
    named=(_AWAIT,),
    returns="nothing",
    examples=(Example("/send Hello? || /trigger await=true || /regenerate await=true", pipe=""),),
)
async def regenerate(call: Call) -> str:
    """After a message of yours it is a first reply. In a group all replies to your last message are written anew."""
    return await _write(call, "regenerate")


@command(
    "impersonate",
    aliases=("imp",),
    group="chat",
    summary="Let the model write your next message into the message box.",
    named=(_AWAIT,),
    unnamed=_INSTRUCTION,
    returns="nothing",
    examples=(Example("/impersonate await=true Be polite.", pipe=""),),
)
async def impersonate(call: Call) -> str:
    """The text is not sent."""
    return await _write(call, "impersonate", instruction=trim(call.text))


@command(
    "swipe",
    group="swipes",
    summary="Go to another alternative of the last message.",
    named=(
        Named("direction", "which way", "enum", ("right", "left"), default="right"),
        Named("await", "wait for it, or for the text it makes", "bool", ("true", "false"), default="false"),
    ),
    returns="nothing",
    examples=(
        Example("/addswipe two || /swipe await=true || /messages names=off 0", pipe="two"),
        Example("/addswipe two || /swipe direction=left await=true || /messages names=off 0", pipe="two"),
        Example("/swipe await=true || /messages names=off 0", pipe="Hello.", note="a greeting goes round"),
    ),
)
async def swipe(call: Call) -> str:
    """To the right of the last alternative of a reply another one is written; elsewhere it goes round."""
    direction: Literal["left", "right"] = "left" if call.argument("direction") == "left" else "right"
    return await _begin(call, lambda: call.generation.swipe(direction))
