"""What a server can offer: models, samplers and other lists, read from its node classes (sheet section 3)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from stcore import Connection, ModelInfo

FRESH_SECONDS = 60.0
STATE = "comfyui.lists"

_CLASSES = (
    "CheckpointLoaderSimple",
    "UNETLoader",
    "UnetLoaderGGUF",
    "VAELoader",
    "KSampler",
    "KSamplerSelect",
    "BasicScheduler",
)
_MODELS = (
    ("checkpoint", "", "CheckpointLoaderSimple", "ckpt_name"),
    ("unet", "UNet: ", "UNETLoader", "unet_name"),
    ("gguf", "GGUF: ", "UnetLoaderGGUF", "unet_name"),
)


@dataclass(frozen=True, slots=True)
class Lists:
    """The choices of one server; empty where it offers none."""

    models: tuple[ModelInfo, ...] = ()
    vaes: tuple[str, ...] = ()
    samplers: tuple[str, ...] = ()
    schedulers: tuple[str, ...] = ()


async def read_lists(connection: Connection) -> Lists:
    """The lists, asked again when they are older than a minute."""
    now = connection.clock.monotonic()
    known = connection.state.get(STATE)
    if known is None or now - known[0] > FRESH_SECONDS:
        known = (now, await _ask(connection))
        connection.state[STATE] = known
    lists: Lists = known[1]
    return lists


def model_kinds(connection: Connection) -> dict[str, str]:
    """What kind of model each file is, as far as the lists were read already."""
    known = connection.state.get(STATE)
    return {model.id: model.kind for model in known[1].models} if known else {}


def combo(classes: dict[str, Any], class_type: str, name: str) -> tuple[str, ...]:
    """The values of a choice input, in the old encoding (a list) or the new one (``COMBO`` with options)."""
    inputs = (classes.get(class_type) or {}).get("input") or {}
    for part in ("required", "optional"):
        spec = (inputs.get(part) or {}).get(name)
        if not isinstance(spec, list) or not spec:
            continue
        values: Any = spec[0]
        if not isinstance(values, list):
            values = spec[1].get("options") if len(spec) > 1 and isinstance(spec[1], dict) else None
        return tuple(str(value) for value in values or ())
    return ()


def label(file: str) -> str:
    """A file name for people: without folder ending and underscores."""
    path = PurePosixPath(file.replace("\\", "/"))
    return str(path.with_suffix("")).replace("_", " ")


async def _ask(connection: Connection) -> Lists:
    async def one(name: str) -> dict[str, Any]:
        answer = await connection.http.get_json(f"/object_info/{name}", retry=True, timeout=60)
        return answer if isinstance(answer, dict) else {}

    found = await asyncio.gather(*map(one, _CLASSES))
    classes = {name: info for answer in found for name, info in answer.items()}
    models = tuple(
        ModelInfo(id=file, label=f"{prefix}{label(file)}", kind=kind)
        for kind, prefix, class_type, name in _MODELS
        for file in combo(classes, class_type, name)
    )
    return Lists(
        models=models,
        vaes=combo(classes, "VAELoader", "vae_name"),
        samplers=_first(classes, ("KSampler", "sampler_name"), ("KSamplerSelect", "sampler_name")),
        schedulers=_first(classes, ("KSampler", "scheduler"), ("BasicScheduler", "scheduler")),
    )


def _first(classes: dict[str, Any], *places: tuple[str, str]) -> tuple[str, ...]:
    found: Iterable[tuple[str, ...]] = (combo(classes, *place) for place in places)
    return next(filter(None, found), ())
