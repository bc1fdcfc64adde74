"""Which of the family a server is, and its lists (sheet sections 1, 3 and 9)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Literal

from stcore import Connection, Misconfigured, ModelInfo, ProviderError

from .failures import error_of

FRESH_SECONDS = 60.0
STATE = "automatic1111.profile"

Dialect = Literal["a1111", "forge", "sdnext"]
NAMES: dict[Dialect, str] = {"a1111": "AUTOMATIC1111", "forge": "Forge", "sdnext": "SD.Next"}

_SDNEXT_LATENT = (
    "Latent",
    "Latent (antialiased)",
    "Latent (bicubic)",
    "Latent (bicubic antialiased)",
    "Latent (nearest)",
    "Latent (nearest-exact)",
)
"""Upscalers that SD.Next has without listing them."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What one server is and offers. ``aliases`` are other spellings of samplers; ``exact_progress`` says that it
    tells the progress of one task and not only its own."""

    dialect: Dialect = "a1111"
    loaded: str = ""
    models: tuple[ModelInfo, ...] = ()
    samplers: tuple[str, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    schedulers: tuple[str, ...] = ()
    vaes: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    upscalers: tuple[str, ...] = ()
    exact_progress: bool = False


async def read_profile(connection: Connection) -> Profile:
    """The profile, read again when it is older than a minute."""
    now = connection.clock.monotonic()
    known = connection.state.get(STATE)
    if known is None or now - known[0] > FRESH_SECONDS:
        known = (now, await _ask(connection))
        connection.state[STATE] = known
    profile: Profile = known[1]
    return profile


async def read_options(connection: Connection) -> dict[str, Any]:
    """The server's settings; the cheapest proof that this is one of the family."""
    answer = await connection.http.get("/sdapi/v1/options", retry=True)
    if error := error_of(answer):
        raise error
    options = answer.json()
    if not isinstance(options, dict) or "sd_model_checkpoint" not in options:
        raise Misconfigured("Something else than AUTOMATIC1111 answers at this address.")
    return options


async def dialect_of(connection: Connection, options: dict[str, Any]) -> Dialect:
    if "forge_preset" in options:
        return "forge"
    return "sdnext" if (await connection.http.get("/sdapi/v1/version")).ok else "a1111"


async def _ask(connection: Connection) -> Profile:
    options = await read_options(connection)
    dialect = await dialect_of(connection, options)
    names = ("sd-models", "samplers", "schedulers", "sd-vae", "sd-modules", "latent-upscale-modes", "upscalers")
    found = await asyncio.gather(*(_list(connection, name) for name in names))
    models, samplers, schedulers, vaes, modules, latent, upscalers = found
    latent_names = _names(latent) or (_SDNEXT_LATENT if dialect == "sdnext" else ())
    return Profile(
        dialect=dialect,
        loaded=str(options.get("sd_model_checkpoint") or ""),
        models=tuple(
            ModelInfo(id=str(one["title"]), label=str(one.get("model_name") or one["title"]), kind="checkpoint")
            for one in models
            if one.get("title")
        ),
        samplers=_names(samplers),
        aliases=tuple((str(other), str(one.get("name"))) for one in samplers for other in one.get("aliases") or ()),
        schedulers=_names(schedulers, "label", "name"),
        vaes=("Automatic", "None", *_names(vaes or modules, "model_name")),
        modules=_names(modules, "model_name"),
        upscalers=(*latent_names, *_names(upscalers)),
        exact_progress=await _has_exact_progress(connection),
    )


async def _list(connection: Connection, name: str) -> list[dict[str, Any]]:
    """A list of the server; empty where this version has none."""
    answer = await connection.http.get(f"/sdapi/v1/{name}", retry=True)
    if answer.status == 404:
        return []
    if error := error_of(answer):
        raise error
    found = answer.json()
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


async def _has_exact_progress(connection: Connection) -> bool:
    try:
        return (await connection.http.get("/internal/pending-tasks")).ok
    except ProviderError:
        return False


def _names(items: list[dict[str, Any]], *keys: str) -> tuple[str, ...]:
    keys = keys or ("name",)
    found = (next((item[key] for key in keys if item.get(key)), None) for item in items)
    return tuple(str(name) for name in found if name)
