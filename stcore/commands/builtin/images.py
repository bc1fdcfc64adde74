"""Pictures: ``/imagine`` with its overrides, and what it draws with (spec/image-generation.md section 4)."""

from __future__ import annotations

from typing import Any

from stcore.commands.call import Call
from stcore.commands.declaration import ArgumentType, Example, Named, Unnamed, command
from stcore.commands.values import is_false, is_true
from stcore.errors import StcoreError
from stcore.macros.text import trim

_BOOLEAN = ("true", "false")
_SWITCHES = ("hires", "faces")
_WHOLE_NUMBERS = ("seed", "width", "height", "steps", "skip", "2ndpass")
_NUMBERS = ("cfg", "scale", "denoise")
_TEXTS = ("negative", "model", "sampler", "scheduler", "vae", "upscaler")
_LEAST = {"width": 1, "height": 1, "steps": 1, "skip": 0, "2ndpass": 0, "scale": 0, "denoise": 0, "cfg": 0}


def _setting(name: str, summary: str, type: ArgumentType = "string", choices: str = "") -> Named:
    """An override of a setting for one call; without it the setting stands."""
    return Named(name, summary, type, _BOOLEAN if type == "bool" else (), choices=choices)


@command(
    "imagine",
    aliases=("sd", "img", "image"),
    group="images",
    summary="Make a picture.",
    named=(
        Named("quiet", "make it without posting it", "bool", _BOOLEAN, default="false"),
        Named("negative", "what must not be in it, before the other negatives"),
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
    ),
    unnamed=Unnamed("what to draw", required=True),
    returns="the address of the picture; empty when there is none",
    examples=(
        Example("/sd quiet=true apple tree"),
        Example('/imagine seed=42 width=768 height=512 negative="fog" harbour at dawn'),
        Example("/imagine", pipe="", note="without a prompt nothing is made"),
    ),
)
async def imagine(call: Call) -> str:
    """Make a picture of the words. Every argument holds for this one picture.

    A picture that fails shows why and gives empty text; the script goes on. An argument that cannot be read is an
    error of the script, with its place.
    """
    overrides = read_overrides(call)
    subject = trim(call.text)
    try:
        return await call.images.imagine(subject, overrides) if subject else ""
    except StcoreError as error:
        call.report(error)
        return ""


def read_overrides(call: Call) -> dict[str, Any]:
    """The given arguments of ``/imagine``, typed; raises :class:`StcoreError` for a number that is none."""
    overrides: dict[str, Any] = {"quiet": is_true(call.named.get("quiet"))}
    given = [argument.name for argument in imagine.named if argument.name in call.named]
    for name in given:
        if name in _SWITCHES:
            overrides[name] = not is_false(call.argument(name))
        elif name in _WHOLE_NUMBERS:
            overrides[name] = _checked(call, name, call.integer(name))
        elif name in _NUMBERS:
            overrides[name] = _checked(call, name, call.number(name))
        elif name in _TEXTS:
            overrides[name] = call.argument(name)
    return overrides


def _checked(call: Call, name: str, number: float | None) -> float | None:
    least = _LEAST.get(name)
    if least is not None and number is not None and number < least:
        raise call.wrong(name, call.argument(name), f"{least} or more")
    return number


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
    try:
        await call.images.workflow(trim(call.text))
    except StcoreError as error:
        call.report(error)
    return ""
