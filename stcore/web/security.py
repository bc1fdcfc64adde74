"""The guard in front of everything: which names, which sites, which methods, how much, and the headers of safety.

The page and its API are for people who opened the page itself. Any other site in the same browser can aim requests
at this address too, so every request is looked at before a route sees it:

- *Host* must be a name this server goes by. A foreign name that was pointed here (DNS rebinding) is refused.
- *Origin*, when sent, must be this very address; *Sec-Fetch-Site* must not tell of another site. Only following a
  link to the page is allowed from elsewhere.
- What changes something must prove that no plain HTML form sent it: by its origin, or by its content type.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_address

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stcore.errors import Forbidden, StcoreError, TooLarge, UserError
from stcore.web.errors import answer

BODY_LIMIT = 2 * 1024 * 1024
"""Bytes of a request."""

UPLOAD = "application/octet-stream"
UPLOAD_LIMIT = 64 * 1024 * 1024
"""Bytes of a request that is a file (see ``uploads.py``)."""

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_HOST = re.compile(r"(?P<name>[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?", re.ASCII)

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
_READING = frozenset({"GET", "HEAD"})

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
"""On every answer, whatever a route says. ``default-src 'self'`` also forbids inline scripts and styles."""


class Names:
    """The names under which the server may be opened.

    ``names`` may carry a port (``chat.example:8443``), which then has to match. With ``any_address`` every numeric
    address is accepted as well: a server that listens on all of them cannot know its own, and a rebinding attack
    needs a name.
    """

    def __init__(self, names: Iterable[str] = (), *, any_address: bool = False) -> None:
        self._names = {name.strip().lower() for name in (*LOOPBACK, *names)}
        self._any_address = any_address

    def __contains__(self, host: str) -> bool:
        name, port = split_host(host)
        if not name:
            return False
        return name in self._names or f"{name}:{port}" in self._names or (self._any_address and _is_address(name))


class Guard:
    """ASGI middleware; put it outermost, so that even the answer to a crash carries the headers."""

    def __init__(self, app: ASGIApp, names: Names, body_limit: int = BODY_LIMIT) -> None:
        self._app, self._names, self._body_limit = app, names, body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if scope["type"] == "websocket":
            if refusal:
                await send({"type": "websocket.close", "code": 1008, "reason": refusal[1].message})
            else:
                await self._app(scope, receive, send)
            return
        send = _with_headers(send)
        if refusal:
            status, error = refusal
            await answer(error, status, {"Connection": "close"})(scope, receive, send)
        else:
            await self._app(scope, _limited(receive, self._limit(headers)), send)

    def _limit(self, headers: Headers) -> int:
        """Bytes that the request may have."""
        return UPLOAD_LIMIT if _content_type(headers) == UPLOAD else self._body_limit

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[int, StcoreError] | None:
        """Why the request is refused: status and error, ``None`` when it may pass."""
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not split_host(hosts[0])[0]:
            return 400, UserError("The request does not say for which host it is.")
        if hosts[0] not in self._names:
            return 403, _unknown_name(split_host(hosts[0])[0])
        if not same_site(scope, headers, hosts[0]):
            return 403, Forbidden("This request comes from another web site.", hint="Open the page of stcore itself.")
        if scope["type"] == "websocket":
            return None
        return _method_refusal(scope, headers) or self._size_refusal(headers)

    def _size_refusal(self, headers: Headers) -> tuple[int, StcoreError] | None:
        declared = headers.get("content-length", "0")
        if not (declared.isascii() and declared.isdigit()):
            return 400, UserError("The length of the request is not a number.")
        limit = self._limit(headers)
        too_large = len(declared) > 18 or int(declared) > limit
        return (413, TooLarge(_too_large(limit))) if too_large else None


def _unknown_name(name: str) -> Forbidden:
    return Forbidden(
        f"This server does not go by the name {name!r}.",
        hint=f'Open it as http://127.0.0.1 with its port, or put "{name}" into allowed_hosts under [server] '
        "in settings.toml and start again.",
    )


def split_host(host: str) -> tuple[str, str]:
    """A Host header as (name in lower case, port or ""); ("", "") when it is none."""
    found = _HOST.fullmatch(host)
    if found is None or int(found["port"] or 0) > 65535:
        return "", ""
    return found["name"].lower().removesuffix("."), found["port"] or ""


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def same_site(scope: Scope, headers: Headers, host: str) -> bool:
    """Whether the browser says that our own page (or the person, by the address bar) sent this.

    What is no browser sends neither header and passes; it holds no one's session.
    """
    origin = headers.get("origin")
    if origin is not None and not _is_origin_of(origin, host):
        return False
    site = headers.get("sec-fetch-site", "none").lower()
    if site in ("same-origin", "none"):
        return True
    # Following a link to the page is allowed from anywhere.
    return (
        headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
        and scope.get("method") == "GET"
        and scope["path"] == "/"
    )


def _is_origin_of(origin: str, host: str) -> bool:
    scheme, found, rest = origin.partition("://")
    if not found or scheme not in ("http", "https") or "/" in rest:
        return False
    usual = {"http": "80", "https": "443"}[scheme]
    (name, port), (own_name, own_port) = split_host(rest), split_host(host)
    return bool(name) and (name, port or usual) == (own_name, own_port or usual)


def _method_refusal(scope: Scope, headers: Headers) -> tuple[int, StcoreError] | None:
    method = scope["method"]
    if method not in METHODS:
        return 405, UserError(f"{method} is not taken here.")
    if method in _READING or headers.get("origin") or headers.get("sec-fetch-site") == "same-origin":
        return None
    # No page of another site can send either without asking first, which it is refused.
    if _content_type(headers) in ("application/json", UPLOAD):
        return None
    hint = "Send the header `Content-Type: application/json`, also when there is no body."
    return 415, UserError("A request that changes something has to be JSON.", hint=hint)


def _content_type(headers: Headers) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _too_large(limit: int) -> str:
    return f"The request is larger than {limit // 1024:,} kB."


def _limited(receive: Receive, limit: int) -> Receive:
    """Count what really arrives: a request may come in pieces and without a declared length."""
    got = 0

    async def counted() -> Message:
        nonlocal got
        message = await receive()
        got += len(message.get("body", b""))
        if got > limit:
            raise HTTPException(413, _too_large(limit), {"Connection": "close"})
        return message

    return counted


def _with_headers(send: Send) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return guarded
