"""From an answer to an error class (spec/sources/README.md 3.7): vendor code, then words, then HTTP status.

Adapters refine what comes out of here; they know which of a vendor's words mean what.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from stcore.errors import (
    AuthError,
    BadInputImage,
    BadRequest,
    ColdStart,
    Misconfigured,
    ModelUnavailable,
    PermissionRefused,
    ProviderError,
    QuotaError,
    RateLimited,
    Refused,
    ServerError,
)
from stcore.net.answer import Answer

_QUOTA_CODES = {"insufficient_quota", "billing_hard_limit_reached", "insufficient_credits", "quota_exceeded"}
_REFUSAL_CODES = {"content_policy_violation", "moderation_blocked", "content_filter", "safety_violation"}
_KEY_CODES = {"invalid_api_key", "invalid_authentication", "incorrect_api_key"}
_MODEL_CODES = {"model_not_found", "model_not_available"}
_QUOTA_WORDS = re.compile(r"insufficient[ _](quota|credit|balance|funds)|billing|out of credits|limit: 0\b", re.I)
_LOADING_WORDS = re.compile(r"\bloading\b|warming up|cold start|currently starting", re.I)
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)\s*s?\Z")


class VendorText(NamedTuple):
    """What a server said about a failure, whatever shape it said it in."""

    message: str = ""
    code: str = ""
    field: str = ""


def vendor_text(answer: Answer) -> VendorText:
    """The vendor's message, code and the name of the wrong field (shapes: text-openai-compatible.md section 6)."""
    if answer.is_html:
        return VendorText(answer.excerpt)
    try:
        data = json.loads(answer.body)
    except ValueError:
        return VendorText(answer.excerpt)
    if isinstance(data, list) and data:
        data = data[0]
    if not isinstance(data, dict):
        return VendorText(answer.excerpt)
    found = _from_object(data)
    return VendorText(answer.scrub(found.message or answer.excerpt), found.code, found.field)


def classify(answer: Answer) -> ProviderError | None:
    """The error an answer stands for; ``None`` for 2xx."""
    if answer.ok:
        return None
    said = vendor_text(answer)
    facts: dict[str, Any] = {
        "vendor": said.message,
        "status": answer.status,
        "code": said.code,
        "request_id": answer.headers.get("x-request-id", ""),
    }
    return _by_code(said, facts) or _by_status(answer, said, facts)


