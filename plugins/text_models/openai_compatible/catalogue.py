"""Model lists in the shapes that vendors give them, and what they tell of a model's abilities.

spec/sources/text-openai-compatible.md section 5. What a list does not say stays unknown (``None``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from stcore import ModelInfo

LISTS = {
    "api.x.ai": ("language-models", "models"),
    "nano-gpt.com": ("models?detailed=true",),
    "api.siliconflow.com": ("models?type=text&sub_type=chat",),
    "api.siliconflow.cn": ("models?type=text&sub_type=chat",),
    "api.cloudflare.com": ("../models/search?task=Text+Generation&per_page=100",),
}
"""Where a vendor's list says more than, or lies elsewhere than, the usual ``models``; the first that answers wins."""

KEY_CHECKS = {"openrouter.ai": ("GET", "key"), "nano-gpt.com": ("POST", "../check-balance")}
"""Free calls that refuse a wrong key, for vendors whose model list is open to everybody."""

OPEN_LISTS = ("openrouter.ai", "nano-gpt.com", "api.aimlapi.com", "api.electronhub.ai", "gen.pollinations.ai")

LOCAL_SERVERS = {
    "library": ("POST", "../api/show"),  # Ollama
    "llamacpp": ("GET", "../props"),
    "organization_owner": ("GET", "../api/v0/models"),  # LM Studio
}
"""Local servers tell abilities outside the protocol; ``owned_by`` of a list gives away which server it is."""

_NOT_FOR_CHAT = {"image", "embedding", "embeddings", "moderation", "rerank", "audio", "video", "transcribe", "speech"}
_WRONG_FLAGS = {"grok-4-0709": True}
"""Models that do take pictures although their vendor's list denies it."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What one model takes and gives, as far as it is told."""

    sees: bool | None = None
    uses_tools: bool | None = None
    draws: bool | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One model of a list."""

    info: ModelInfo
    abilities: Abilities
    owner: str = ""


def host_of(address: str) -> str:
    return (urlsplit(address).hostname or "").removeprefix("www.")


def below(base: str, path: str) -> str:
    """``path`` as a request path; ``../`` leaves the last part of the base address."""
    if not path.startswith("../"):
        return path
    parts = urlsplit(base)
    parent = parts.path.rstrip("/").rpartition("/")[0]
    return f"{parts.scheme}://{parts.netloc}{parent}/{path.removeprefix('../')}"


def read_list(data: Any) -> list[Entry] | None:
    """The models of ``{"data": []}``, ``{"models": []}``, ``{"result": []}`` or a bare array; ``None`` for no list."""
    if isinstance(data, dict):
        lists = (data.get(key) for key in ("data", "models", "result"))
        data = next((value for value in lists if isinstance(value, list)), None)
    if not isinstance(data, list):
        return None
    entries = (_entry({"id": item} if isinstance(item, str) else item) for item in data)
    return [entry for entry in entries if entry is not None]


def _entry(item: Any) -> Entry | None:
    if not isinstance(item, dict):
        return None
    names = (item.get(key) for key in ("id", "name", "model"))
    found = next((name for name in names if isinstance(name, str) and name), "")
    if "property_id" in str(item.get("properties", "")):  # Cloudflare: the id is a number of its own
        found = item["name"]
    kind = str(item.get("type") or "").lower()
    if not found or kind in _NOT_FOR_CHAT:
        return None
    label = item.get("display_name") or item.get("name")
    expires = item.get("expiration_date") or item.get("shutdown_date")
    info = ModelInfo(
        id=found,
        label=label if isinstance(label, str) and label != found else "",
        kind=kind,
        availability=f"until {expires}" if expires else "",
    )
    return Entry(info, read_abilities(item, found), str(item.get("owned_by") or ""))


def read_abilities(item: dict[str, Any], model: str = "") -> Abilities:
    """What an entry of a list, or a description of one model, tells."""
    words, denied = _words(item)
    architecture = item.get("architecture")
    sides = {**(architecture if isinstance(architecture, dict) else {}), **item}
    inputs, outputs = sides.get("input_modalities"), sides.get("output_modalities")
    sees = "image" in inputs if isinstance(inputs, list) else _told({"vision", "image_in", "vlm"}, words, denied)
    if model in _WRONG_FLAGS:
        sees = _WRONG_FLAGS[model]
    tools = {"tools", "tool_use", "tool_choice", "tool_calling", "function_calling", "function_call", "function"}
    return Abilities(
        sees=sees,
        uses_tools=_told(tools, words, denied),
        draws="image" in outputs if isinstance(outputs, list) else None,
    )


def find_abilities(data: Any, model: str) -> Abilities:
    """The abilities of ``model`` in a list, or in a description of just that model."""
    listed = read_list(data)
    if listed is not None:
        return next((entry.abilities for entry in listed if entry.info.id == model), Abilities())
    return read_abilities(data, model) if isinstance(data, dict) else Abilities()


def _told(names: set[str], words: set[str], denied: set[str]) -> bool | None:
    if names & words:
        return True
    return False if names & denied else None


def _words(item: dict[str, Any]) -> tuple[set[str], set[str]]:
    """Words that an entry affirms and words that it denies, from all the places where vendors put them.

    A list that names abilities and leaves one out denies only what such a list would name: tools.
    """
    affirmed: set[str] = set()
    denied: set[str] = set()
    for key in ("capabilities", "metadata", "modalities"):
        flags = item.get(key)
        for name, value in flags.items() if isinstance(flags, dict) else ():
            (affirmed if value else denied).add(name)
    for key in ("capabilities", "features", "supported_features", "supported_parameters"):
        names = item.get(key)
        if isinstance(names, list):
            affirmed.update(str(name).rpartition(".")[2] for name in names)
            denied.add("tools")
            denied.update({"vision"} if key in ("capabilities", "features") else ())
    properties = item.get("properties")
    for entry in properties if isinstance(properties, list) else ():
        if isinstance(entry, dict) and "property_id" in entry:
            (affirmed if str(entry.get("value")).lower() == "true" else denied).add(str(entry["property_id"]))
    if isinstance(seeing := item.get("supports_image_in"), bool):
        (affirmed if seeing else denied).add("image_in")
    if item.get("type") in ("vlm", "llm"):
        (affirmed if item["type"] == "vlm" else denied).add("vlm")
    return affirmed, denied
