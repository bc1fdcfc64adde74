"""From a request to a filled graph, as every source that runs workflows does it (image-generation.md section 16).

What a source of this kind adds is its own: the lists of its server, how a graph is handed over, how pictures reach it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, Literal

from stcore.errors import BadResponse, Misconfigured, NoImage, NotFound
from stcore.images.capabilities import RangeField, ReferencesField, RoleLimits, SizeField, SizeSpec, TextField
from stcore.images.filling import bound_fields, check_graph, fill_workflow
from stcore.images.request import ImageRequest, Pixels, Workflow
from stcore.images.sniff import EXTENSIONS, media_type
from stcore.net.answer import decode_base64

if TYPE_CHECKING:
    from stcore.images.source import Connection

LISTED = ("model", "vae", "sampler", "scheduler")
"""Placeholders whose values come from lists of a server; a source without such lists does not fill them (16.5)."""

_HIGHEST_DRAWN_SEED = 2**53 - 1
"""Seeds we draw ourselves stay exact in browsers; a person may give larger ones."""

_FILE_LOADERS = ("LoadImage", "LoadImageMask")
_SHORTEST_PICTURE = 40
_VIDEOS = (".mp4", ".webm", ".mkv", ".mov", ".avi", ".m4v")
_SOUNDS = (".flac", ".mp3", ".wav", ".ogg", ".opus", ".m4a")


# -- what a workflow takes -------------------------------------------------------------------------------------------


def chosen_workflow(connection: Connection) -> Workflow:
    """The workflow that the connection's ``workflow`` option names. Reads a file: call it on a worker thread."""
    name = connection.options.workflow
    try:
        return Workflow(name=name, text=connection.workflows.load(name))
    except NotFound as error:
        raise Misconfigured(error.message, hint=error.hint) from None


def chosen_text(connection: Connection) -> str:
    """The text of that workflow, empty when it is gone: a request may still name another. Reads a file."""
    try:
        return chosen_workflow(connection).text
    except Misconfigured:
        return ""


def graph_fields(text: str, options: Any) -> dict[str, Any]:
    """Descriptors of the common fields that this workflow binds, as far as they need no lists of a server.

    A field without a placeholder is missing, so it never reaches the wire (SRC-2). ``options`` holds the connection's
    ``steps``, ``guidance``, ``denoise``, ``width`` and ``height`` for requests that name none.
    """
    bound = set(bound_fields(text))
    if '"%width%"' in text or '"%height%"' in text:
        bound.add("size")  # a graph may take one side alone
    pictures = {
        role: RoleLimits(required=True, strength=role == "init" and "denoise" in bound)
        for role, name in (("init", '"%init_image%"'), ("mask", '"%mask_image%"'))
        if name in text
    }
    every: dict[str, Any] = {
        "prompt": TextField(wire_name="%prompt%"),
        "negative_prompt": TextField(wire_name="%negative_prompt%"),
        "steps": RangeField(min=1, max=10000, integer=True, default=options.steps),
        "guidance": RangeField(min=0, max=100, default=options.guidance, wire_name="%scale%"),
        "denoise": RangeField(min=0, max=1, default=options.denoise),
        "clip_skip": RangeField(min=1, max=24, integer=True, default=1),
        "seed": RangeField(min=0, max=2**64 - 1, integer=True),
        "size": SizeField(
            specs=(SizeSpec(kind="free", min_side=16, max_side=16384, multiple_of=8),),
            default=(options.width, options.height),
        ),
        "references": ReferencesField(roles=pictures),
    }
    return {name: descriptor for name, descriptor in every.items() if name in bound}


def graph_modes(fields: Mapping[str, Any]) -> tuple[Literal["text", "edit", "inpaint"], ...]:
    """What a workflow with these fields is good for."""
    references = fields.get("references")
    roles = references.roles if isinstance(references, ReferencesField) else {}
    return ("inpaint",) if "mask" in roles else ("edit",) if "init" in roles else ("text",)


def graph_defaults(request: ImageRequest, fields: Mapping[str, Any], options: Any) -> ImageRequest:
    """The request with the connection's defaults for what the workflow binds and nobody named, and with a seed.

    A drawn seed follows from the request's id: planned again after a restart, a request keeps it (F275).
    """
    changes: dict[str, Any] = {
        name: getattr(options, name)
        for name in ("steps", "guidance", "denoise")
        if name in fields and getattr(request, name) is None
    }
    strengths = [one.strength for one in request.references if one.role == "init" and one.strength is not None]
    if strengths and "denoise" in changes:
        changes["denoise"] = strengths[0]
    if "seed" in fields and request.seed is None:
        changes["seed"] = Random(request.id).randint(0, _HIGHEST_DRAWN_SEED)
    return request.model_copy(update=changes)


