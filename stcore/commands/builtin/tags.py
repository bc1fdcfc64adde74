"""Tags that characters and groups are sorted by."""

from __future__ import annotations

from collections.abc import Sequence

from stcore.commands.builtin.characters import find_character
from stcore.commands.call import Call
from stcore.commands.declaration import Example, Named, Unnamed, command
from stcore.macros.text import trim

_TARGET = Named(
    "name", "character or group; the current one without it", default="{{char}}", choices="characters and groups"
)
_TAG = Unnamed("name of the tag", required=True, choices="tags")
_MODES = ("all", "existing", "none", "ask")


async def _tags(call: Call) -> Sequence[str] | None:
    """The tags of the character or group that ``name=`` means; warns when there is none."""
    target = call.argument("name")
    tags = await call.characters.tags(target)
    if tags is None:
        missing = f"There is no character or group “{target}”." if trim(target) else "No character is in this chat."
        call.ui.toast(missing, "warning")
    return tags


def _has(tags: Sequence[str], tag: str) -> bool:
    return tag.casefold() in (known.casefold() for known in tags)


@command(
    "tag-add",
    group="characters",
    summary="Give a character a tag.",
    named=(_TARGET,),
    unnamed=_TAG,
    returns="true when it was added, false when it was there already or there is no such character",
    examples=(
        Example("/tag-add hero", pipe="true"),
        Example("/tag-add hero || /tag-add Hero", pipe="false"),
        Example("/tag-add name=nobody hero", pipe="false"),
    ),
)
async def tag_add(call: Call) -> str:
    """A tag that nobody carries yet is made by this."""
    tag, tags = trim(call.text), await _tags(call)
    if tags is None or not tag or _has(tags, tag):
        return "false"
    await call.characters.set_tags(call.argument("name"), [*tags, tag])
    return "true"


@command(
    "tag-remove",
    group="characters",
    summary="Take a tag from a character.",
    named=(_TARGET,),
    unnamed=_TAG,
    returns="true, or false when it did not have it",
    examples=(Example("/tag-add hero || /tag-remove hero", pipe="true"), Example("/tag-remove hero", pipe="false")),
)
async def tag_remove(call: Call) -> str:
    tag, tags = trim(call.text), await _tags(call)
    if tags is None or not _has(tags, tag):
        return "false"
    await call.characters.set_tags(call.argument("name"), [known for known in tags if not _has([known], tag)])
    return "true"


@command(
    "tag-exists",
    group="characters",
    summary="Tell whether a character has a tag.",
    named=(_TARGET,),
    unnamed=_TAG,
    returns="true or false",
    examples=(Example("/tag-exists hero", pipe="false"), Example("/tag-add hero || /tag-exists hero", pipe="true")),
)
async def tag_exists(call: Call) -> str:
    tags = await _tags(call)
    return "true" if tags is not None and _has(tags, trim(call.text)) else "false"


@command(
    "tag-list",
    group="characters",
    summary="List the tags of a character.",
    named=(_TARGET,),
    returns="their names, joined by a comma and a blank",
    examples=(Example("/tag-add hero || /tag-add brave || /tag-list", pipe="hero, brave"),),
)
async def tag_list(call: Call) -> str:
    return ", ".join(await _tags(call) or ())


@command(
    "tag-import",
    group="characters",
    summary="Make the tags written in a card tags of the character.",
    named=(_TARGET, Named("mode", "what to take; the setting of the host without it", "enum", _MODES)),
    returns="true when any was taken, else false",
    examples=(
        Example('/char-update tags="a, b" || /tag-import mode=all || /tag-list', pipe="a, b"),
        Example('/char-update tags="a" || /tag-import mode=none', pipe="false"),
        Example('/char-update tags="a" || /tag-import mode=existing', pipe="false", note="nobody carries it yet"),
    ),
)
async def tag_import(call: Call) -> str:
    """`existing` takes those that some character carries already; `ask` lets the person choose. Not for groups."""
    character = await find_character(call, call.argument("name"))
    if character is None:
        return "false"
    mode = call.choice("mode") or await call.characters.tag_import_mode()
    tags = await call.characters.tags(character.key) or ()
    offered = [tag for tag in dict.fromkeys(character.fields["tags"]) if not _has(tags, tag)]
    if mode == "existing":
        known = await call.characters.all_tags()
        offered = [tag for tag in offered if _has(known, tag)]
    elif mode == "ask" and offered:
        offered = list(await _choose(call, character.name, offered))
    if mode == "none" or not offered:
        return "false"
    await call.characters.set_tags(character.key, [*tags, *offered])
    return "true"


async def _choose(call: Call, name: str, tags: Sequence[str]) -> Sequence[str]:
    from stcore.commands.services import Button

    buttons = [Button(tag) for tag in tags]
    return await call.ui.buttons(f"Which tags of its card shall {name} carry?", buttons, multiple=True) or ()