def retry_after(answer: Answer) -> float | None:
    """Seconds to wait: ``retry-after-ms``, ``Retry-After`` as seconds or date, or a field of the body."""
    milliseconds = _number(answer.headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    header = answer.headers.get("retry-after", "").strip()
    if header:
        seconds = _number(header)
        return seconds if seconds is not None else _seconds_until(header, answer.received)
    return _from_body(answer.body)


# -- parts -----------------------------------------------------------------------------------------------------------


def _by_code(said: VendorText, facts: dict[str, Any]) -> ProviderError | None:
    code = said.code.lower()
    if code in _QUOTA_CODES:
        return QuotaError("The account has no credit left.", hint="Top up or raise the limit at the vendor.", **facts)
    if code in _REFUSAL_CODES:
        return Refused("The source refused this prompt.", stage="unknown", hint="Change the prompt.", **facts)
    if code in _KEY_CODES:
        return AuthError("The key was refused.", hint="Enter the key again in the connection's settings.", **facts)
    if code in _MODEL_CODES:
        return ModelUnavailable("This model is not available.", hint="Choose another model.", **facts)
    return None


def _by_status(answer: Answer, said: VendorText, facts: dict[str, Any]) -> ProviderError:
    status, host = answer.status, urlsplit(answer.url).netloc.rpartition("@")[2]
    tail = f": {said.message}" if said.message else "."
    match status:
        case 401:
            hint = "Enter the key or the name and password again in the connection's settings."
            return AuthError(f"{host} refused the credentials{tail}", hint=hint, **facts)
        case 402:
            return QuotaError(f"{host} wants payment{tail}", hint="Top up at the vendor.", **facts)
        case 403:
            return PermissionRefused(f"{host} does not allow this{tail}", **facts)
        case 404 | 405 | 410:
            where = urlsplit(answer.url).path or "/"
            hint = "Check the address and the version of the server."
            return Misconfigured(f"{host} has nothing at {where}{tail}", hint=hint, **facts)
        case 413:
            hint = "Use smaller or fewer reference pictures."
            return BadInputImage(f"The request is too large for {host}{tail}", hint=hint, **facts)
        case 429:
            return _too_many(answer, said, host, facts)
        case 425:
            return ColdStart(f"{host} is not ready yet{tail}", retry_after=retry_after(answer), **facts)
    if status >= 500:
        cold = status == 503 and _LOADING_WORDS.search(said.message)
        kind = ColdStart if cold else ServerError
        what = "is still loading the model" if cold else f"failed with status {status}"
        return kind(f"{host} {what}{tail}", retry_after=retry_after(answer), **facts)
    if 300 <= status < 400:
        hint = "Enter the address to which it redirects."
        return Misconfigured(f"{host} redirects to {answer.headers.get('location', '?')}", hint=hint, **facts)
    return BadRequest(f"{host} did not accept the request{tail}", field=said.field, **facts)


def _too_many(answer: Answer, said: VendorText, host: str, facts: dict[str, Any]) -> ProviderError:
    if _QUOTA_WORDS.search(said.message):
        return QuotaError(f"{host}: the quota is used up: {said.message}", hint="Top up at the vendor.", **facts)
    wait = retry_after(answer)
    when = f" Try again in {wait:.0f} s." if wait else " Try again later."
    return RateLimited(f"{host} gets too many requests.{when}", retry_after=wait, **facts)


def _from_object(data: Mapping[str, Any]) -> VendorText:
    error = data.get("error")
    if isinstance(error, Mapping):
        inner = _from_object(error)
        return inner if inner.message else VendorText(_text(error), inner.code, inner.field)
    code = next((str(data[key]) for key in ("code", "type") if isinstance(data.get(key), str | int)), "")
    field = next((str(data[key]) for key in ("param", "field") if isinstance(data.get(key), str)), "")
    detail = data.get("detail")
    if isinstance(detail, list) and detail and isinstance(detail[0], Mapping):
        location = detail[0].get("loc")
        field = field or (str(location[-1]) if isinstance(location, list) and location else "")
    for key in ("message", "detail", "msg", "errors", "error", "status_msg"):
        if text := _text(data.get(key)):
            return VendorText(text, code, field)
    return VendorText("", code, field)


def _text(value: Any) -> str:
    """Words out of whatever stands in an error field."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return "; ".join(filter(None, (_text(item) for item in value[:5])))
    if isinstance(value, Mapping):
        location = value.get("loc")
        where = ".".join(str(part) for part in location if part != "body") if isinstance(location, list) else ""
        words = _text(value.get("msg") or value.get("message") or value.get("detail"))
        return f"{where}: {words}" if where and words else words
    return ""


def _number(text: str | None) -> float | None:
    found = _SECONDS.match(text.strip()) if text else None
    return float(found[1]) if found else None


def _seconds_until(date: str, now: datetime | None) -> float | None:
    try:
        then = parsedate_to_datetime(date)
    except ValueError:
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    return max(0.0, (then - (now or datetime.now(UTC))).total_seconds())


def _from_body(body: bytes) -> float | None:
    try:
        data = json.loads(body)
    except ValueError:
        return None
    error = data.get("error") if isinstance(data, dict) else None
    details = error.get("details") if isinstance(error, dict) else None
    places = [data, error, *(details if isinstance(details, list) else ())]
    for place in places:
        if not isinstance(place, dict):
            continue
        for key in ("retry_after", "retryAfter", "retryDelay"):
            value = place.get(key)
            seconds = _number(str(value)) if isinstance(value, str | int | float) else None
            if seconds is not None:
                return seconds
    return None
