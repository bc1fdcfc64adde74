"""What a source tells while it works (spec/sources/README.md 3.6). Exactly one of the last three ends a stream."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from stcore.errors import Refused, StcoreError
from stcore.images.request import Adjustment

CancelOutcome = Literal["stopped", "will_not_start", "requested", "detached", "too_late", "unsupported"]
"""``detached``: we stopped listening, the far side may go on and bill."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The source took the run. ``token`` is opaque, free of secrets, and lets ``resume`` find it after a restart."""

    token: str = ""
    server_id: str = ""
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class Adjusted:
    adjustments: tuple[Adjustment, ...]


@dataclass(frozen=True, slots=True)
class Queued:
    """It waits over there; ``position`` counts those before it, ``stage`` says for what it waits."""

    position: int | None = None
    eta: float | None = None
    stage: str = ""


@dataclass(frozen=True, slots=True)
class Running:
    """Still alive; everything optional. ``fraction`` is 0-1, ``eta`` in seconds, ``stage`` a node or phase."""

    fraction: float | None = None
    step: int | None = None
    steps: int | None = None
    stage: str = ""
    eta: float | None = None


@dataclass(frozen=True, slots=True)
class Log:
    line: str


@dataclass(frozen=True, slots=True)
class Preview:
    """An unfinished picture; never kept."""

    data: bytes = field(repr=False)
    mime: str = ""
    kind: Literal["partial", "latent", "draft"] = "latent"
    index: int = 0


@dataclass(frozen=True, slots=True)
class Text:
    """Words the model wrote beside the picture."""

    text: str


@dataclass(frozen=True, slots=True)
class Result:
    """One finished picture. Type and size are read from the bytes by the host, whatever the source claims.

    ``seed`` is the seed of *this* picture; ``seed_origin`` says whether the source told it (``echoed``), we sent it,
    or nobody knows. ``flags`` such as ``censored`` or ``black`` turn the picture into a refusal.
    """

    data: bytes = field(repr=False)
    index: int = 0
    seed: int | None = None
    seed_origin: Literal["echoed", "sent", "unknown"] = "unknown"
    mime: str = ""
    width: int = 0
    height: int = 0
    revised_prompt: str = ""
    flags: tuple[Literal["nsfw", "censored", "blurred", "black", "watermarked"], ...] = ()
    meta: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One picture of the run that moderation withheld. ``data`` is what came instead, for inspection only."""

    error: Refused
    index: int = 0
    data: bytes = field(default=b"", repr=False)


Picture = Result
"""The plain word for plugin authors: ``return Picture(bytes)``."""


@dataclass(frozen=True, slots=True)
class Done:
    asked: int = 1
    delivered: int = 0
    refused: int = 0
    failed: int = 0
    cost: float | None = None
    cost_unit: str = ""
    seconds: float | None = None
    ids: tuple[str, ...] = ()
    usage: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failed:
    error: StcoreError


@dataclass(frozen=True, slots=True)
class CancelledEvent:
    outcome: CancelOutcome = "stopped"


Event = (
    Accepted | Adjusted | Queued | Running | Log | Preview | Text | Result | Refusal | Done | Failed | CancelledEvent
)
Ending = Done | Failed | CancelledEvent
