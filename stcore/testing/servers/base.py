"""What every fake image server has: a memory of requests, switches for faults, pictures worth looking at.

The switches are those of spec/sources/README.md section 4. They are set by the constructor, and at run time by
``POST /_fake {"switch": value}``; ``GET /_fake`` shows them.
"""

from __future__ import annotations

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MEBI = 2**20

COMMON_SWITCHES: dict[str, Any] = {
    "latency": 0.0,  # seconds before every answer
    "require_auth_header": "",  # the wanted value of Authorization
    "fail_with": "",  # see FakeServer.failure
    "fail_on": "",  # only for paths that start so; empty = all
    "fail_times": 0,  # so often, 0 = always
    "retry_after": "",  # header of failures: seconds or a date
    "html_error_page": False,  # every answer is a web page
    "hang_on": "",  # paths that start so never get an answer
    "drop_connection_after_accept": False,  # the run is taken, its answer is cut off
    "truncate": False,  # pictures end in the middle, correctly delivered
    "cut_body": 0,  # so many deliveries of a picture break off on the wire
    "not_an_image": False,  # pictures are text
    "bomb": False,  # pictures declare 60000 x 60000 pixels
    "huge_image": False,  # pictures have 100 MB
    "wrong_mime": False,  # pictures are declared as something else
    "extra_fields": True,  # answers carry fields nobody knows (SRC-11)
}


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes = field(repr=False, default=b"")

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


