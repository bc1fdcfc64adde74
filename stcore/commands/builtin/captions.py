"""Pictures in words (image-generation.md section 14.4)."""

from __future__ import annotations

from collections.abc import Awaitable

from stcore.commands.call import Call
from stcore.commands.declaration import Example, Named, Unnamed, command
from stcore.commands.values import is_true
from stcore.errors import StcoreError
from stcore.macros.text import trim

_PICTURE = (
    Named("mesId", "the number of a message; without it the newest picture", "number", choices="messages"),
    Named("id", "the same as mesId", "number", choices="messages"),
    Named("index", "which of its pictures, from 0; without it the one shown", "number"),
)


@command(
    "caption",
    group="images",
    summary="Let a model that sees say what is on a picture.",
    named=(
        Named("quiet", "only give the words, post nothing", "bool", ("true", "false"), default="false"),
        *_PICTURE,
    ),
    unnamed=Unnamed("what to ask about it, instead of the usual question"),
    returns="the words; empty when there are none",
    examples=(
        Example("/caption quiet=true mesId=3 What is written on the sign?"),
        Example("/caption | /echo {{pipe}}", note="the newest picture, posted with its caption"),
    ),
)
async def caption(call: Call) -> str:
    """Unless it is quiet, picture and caption become a message of yours. Which model is asked stands in the settings
    `captioner` and `captioner_model` of pictures, what it is asked and how it is told in `caption_prompt` and
    `caption_template`. A failure is shown and gives empty text; the script goes on."""
    quiet = is_true(call.named.get("quiet"))
    return await _told(call, call.captions.caption(trim(call.text), quiet=quiet, **_where(call)))


@command(
    "caption-set",
    group="images",
    summary="Keep a caption with a picture, or read it.",
    named=(
        *_PICTURE,
        Named("ask", "let a model that sees write it", "bool", ("true", "false"), default="false"),
        Named("remove", "forget it", "bool", ("true", "false"), default="false"),
    ),
    unnamed=Unnamed("the caption; without it the one that is kept is given"),
    returns="the caption that is kept now",
    examples=(
        Example("/caption-set mesId=3 A lighthouse in the fog."),
        Example("/caption-set ask=true", note="describe the newest picture"),
    ),
)
async def caption_set(call: Call) -> str:
    """It is read out by screen readers, and told to models that cannot see the picture itself. The prompt of the
    picture stays what it is."""
    where, words = _where(call), trim(call.text)
    if is_true(call.named.get("remove")):
        return await _told(call, call.captions.keep("", **where))
    if is_true(call.named.get("ask")):
        return await _told(call, call.captions.keep(None, **where))
    return await _told(call, call.captions.keep(words, **where) if words else call.captions.read(**where))


def _where(call: Call) -> dict[str, int | None]:
    """Which picture is meant."""
    return {"number": call.integer("mesId", call.integer("id")), "index": call.integer("index")}


async def _told(call: Call, asking: Awaitable[str]) -> str:
    """What comes of asking; what goes wrong is shown and gives empty text."""
    try:
        return await asking
    except StcoreError as error:
        call.report(error)
        return ""
