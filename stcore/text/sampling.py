"""Sampler presets: how a model chooses its words, from the keys of several programs to one request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_NAMES = {
    "temp": "temperature",
    "temp_openai": "temperature",
    "freq_pen": "frequency_penalty",
    "freq_pen_openai": "frequency_penalty",
    "pres_pen": "presence_penalty",
    "presence_pen": "presence_penalty",
    "pres_pen_openai": "presence_penalty",
    "top_p_openai": "top_p",
    "top_k_openai": "top_k",
    "top_a_openai": "top_a",
    "min_p_openai": "min_p",
    "rep_pen": "repetition_penalty",
    "repetition_penalty_openai": "repetition_penalty",
    "rep_pen_range": "repetition_penalty_range",
    "genamt": "max_tokens",
    "openai_max_tokens": "max_tokens",
    "openai_max_context": "context_tokens",
    "max_length": "context_tokens",
}
"""Names that other programs use, and ours."""

_NEUTRAL: dict[str, float] = {
    "frequency_penalty": 0,
    "presence_penalty": 0,
    "repetition_penalty": 1,
    "repetition_penalty_range": 0,
    "top_k": 0,
    "top_a": 0,
    "min_p": 0,
    "typical_p": 1,
    "tfs": 1,
}
"""Values that change nothing: a server need not hear of them, and some refuse what they do not know."""

SAMPLERS = ("temperature", "top_p", "max_tokens", "context_tokens", "seed", *_NEUTRAL)


@dataclass(frozen=True, slots=True)
class Sampling:
    """``None`` = as the connection or the model has it. ``extra`` are further fields of the request."""

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    context_tokens: int | None = None
    seed: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


def normal_samplers(data: Mapping[str, Any]) -> dict[str, Any]:
    """The sampler settings of a preset under our names; what is no number is left out."""
    found: dict[str, Any] = {}
    for key, value in data.items():
        name = _NAMES.get(key, key)
        if name in SAMPLERS and isinstance(value, int | float) and not isinstance(value, bool):
            found[name] = value
    return found


def read_sampling(data: Mapping[str, Any]) -> Sampling:
    """What a preset asks of the model."""
    values = normal_samplers(data)
    seed = values.get("seed")
    return Sampling(
        temperature=values.get("temperature"),
        top_p=values.get("top_p"),
        max_tokens=_count(values.get("max_tokens")),
        context_tokens=_count(values.get("context_tokens")),
        seed=int(seed) if seed is not None and seed >= 0 else None,
        extra={key: values[key] for key, neutral in _NEUTRAL.items() if key in values and values[key] != neutral},
    )


def _count(value: float | None) -> int | None:
    return int(value) if value is not None and value >= 1 else None
