"""How a received picture was made: the generation record (studio.md section 2), written once and never changed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from stcore.images.embed import parameters_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stcore.images.events import Result
    from stcore.images.intent import Intent
    from stcore.images.request import Adjustment, ImageRequest, Reference

REMEMBERED = (
    "steps",
    "guidance",
    "sampler",
    "scheduler",
    "vae",
    "clip_skip",
    "denoise",
    "quality",
    "style",
    "background",
    "prompt_enhance",
    "upscale",
    "face_fix",
)
"""Fields of the request that go into ``details`` when they were set."""


@dataclass(frozen=True, slots=True)
class Generation:
    """``prompt`` is what was wished, ``final_prompt`` what was sent. ``seed`` is a decimal text, ``None`` = unknown:
    seeds reach 2**64, more than JSON numbers carry safely. ``seconds`` is the whole run, rounded.
    """

    prompt: str
    final_prompt: str
    negative_prompt: str = ""
    seed: str | None = None
    model: str = ""
    source: str = ""
    connection: str = ""
    seconds: int | None = None
    details: dict[str, Any] = field(default_factory=dict)

    def texts(self, width: int, height: int) -> dict[str, str]:
        """The texts to embed in the picture: ``parameters`` as A1111 writes it, and ``stcore``, this record as JSON."""
        values = {**self.details, "seed": self.seed, "model": self.model, "size": f"{width}x{height}"}
        record = {**asdict(self), "width": width, "height": height}
        # The time it took says nothing about the picture, and equal pictures should stay equal bytes.
        del record["seconds"]
        return {
            "parameters": parameters_text(self.final_prompt, self.negative_prompt, values),
            "stcore": json.dumps(record, ensure_ascii=False, separators=(",", ":")),
        }


def generation_of(
    request: ImageRequest,
    intent: Intent,
    result: Result,
    *,
    source: str,
    connection: str,
    adjustments: Sequence[Adjustment] = (),
    seconds: float | None = None,
) -> Generation:
    """The record of one result. ``request`` is the one that was sent, after planning."""
    details: dict[str, Any] = {
        name: value for name in REMEMBERED if (value := getattr(request, name)) not in (None, "", 0)
    }
    details |= {
        "size_asked": request.size.model_dump(mode="json"),
        "index": result.index,
        "seed_origin": result.seed_origin,
        "mode": intent.mode,
        "argument": intent.argument,
        "warning": intent.warning,
        "extra_negative": intent.extra_negative,
        "initiator": intent.initiator,
        "preset": intent.style,
        "pieces": list(intent.pieces),
        "loras": [lora.model_dump() for lora in request.loras],
        "workflow": request.workflow.name if request.workflow else "",
        "wished": list(intent.references),
        "depicts": intent.depicts or None,
        "references": [_reference(reference) for reference in request.references if reference.asset_id],
        "hires": request.hires.model_dump(mode="json") if request.hires else None,
        "adjustments": [adjustment.model_dump(mode="json") for adjustment in adjustments],
        "revised_prompt": result.revised_prompt,
        "flags": list(result.flags),
        "extra": request.extra,
    }
    seed = result.seed if result.seed is not None else _sent_seed(request, result)
    return Generation(
        prompt=intent.title or request.prompt,
        final_prompt=request.prompt,
        negative_prompt=request.negative_prompt or "",
        seed=None if seed is None else str(seed),
        model=_model(request, result, adjustments),
        source=source,
        connection=connection,
        seconds=None if seconds is None else round(seconds),
        details={name: value for name, value in details.items() if value not in ("", [], {}, None)},
    )


def _model(request: ImageRequest, result: Result, adjustments: Sequence[Adjustment]) -> str:
    """The model that drew: the one asked for, unless the source took another, or its own where none was asked for."""
    taken = next((one.used for one in adjustments if one.field == "model" and one.why == "dropped"), None)
    return str(taken or request.model or result.meta.get("model") or "")


def _reference(reference: Reference) -> dict[str, Any]:
    """A reference picture, to be found again: the picture itself stays in the library."""
    told = {"picture": reference.asset_id, "role": reference.role, "strength": reference.strength}
    return told | {name: value for name in ("control", "label") if (value := getattr(reference, name))}


def _sent_seed(request: ImageRequest, result: Result) -> int | None:
    """The seed that we sent, when the source says no more than that it used it."""
    return request.seed if result.seed_origin == "sent" else None
