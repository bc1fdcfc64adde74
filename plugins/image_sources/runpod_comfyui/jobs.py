"""From a plan to the jobs that are posted (others-in-sillytavern.md section 1)."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from stcore import (
    LISTED,
    Adjustment,
    BadInputImage,
    ImageRequest,
    Misconfigured,
    Plan,
    bound_fields,
    checked_nodes,
    fill_request,
    picture_files,
    split_plan,
)

MOST_BYTES = 10 * 2**20
"""What RunPod takes as the body of one job."""

_LITERALS = {f"%{name}%": name for name in LISTED}


@dataclass(slots=True)
class Job:
    """One job of a run. ``id`` is RunPod's, once it has taken it; ``status`` is the word of its last ``answer``."""

    body: dict[str, Any] = field(repr=False)
    graph: dict[str, Any] = field(repr=False)
    seed: int | None
    id: str = ""
    status: str = "IN_QUEUE"
    answer: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def literals(self) -> tuple[str, ...]:
        """The names of placeholders that this source does not fill and the graph still holds."""
        found = {_LITERALS[text] for text in _strings(self.graph) if text in _LITERALS}
        return tuple(name for name in LISTED if name in found)


def jobs_of(plan: Plan) -> list[Job]:
    """The jobs of a plan, one for each call, ready to be posted. Pure."""
    return [_job(part.request) for part in split_plan(plan)]


def _job(request: ImageRequest) -> Job:
    document = fill_request(request, without=LISTED)
    name = request.workflow.name if request.workflow else ""
    graph = checked_nodes(document, name)
    # A workflow that is the whole input of a worker already is sent as it is.
    body: dict[str, Any] = {"input": {"workflow": graph}} if graph is document else document
    for picture in picture_files(graph):
        images = body["input"].setdefault("images", [])
        if not isinstance(images, list):
            raise Misconfigured(f"The workflow {name}: “images” of its input is no list.")
        images.append({"name": picture.name, "image": base64.b64encode(picture.data).decode()})
        picture.call(picture.name)
    if sum(map(len, _strings(body))) > MOST_BYTES:
        raise BadInputImage(
            f"The pictures of this request are too large: RunPod takes {MOST_BYTES // 2**20} MB at most.",
            hint="Use a smaller avatar or reference picture.",
        )
    return Job(body, graph, request.seed)


def literal_names(text: str) -> tuple[str, ...]:
    """Those placeholders in a workflow's text that are not filled here."""
    bound = bound_fields(text)
    return tuple(name for name in LISTED if name in bound)


def literals_text(names: Iterable[str]) -> str:
    """What to say of placeholders that are not filled."""
    return f"The workflow holds {', '.join(f'%{name}%' for name in names)}; such placeholders are not filled here."


def with_lists_told(
    adjustments: Iterable[Adjustment], asked: ImageRequest, literals: tuple[str, ...]
) -> tuple[Adjustment, ...]:
    """The adjustments, with what becomes of model, VAE, sampler and scheduler: dropped, or left as they stand."""
    told = [one for one in adjustments if one.field not in LISTED]
    for name in LISTED:
        wanted = getattr(asked, name) or None
        if name in literals:
            told.append(Adjustment(field=name, asked=wanted, used=f"%{name}%", why="literal"))
        elif wanted:
            told.append(Adjustment(field=name, asked=wanted, why="dropped"))
    return tuple(told)


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inside in value.items():
            yield key
            yield from _strings(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from _strings(inside)
