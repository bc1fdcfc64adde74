"""Connection profiles: a text model with everything that is selected for it, kept under a name and put back at once.

Keys are those of SillyTavern, where they mean something here: ``api`` (the name of a connection), ``model``,
``api-url``, ``preset``, ``instruct``, ``instruct-state``, ``context``, ``sysprompt``, ``sysprompt-state``,
``reasoning-template``, ``stop-strings``, ``start-reply-with``, ``tokenizer``, ``prompt-post-processing``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from stcore.chat.prompting.presets import ActivePresets
from stcore.errors import NotFound
from stcore.text.presets import Preset

if TYPE_CHECKING:
    from stcore.host import Host
    from stcore.text.model import TextConnection

_KINDS = {
    "preset": "preset",
    "instruct": "instruct",
    "context": "context",
    "sysprompt": "sysprompt",
    "reasoning-template": "reasoning",
}
_SWITCHES = {
    "instruct-state": "instruct",
    "sysprompt-state": "sysprompt",
    "stop-strings": "stop_strings",
    "start-reply-with": "start_reply_with",
    "tokenizer": "tokenizer",
    "prompt-post-processing": "post_processing",
}


def meant_api(host: Host, text: str) -> str | None:
    """The connection that a name or the id of a kind means, in any case; ``None`` when there is none."""
    wanted = text.strip().lower()
    by_name = {name.lower(): name for name in host.texts.names()}
    if wanted in by_name:
        return by_name[wanted]
    return next((entry["name"] for entry in host.texts.list() if entry["kind"].lower() == wanted), None)


async def current(host: Host) -> dict[str, Any]:
    """What is selected now, as a profile."""
    active = await host.presets.active()
    name = host.texts.default_name()
    options = host.texts.options(name)
    data: dict[str, Any] = {"api": name, "model": getattr(options, "model", "") or ""}
    data |= {key: active.chosen[kind].name for key, kind in _KINDS.items()}
    data |= {key: getattr(active.switches, switch) for key, switch in _SWITCHES.items()}
    data["stop-strings"] = None if active.switches.stop_strings is None else list(active.switches.stop_strings)
    return {key: value for key, value in data.items() if value is not None}


async def apply(host: Host, profile: Preset) -> None:
    """Put everything back that the profile holds, and select it. What it names and no longer exists is left alone.

    Raises ``NotFound`` when its connection is gone.
    """
    data = profile.data
    if "api" in data:
        name = meant_api(host, str(data["api"]))
        if name is None:
            raise NotFound(f"The profile “{profile.name}” uses the connection {data['api']!r}, which no longer exists.")
        await host.texts.default(name)
        model = str(data.get("model") or "")
        if model and getattr(host.texts.options(name), "model", None) not in (None, model):
            await host.texts.set(name, {"model": model})
    for key, kind in _KINDS.items():
        found = await host.presets.find(kind, str(data[key])) if data.get(key) else None
        if found is not None:
            await host.presets.select(kind, found.name)
    await host.presets.switch(**_switches(data))
    await host.presets.select("profile", profile.name)


async def behind(host: Host, profile: Preset) -> tuple[TextConnection, ActivePresets, str]:
    """The connection, the presets and the model of a profile, without selecting it. Raises ``NotFound``."""
    data = profile.data
    name = meant_api(host, str(data.get("api") or host.texts.default_name()))
    if name is None:
        raise NotFound(f"The profile “{profile.name}” uses the connection {data['api']!r}, which no longer exists.")
    active = await host.presets.active()
    found = {kind: await host.presets.find(kind, str(data[key])) for key, kind in _KINDS.items() if data.get(key)}
    chosen = {**active.chosen, **{kind: preset for kind, preset in found.items() if preset is not None}}
    switches = replace(active.switches, **_switches(data))
    return await host.texts.open(name), ActivePresets(chosen, switches), str(data.get("model") or "")


def _switches(data: Mapping[str, Any]) -> dict[str, Any]:
    return {switch: data[key] for key, switch in _SWITCHES.items() if key in data}
