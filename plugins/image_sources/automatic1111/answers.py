"""What comes back: pictures with their seeds (sheet section 4)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from stcore import Adjusted, Adjustment, BadResponse, Done, Event, ImageRequest, NoImage, Result, decode_base64


def pictures_of(answer: dict[str, Any], request: ImageRequest) -> list[Event]:
    """The pictures of an answer with their seeds, without grids before and maps of extensions after them."""
    info = _info(answer.get("info"))
    seeds = [seed for seed in info.get("all_seeds") or () if isinstance(seed, int)]
    first = info.get("index_of_first_image")
    first = first if isinstance(first, int) and first >= 0 else 0
    pictures = [str(text) for text in answer["images"]][first : first + (len(seeds) or request.count)]
    if not any(pictures):
        raise NoImage("The server finished without a picture.", hint="Its own log says why.")
    events: list[Event] = []
    used = str(info.get("sd_model_name") or "")
    if request.model and used and not _same_model(request.model, used):
        events.append(Adjusted((Adjustment(field="model", asked=request.model, used=used, why="dropped"),)))
    texts: list[Any] = info["infotexts"] if isinstance(info.get("infotexts"), list) else []
    damaged: BadResponse | None = None
    for index, text in enumerate(pictures):
        meta = {"model": used, "infotext": texts[index + first] if index + first < len(texts) else ""}
        try:
            picture = Result(decode_base64(text), index=index, meta=meta)
        except BadResponse as error:
            damaged = error
            continue
        if index < len(seeds):
            picture = replace(picture, seed=seeds[index], seed_origin="echoed")
        elif request.seed is not None:
            picture = replace(picture, seed=request.seed + index, seed_origin="sent")
        events.append(picture)
    delivered = sum(isinstance(event, Result) for event in events)
    if damaged and not delivered:
        raise damaged
    return [*events, Done(delivered=delivered)]


def _info(value: Any) -> dict[str, Any]:
    """``info`` is JSON inside a string; empty or an object with some of the family."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return value if isinstance(value, dict) else {}


def _same_model(asked: str, used: str) -> bool:
    """Whether ``folder/name.safetensors [hash]`` and ``name`` are the same model."""
    plain = asked.partition(" [")[0].replace("\\", "/")
    names = {plain, plain.rpartition(".")[0], plain.rpartition("/")[2], plain.rpartition("/")[2].rpartition(".")[0]}
    return used in names or used == asked
