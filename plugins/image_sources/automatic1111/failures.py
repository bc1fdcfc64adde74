"""From the server's errors to ours (sheet section 2)."""

from __future__ import annotations

import json
from typing import Any

from stcore import (
    Answer,
    BadInputImage,
    BadRequest,
    Misconfigured,
    ModelUnavailable,
    ProviderError,
    ServerError,
)

_MEMORY_HINT = "Choose a smaller size or fewer pictures, or free memory on the server."


class SamplerUnknown(BadRequest):
    """The server does not know the sampler; it may know it together with its scheduler."""


def error_of(answer: Answer) -> ProviderError | None:
    """The error that an answer stands for; ``None`` for success."""
    if answer.ok:
        return None
    kind, text = _said(answer)
    facts: dict[str, Any] = {"status": answer.status, "vendor": text, "code": kind}
    lower = text.lower()
    if answer.status == 404 and lower in ("not found", ""):
        hint = "Start it with the option --api. Is the address that of AUTOMATIC1111, Forge or SD.Next?"
        return Misconfigured("The server answers, but has no API at this address.", hint=hint, **facts)
    if "sampler not found" in lower:
        return SamplerUnknown("The server does not know this sampler.", field="sampler", **facts)
    if "script" in lower and "not found" in lower:
        name = text.replace("always on script", "").replace("not found", "").replace("Script", "").strip(" '\"")
        return Misconfigured(f"The server does not have the extension “{name}”.", hint="Install it there.", **facts)
    if "init image" in lower or "invalid encoded image" in lower or "requests not allowed" in lower:
        return BadInputImage(f"The server cannot use the reference picture: {text}", **facts)
    if "outofmemory" in kind.lower() or "out of memory" in lower:
        return ServerError("The server ran out of memory.", hint=_MEMORY_HINT, billed=False, **facts)
    if lower.startswith("model '") and "not found" in lower:
        hint = "Choose one of the server's models."
        return ModelUnavailable(f"The server does not have this {text.removesuffix(' not found')}.", hint=hint, **facts)
    if answer.status >= 500 and text and not answer.is_html:
        return ServerError(f"The server failed: {kind + ': ' if kind else ''}{text}", **facts)
    try:
        answer.raise_for_error()
    except ProviderError as error:
        return error
    return None


def _said(answer: Answer) -> tuple[str, str]:
    """The class of the error, and the first text that is not empty."""
    try:
        data = json.loads(answer.body)
    except ValueError:
        return "", answer.excerpt
    if not isinstance(data, dict):
        return "", answer.excerpt
    kind = data["error"] if isinstance(data.get("error"), str) else ""
    for key in ("detail", "errors", "message"):
        if text := _text(data.get(key)):
            return kind, answer.scrub(text)
    return "", answer.scrub(kind)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(filter(None, map(_text, value[:5])))
    if isinstance(value, dict):
        place = ".".join(str(part) for part in value.get("loc") or () if part != "body")
        return ": ".join(filter(None, (place, str(value.get("msg", "")))))
    return value.strip() if isinstance(value, str) else ""
