"""What a model can do, as typed descriptors (spec/sources/README.md 3.4, 3.5).

A field missing from ``Capabilities.fields`` is unsupported and never reaches the wire; a present field with unknown
limits says ``confidence="guess"``. Forms, planning and the size resolver read nothing else.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from stcore.errors import StcoreError
from stcore.images.request import Record

Confidence = Literal["known", "guess"]


class _Descriptor(Record):
    wire_name: str = ""
    help: str = ""
    confidence: Confidence = "known"


class BooleanField(_Descriptor):
    type: Literal["boolean"] = "boolean"
    default: bool | None = None


class RangeField(_Descriptor):
    """A number. ``None`` limits are unknown or open."""

    type: Literal["range"] = "range"
    min: float | None = None
    max: float | None = None
    step: float | None = None
    integer: bool = False
    default: float | None = None


class EnumField(_Descriptor):
    """One of some words. ``options_from`` names a list of ``ImageSource.choices`` when it is read from the server."""

    type: Literal["enum"] = "enum"
    values: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    options_from: str = ""
    free_text: bool = False
    default: str | None = None


class TextField(_Descriptor):
    type: Literal["text"] = "text"
    max_length: int | None = None
    unit: Literal["characters", "tokens"] = "characters"


class SizeSpec(Record):
    """One way in which a model takes a size (3.4); which attributes count depends on ``kind``."""

    kind: Literal["free", "list", "ratios", "presets", "from_reference", "graph", "fixed"]
    min_side: int | None = None
    max_side: int | None = None
    multiple_of: int = 1
    min_pixels: int | None = None
    max_pixels: int | None = None
    max_ratio: float | None = None
    values: dict[str, tuple[int, int] | None] = {}
    ratios: tuple[str, ...] = ()
    tiers: dict[str, float] = {}
    confidence: Confidence = "known"


class SizeField(_Descriptor):
    type: Literal["size"] = "size"
    specs: tuple[SizeSpec, ...] = ()
    default: tuple[int, int] | str | None = None


class RoleLimits(Record):
    """How many references of one role, and in which form."""

    max: int = 1
    required: bool = False
    formats: tuple[str, ...] = ("image/png", "image/jpeg", "image/webp")
    max_bytes: int | None = None
    max_side: int | None = None
    strength: bool = False
    fallback: str = ""


class ReferencesField(_Descriptor):
    type: Literal["references"] = "references"
    roles: dict[str, RoleLimits] = {}
    total_max: int | None = None


class SchemaField(_Descriptor):
    type: Literal["schema"] = "schema"
    json_schema: dict[str, Any] = {}


FieldDescriptor = Annotated[
    BooleanField | RangeField | EnumField | TextField | SizeField | ReferencesField | SchemaField,
    Field(discriminator="type"),
]

CancelKind = Literal["drop", "queued", "ask", "stop", "none"]


class Capabilities(Record):
    """Everything the host may know about one model of one connection before it asks for a picture."""

    model: str = ""
    fields: dict[str, FieldDescriptor] = {}
    modes: tuple[Literal["text", "edit", "inpaint", "outpaint", "upscale"], ...] = ("text",)
    max_count: int = 1
    progress: tuple[Literal["queue", "fraction", "steps", "node", "log", "phase"], ...] = ()
    preview: tuple[Literal["partial", "latent", "draft"], ...] = ()
    cancel: CancelKind = "drop"
    cancel_scope: Literal["job", "server"] = "job"
    resumable: bool = False
    result_kinds: tuple[Literal["image", "svg", "video"], ...] = ("image",)
    text_alongside: bool = False
    variants: dict[str, str] = {}
    price: str = ""
    expires_on: str = ""
    cold_start: bool = False
    source_of_truth: Literal["live", "shipped", "user"] = "shipped"
    confidence: Confidence = "known"


class ModelInfo(Record):
    """One entry of a source's catalogue."""

    id: str
    label: str = ""
    kind: str = ""
    availability: str = ""
    variants: dict[str, str] = {}


class ModelPage(Record):
    """A page of the catalogue; ``cursor`` is ``None`` on the last."""

    models: tuple[ModelInfo, ...] = ()
    cursor: str | None = None


class Balance(Record):
    amount: float
    unit: str


class Health(Record):
    """The answer of ``check``, which never spends credit."""

    state: Literal["ok", "ok_unproven", "bad_credentials", "no_credit", "unreachable", "misconfigured", "no_free_check"]
    text: str
    version: str = ""
    balance: Balance | None = None

    @classmethod
    def of(cls, error: StcoreError) -> Health:
        """What a failed attempt to talk says about a connection."""
        states: dict[str, Any] = {
            "auth": "bad_credentials",
            "permission": "bad_credentials",
            "quota": "no_credit",
            "network": "unreachable",
            "timeout": "unreachable",
            "server": "unreachable",
        }
        return cls(state=states.get(error.kind, "misconfigured"), text=f"{error.message} {error.hint}".strip())

    @property
    def usable(self) -> bool:
        return self.state in ("ok", "ok_unproven", "no_free_check")
