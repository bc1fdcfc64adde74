"""One answer of a server, read completely, and the lenient ways to take something out of it."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from stcore.errors import BadResponse, ProviderError

_HTML = re.compile(rb"\A\s*(<!doctype html|<html|<head|<body)", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_EXCERPT = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (case is ignored), final address and the whole body of one answer."""

    status: int
    headers: Mapping[str, str]
    url: str
    body: bytes = field(repr=False)
    received: datetime | None = None
    scrub: Callable[[str], str] = field(default=str, repr=False, compare=False)

    @property
    def ok(self) -> bool:
        """A 2xx status. Some vendors put failures into 200: see the body too."""
        return 200 <= self.status < 300

    @property
    def mime(self) -> str:
        """The declared type without parameters, lower case; for pictures trust the bytes instead."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def text(self) -> str:
        """The body as text; bytes that are no UTF-8 become replacement characters."""
        return self.body.decode("utf-8", errors="replace")

    @property
    def is_html(self) -> bool:
        """A web page where data was expected: a proxy's login, a wrong port, an error page."""
        return _HTML.match(self.body[:512]) is not None

    @property
    def excerpt(self) -> str:
        """The beginning of the body for an error text; of a web page its title."""
        if self.is_html:
            title = _TITLE.search(self.text[:20_000])
            return self.scrub(f"web page “{' '.join(title[1].split())}”" if title else "web page")[:_EXCERPT]
        if b"\0" in self.body[:_EXCERPT]:
            return f"{len(self.body)} bytes of binary data"
        return self.scrub(" ".join(self.text[: 4 * _EXCERPT].split()))[:_EXCERPT]

    def json(self) -> Any:
        """The body as JSON. Raises :class:`BadResponse` with an excerpt when it is none."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise self.nonsense("data", cause=str(error)) from None

    def bytes(self, key: str = "") -> bytes:
        """A binary field of a JSON answer (base64, data URL); without ``key`` the body itself."""
        if not key:
            return self.body
        value = self.json()
        value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, list) and value:
            value = value[0]
        if not isinstance(value, str):
            raise self.nonsense(f"a field “{key}” with base64 text")
        return decode_base64(value)

    def raise_for_error(self) -> Answer:
        """The answer itself, or the error that its status stands for."""
        from stcore.net.classify import classify

        if error := classify(self):
            raise error
        return self

    def nonsense(self, expected: str, *, cause: str = "") -> ProviderError:
        """The error for an answer that is not the ``expected`` thing."""
        if self.is_html:
            return BadResponse(
                f"The server answered with a {self.excerpt} instead of {expected}.",
                status=self.status,
                hint="Check the address: this looks like a web page, a login or a proxy in front of the server.",
            )
        got = f"“{self.excerpt}”" if self.body else "an empty body"
        because = f" ({self.scrub(cause)})" if cause else ""
        return BadResponse(
            f"The server answered {got} where {expected} was expected{because}.",
            status=self.status,
            vendor=self.excerpt,
        )


def decode_base64(text: str) -> bytes:
    """Bytes from base64 as servers really send it: with a ``data:`` prefix, URL-safe, unpadded, with line breaks.

    Raises :class:`BadResponse` when it is none.
    """
    if text.startswith("data:"):
        text = text.partition(",")[2]
    compact = "".join(text.split()).translate(str.maketrans("-_", "+/")).rstrip("=")
    try:
        return base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise BadResponse("The server sent a picture whose base64 text is damaged.") from None
