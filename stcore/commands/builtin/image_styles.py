"""Styles of pictures: keep, rename, delete, list (spec/image-generation.md section 11). ``/imagine-style`` selects."""

from __future__ import annotations

from stcore.commands.call import Call
from stcore.commands.declaration import Example, Named, Unnamed, command
from stcore.errors import UserError
from stcore.macros.numbers import js_json
from stcore.macros.text import trim

_GROUP = "images"


def _name(call: Call) -> str:
    """The name of a style, as ``name=`` or as the text behind the command."""
    return trim(call.argument("name") or call.text)


def _aliases(word: str) -> tuple[str, str]:
    return f"sd-style-{word}", f"img-style-{word}"


@command(
    "imagine-style-save",
    aliases=_aliases("save"),
    group=_GROUP,
    summary="Keep the words around every prompt as a style.",
    named=(
        Named("name", "name of the style; without one it is the current style", choices="styles"),
        Named("prefix", "the words instead of those in use; {prompt} is where a picture's own words go"),
        Named("negative", "what is kept out of pictures, instead of what is in use"),
    ),
    unnamed=Unnamed("name of the style", choices="styles"),
    returns="the name of the style, which is the current one now",
    examples=(
        Example("/imagine-style-save Rainy evening", pipe="Rainy evening"),
        Example(
            '/imagine-style-save name=Fog prefix="thick fog, {prompt}" negative="sun" | /imagine-style', pipe="Fog"
        ),
        Example("/imagine-style Anime | /sd-style-save", pipe="Anime", note="one's own Anime covers the shipped one"),
    ),
)
async def imagine_style_save(call: Call) -> str:
    """A style of that name is replaced. Macros in the words are kept and expanded for each picture: write them as
    `\\{\\{random::red::blue}}` so that they are not expanded here already.
    """
    prefix = call.argument("prefix") if "prefix" in call.named else None
    negative = call.argument("negative") if "negative" in call.named else None
    return await call.styles.save(_name(call), prefix, negative)


@command(
    "imagine-style-rename",
    aliases=_aliases("rename"),
    group=_GROUP,
    summary="Give a style of your own another name.",
    named=(Named("from", "which style; without it the current one", choices="styles"),),
    unnamed=Unnamed("the new name", required=True),
    returns="the new name",
    examples=(
        Example("/imagine-style-save Fog | /imagine-style-rename Mist", pipe="Mist"),
        Example("/imagine-style-rename from=Anime Manga", error="execution", note="shipped styles keep their names"),
        Example("/imagine-style-save Fog | /imagine-style-rename Anime", error="execution", note="the name is taken"),
    ),
)
async def imagine_style_rename(call: Call) -> str:
    """Where it is in use it stays so, with what was changed since it was saved."""
    new = trim(call.text)
    if not new:
        raise UserError(f"/{call.name} needs the new name.")
    return await call.styles.rename(trim(call.argument("from")), new)


@command(
    "imagine-style-delete",
    aliases=_aliases("delete"),
    group=_GROUP,
    summary="Delete a style of your own.",
    named=(Named("name", "name of the style", choices="styles"),),
    unnamed=Unnamed("name of the style", choices="styles"),
    returns="the name of the style now in use",
    examples=(
        Example("/imagine-style-save Fog | /imagine-style-delete Fog", pipe="Default"),
        Example("/imagine-style-delete Anime", error="execution", note="shipped styles stay"),
    ),
)
async def imagine_style_delete(call: Call) -> str:
    """Was it the current one, the first that is left is applied; a shipped style that it covered shows again."""
    name = _name(call)
    if not name:
        raise UserError(f"/{call.name} needs the name of a style.")
    return await call.styles.delete(name)


@command(
    "imagine-style-list",
    aliases=_aliases("list"),
    group=_GROUP,
    summary="List the styles of pictures.",
    returns="a JSON list of names",
    examples=(Example("/imagine-style-list"),),
)
async def imagine_style_list(call: Call) -> str:
    return js_json(list(await call.styles.names()))
