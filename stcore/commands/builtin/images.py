"""Pictures: ``/imagine`` and its overrides, more of the same, what it draws with (image-generation.md section 4)."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable
from typing import Any, cast

from stcore.commands.call import Call
from stcore.commands.declaration import ArgumentType, Example, Named, Unnamed, command
from stcore.commands.services.images import Imagine, SettingScope, Which
from stcore.commands.values import is_false, is_true
from stcore.errors import StcoreError, UserError
from stcore.macros.text import trim

_BOOLEAN = ("true", "false")
_SWITCHES = ("extend", "edit", "multimodal", "snap", "hires", "faces")
_WHOLE_NUMBERS = ("seed", "width", "height", "steps", "skip", "2ndpass", "count")
_NUMBERS = ("cfg", "scale", "denoise")
_TEXTS = ("model", "sampler", "scheduler", "vae", "upscaler", "style", "source", "workflow")
_PROCESSING = ("standard", "minimal")
_LEAST = {
    "width": 64,
    "height": 64,
    "steps": 1,
    "skip": 1,
    "2ndpass": 0,
    "count": 1,
    "scale": 1,
    "denoise": 0,
    "cfg": 0,
}
_MARKER = re.compile(r"\{\{\s*charPrefix\s*\}\}", re.IGNORECASE)


def _setting(
    name: str, summary: str, type: ArgumentType = "string", choices: str = "", enum: tuple[str, ...] = ()
) -> Named:
    """An override of a setting for one call; without it the setting stands."""
    return Named(name, summary, type, _BOOLEAN if type == "bool" else enum, choices=choices)


@command(
    "imagine",
    aliases=("sd", "img", "image"),
    group="images",
    summary="Make a picture.",
    named=(
        Named("quiet", "make it without posting it", "bool", _BOOLEAN, default="false"),
        Named("gallery", "keep it in the gallery of the character", "bool", _BOOLEAN, default="true"),
        Named("negative", "what must not be in it, before the other negatives"),
        _setting("extend", "let the text model extend a free prompt", "bool"),
        _setting("edit", "look at the prompt before it is used", "bool"),
        _setting("multimodal", "describe portraits from the avatar", "bool"),
        _setting("snap", "snap forced shapes to known resolutions", "bool"),
        _setting("processing", "how a written prompt is cleaned", enum=_PROCESSING),
        _setting("seed", "the same seed gives the same picture; negative is random", "number"),
        _setting("width", "pixels", "number"),
        _setting("height", "pixels", "number"),
        _setting("steps", "sampling steps", "number"),
        _setting("cfg", "how closely it follows the prompt", "number"),
        _setting("skip", "CLIP layers to skip", "number"),
        _setting("model", "the model", choices="models"),
        _setting("sampler", "the sampler", choices="samplers"),
        _setting("scheduler", "the scheduler", choices="schedulers"),
        _setting("vae", "the VAE", choices="vaes"),
        _setting("upscaler", "the upscaler of the second pass", choices="upscalers"),
        _setting("hires", "run a second, larger pass", "bool"),
        _setting("scale", "how much larger the second pass is", "number"),
        _setting("denoise", "how much the second pass changes, 0 to 1", "number"),
        _setting("2ndpass", "steps of the second pass", "number"),
        _setting("faces", "restore faces", "bool"),
        _setting("count", "pictures at once, 1 to 4", "number"),
        _setting("style", "the style, instead of the one that is chosen", choices="styles"),
        _setting("source", "the image source, instead of the one that is chosen", choices="sources"),
        _setting("workflow", "the workflow, for sources that work with one", choices="workflows"),
        Named(
            "reference",
            "a picture to go by: avatar, persona, or an address, with :subject, :style, :init or :background behind it",
            repeatable=True,
        ),
    ),
    unnamed=Unnamed("what to draw, or one of the modes", required=True, choices="image-modes"),
    returns="the address of the picture; empty when there is none",
    examples=(
        Example("/sd quiet=true apple tree"),
        Example('/imagine seed=42 width=768 height=512 negative="fog" harbour at dawn'),
        Example("/sd quiet=true me | /send ![portrait]({{pipe}})", note="a picture of you in a message of yours"),
        Example("/imagine", pipe="", note="without a prompt nothing is made"),
    ),
)
async def imagine(call: Call) -> str:
    """Make a picture of the words, or of what a mode stands for: `you`, `face`, `me`, `scene`, `last`, `raw_last`,
    `background`, and modes of your own. Every argument holds for this one picture.

    `char` before a comma at the start of the words, and `{{charPrefix}}` anywhere, stand for the prefix of the
    character. A picture that fails shows why and gives empty text; the script goes on. An argument that cannot be read
    is an error of the script, with its place.
    """
    wanted = read_wish(call)
    return await _told(call, call.images.imagine(wanted)) if wanted.subject else ""


def read_wish(call: Call) -> Imagine:
    """The arguments of ``/imagine``, typed; raises :class:`StcoreError` for a number that is none."""
    overrides: dict[str, Any] = {}
    for name in (argument.name for argument in imagine.named if argument.name in call.named):
        if name in _SWITCHES:
            overrides[name] = not is_false(call.argument(name))
        elif name in _WHOLE_NUMBERS:
            overrides[name] = _checked(call, name, call.integer(name))
        elif name in _NUMBERS:
            overrides[name] = _checked(call, name, call.number(name))
        elif name in _TEXTS:
            overrides[name] = call.argument(name)
    processing = next((word for word in _PROCESSING if word in call.argument("processing").lower()), "")
    if processing:
        overrides["processing"] = processing
    references = call.named.get("reference") or []
    return Imagine(
        trim(call.text),
        overrides,
        negative=call.argument("negative"),
        quiet=is_true(call.named.get("quiet")),
        gallery=not is_false(call.named.get("gallery")),
        references=tuple(str(one) for one in (references if isinstance(references, list) else [references])),
        marked=len(_MARKER.findall(call.written)),
    )


def _checked(call: Call, name: str, number: float | None) -> float | None:
    least = _LEAST.get(name)
    if least is not None and number is not None and number < least:
        raise call.wrong(name, call.argument(name), f"{least} or more")
    return number


async def _told(call: Call, making: Awaitable[str]) -> str:
    """The address of a picture; what goes wrong is shown and gives empty text."""
    try:
        return await making
    except StcoreError as error:
        call.report(error)
        return ""


# -- more of the same ------------------------------------------------------------------------------------------------

_WHICH = (
    Named("mesId", "the number of a message; without it the newest picture", "number"),
    Named("picture", "the picture itself: what /imagine gave, or an id"),
)


def _which(call: Call) -> Which:
    return Which(trim(call.argument("picture")), call.integer("mesId"))


@command(
    "imagine-swipe",
    aliases=("sd-swipe", "img-swipe"),
    group="images",
    summary="Make another picture beside one that is there.",
    named=(*_WHICH, Named("anew", "write its prompt anew, too", "bool", _BOOLEAN, default="false")),
    returns="the address of the new picture",
)
async def imagine_swipe(call: Call) -> str:
    """The same prompt with another seed, as a further picture of the same message. A message without pictures is drawn
    as it stands."""
    return await _told(call, call.images.further(_which(call), anew=is_true(call.named.get("anew"))))


_REDO_NUMBERS = ("seed", "width", "height", "steps")


@command(
    "imagine-redo",
    aliases=("sd-redo", "img-redo"),
    group="images",
    summary="Make a picture once more with something changed.",
    named=(
        *_WHICH,
        Named("source", "another image source", choices="sources"),
        Named("style", "another style", choices="styles"),
        Named("negative", "what must not be in it, beside the other negatives"),
        Named("seed", "the seed; without it a new one", "number"),
        Named("width", "pixels", "number"),
        Named("height", "pixels", "number"),
        Named("steps", "sampling steps", "number"),
        Named("cfg", "how closely it follows the prompt", "number"),
        Named("model", "another model", choices="models"),
        Named("sampler", "another sampler", choices="samplers"),
        Named("scheduler", "another scheduler", choices="schedulers"),
        Named("vae", "another VAE", choices="vaes"),
        Named("workflow", "another workflow", choices="workflows"),
    ),
    unnamed=Unnamed("other words for the prompt"),
    returns="the address of the new picture",
)
async def imagine_redo(call: Call) -> str:
    """Everything else is as it was the first time, whatever the settings are now. What another source cannot take over
    is told."""
    names = ("source", "style", "negative", "model", "sampler", "scheduler", "vae", "workflow")
    changes: dict[str, Any] = {name: call.argument(name) for name in names if name in call.named}
    changes |= {name: call.integer(name) for name in _REDO_NUMBERS if name in call.named}
    if "cfg" in call.named:
        changes["guidance"] = call.number("cfg")
    if trim(call.text):
        changes["words"] = trim(call.text)
    return await _told(call, call.images.redo(_which(call), changes))


@command(
    "imagine-explain",
    aliases=("sd-explain", "img-explain"),
    group="images",
    summary="Tell how a picture came to be.",
    named=(*_WHICH, Named("quiet", "only give it, show nothing", "bool", _BOOLEAN, default="false")),
    returns="the explanation as JSON",
)
async def imagine_explain(call: Call) -> str:
    """Where each piece of its prompt came from, what was changed for the source, and with what settings it was made:
    `/sd quiet=true moss | /imagine-explain picture={{pipe}}`."""
    told = await call.images.explain(_which(call))
    if not is_true(call.named.get("quiet")) and call.services.ui is not None:
        call.services.ui.show(await call.images.explanation(told), "How it was made")
    return json.dumps(told, ensure_ascii=False)


@command(
    "imagine-set",
    aliases=("sd-set", "img-set"),
    group="images",
    summary="Read or change a setting of pictures.",
    named=(
        Named("key", "the name of the setting; without it all are given", choices="image-settings"),
        Named("scope", "where it counts", enum=("host", "character", "chat"), default="host"),
    ),
    unnamed=Unnamed("the value; “default” forgets what was set in the scope"),
    returns="the value that counts in this chat; all of them as JSON without a key",
    examples=(Example("/imagine-set key=steps 30 | /imagine-set key=steps", pipe="30"),),
)
async def imagine_set(call: Call) -> str:
    """What a chat says counts before what its character says, and that before what is set everywhere."""
    key, scope = trim(call.argument("key")), call.choice("scope")
    value = trim(call.text) if key and call.has_unnamed else ""
    given = None if not value else ("" if value.lower() == "default" else value)
    found = await call.images.setting(key, cast("SettingScope | None", scope or None), given)
    if isinstance(found, str):
        return found
    return "" if found is None else json.dumps(found, ensure_ascii=False)


# -- what is drawn with ----------------------------------------------------------------------------------------------


@command(
    "imagine-source",
    aliases=("sd-source", "img-source"),
    group="images",
    summary="Read or select the image source.",
    unnamed=Unnamed("the id of a source", choices="sources"),
    returns="the id of the source now in use",
)
async def imagine_source(call: Call) -> str:
    return await call.images.source(trim(call.text) or None)


@command(
    "imagine-style",
    aliases=("sd-style", "img-style"),
    group="images",
    summary="Read or select the image style.",
    unnamed=Unnamed("the name of a style", choices="styles"),
    returns="the name of the style now in use",
)
async def imagine_style(call: Call) -> str:
    return await call.images.style(trim(call.text) or None)


@command(
    "imagine-comfy-workflow",
    aliases=("icw",),
    group="images",
    summary="Select the workflow that pictures are made with.",
    unnamed=Unnamed("the name of a workflow, with or without .json", required=True, choices="workflows"),
    returns="nothing",
)
async def imagine_workflow(call: Call) -> str:
    """A workflow that does not exist shows an error and changes nothing."""
    name = trim(call.text)
    try:
        if not name:
            raise UserError(f"/{call.name} needs the name of a workflow.")
        await call.images.workflow(name)
    except StcoreError as error:
        call.report(error)
    return ""
