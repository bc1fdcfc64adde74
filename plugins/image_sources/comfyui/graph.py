"""From a plan to the graphs that are posted: values, pictures, ids (sheet sections 5 and 9)."""

from __future__ import annotations

import asyncio
import hashlib
import json
import uuid
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from stcore import (
    ImageRequest,
    Misconfigured,
    Pixels,
    Plan,
    Reference,
    Workflow,
    bound_fields,
    check_graph,
    decode_base64,
    fill_workflow,
    split_plan,
)

from .server import Server

_PICTURES = ("user_avatar", "char_avatar", "init_image", "mask_image")
_FILE_LOADERS = ("LoadImage", "LoadImageMask")
_ENDINGS = {"image/jpeg": "jpg", "image/webp": "webp", "image/gif": "gif"}
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


def runs_of(plan: Plan) -> list[Run]:
    """The graphs of a plan, filled; one for each call. Pure: pictures are still base64 everywhere."""
    runs, first = [], 0
    for part in split_plan(plan):
        request = part.request
        seed = request.seed if "seed" in bound_fields(_workflow(request).text) else None
        runs.append(Run(request.id, canonical_id(request.id), _filled(request), seed, first))
        first += request.count
    return runs


def canonical_id(run_id: str) -> str:
    """Newer servers take canonical lower-case UUIDs only; another id becomes one, always the same."""
    try:
        return str(uuid.UUID(run_id))
    except ValueError:
        return str(uuid.uuid5(_IDS, run_id))


async def upload_pictures(run: Run, request: ImageRequest, server: Server) -> None:
    """Upload the pictures that went to nodes which read files, and give these nodes the names."""
    sent: dict[str, str] = {}
    pictures = {str(text) for text in _as_base64(request).values()}
    for node in run.graph.values():
        text = node["inputs"].get("image") if node["class_type"] in _FILE_LOADERS else None
        if not isinstance(text, str) or text not in pictures:
            continue
        if text not in sent:
            data = decode_base64(text)
            mime = _mime(data)
            name = f"stcore-{hashlib.sha256(data).hexdigest()[:16]}.{_ENDINGS.get(mime, 'png')}"
            sent[text] = await server.upload(name, data, mime)
        node["inputs"]["image"] = sent[text]


async def upright_masks(plan: Plan) -> Plan:
    """The plan with masks turned so that white is repainted, as nodes expect."""
    masks = [one for one in plan.request.references if one.role == "mask" and one.polarity == "transparent_repaint"]
    if not masks:
        return plan
    turned = [await asyncio.to_thread(_white_repaint, one) if one in masks else one for one in plan.request.references]
    return plan.model_copy(update={"request": plan.request.model_copy(update={"references": tuple(turned)})})


# -- inside ----------------------------------------------------------------------------------------------------------


def _workflow(request: ImageRequest) -> Workflow:
    if request.workflow is None:
        raise Misconfigured("No workflow is chosen.", hint="Choose one in the connection's settings.")
    return request.workflow


def _filled(request: ImageRequest) -> dict[str, Any]:
    workflow = _workflow(request)
    size = request.size if isinstance(request.size, Pixels) else None
    values = {
        "prompt": request.prompt,
        "negative_prompt": request.negative_prompt or "",
        "seed": request.seed,
        "denoise": request.denoise,
        "clip_skip": request.clip_skip,
        "model": request.model or None,
        "vae": request.vae,
        "sampler": request.sampler,
        "scheduler": request.scheduler,
        "steps": request.steps,
        "scale": request.guidance,
        "width": size.width if size else None,
        "height": size.height if size else None,
    }
    graph = fill_workflow(workflow, values, pictures=_reference_bytes(request))
    check_graph(graph, workflow.name)
    for node_id, node in graph.items():
        if not isinstance(node.get("inputs"), dict):
            raise Misconfigured(f"The workflow {workflow.name}: node “{node_id}” has no inputs.")
    return graph


def _reference_bytes(request: ImageRequest) -> dict[str, bytes]:
    names = {"init": "init_image", "mask": "mask_image"}
    return {names[one.role]: one.data for one in reversed(request.references) if one.role in names}


def _as_base64(request: ImageRequest) -> dict[str, Any]:
    """What filling puts for each picture placeholder."""
    probe = json.dumps({name: f"%{name}%" for name in _PICTURES})
    workflow = _workflow(request).model_copy(update={"text": probe, "custom": ()})
    return fill_workflow(workflow, {}, pictures=_reference_bytes(request))


def _mime(data: bytes) -> str:
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return "image/gif" if data.startswith(b"GIF8") else "image/png"


def _white_repaint(mask: Reference) -> Reference:
    from PIL import Image, ImageChops

    with Image.open(BytesIO(mask.data)) as picture:
        alpha = picture.convert("RGBA").getchannel("A")
    out = BytesIO()
    ImageChops.invert(alpha).save(out, "PNG")
    return mask.model_copy(update={"data": out.getvalue(), "mime": "image/png", "polarity": "white_repaint"})
