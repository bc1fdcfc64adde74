"""The one module that imports the HTTP library. It moves bytes and translates faults; it knows no policy."""

from __future__ import annotations

import contextlib
import functools
import http.cookiejar
import logging
import math
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from stcore.errors import BadResponse, DeadlinePassed, NetworkError, ProviderError, UnknownOutcome

if TYPE_CHECKING:
    import ssl

CONNECT_SECONDS = 5.0
_KEEP_ALIVE = 4.0
"""Shorter than what servers commonly keep an idle connection, so that no request goes into a closing one."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

for _library in ("httpx", "httpcore"):
    # They would write every address, with the keys in its query, into the log.
    logging.getLogger(_library).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Send:
    """One request as it goes out. ``seconds`` limits each wait for the server; ``math.inf`` = no limit."""

    method: str
    url: str
    headers: Mapping[str, str]
    seconds: float
    body: Mapping[str, Any]
    """Keyword arguments of the library: ``json``, ``data``, ``files`` or ``content``."""
    server_name: str = ""
    """The name to show in TLS when ``url`` holds an address instead (a checked download)."""

    @property
    def safe(self) -> bool:
        """Sending it twice does no harm."""
        return self.method.upper() in _SAFE


@dataclass(frozen=True, slots=True)
class Incoming:
    """An answer whose body is still on its way."""

    status: int
    headers: Mapping[str, str]
    chunks: AsyncGenerator[bytes, None]


@functools.cache
def _certificates() -> ssl.SSLContext:
    """Whom to believe, the same for every pool: reading the lists takes longer than a request to a local server."""
    certificates = httpx.create_ssl_context()
    certificates.load_default_certs()  # beside the library's own list: company certificates of this machine
    return certificates


class Transport:
    """A pool of connections. ``local`` servers are talked to directly, never through a proxy."""

    def __init__(self, *, local: bool, scrub: Callable[[str], str]) -> None:
        self._scrub = scrub
        nobody = http.cookiejar.DefaultCookiePolicy(allowed_domains=[])
        self._client = httpx.AsyncClient(
            follow_redirects=False,
            trust_env=not local,
            verify=_certificates(),
            # No cookies: two runs of one connection share nothing but its credentials.
            cookies=http.cookiejar.CookieJar(nobody),
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=8, keepalive_expiry=_KEEP_ALIVE),
        )

    @contextlib.asynccontextmanager
    async def open(self, send: Send) -> AsyncIterator[Incoming]:
        """Send and hand out the answer; the connection is given back when the block is left."""
        limit = None if math.isinf(send.seconds) else send.seconds
        timeout = httpx.Timeout(limit, connect=min(CONNECT_SECONDS, send.seconds), pool=None)
        extensions = {"sni_hostname": send.server_name} if send.server_name else {}
        try:
            request = self._client.build_request(
                send.method, send.url, headers=dict(send.headers), timeout=timeout, extensions=extensions, **send.body
            )
            response = await self._client.send(request, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL) as fault:
            raise self._fault(fault, send) from None
        try:
            yield Incoming(response.status_code, response.headers, self._chunks(response, send))
        finally:
            await response.aclose()

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _chunks(self, response: httpx.Response, send: Send) -> AsyncGenerator[bytes, None]:
        received = 0
        try:
            async for chunk in response.aiter_bytes():
                received += len(chunk)
                yield chunk
        except httpx.DecodingError:
            raise BadResponse("The server's answer is damaged: its compression cannot be undone.") from None
        except httpx.ReadTimeout as fault:
            raise self._fault(fault, send) from None
        except httpx.HTTPError:
            raise self._cut_off(response.status_code, received, send) from None

    def _cut_off(self, status: int, received: int, send: Send) -> ProviderError:
        host = _host(send)
        if not send.safe and status < 300:
            hint = "Look at the server before you send it again: it has probably done the work."
            return UnknownOutcome(f"{host} took the request, but its answer broke off.", status=status, hint=hint)
        return BadResponse(f"The answer of {host} broke off after {received} bytes.", status=status)

    def _fault(self, fault: httpx.HTTPError | httpx.InvalidURL, send: Send) -> ProviderError:
        """A fault of the transport as one of our errors; what may have been accepted is told apart."""
        host, reason = _host(send), self._scrub(str(fault) or type(fault).__name__)
        if isinstance(fault, httpx.InvalidURL | httpx.UnsupportedProtocol):
            return NetworkError(f"“{self._scrub(send.url)}” is no usable address.", vendor=reason)
        if isinstance(fault, httpx.ConnectTimeout):
            hint = "Is the address right, and is the machine reachable?"
            return NetworkError(f"{host} did not answer within {CONNECT_SECONDS:.0f} s.", hint=hint, vendor=reason)
        if isinstance(fault, httpx.ConnectError | httpx.ProxyError | httpx.PoolTimeout | httpx.LocalProtocolError):
            return NetworkError(f"Cannot reach {host}.", hint=_connect_hint(reason), vendor=reason)
        if not send.safe:
            hint = "Look at the server before you send it again: it may be at work on it."
            return UnknownOutcome(f"The request went to {host}, but no answer came back.", hint=hint, vendor=reason)
        if isinstance(fault, httpx.TimeoutException):
            return DeadlinePassed(f"{host} did not answer within {send.seconds:g} s.", vendor=reason)
        return NetworkError(f"The connection to {host} broke.", vendor=reason)


def _connect_hint(reason: str) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in reason:
        return "The server's certificate is not trusted by this machine."
    if "SSL" in reason or "record layer" in reason:
        return "The server does not speak https there; try http://."
    return "Is the server running, and are address and port right?"


def _host(send: Send) -> str:
    try:
        url = httpx.URL(send.url)
    except httpx.InvalidURL:
        return "the server"
    return send.server_name or (f"{url.host}:{url.port}" if url.port else url.host)
