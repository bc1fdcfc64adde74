"""From a plan to the graphs that are posted: values, pictures, ids (sheet sections 5 and 9)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from stcore import Plan, checked_nodes, fill_request, picture_files, split_plan, white_masks

from .server import Server

_IDS = uuid.UUID("6f1a6b1e-5d0c-4f0a-9a55-0a4c1e8e7a10")


@dataclass(slots=True)
class Run:
    """One graph on its way. ``id`` is ours, ``prompt_id`` the one wanted from (then given by) the server."""

    id: str
    prompt_id: str
    graph: dict[str, Any]
    seed: int | None
    first: int
    """Index of its first picture."""
    entry: dict[str, Any] = field(default_factory=dict)
    """What history says of it when it has ended."""


def runs_of(plan: Plan) -> list[Run]:
    """The graphs of a plan, filled; one for each call. Pure: pictures are still base64 everywhere."""
    runs, first = [], 0
    for part in split_plan(plan):
        request = part.request
        graph = checked_nodes(fill_request(request), request.workflow.name if request.workflow else "")
        runs.append(Run(request.id, canonical_id(request.id), graph, request.seed, first))
        first += request.count
    return runs


def canonical_id(run_id: str) -> str:
    """Newer servers take canonical lower-case UUIDs only; another id becomes one, always the same."""
    try:
        return str(uuid.UUID(run_id))
    except ValueError:
        return str(uuid.uuid5(_IDS, run_id))


async def upload_pictures(run: Run, server: Server) -> None:
    """Upload the pictures that went to nodes which read files, and give these nodes the names."""
    for picture in picture_files(run.graph):
        picture.call(await server.upload(picture.name, picture.data, picture.mime))


async def upright_masks(plan: Plan) -> Plan:
    """The plan with masks turned so that white is repainted, as nodes expect."""
    return plan.model_copy(update={"request": await white_masks(plan.request)})
