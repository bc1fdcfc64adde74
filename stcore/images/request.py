"""What is wanted: the one frozen request that every source receives (spec/sources/README.md 3.2, 3.3).

The records are pydantic models because they are stored with the job and must read back exactly after a restart.
"""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny


class Record(BaseModel):
    """A frozen value that goes to and from JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")


# -- size: a wish, resolved by stcore/images/size.py -----------------------------------------------------------------


class Pixels(Record):
    """Exactly so many pixels."""

    kind: Literal["pixels"] = "pixels"
    width: int = Field(ge=1, le=65536)
    height: int = Field(ge=1, le=65536)


class Ratio(Record):
    """A shape, with a wish for how large (``tier`` such as ``2K``, or ``megapixels``)."""

    kind: Literal["ratio"] = "ratio"
    width: float = Field(gt=0)
    height: float = Field(gt=0)
    tier: str | None = None
    megapixels: float | None = Field(default=None, gt=0)


class NamedSize(Record):
    """A size by the vendor's own word (``1536x1024``, ``landscape_4_3``)."""

    kind: Literal["named"] = "named"
    name: str


class MatchReference(Record):
    """As large as the reference picture with this index."""

    kind: Literal["match"] = "match"
    index: int = 0


class Auto(Record):
    """Whatever the source takes when nothing is said."""

    kind: Literal["auto"] = "auto"


Size = Annotated[Pixels | Ratio | NamedSize | MatchReference | Auto, Field(discriminator="kind")]


# -- parts -----------------------------------------------------------------------------------------------------------

Role = Literal["init", "edit", "subject", "style", "control", "mask"]


class Reference(Record):
    """A picture given to the source (3.3). Order is meaningful.

    ``strength`` is the host's one scale: 0 keeps the picture, 1 ignores it; adapters convert.
    """

    data: bytes = Field(repr=False)
    mime: str
    role: Role = "init"
    strength: float | None = Field(default=None, ge=0, le=1)
    label: str = ""
    control: str = ""
    polarity: Literal["white_repaint", "transparent_repaint"] = "white_repaint"
    asset_id: str = ""


class Lora(Record):
    """A LoRA by id or file name."""

    name: str
    weight: float = 1.0


class Hires(Record):
    """Second pass of local servers: upscale, then denoise again."""

    upscaler: str = ""
    scale: float = Field(default=2.0, ge=1, le=8)
    steps: int = Field(default=0, ge=0)
    denoise: float = Field(default=0.7, ge=0, le=1)


class Workflow(Record):
    """The text of a graph with ``"%placeholders%"`` and the values of the custom ones (image-generation.md 16.3).

    A number among them stands bare in the graph; pictures are base64 text.
    """

    name: str
    text: str
    custom: tuple[tuple[str, str | int | float], ...] = ()
    user_avatar: bytes | None = Field(default=None, repr=False)
    char_avatar: bytes | None = Field(default=None, repr=False)


class Budget(Record):
    """The host's own limits for one run."""

    max_seconds: float | None = Field(default=None, gt=0)
    max_cost: float | None = Field(default=None, gt=0)


class ImageRequest(Record):
    """One wish for pictures, complete: no later stage asks the settings again.

    ``None`` or empty means "as the source does when nothing is said". ``id`` is the job's id and the idempotency key.
    """

    id: str = Field(default_factory=lambda: str(uuid.uuid4()))
    prompt: str
    negative_prompt: str | None = None
    prompt_parts: dict[str, Any] = {}
    model: str = ""
    size: Size = Auto()
    count: int = Field(default=1, ge=1, le=100)
    seed: int | None = Field(default=None, ge=0, le=2**64 - 1)
    steps: int | None = Field(default=None, ge=1)
    guidance: float | None = None
    sampler: str | None = None
    scheduler: str | None = None
    vae: str | None = None
    clip_skip: int | None = None
    denoise: float | None = Field(default=None, ge=0, le=1)
    quality: str | None = None
    style: str | None = None
    background: Literal["auto", "opaque", "transparent"] | None = None
    output_format: str | None = None
    compression: int | None = Field(default=None, ge=0, le=100)
    safety: Literal["strict", "default", "relaxed", "off"] | None = None
    prompt_enhance: bool | None = None
    references: tuple[Reference, ...] = ()
    loras: tuple[Lora, ...] = ()
    hires: Hires | None = None
    upscale: float | None = None
    face_fix: bool | None = None
    workflow: Workflow | None = None
    preview: bool = True
    end_user: str | None = None
    extra: dict[str, Any] = {}
    budget: Budget = Budget()


class Adjustment(Record):
    """One thing that was changed so that the source can do it. ``literal``: a placeholder that stays as it stands."""

    field: str
    asked: Any
    used: Any = None
    why: Literal["clamped", "snapped", "dropped", "emulated", "renamed", "chosen", "literal"]


class Plan(Record):
    """A request that this source can do as it stands, and what was changed for it. Made offline by ``plan()``.

    ``calls`` is how many single runs the shared count emulation makes of it (1 when the source takes the count).
    ``wire`` is free for the adapter: JSON-ready data it worked out while planning.
    """

    request: ImageRequest
    adjustments: tuple[Adjustment, ...] = ()
    calls: int = 1
    wire: SerializeAsAny[dict[str, Any]] = {}
