"""A wish for a picture, and how it becomes a request: settings of the host, then what the call says.

This is the place where "settings" end: what comes out is complete, and no later stage asks them again
(DESIGN.md, the way of a picture).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationError

from stcore.errors import UserError
from stcore.images.request import Hires, ImageRequest, Pixels, Workflow

if TYPE_CHECKING:
    from stcore.config import ImageSettings

Initiator = Literal["command", "interactive", "tool", "button", "api", "script"]

# The command's word for a field (image-generation.md 4.1) -> the request's word.
_FIELDS = {
    "steps": "steps",
    "cfg": "guidance",
    "skip": "clip_skip",
    "model": "model",
    "sampler": "sampler",
    "scheduler": "scheduler",
    "vae": "vae",
    "denoise": "denoise",
    "faces": "face_fix",
    "count": "count",
    "seed": "seed",
}
_SETTINGS = ("steps", "guidance", "seed", "clip_skip", "denoise", "count", "preview")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asked for. ``overrides`` are the named arguments of ``/imagine``, already typed."""

    subject: str
    overrides: Mapping[str, Any] = field(default_factory=dict)
    chat_id: str | None = None
    initiator: Initiator = "command"
    quiet: bool = False

    @property
    def extra_negative(self) -> str:
        return str(self.overrides.get("negative") or "")


def build_request(
    wish: Wish, settings: ImageSettings, *, prompt: str, negative: str, workflow: Workflow | None
) -> ImageRequest:
    """The complete request. A value that no source could take is a :class:`UserError` naming the argument."""
    values: dict[str, Any] = {name: getattr(settings, name) for name in _SETTINGS}
    for word, name in _FIELDS.items():
        if wish.overrides.get(word) is not None:
            values[name] = wish.overrides[word]
    # A negative seed is the old way to say "random" (4.1).
    if values.get("seed") is not None and values["seed"] < 0:
        values["seed"] = None
    size = {"width": wish.overrides.get("width"), "height": wish.overrides.get("height")}
    try:
        return ImageRequest(
            prompt=prompt,
            negative_prompt=negative or None,
            size=Pixels(width=size["width"] or settings.width, height=size["height"] or settings.height),
            hires=_hires(wish.overrides),
            workflow=workflow,
            **{name: value for name, value in values.items() if value is not None},
        )
    except ValidationError as error:
        words = {name: word for word, name in _FIELDS.items()}
        item = error.errors()[0]
        name = str(item["loc"][-1]) if item["loc"] else "request"
        raise UserError(
            f"{words.get(name, name)}={item['input']!r} cannot be used: {item['msg'][:1].lower()}{item['msg'][1:]}."
        ) from error


def _hires(overrides: Mapping[str, Any]) -> Hires | None:
    if not overrides.get("hires"):
        return None
    given = {
        "upscaler": overrides.get("upscaler"),
        "scale": overrides.get("scale"),
        "steps": overrides.get("2ndpass"),
        "denoise": overrides.get("denoise"),
    }
    return Hires(**{name: value for name, value in given.items() if value is not None})
