"""The calls that make pictures. None is ever repeated after it may have been taken (sheet section 14)."""

from __future__ import annotations

import math
from typing import Any

from stcore import Adjustment, Connection

from .failures import SamplerUnknown, error_of
from .server import read_options

_MOST_BYTES = 256 * 2**20
_LOAD_SECONDS = 600.0


async def generate(
    connection: Connection, route: str, body: dict[str, Any]
) -> tuple[dict[str, Any], Adjustment | None]:
    """The answer of the call, made once; a second time only when the sampler's name was refused."""
    try:
        return await _post(connection, route, body), None
    except SamplerUnknown:
        sampler, scheduler = body.get("sampler_name"), body.get("scheduler")
        if not sampler or not scheduler:
            raise
    joined = f"{sampler} {scheduler}"
    again = {name: value for name, value in body.items() if name != "scheduler"} | {"sampler_name": joined}
    return await _post(connection, route, again), Adjustment(field="sampler", asked=sampler, used=joined, why="renamed")


async def _post(connection: Connection, route: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await connection.http.post(f"/sdapi/v1/{route}", json=body, timeout=math.inf, max_bytes=_MOST_BYTES)
    if error := error_of(answer):
        raise error
    found = answer.json()
    if not isinstance(found, dict) or not isinstance(found.get("images"), list):
        raise answer.nonsense("a list of pictures")
    return found


async def load_model(connection: Connection, model: str) -> None:
    """Forge takes the model from its settings only, for everybody who uses the server."""
    if (await read_options(connection)).get("sd_model_checkpoint") == model:
        return
    body = {"sd_model_checkpoint": model}
    if error := error_of(await connection.http.post("/sdapi/v1/options", json=body, timeout=_LOAD_SECONDS)):
        raise error