class FakeServer(ABC):
    """Base of a fake: an ASGI application (``app``, or the object itself) with ``switches`` and ``requests``."""

    own_switches: dict[str, Any] = {}

    def __init__(self, **switches: Any) -> None:
        self.switches = {**COMMON_SWITCHES, **self.own_switches}
        self.requests: list[Recorded] = []
        self.set(**switches)
        routes = [Route("/_fake", self._control, methods=["GET", "POST"]), *self.routes()]
        self.app: ASGIApp = _Gate(self, Starlette(routes=routes))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)

    @abstractmethod
    def routes(self) -> Sequence[BaseRoute]:
        """The routes of the sheet."""

    # -- switches ----------------------------------------------------------------------------------------------------

    def set(self, **switches: Any) -> None:
        """Change switches; an unknown one is an error."""
        for name, value in switches.items():
            if name not in self.switches:
                raise ValueError(f"{type(self).__name__} has no switch {name!r}; there are {sorted(self.switches)}")
            self.switches[name] = value

    def on(self, name: str) -> Any:
        """The value of a switch."""
        return self.switches[name]

    def use_up(self, name: str) -> bool:
        """Count down a switch that holds a number of times; whether there was one left."""
        left = int(self.switches[name])
        self.switches[name] = max(0, left - 1)
        return left > 0

    async def _control(self, request: Request) -> Response:
        if request.method == "POST":
            try:
                self.set(**(await request.json()))
            except (ValueError, TypeError) as error:
                return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(self.switches)

    # -- memory ------------------------------------------------------------------------------------------------------

    def asked(self, method: str, path: str) -> list[Recorded]:
        """The requests with this method whose path starts with ``path``."""
        return [one for one in self.requests if one.method == method and one.path.startswith(path)]

    # -- faults ------------------------------------------------------------------------------------------------------

    def fault(self, request: Recorded) -> Response | None:
        """The wrong answer that a switch wants for this request, or nothing."""
        if self.on("html_error_page"):
            return HTMLResponse("<!doctype html><title>502 Bad Gateway</title><h1>nginx</h1>", 502)
        wanted = self.on("require_auth_header")
        if wanted and request.headers.get("authorization") != wanted:
            return self.unauthorized(request)
        kind = self.on("fail_with")
        if not kind or not request.path.startswith(self.on("fail_on")):
            return None
        times = self.on("fail_times")
        if times:
            self.set(fail_times=times - 1, fail_with=kind if times > 1 else "")
        answer = self.failure(kind)
        if self.on("retry_after"):
            answer.headers["Retry-After"] = str(self.on("retry_after"))
        return answer

    def unauthorized(self, request: Recorded) -> Response:
        """The answer to a missing or wrong key."""
        return JSONResponse({"detail": "Not authenticated"}, 401, {"WWW-Authenticate": "Basic"})

    def failure(self, kind: str) -> Response:
        """A failure of a class of section 3.7 in this server's own shape."""
        match kind:
            case "auth":
                return PlainTextResponse("Unauthorized", 401)
            case "permission":
                return Response(status_code=403)
            case "rate_limited":
                return JSONResponse({"detail": "rate limit exceeded"}, 429)
            case "too_large":
                return PlainTextResponse("Maximum request body size 104857600 exceeded.", 413)
            case "server":
                return PlainTextResponse("500 Internal Server Error\n\nServer got itself in trouble", 500)
            case "gateway":
                return HTMLResponse("<html><head><title>502 Bad Gateway</title></head></html>", 502)
            case "nonsense":
                return PlainTextResponse("]this is not json[")
        raise ValueError(f"unknown failure {kind!r}")

    def spoiled(self, picture: bytes) -> bytes:
        """A picture as the switches want it damaged."""
        if self.on("not_an_image"):
            return b"I would rather not."
        if self.on("bomb"):
            from stcore.testing.servers.drawing import declare_size

            return declare_size(picture, 60_000, 60_000)
        return picture[: len(picture) // 2] if self.on("truncate") else picture

    def delivered(self, picture: bytes, mime: str, headers: dict[str, str]) -> Response:
        """A picture as an HTTP answer, with the faults of delivery."""
        if self.on("huge_image"):
            return StreamingResponse(_flood(), media_type=mime, headers=headers)
        picture = self.spoiled(picture)
        if self.use_up("cut_body"):
            return cut_off(picture, mime)
        return Response(picture, media_type="text/plain" if self.on("wrong_mime") else mime, headers=headers)

    def extra(self) -> dict[str, Any]:
        """Fields of the future, for answers that are JSON objects."""
        return {"x_future": {"of": ["something", None]}} if self.on("extra_fields") else {}


def cut_off(body: bytes, mime: str = "application/json") -> Response:
    """An answer that announces its whole length, sends half of it and closes the connection."""

    async def half() -> AsyncIterator[bytes]:
        yield body[: len(body) // 2]
        await asyncio.sleep(0.02)
        raise ConnectionResetError("cut off on purpose")

    return StreamingResponse(half(), media_type=mime, headers={"Content-Length": str(len(body))})


async def _flood() -> AsyncIterator[bytes]:
    for _ in range(100):
        yield b"\0" * MEBI
        await asyncio.sleep(0)


class _Gate:
    """Records every request, waits, and lets the switches answer before the server does."""

    def __init__(self, server: FakeServer, app: Starlette) -> None:
        self._server, self._app = server, app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            headers = {key.decode(): value.decode() for key, value in scope["headers"]}
            query = dict(Request({**scope, "type": "http", "method": "GET"}).query_params)
            self._server.requests.append(Recorded("WEBSOCKET", scope["path"], query, headers))
        if scope["type"] != "http" or scope["path"] == "/_fake":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        body = await request.body()
        recorded = Recorded(request.method, scope["path"], dict(request.query_params), dict(request.headers), body)
        self._server.requests.append(recorded)
        hang_on = self._server.on("hang_on")
        if hang_on and recorded.path.startswith(hang_on):
            await _until_disconnect(receive)
            return
        if self._server.on("latency"):
            await asyncio.sleep(self._server.on("latency"))
        answer = self._server.fault(recorded)
        try:
            await (answer or self._app)(scope, _replayed(body, receive), send)
        except ConnectionResetError:
            return  # cut off on purpose: the server closes the connection of an unfinished answer


async def _until_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


def _replayed(body: bytes, receive: Receive) -> Receive:
    """The body again for the application, then what really comes."""
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Message:
        return pending.pop() if pending else await receive()

    return next_message
