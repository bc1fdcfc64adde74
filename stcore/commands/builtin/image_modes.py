"""Modes of pictures of one's own, and the templates that prompts are written by (spec/image-generation.md 2, 15)."""

from __future__ import annotations

from typing import Any

from stcore.commands.call import Call
from stcore.commands.declaration import Example, Named, Unnamed, command
from stcore.errors import UserError
from stcore.macros.numbers import js_json
from stcore.macros.text import is_blank, trim

_GROUP = "images"
_NAME = Unnamed("name of the mode", required=True, choices="own image modes")


def _aliases(word: str) -> tuple[str, str]:
    return f"sd-{word}", f"img-{word}"


@command(
    "imagine-modes",
    aliases=_aliases("modes"),
    group=_GROUP,
    summary="List the modes of pictures that you made yourself.",
    returns="a JSON list, each with the fields of /imagine-mode-save and its template",
    examples=(Example("/imagine-modes", pipe="[]"),),
)
async def imagine_modes(call: Call) -> str:
    return js_json([dict(mode) for mode in await call.image_modes.list()])


@command(
    "imagine-mode-save",
    aliases=_aliases("mode-save"),
    group=_GROUP,
    summary="Make a mode of pictures of your own, or change one.",
    named=(
        Named("name", "name of the mode", required=True, choices="own image modes"),
        Named("title", "what menus say; without it the name"),
        Named("words", "words with which /imagine draws it, with commas between them; without them the name"),
        Named(
            "takes_subject", "whether more may stand behind a word, as {0} of the template", "bool", ("true", "false")
        ),
        Named("subjects", "phrases that ask for it in a wish for a picture, with commas between them"),
        Named(
            "writer",
            "who makes the prompt of the template: a text model, nobody, or a model that sees the avatar",
            "enum",
            ("text model", "nobody", "captioner"),
        ),
        Named("shape", "shape of the picture", "enum", ("as set", "portrait", "wide")),
        Named("style", "style of its pictures; without it the one in use", choices="styles"),
        Named("prefixed", "whether the character's prefix is added", "bool", ("true", "false")),
    ),
    unnamed=Unnamed("the template; without it that of a mode there is stays"),
    returns="the name of the mode",
    examples=(
        Example(
            "/imagine-mode-save name=Poster words=poster,bill shape=portrait writer=nobody A poster | /imagine-modes",
            note="from then on /sd poster draws it",
        ),
        Example("/imagine-mode-save name=Poster words=face A poster", error="execution", note="face is taken"),
        Example("/imagine-mode-save name=Poster <%= nothing %>", error="execution", note="the template is tried out"),
    ),
)
async def imagine_mode_save(call: Call) -> str:
    """Macros in the template are kept for each picture when their braces are escaped: `\\{\\{char}}`. Only what is
    given changes.
    """
    name = trim(call.argument("name"))
    if not name:
        raise UserError(f"/{call.name} needs the name of a mode.")
    fields: dict[str, Any] = {
        key: call.argument(key) for key in ("title", "writer", "shape", "style") if key in call.named
    }
    fields |= {key: _list(call.argument(key)) for key in ("words", "subjects") if key in call.named}
    fields |= {key: call.boolean(key, default=False) for key in ("takes_subject", "prefixed") if key in call.named}
    if not is_blank(call.text):
        fields["template"] = trim(call.text)
    return await call.image_modes.save(name, fields)


@command(
    "imagine-mode-rename",
    aliases=_aliases("mode-rename"),
    group=_GROUP,
    summary="Give a mode of your own another name.",
    named=(Named("from", "which mode", required=True, choices="own image modes"),),
    unnamed=Unnamed("the new name", required=True),
    returns="the new name",
    examples=(
        Example("/imagine-mode-save name=Poster A poster | /imagine-mode-rename from=Poster Placard", pipe="Placard"),
        Example("/imagine-mode-rename from=face Visage", error="execution", note="modes of stcore keep their names"),
    ),
)
async def imagine_mode_rename(call: Call) -> str:
    """A mode without words of its own is drawn by its new name from then on."""
    old, new = trim(call.argument("from")), trim(call.text)
    if not old or not new:
        raise UserError(f"/{call.name} needs the name of a mode (from=) and the new name.")
    return await call.image_modes.rename(old, new)


@command(
    "imagine-mode-delete",
    aliases=_aliases("mode-delete"),
    group=_GROUP,
    summary="Delete a mode of pictures of your own.",
    unnamed=_NAME,
    returns="an empty string",
    examples=(
        Example("/imagine-mode-save name=Poster A poster | /imagine-mode-delete Poster | /imagine-modes", pipe="[]"),
        Example("/imagine-mode-delete nothing", error="execution"),
    ),
)
async def imagine_mode_delete(call: Call) -> str:
    """Pictures that were made in it stay."""
    name = trim(call.text)
    if not name:
        raise UserError(f"/{call.name} needs the name of a mode.")
    await call.image_modes.delete(name)
    return ""


@command(
    "imagine-prompt",
    aliases=_aliases("prompt"),
    group=_GROUP,
    summary="Read, change or restore a template by which prompts of pictures are written.",
    named=(
        Named("slot", "which template", required=True, choices="image prompts"),
        Named("reset", "use the template that comes with stcore again", "bool", ("true", "false"), default="false"),
    ),
    unnamed=Unnamed("the template to use; without it nothing changes"),
    returns="the template in use",
    examples=(
        Example(
            r"/imagine-prompt slot=message \{\{char\}\}: \{\{prompt\}\} | /imagine-prompt slot=message",
            pipe="{{char}}: {{prompt}}",
            note="escaped macros are expanded for each picture, others already here",
        ),
        Example(
            "/imagine-prompt slot=message A picture | /imagine-prompt slot=message reset=true",
            pipe="[{{char}} sends a picture that contains: {{prompt}}]",
        ),
        Example("/imagine-prompt slot=you <%= nothing %>", error="execution", note="a template that fails is refused"),
        Example("/imagine-prompt slot=nothing", error="execution"),
    ),
)
async def imagine_prompt(call: Call) -> str:
    """`<%= subject %>`, `<%= message.text %>` and others are values of the chat, `{% if group %}` and the like blocks;
    `{0}` is the argument of /imagine. `docs/image-prompts.md` has all of them.
    """
    slot = trim(call.argument("slot"))
    if not slot:
        raise UserError(f"/{call.name} needs slot=.", hint=f"There are: {', '.join(await call.image_modes.slots())}.")
    if call.boolean("reset", default=False):
        await call.image_modes.reset_template(slot)
    elif not is_blank(call.text):
        await call.image_modes.set_template(slot, call.text)
    return await call.image_modes.template(slot)


def _list(text: str) -> list[str]:
    """Phrases with commas between them."""
    return [phrase for part in text.split(",") if (phrase := trim(part))]
