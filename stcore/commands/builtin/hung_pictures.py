"""The pictures on messages: which one is looked at, one or all, and their end (image-generation.md 12.1, 13.5)."""

from __future__ import annotations

from typing import cast

from stcore.commands.call import Call
from stcore.commands.declaration import Example, Named, Unnamed, command
from stcore.commands.services.hung_pictures import PictureDisplay, Step
from stcore.commands.values import is_false, is_true
from stcore.errors import UserError
from stcore.macros.text import trim

_BOOLEAN = ("true", "false")
_STEPS = ("first", "previous", "next", "last")
_DISPLAYS = ("gallery", "list")
_MES_ID = Named("mesId", "the number of a message; without it the newest with a picture", "number", choices="messages")


@command(
    "picture-show",
    group="images",
    summary="Look at another picture of a message.",
    named=(_MES_ID,),
    unnamed=Unnamed("its number from 0, or a step; without it only told", enum=_STEPS),
    returns="the number of the picture that is looked at",
    examples=(Example("/sd moss | /imagine-swipe | /picture-show previous", pipe="0"),),
)
async def picture_show(call: Call) -> str:
    """It is remembered with the text that the pictures hang on. Further pictures, explanations, and models that see go
    by the one that is looked at. Past the last picture comes the first, and the other way round."""
    word = trim(call.text) if call.has_unnamed else ""
    wanted: int | Step | None = None
    if word in _STEPS:
        wanted = cast("Step", word)
    elif word.removeprefix("-").isdecimal():
        wanted = int(word)
    elif word:
        raise UserError(f"/{call.name}: “{word}” is no picture.", hint=f"Say a number from 0, or {', '.join(_STEPS)}.")
    return str(await call.hung_pictures.show(call.integer("mesId"), wanted))


@command(
    "picture-display",
    group="images",
    summary="Show the pictures of a message one at a time, or all.",
    named=(_MES_ID,),
    unnamed=Unnamed("“gallery” for one with arrows, “list” for all; without it only told", enum=_DISPLAYS),
    returns="how they are shown now",
    examples=(Example("/sd moss | /picture-display list", pipe="list"),),
)
async def picture_display(call: Call) -> str:
    word = trim(call.text) if call.has_unnamed else ""
    if word and word not in _DISPLAYS:
        raise UserError(f"/{call.name}: “{word}” is not known.", hint="Say gallery or list.")
    return await call.hung_pictures.arrange(call.integer("mesId"), cast("PictureDisplay | None", word or None))


@command(
    "picture-delete",
    group="images",
    summary="Delete a picture of a message, or all of them.",
    named=(
        _MES_ID,
        Named("index", "which of its pictures, from 0; without it the one looked at", "number"),
        Named("all", "all pictures of the message", "bool", _BOOLEAN, default="false"),
        Named("files", "delete the files, too; else they stay in the gallery", "bool", _BOOLEAN, default="true"),
    ),
    returns="how many were deleted",
    examples=(Example("/sd moss | /imagine-swipe | /picture-delete all=true", pipe="2"),),
)
async def picture_delete(call: Call) -> str:
    """Of the one that was looked at, the one before it is looked at then."""
    count = await call.hung_pictures.delete(
        call.integer("mesId"),
        call.integer("index"),
        every=is_true(call.named.get("all")),
        files=not is_false(call.named.get("files")),
    )
    return str(count)