# -- filling ---------------------------------------------------------------------------------------------------------


def fill_request(request: ImageRequest, *, without: Collection[str] = ()) -> dict[str, Any]:
    """The JSON of the request's workflow with everything in its place; pictures are base64 text (16.3).

    ``without`` names placeholders that stay as they are. Raises :class:`Misconfigured` when it is no JSON object.
    """
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
    if request.workflow is None:
        raise Misconfigured("No workflow is chosen.", hint="Choose one in the connection's settings.")
    names = [name for name in values if name not in without]
    return fill_workflow(request.workflow, values, pictures=_references(request), names=names)


def checked_nodes(document: dict[str, Any], name: str = "") -> dict[str, Any]:
    """The nodes of a filled workflow, changeable in place; raises :class:`Misconfigured` when they cannot run.

    A workflow may be the whole input of a serverless worker, whose graph is ``input.workflow`` (16.5).
    """
    wrapped = document.get("input")
    inside = wrapped.get("workflow") if isinstance(wrapped, dict) else None
    graph = inside if isinstance(inside, dict) else document
    check_graph(graph, name)
    for node_id, node in graph.items():
        if not isinstance(node.get("inputs"), dict):
            raise Misconfigured(f"The workflow {name}: node “{node_id}” has no inputs.")
    return graph


def _references(request: ImageRequest) -> dict[str, bytes]:
    names = {"init": "init_image", "mask": "mask_image"}
    return {names[one.role]: one.data for one in reversed(request.references) if one.role in names}


# -- pictures for nodes that read files ------------------------------------------------------------------------------


@dataclass(slots=True)
class PictureFile:
    """A picture that filling put into nodes which read files: it has to be sent, and these nodes told its name.

    ``name`` follows from the bytes, so the same picture is the same file everywhere.
    """

    name: str
    data: bytes = field(repr=False)
    mime: str
    nodes: list[dict[str, Any]] = field(default_factory=list, repr=False)

    def call(self, name: str) -> None:
        """Let the nodes read the file under this name."""
        for node in self.nodes:
            node["inputs"]["image"] = name


def picture_files(graph: Mapping[str, Any]) -> list[PictureFile]:
    """The pictures that stand as base64 text where a node of this graph wants the name of a file, each once."""
    found: dict[str, PictureFile] = {}
    for node in graph.values():
        text = node["inputs"].get("image") if node["class_type"] in _FILE_LOADERS else None
        if not isinstance(text, str) or len(text) < _SHORTEST_PICTURE:
            continue
        if text in found:
            found[text].nodes.append(node)
        elif picture := _picture(text):
            found[text] = picture
            picture.nodes.append(node)
    return list(found.values())


def _picture(text: str) -> PictureFile | None:
    """``None`` for a text that is the name of a file already."""
    try:
        data = decode_base64(text)
    except BadResponse:
        return None
    mime = media_type(data)
    if mime is None:
        return None
    return PictureFile(f"stcore-{hashlib.sha256(data).hexdigest()[:16]}.{EXTENSIONS[mime]}", data, mime)


# -- results that are no pictures ------------------------------------------------------------------------------------


def is_picture_name(name: str) -> bool:
    """Whether a file of this name can be a picture: everything that is not plainly a video or sound."""
    return not name.lower().endswith((*_VIDEOS, *_SOUNDS))


def made_no_picture(others: Sequence[str] = ()) -> NoImage:
    """The error of a run that ended well without a picture; ``others`` are the names of what it made instead."""
    named = ", ".join(others[:5])
    if not others:
        return NoImage(
            "The workflow ended without a picture.", hint="Does it have a node that saves a picture (SaveImage)?"
        )
    lowered = [name.lower() for name in others]
    what = "a video" if any(name.endswith(_VIDEOS) for name in lowered) else "a file that is no picture"
    if all(name.endswith(_SOUNDS) for name in lowered):
        what = "sound"
    return NoImage(
        f"The workflow made {what} ({named}), which stcore cannot show yet.",
        text=f"It made {named}.",
        hint="It lies on the server. For a picture here, let the workflow save single pictures (SaveImage).",
    )
