"""A wish for a picture, and how settings become a request.

This is the place where "settings" end: what comes out is complete, and no later stage asks them again
(DESIGN.md, the way of a picture).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from stcore.errors import UserError
from stcore.images.intent import Destination, Initiator
from stcore.images.request import Auto, Hires, ImageRequest, Pixels, Ratio, Reference, Workflow
from stcore.images.settings import ImageSettings
from stcore.images.shapes import Dimensions, Shape, size_for

OVERRIDES = {
    "extend": "extend",
    "edit": "review",
    "multimodal": "multimodal",
    "snap": "snap",
    "processing": "processing",
    "seed": "seed",
    "width": "width",
    "height": "height",
    "steps": "steps",
    "cfg": "guidance",
    "skip": "clip_skip",
    "model": "model",
    "sampler": "sampler",
    "scheduler": "scheduler",
    "vae": "vae",
    "upscaler": "hires_upscaler",
    "scale": "hires_scale",
    "hires": "hires",
    "denoise": "denoise",
    "2ndpass": "hires_steps",
    "faces": "face_fix",
    "count": "count",
    "style": "style",
    "source": "source",
    "workflow": "workflow",
}
"""The named arguments of ``/imagine`` (4.1) by the setting that they replace for one picture."""

_RATIOS: dict[Shape, Ratio] = {"portrait": Ratio(width=2, height=3), "wide": Ratio(width=9, height=5)}
"""Forced shapes where no size is set, by the factors of section 3.1."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asked for: a mode word or a free prompt, and what holds for this one picture.

    ``overrides`` are values of :class:`ImageSettings` by their names there. ``message`` is the text of the user's own
    message when it was the wish (interactive mode), which ``raw_last`` draws as it is. ``gallery=False`` keeps the
    picture out of the gallery of the character. ``keep_size`` when both sides were named: further pictures repeat it.
    ``marked`` counts the markers of the character's prefix that were expanded before the wish came here; each brings
    its negative (Q9).
    """

    argument: str
    initiator: Initiator = "command"
    overrides: Mapping[str, Any] = field(default_factory=dict)
    negative: str = ""
    destination: Destination = "chat"
    gallery: bool = True
    keep_size: bool = False
    marked: int = 0
    message: str | None = None
    message_id: str | None = None
    swipe: int | None = None
    tag: str = ""
    references: tuple[str, ...] = ()
    automatic: bool = False


def build_request(
    settings: ImageSettings,
    *,
    prompt: str,
    negative: str,
    shape: Shape = "as set",
    saved: Dimensions | None = None,
    usual: Dimensions | None = None,
    references: tuple[Reference, ...] = (),
    workflow: Workflow | None = None,
) -> ImageRequest:
    """The complete request. ``saved`` is the size kept with a picture that is made again, ``usual`` the one that the
    source draws by itself: where only one side is set, the other is taken from there.

    A value that no source could take is a :class:`UserError` naming the setting.
    """
    values: dict[str, Any] = {
        name: getattr(settings, name)
        for name in ("steps", "guidance", "seed", "clip_skip", "denoise", "count", "preview", "model")
    }
    values |= {name: getattr(settings, name) or None for name in ("sampler", "scheduler", "vae", "face_fix")}
    try:
        return ImageRequest(
            prompt=prompt,
            negative_prompt=negative or None,
            size=_size(settings, shape, saved, usual),
            hires=_hires(settings),
            upscale=settings.hires_scale if settings.hires and settings.hires_scale > 1 else None,
            references=references,
            workflow=workflow,
            **{name: value for name, value in values.items() if value is not None},
        )
    except ValidationError as error:
        item = error.errors()[0]
        name = str(item["loc"][-1]) if item["loc"] else "request"
        raise UserError(
            f"{name}={item['input']!r} cannot be used: {item['msg'][:1].lower()}{item['msg'][1:]}."
        ) from error


def _size(
    settings: ImageSettings, shape: Shape, saved: Dimensions | None, usual: Dimensions | None
) -> Pixels | Ratio | Auto:
    """The size as section 3 says; where none is set, only the shape is asked for. One side alone makes a square where
    the usual size is not known."""
    width, height = settings.width, settings.height
    if saved is None and width is None and height is None:
        return _RATIOS.get(shape, Auto())
    width = width or (usual[0] if usual else height) or 0
    height = height or (usual[1] if usual else width)
    width, height = size_for(shape, (width, height), saved=saved, snap=settings.snap)
    return Pixels(width=width, height=height)


def _hires(settings: ImageSettings) -> Hires | None:
    if not settings.hires:
        return None
    given = {"denoise": settings.denoise} if settings.denoise is not None else {}
    return Hires(upscaler=settings.hires_upscaler, scale=settings.hires_scale, steps=settings.hires_steps, **given)
