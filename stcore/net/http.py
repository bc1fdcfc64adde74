"""The HTTP client that a source or text model receives: one connection, its credentials, its limits."""

from __future__ import annotations

import asyncio
import base64
import random as randomness
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from stcore import __version__
from stcore.clock import SystemClock
from stcore.errors import (
    BadResponse,
    DeadlinePassed,
    JobLost,
    Misconfigured,
    NetworkError,
    PermissionRefused,
    ProviderError,
)
from stcore.net import classify as classification
from stcore.net.address import Base, is_public, may_have_credentials, origin
from stcore.net.answer import Answer
from stcore.net.retrying import retry as retry_call
from stcore.net.scrub import Scrubber
from stcore.net.sockets import Socket, open_socket
from stcore.net.sse import SseEvent, SseParser

if TYPE_CHECKING:
    from stcore.clock import Clock
    from stcore.net.transport import Incoming, Send, Transport

MEBI = 2**20
DEFAULT_SECONDS = 30.0
MOST_BYTES = 64 * MEBI
MOST_REDIRECTS = 3
DOWNLOAD_SECONDS = 60.0
_MOVED = (301, 302, 303, 307, 308)


class Http:
    """Talks to one base address.

    ``headers`` and ``auth`` (name, password for Basic) are credentials: they go to the base address, and over https to
    its host and ``trusted_hosts``, nowhere else. ``local`` says that the connection is in the person's own network:
    only then may a result lie at a private address. ``secrets`` are masked in every error.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        trusted_hosts: tuple[str, ...] = (),
        clock: Clock | None = None,
        random: randomness.Random | None = None,
        local: bool,
        secrets: tuple[str, ...] = (),
    ) -> None:
        self._base = Base.parse(base_url)
        self._trusted, self._local = trusted_hosts, local
        self._clock: Clock = clock or SystemClock()
        self._random = random or randomness.Random()
        self._credentials = dict(headers or {})
        login = auth or self._base.login
        if login:
            token = base64.b64encode(":".join(login).encode()).decode()
            self._credentials["Authorization"] = f"Basic {token}"
            secrets = (*secrets, login[1], token)
        # Of "Bearer abc" the last word is the secret; a query of the address is often a token.
        in_headers = [value.split()[-1] for value in self._credentials.values() if len(value) >= 8]
        self.scrub = Scrubber([*secrets, *in_headers, *(value for _, value in self._base.query)])
        self._transport: Transport | None = None
        self._under_way, self._retired = 0, False

    @property
    def base_url(self) -> str:
        """The address without login and query; safe to show."""
        return self._base.url._replace(query="").geturl()

    # -- asking ------------------------------------------------------------------------------------------------------

    async def request(
        self,
        method: str,
        path_or_url: str,
        *,
        json: Any = None,
        data: Mapping[str, Any] | None = None,
        files: Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        retry: bool = False,
        max_bytes: int = MOST_BYTES,
        expect: str | None = None,
    ) -> Answer:
        """Send one request and read the whole answer, whatever its status.

        ``timeout`` is the longest wait for the server in seconds (30 when ``None``; ``math.inf`` = no limit).
        ``retry`` repeats what was certainly not accepted. ``expect`` is the beginning of the wanted type
        (``image/``). Raises NetworkError, UnknownOutcome, DeadlinePassed or BadResponse; see ``Answer`` for the rest.
        """
        body = {"json": json, "data": data, "files": files}
        body = {key: value for key, value in body.items() if value is not None}
        url = self._base.join(path_or_url, params)

        async def once() -> Answer:
            answer = await self._exchange(method, url, headers or {}, body, timeout, max_bytes)
            if retry and (error := self.classify(answer)) and error.retryable:
                raise error
            return answer

        answer = await (retry_call(once, clock=self._clock, random=self._random) if retry else once())
        if expect and answer.ok and not answer.mime.startswith(expect):
            raise answer.nonsense(expect.rstrip("/"))
        return answer

    async def get(self, path_or_url: str, **options: Any) -> Answer:
        """``request("GET", ...)``."""
        return await self.request("GET", path_or_url, **options)

    async def post(self, path_or_url: str, **options: Any) -> Answer:
        """``request("POST", ...)``."""
        return await self.request("POST", path_or_url, **options)

    async def get_json(self, path_or_url: str, **options: Any) -> Any:
        """The JSON of a GET; raises the error of a status other than 2xx."""
        return (await self.get(path_or_url, **options)).raise_for_error().json()

    async def post_json(self, path_or_url: str, json: Any = None, **options: Any) -> Any:
        """The JSON that answers a POST of ``json``; raises the error of a status other than 2xx."""
        return (await self.post(path_or_url, json=json, **options)).raise_for_error().json()

    def classify(self, answer: Answer) -> ProviderError | None:
        """The error an answer stands for by the common rules (3.7); ``None`` for 2xx. Adapters refine it."""
        return classification.classify(answer)

    # -- pictures behind addresses -----------------------------------------------------------------------------------

    async def download(self, url: str, *, max_bytes: int = MOST_BYTES) -> bytes:
        """A result from the address that the source named, by the rules of 3.8: no credentials, few redirects, no
        private addresses unless the connection is local, limited size.

        Raises :class:`JobLost` when it has expired.
        """
        for wait in (0.5, 1.0, 2.0, None):
            answer = await self._fetch_anonymously(url, max_bytes)
            if answer.status not in (403, 404) or wait is None:
                break
            await self._clock.sleep(wait)
        if answer.status in (403, 404, 410):
            raise JobLost(
                "The picture is no longer at the address that the source gave.",
                status=answer.status,
                hint="Such addresses expire; make the picture again.",
            )
        answer.raise_for_error()
        if answer.is_html or not answer.body:
            raise answer.nonsense("a picture")
        return answer.body

    # -- streams -----------------------------------------------------------------------------------------------------

    async def stream_sse(
        self,
        method: str,
        path_or_url: str,
        *,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> AsyncGenerator[SseEvent, None]:
        """Server-sent events as they come; close the iterator to stop the server.

        A failure status raises its error. A server that answers with one JSON document instead of a stream gives one
        event with all of it. ``timeout`` is the longest silence in seconds (120 when ``None``).
        """
        url = self._base.join(path_or_url)
        send_headers = {"Accept": "text/event-stream", **(headers or {})}
        body = {} if json is None else {"json": json}
        send = self._send(method, url, send_headers, body, 120.0 if timeout is None else timeout)
        async with self._sent(send) as incoming:
            streamed = incoming.headers.get("content-type", "").startswith("text/event-stream")
            if not streamed or incoming.status >= 300:
                whole = await self._read(incoming.chunks, incoming.headers, MOST_BYTES)
                answer = Answer(incoming.status, incoming.headers, url, whole, self._clock.now(), self.scrub)
                yield _as_event(answer.raise_for_error())
                return
            parser = SseParser()
            async for chunk in incoming.chunks:
                for event in parser.feed(chunk):
                    yield event
            for event in parser.finish():
                yield event

    @asynccontextmanager
    async def websocket(
        self, path: str, params: Mapping[str, Any] | None = None, *, max_bytes: int = 128 * MEBI
    ) -> AsyncIterator[Socket]:
        """An open WebSocket below the base address, with its credentials."""
        url = self._base.join(path, params)
        headers = self._credentials_for(url)
        async with open_socket(
            url.replace("http", "ws", 1), headers=headers, local=self._local, max_bytes=max_bytes, scrub=self.scrub
        ) as opened:
            yield opened

    async def retire(self) -> None:
        """Close as soon as nothing is under way. What was begun comes to its end, and may ask on for it."""
        self._retired = True
        if not self._under_way:
            await self.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        if self._transport is not None:
            await self._transport.aclose()
            self._transport = None

    # -- inside ------------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def _sent(self, send: Send) -> AsyncIterator[Incoming]:
        self._under_way += 1
        try:
            async with (await self._open()).open(send) as incoming:
                yield incoming
        finally:
            self._under_way -= 1
            if self._retired and not self._under_way:
                await self.aclose()

    async def _open(self) -> Transport:
        if self._transport is None:
            # Importing the library and reading certificates takes a tenth of a second: not on the event loop.
            transport = await asyncio.to_thread(_transport, self._local, self.scrub)
            if self._transport is None:
                self._transport = transport
            else:  # somebody else was quicker
                await transport.aclose()
        return self._transport

    def _send(self, method: str, url: str, headers: Mapping[str, str], body: Mapping[str, Any], seconds: float) -> Send:
        from stcore.net.transport import Send

        all_headers = {"User-Agent": f"stcore/{__version__}", **self._credentials_for(url), **headers}
        return Send(method, url, all_headers, seconds, body)

    def _credentials_for(self, url: str) -> Mapping[str, str]:
        return self._credentials if may_have_credentials(url, self._base, self._trusted) else {}

    async def _exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Mapping[str, Any],
        timeout: float | None,
        max_bytes: int,
    ) -> Answer:
        seconds = DEFAULT_SECONDS if timeout is None else timeout
        for _ in range(MOST_REDIRECTS + 1):
            answer = await self._once(self._send(method, url, headers, body, seconds), max_bytes)
            target = answer.headers.get("location")
            if answer.status not in _MOVED or not target:
                return answer
            moved = urljoin(url, target)
            same_host = urlsplit(moved).hostname == urlsplit(url).hostname
            if method != "GET" and not (answer.status in (307, 308) and same_host):
                return answer  # a login page most likely; classify() tells where it points
            if not same_host:
                await self._checked(moved)
            url = moved
        raise Misconfigured(f"{self.base_url} redirects in a circle.", hint="Check the address.")

    async def _once(self, send: Send, max_bytes: int) -> Answer:
        async with self._sent(send) as incoming:
            body = await self._read(incoming.chunks, incoming.headers, max_bytes)
            return Answer(incoming.status, incoming.headers, send.url, body, self._clock.now(), self.scrub)

    async def _read(self, chunks: AsyncGenerator[bytes, None], headers: Mapping[str, str], max_bytes: int) -> bytes:
        announced = headers.get("content-length", "")
        if announced.isdigit() and int(announced) > max_bytes:
            raise _too_large(max_bytes)
        body = bytearray()
        async with aclosing(chunks) as stream:
            async for chunk in stream:
                body += chunk
                if len(body) > max_bytes:
                    raise _too_large(max_bytes)
        return bytes(body)

    async def _fetch_anonymously(self, url: str, max_bytes: int) -> Answer:
        from stcore.net.transport import Send

        for _ in range(MOST_REDIRECTS + 1):
            parts = urlsplit(url)
            target, name = await self._checked(url)
            headers = {"User-Agent": f"stcore/{__version__}", "Host": parts.netloc.rpartition("@")[2]}
            answer = await self._once(Send("GET", target, headers, DOWNLOAD_SECONDS, {}, name), max_bytes)
            moved = answer.headers.get("location")
            if answer.status not in _MOVED or not moved:
                return answer
            url = urljoin(url, moved)
        raise BadResponse("The picture's address redirects too often.")

    async def _checked(self, url: str) -> tuple[str, str]:
        """The URL with the host replaced by the address that was checked, and the host's name.

        Connecting to the checked address itself leaves no gap in which the name could point elsewhere.
        """
        try:
            parts = urlsplit(url)
            own = origin(url) == self._base.origin
        except ValueError:
            parts, own = urlsplit(""), False
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise BadResponse("The source gave a picture address that is none.")
        if self._local or own:
            return url, ""
        if parts.scheme != "https":
            raise PermissionRefused("The source gave a picture address without https; it was not fetched.")
        addresses = await _resolve(parts.hostname, parts.port or 443)
        if not all(map(is_public, addresses)):
            raise PermissionRefused(
                f"The source gave a picture address inside a private network ({parts.hostname}); it was not fetched.",
                hint="If that server is yours, connect to it as a local source.",
            )
        host = f"[{addresses[0]}]" if ":" in addresses[0] else addresses[0]
        netloc = f"{host}:{parts.port}" if parts.port else host
        return parts._replace(netloc=netloc).geturl(), parts.hostname


def _transport(local: bool, scrub: Scrubber) -> Transport:
    from stcore.net.transport import Transport

    return Transport(local=local, scrub=scrub)


def _as_event(answer: Answer) -> SseEvent:
    answer.json()  # a web page must not pass as words of a model
    return SseEvent(answer.text)


def _too_large(limit: int) -> BadResponse:
    return BadResponse(
        f"The server's answer is larger than {limit // MEBI} MB; it was not read to the end.", code="too_large"
    )


async def _resolve(host: str, port: int) -> list[str]:
    try:
        async with asyncio.timeout(5):
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except TimeoutError:
        raise DeadlinePassed(f"The name {host} could not be looked up in time.") from None
    except (OSError, UnicodeError) as error:
        raise NetworkError(f"The name {host} is unknown.", vendor=str(error)) from None
    return [str(entry[4][0]) for entry in found]
