"""The galleries of characters and groups (spec/image-generation.md 14.3)."""

from __future__ import annotations

import json

from stcore.commands.call import Call
from stcore.commands.declaration import Example, Named, command
from stcore.errors import NotFound
from stcore.macros.text import trim


@command(
    "show-gallery",
    aliases=("sg",),
    group="images",
    summary="Open the gallery of the character or group of this chat.",
    returns="nothing",
    examples=(Example("/show-gallery", pipe=""),),
)
async def show_gallery(call: Call) -> str:
    """It holds what was made in all their chats, what was sent to them, and what was put there. A chat with nobody in
    particular shows its own pictures."""
    await call.ui.show_gallery(await call.galleries.here())
    return ""


@command(
    "list-gallery",
    aliases=("lg",),
    group="images",
    summary="List the pictures of a gallery.",
    named=(
        Named("char", "a character, or the name of a gallery that several share", choices="galleries"),
        Named("group", "a group", choices="groups"),
        Named("sort", "what decides about the order", enum=("date", "name"), default="date"),
        Named("order", "oldest first or newest first; A to Z or Z to A", enum=("asc", "desc"), default="asc"),
    ),
    returns="the addresses of the pictures as a JSON list",
    examples=(
        Example("/list-gallery", pipe="[]", note="nothing was made with the character of this chat"),
        Example("/lg char=Character sort=name", pipe="[]"),
        Example("/list-gallery | /len", pipe="0", note="how many there are"),
    ),
)
async def list_gallery(call: Call) -> str:
    """Without a name it is the gallery of the character or group of this chat. A name that nobody has shows an error
    and gives an empty list."""
    try:
        found = await call.galleries.list(
            character=trim(call.argument("char")),
            group=trim(call.argument("group")),
            sort="name" if call.choice("sort") == "name" else "date",
            order="desc" if call.choice("order") == "desc" else "asc",
        )
    except NotFound as error:
        call.report(error)
        found = ()
    return json.dumps(list(found), ensure_ascii=False)
