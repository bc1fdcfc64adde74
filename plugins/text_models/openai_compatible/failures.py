"""What goes wrong at chat servers, as our errors (text-openai-compatible.md section 6)."""

from __future__ import annotations

import re
from typing import Any

from stcore import (
    AuthError,
    BadRequest,
    BadResponse,
    Http,
    ModelUnavailable,
    ProviderError,
    QuotaError,
    RateLimited,
    Refused,
    ServerError,
)

_TOO_LONG = re.compile(r"context[_ ]length|context window|maximum context|too many tokens|prompt is too long", re.I)
_UNSAFE = re.compile(r"content[_ ](filter|policy)|moderation|flagged|safety|sensitive", re.I)
_BAD_KEY = re.compile(r"(invalid|incorrect|missing|wrong|valid)[^.]{0,20}\bkey\b|api[ _]key[^.]{0,10}not", re.I)
_NO_MONEY = re.compile(r"insufficient[_ ](quota|credit|balance|funds)|billing|quota exceeded", re.I)
_NO_MODEL = re.compile(r"\bmodel\b.*(not exist|not found|not available|unknown)|(no such|unknown|invalid) model", re.I)
_BY_STATUS: dict[int, type[ProviderError]] = {
    400: BadRequest,
    401: AuthError,
    402: QuotaError,
    403: BadRequest,
    404: ModelUnavailable,
    413: BadRequest,
    422: BadRequest,
    429: RateLimited,
}
_MINIMAX: dict[int, type[ProviderError]] = {
    1002: RateLimited,
    1004: AuthError,
    1008: QuotaError,
    1026: Refused,
    1027: Refused,
    2013: BadRequest,
    2049: AuthError,
}


def refine(error: ProviderError) -> ProviderError:
    """The common error of an answer, made exact by what chat servers are known to say."""
    status, said = error.status or 0, f"{error.code} {error.vendor}"
    facts: dict[str, Any] = {name: getattr(error, name) for name in ("vendor", "status", "code", "request_id")}
    if status in (408, 409):
        return ServerError(error.message, retry_after=error.retry_after, hint="Ask again.", **facts)
    if status in (400, 403, 429) and _NO_MONEY.search(said):
        return QuotaError("The account has no credit left.", hint="Top up or raise the limit at the vendor.", **facts)
    if status in (400, 413, 422) and _TOO_LONG.search(said):
        hint = "Hide old messages, allow a shorter answer, or choose a model with a longer memory."
        return BadRequest("The conversation is too long for this model.", field="messages", hint=hint, **facts)
    if status in (400, 403, 422) and _UNSAFE.search(said):
        hint = "Say it in other words, or choose another model."
        return Refused(f"The vendor refused this request: {error.vendor}", stage="input", hint=hint, **facts)
    if status == 400 and _BAD_KEY.search(said):
        return AuthError(f"The key was refused: {error.vendor}", hint="Enter the key again.", **facts)
    if status in (400, 404) and _NO_MODEL.search(said):
        hint = "Choose another model; `stcore texts models` lists those there are."
        return ModelUnavailable(f"This model is not available: {error.vendor}", hint=hint, **facts)
    return error


def raise_error_inside(chunk: Any, http: Http) -> None:
    """Raise what a chunk or a 2xx answer says went wrong: an ``error``, a ``base_resp``, or no object at all."""
    if isinstance(chunk, list) and chunk:
        chunk = chunk[0]
    if not isinstance(chunk, dict):
        said = http.scrub(str(chunk)[:200])
        raise BadResponse(f"The server sent “{said}” where a piece of an answer was expected.", vendor=said)
    base = chunk.get("base_resp")
    if isinstance(base, dict) and base.get("status_code"):
        text = http.scrub(str(base.get("status_msg") or ""))
        kind = _MINIMAX.get(base["status_code"], ServerError)
        raise kind(f"The vendor reports a failure: {text}", vendor=text, code=str(base["status_code"]))
    error = chunk if chunk.get("object") == "error" else chunk.get("error")
    if not error:
        return
    fields = error if isinstance(error, dict) else {"message": error}
    text = http.scrub(str(fields.get("message") or "no reason given"))
    code = fields.get("code") or chunk.get("code") or ""
    status = code if isinstance(code, int) else None
    kind = _BY_STATUS.get(status or 0, ServerError)
    raise refine(kind(f"The model reports a failure: {text}", vendor=text, code=str(code), status=status))
