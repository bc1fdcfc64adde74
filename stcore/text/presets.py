"""Presets: things with a name that shape what a text model is told and how it answers.

Kinds: ``preset`` (samplers and the entries of the prompt), ``instruct`` and ``context`` (for models that complete
text), ``sysprompt``, ``reasoning`` (what marks thoughts) and ``profile`` (a connection with all of these). Some are
shipped as TOML files in ``shipped/KIND``. Files of SillyTavern are read and written; unknown keys are kept.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from stcore.errors import UserError
from stcore.text.entries import DEFAULT_ENTRIES, MAIN, POST_HISTORY
from stcore.text.sampling import SAMPLERS, normal_samplers

KINDS = ("preset", "instruct", "context", "sysprompt", "reasoning", "profile")
DEFAULTS = {
    "preset": "Default",
    "instruct": "ChatML",
    "context": "Default",
    "sysprompt": "Default",
    "reasoning": "Think",
    "profile": "",
}
"""What is selected in a fresh installation."""

_FRAMES = {
    "scenario_format": ("scenario", "{{scenario}}"),
    "personality_format": ("charPersonality", "{{personality}}"),
}


@dataclass(frozen=True, slots=True)
class Preset:
    """One preset. ``shipped`` ones can be changed, which stores one of that name, but not removed."""

    kind: str
    name: str
    data: Mapping[str, Any] = field(default_factory=dict)
    shipped: bool = False

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "name": self.name, "data": dict(self.data), "shipped": self.shipped}


@cache
def shipped(kind: str) -> tuple[Preset, ...]:
    """The presets of a kind that come with the program, by name. Reads files: call it on a worker thread."""
    folder = files("stcore.text").joinpath("shipped", kind)
    if kind not in KINDS or not folder.is_dir():
        return ()
    found = []
    for file in folder.iterdir():
        data = tomllib.loads(file.read_text("utf-8"))
        found.append(Preset(kind, str(data.pop("name")), data, shipped=True))
    return tuple(sorted(found, key=lambda preset: (preset.name != DEFAULTS[kind], preset.name.lower())))


# -- files of other programs -----------------------------------------------------------------------------------------


def import_presets(document: Any, name: str, kind: str = "") -> tuple[Preset, ...]:
    """The presets in a JSON document; ``name`` is used where the document has none, ``kind`` where it cannot be seen.

    A document may hold several kinds at once under their own keys. Raises :class:`UserError` for anything else.
    """
    if not isinstance(document, Mapping):
        raise UserError("This is no preset: a JSON object is expected.")
    parts = {key: document[key] for key in KINDS if isinstance(document.get(key), Mapping)}
    if parts and not kind:
        return tuple(_import(part_kind, part, name) for part_kind, part in parts.items())
    found = kind or _kind_of(document)
    if found not in KINDS:
        raise UserError(
            "It cannot be seen what this preset is for.",
            hint=f"Say its kind: {', '.join(KINDS)}.",
        )
    return (_import(found, document, name),)


def _kind_of(document: Mapping[str, Any]) -> str:
    if "input_sequence" in document and "output_sequence" in document:
        return "instruct"
    if "story_string" in document:
        return "context"
    if {"prefix", "suffix", "separator"} <= document.keys():
        return "reasoning"
    if normal_samplers(document) or "prompts" in document:
        return "preset"
    return "sysprompt" if "content" in document else ""


def _import(kind: str, document: Mapping[str, Any], name: str) -> Preset:
    data = {key: value for key, value in document.items() if key != "name"}
    own = document.get("name")
    title = (own if isinstance(own, str) and own.strip() else name).strip()[:256]
    if not title:
        raise UserError("A preset needs a name.")
    return Preset(kind, title, _normal_preset(data) if kind == "preset" else data)


def _normal_preset(data: dict[str, Any]) -> dict[str, Any]:
    """Samplers under our names, entries in their order with their switches; everything else as it is."""
    samplers = normal_samplers(data)
    normal = {key: value for key, value in data.items() if not normal_samplers({key: value})}
    prompts, order = normal.pop("prompts", None), normal.pop("prompt_order", None)
    if isinstance(prompts, list):
        normal["prompts"] = list(_ordered(prompts, order, data))
    return {**normal, **samplers}


def _ordered(prompts: list[Any], order: Any, data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    known = {str(one.get("identifier")): one for one in prompts if isinstance(one, Mapping)}
    for identifier, enabled in _order(order, known):
        one = known.get(identifier, {})
        entry: dict[str, Any] = {"identifier": identifier, "name": str(one.get("name") or identifier)}
        entry["enabled"] = enabled
        if content := _content(identifier, one, data):
            entry["content"] = content
        if one.get("role") in ("user", "assistant"):
            entry["role"] = one["role"]
        if one.get("injection_position") == 1:
            entry["depth"] = int(one.get("injection_depth") or 0)
        elif isinstance(one.get("depth"), int):
            entry["depth"] = one["depth"]
        yield entry


def _content(identifier: str, one: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """The words of an entry; for the place of something the frame that the preset sets it in."""
    if identifier in ("worldInfoBefore", "worldInfoAfter"):
        return str(data.get("wi_format") or one.get("content") or "")
    for key, (place, macro) in _FRAMES.items():
        if identifier == place and isinstance(data.get(key), str):
            return str(data[key]).replace(macro, "{0}")
    return str(one.get("content") or "")


def _order(order: Any, known: Mapping[str, Any]) -> list[tuple[str, bool]]:
    """(identifier, enabled) in the order of the preset: the list that counts is the last one."""
    lists = [one.get("order") for one in order if isinstance(one, Mapping)] if isinstance(order, list) else []
    chosen = next((one for one in reversed(lists) if isinstance(one, list)), None)
    if chosen is None:
        return [(key, one.get("enabled") is not False) for key, one in known.items()]
    return [
        (str(one.get("identifier")), one.get("enabled") is not False)
        for one in chosen
        if isinstance(one, Mapping) and one.get("identifier")
    ]


_EXPORTED = {"max_tokens": "openai_max_tokens", "context_tokens": "openai_max_context"}
_MARKERS = frozenset(entry.identifier for entry in DEFAULT_ENTRIES) - {MAIN, POST_HISTORY}


def export_preset(preset: Preset) -> dict[str, Any]:
    """The preset as the JSON document that SillyTavern reads."""
    if preset.kind != "preset":
        return {"name": preset.name, **preset.data}
    document = {_EXPORTED.get(key, key): value for key, value in preset.data.items() if key != "prompts"}
    entries = preset.data.get("prompts")
    if isinstance(entries, list):
        document["prompts"] = [_exported(entry) for entry in entries]
        order = [{"identifier": e["identifier"], "enabled": e.get("enabled") is not False} for e in entries]
        document["prompt_order"] = [{"character_id": 100001, "order": order}]
    return {"name": preset.name, **document}


def _exported(entry: Mapping[str, Any]) -> dict[str, Any]:
    marker = entry["identifier"] in _MARKERS
    fields: dict[str, Any] = {
        "identifier": entry["identifier"],
        "name": entry.get("name") or entry["identifier"],
        "system_prompt": marker or entry["identifier"] in (MAIN, POST_HISTORY),
        "marker": marker,
        "role": entry.get("role") or "system",
        "content": entry.get("content") or "",
    }
    if "depth" in entry:
        fields |= {"injection_position": 1, "injection_depth": entry["depth"]}
    return fields


def check_preset(kind: str, name: str, data: Any) -> Preset:
    """A preset that somebody wrote; raises :class:`UserError` for what cannot be one."""
    if kind not in KINDS:
        raise UserError(f"There are no presets of kind {kind!r}.", hint=f"Kinds: {', '.join(KINDS)}.")
    if not name.strip() or len(name) > 256:
        raise UserError("A preset needs a name of at most 256 letters.")
    if not isinstance(data, Mapping):
        raise UserError("The data of a preset is a JSON object.")
    wrong = [key for key in SAMPLERS if kind == "preset" and key in data and not _is_number(data[key])]
    if wrong:
        raise UserError(f"{', '.join(wrong)}: a number is expected.")
    prompts = data.get("prompts", [])
    if kind == "preset" and not (isinstance(prompts, list) and all(map(_is_entry, prompts))):
        raise UserError("prompts: a list of objects, each with an identifier, is expected.")
    return Preset(kind, name.strip(), dict(data))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_entry(value: Any) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("identifier"), str) and bool(value["identifier"])
