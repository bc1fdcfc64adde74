"""The HTTP client against a real server that misbehaves."""

from __future__ import annotations

import asyncio
import json
import math
import random
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from stcore.errors import (
    AuthError,
    BadRequest,
    BadResponse,
    ColdStart,
    DeadlinePassed,
    JobLost,
    Misconfigured,
    NetworkError,
    PermissionRefused,
    ProviderError,
    QuotaError,
    RateLimited,
    ServerError,
    UnknownOutcome,
)
from stcore.net import Answer, Http
from stcore.testing.servers.serve import serve

pytestmark = pytest.mark.anyio

SECRET = "s3cret-key-of-the-user"


class Instant:
    """A clock whose waits take no time and are written down."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.time = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 5, 12, 0, 0, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.time += seconds
        await asyncio.sleep(0)


class Misbehaving:
    """A server with one route per fault; remembers what it was asked and how much it sent."""

    def __init__(self) -> None:
        self.seen: list[dict[str, object]] = []
        self.sent = 0
        self.failures_left = 0

    def app(self) -> Starlette:
        any_method = ["GET", "POST"]
        return Starlette(
            routes=[
                Route("/sub/echo", self.echo, methods=any_method),
                Route("/echo", self.echo, methods=any_method),
                Route("/huge", self.huge, methods=any_method),
                Route("/announced", self.announced),
                Route("/cut", self.cut, methods=any_method),
                Route("/silent", self.silent, methods=any_method),
                Route("/slow", self.slow, methods=any_method),
                Route("/status/{code:int}", self.status, methods=any_method),
                Route("/html", lambda _: HTMLResponse("<html><title>Sign in</title></html>")),
                Route("/nonsense", lambda _: PlainTextResponse("]not json[")),
                Route("/flaky", self.flaky, methods=any_method),
                Route("/redirect", self.redirect, methods=any_method),
                Route("/circle", lambda _: RedirectResponse("/circle")),
                Route("/expired", lambda _: Response(status_code=404)),
                Route("/events", self.events, methods=any_method),
                Route("/plain-events", lambda _: JSONResponse({"whole": True}), methods=any_method),
                WebSocketRoute("/socket", self.socket),
            ]
        )

    async def echo(self, request: Request) -> Response:
        seen = {
            "method": request.method,
            "url": str(request.url),
            "headers": dict(request.headers),
            "body": (await request.body()).decode("utf-8", "replace"),
        }
        self.seen.append(seen)
        return JSONResponse(seen)

    async def huge(self, request: Request) -> Response:
        async def chunks() -> AsyncIterator[bytes]:
            for _ in range(100):
                if await request.is_disconnected():
                    return
                self.sent += 2**20
                yield b"x" * 2**20

        return StreamingResponse(chunks())

    async def announced(self, request: Request) -> Response:
        return Response(b"x" * 5000)

    async def cut(self, request: Request) -> Response:
        async def chunks() -> AsyncIterator[bytes]:
            yield b'{"images": ["iVBOR'
            await asyncio.sleep(0.05)
            raise ConnectionResetError("as if the cable was pulled")

        return StreamingResponse(chunks(), headers={"Content-Length": "100000"})

    async def silent(self, request: Request) -> Response:
        self.seen.append({})
        await asyncio.sleep(5)
        return JSONResponse({})

    async def slow(self, request: Request) -> Response:
        self.seen.append({})
        await asyncio.sleep(0.2)
        return JSONResponse({"done": True})

    async def status(self, request: Request) -> Response:
        body = await request.body()
        headers = {key[5:]: value for key, value in request.headers.items() if key.startswith("want-")}
        return Response(body, request.path_params["code"], headers)

    async def flaky(self, request: Request) -> Response:
        self.seen.append({})
        if self.failures_left > 0:
            self.failures_left -= 1
            return Response(status_code=503, headers={"Retry-After": "7"})
        return JSONResponse({"fine": True})

    async def redirect(self, request: Request) -> Response:
        return RedirectResponse(request.query_params["to"], int(request.query_params.get("code", 302)))

    async def events(self, request: Request) -> Response:
        async def chunks() -> AsyncIterator[bytes]:
            raw = (
                ': hello\r\n\r\ndata: {"text": "Grüße 🦊"}\r\n\r\nevent: more\ndata: a\ndata:b\n\ndata: [DONE]\n\n'
            ).encode()
            for index in range(len(raw)):  # every character is cut somewhere
                yield raw[index : index + 1]
                await asyncio.sleep(0)

        return StreamingResponse(chunks(), media_type="text/event-stream")

    async def socket(self, socket: WebSocket) -> None:
        self.seen.append({"headers": dict(socket.headers), "query": str(socket.query_params)})
        await socket.accept()
        await socket.send_text("hello")
        await socket.send_bytes(b"\0" * 2_000_000)
        await socket.close()


@pytest.fixture
def server() -> Misbehaving:
    return Misbehaving()


@pytest.fixture
def url(server: Misbehaving) -> Iterator[str]:
    with serve(server.app()) as address:
        yield address


@pytest.fixture
async def http(url: str) -> AsyncIterator[Http]:
    client = Http(
        url,
        headers={"Authorization": f"Bearer {SECRET}"},
        clock=Instant(),
        random=random.Random(1),
        local=True,
        secrets=(SECRET,),
    )
    yield client
    await client.aclose()


# -- the client itself -----------------------------------------------------------------------------------------------


async def test_who_retires_ends_what_was_begun(server: Misbehaving, http: Http) -> None:
    painting = asyncio.create_task(http.post_json("/slow"))
    async with asyncio.timeout(5):
        while not server.seen:
            await asyncio.sleep(0.01)
    await http.retire()
    assert await painting == {"done": True}
    assert (await http.get_json("/echo"))["method"] == "GET", "a run may still ask for its result"


# -- addresses and credentials ---------------------------------------------------------------------------------------


async def test_path_and_query_of_the_address_are_kept(url: str) -> None:
    http = Http(f"{url}/sub/?token=abc", local=True)
    seen = await http.get_json("/echo?x=1", params={"y": "ä b", "left_out": None})
    assert seen["url"] == f"{url}/sub/echo?token=abc&x=1&y=%C3%A4+b"
    assert "origin" not in seen["headers"]
    await http.aclose()


async def test_login_inside_the_address_becomes_basic_auth(url: str) -> None:
    http = Http(url.replace("http://", "http://me:p%40ss@"), local=True)
    assert (await http.get_json("/echo"))["headers"]["authorization"] == "Basic bWU6cEBzcw=="
    assert "p@ss" not in http.base_url
    await http.aclose()


def test_address_without_scheme_means_http() -> None:
    assert Http("127.0.0.1:8188", local=True).base_url.startswith("http://127.0.0.1:8188")


@pytest.mark.parametrize("address", ["ftp://x", "http://", "http://x:99999"])
def test_unusable_address_is_named(address: str) -> None:
    with pytest.raises(Misconfigured):
        Http(address, local=True)


async def test_connection_without_an_address() -> None:
    http = Http("", local=True)
    with pytest.raises(Misconfigured, match="no address"):
        await http.get("/x")


@pytest.mark.feature("SRC-8")
async def test_credentials_do_not_leave_the_connection(http: Http, server: Misbehaving) -> None:
    other = Misbehaving()
    with serve(other.app()) as elsewhere:
        await http.get(f"{elsewhere}/echo")
        await http.get("/redirect", params={"to": f"{elsewhere}/echo"})
        await http.download(f"{elsewhere}/echo")
    await http.get("/echo")
    assert len(other.seen) == 3
    assert all("authorization" not in seen["headers"] for seen in other.seen)
    assert server.seen[-1]["headers"]["authorization"] == f"Bearer {SECRET}"


@pytest.mark.feature("SRC-8")
async def test_secrets_are_masked_in_errors(http: Http) -> None:
    body = json.dumps({"error": {"message": f"Incorrect key: {SECRET}"}}).encode()
    answer = await http.request("POST", "/status/401", json={"error": {"message": f"Incorrect key: {SECRET}"}})
    assert answer.body == body.replace(b": ", b":") or SECRET in answer.text
    error = http.classify(answer)
    assert isinstance(error, AuthError)
    assert SECRET not in json.dumps(error.to_dict())
    assert "***" in error.vendor
    nonsense = await http.post("/status/200", data={"echo": SECRET})
    with pytest.raises(BadResponse) as caught:
        nonsense.json()
    assert SECRET not in str(caught.value.to_dict())


# -- faults of the transport -----------------------------------------------------------------------------------------


async def test_nobody_listens() -> None:
    with serve(Starlette()) as dead:
        pass
    http = Http(dead, local=True)
    with pytest.raises(NetworkError) as caught:
        await http.post("/echo", json={})
    assert caught.value.hint


@pytest.mark.feature("SRC-6")
async def test_lost_answer_to_a_post_is_an_unknown_outcome(http: Http, server: Misbehaving) -> None:
    with pytest.raises(UnknownOutcome):
        await http.post("/silent", json={}, timeout=0.2, retry=True)
    assert len(server.seen) == 1, "sent twice"
    with pytest.raises(UnknownOutcome):
        await http.post("/cut", json={}, timeout=5)


async def test_lost_answer_to_a_get_is_a_deadline_or_a_bad_answer(http: Http) -> None:
    with pytest.raises(DeadlinePassed):
        await http.get("/silent", timeout=0.2)
    with pytest.raises(BadResponse, match="broke off"):
        await http.get("/cut")


async def test_oversized_answers_are_not_read(http: Http, server: Misbehaving) -> None:
    with pytest.raises(BadResponse, match="larger than"):
        await http.get("/huge", max_bytes=2**20)
    assert server.sent < 50 * 2**20, "the whole answer was taken"
    with pytest.raises(BadResponse, match="larger than"):
        await http.get("/announced", max_bytes=4999)
    assert len((await http.get("/announced", max_bytes=5000)).body) == 5000


async def test_web_page_instead_of_data_is_named(http: Http) -> None:
    with pytest.raises(BadResponse, match="Sign in") as caught:
        await http.get_json("/html")
    assert "login" in caught.value.hint
    with pytest.raises(BadResponse, match="not json"):
        await http.get_json("/nonsense")
    with pytest.raises(BadResponse):
        await http.get("/nonsense", expect="image/")


# -- status codes ----------------------------------------------------------------------------------------------------


@pytest.mark.feature("SRC-5")
@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"error": {"message": "no", "param": "size"}}, BadRequest),
        (400, {"error": {"code": "billing_hard_limit_reached", "message": "no"}}, QuotaError),
        (401, {"detail": "Not authenticated"}, AuthError),
        (402, {}, QuotaError),
        (403, {}, PermissionRefused),
        (404, {"detail": "Not Found"}, Misconfigured),
        (422, {"detail": [{"loc": ["body", "steps"], "msg": "not an integer", "type": "x"}]}, BadRequest),
        (429, {"error": "slow down"}, RateLimited),
        (429, {"error": {"message": "You exceeded", "code": "insufficient_quota"}}, QuotaError),
        (500, {"error": "RuntimeError", "errors": "boom"}, ServerError),
        (503, {"detail": "Model is loading"}, ColdStart),
        (504, {}, ServerError),
        (302, {}, Misconfigured),
    ],
)
async def test_status_to_class(http: Http, status: int, body: object, kind: type[ProviderError]) -> None:
    answer = await http.post(f"/status/{status}", json=body)
    error = http.classify(answer)
    assert type(error) is kind
    assert error.status == status
    with pytest.raises(kind):
        answer.raise_for_error()


async def test_wrong_field_is_named(http: Http) -> None:
    detail = [{"loc": ["body", "steps"], "msg": "not an integer", "type": "x"}]
    error = http.classify(await http.post("/status/422", json={"detail": detail}))
    assert error is not None
    assert (error.field, error.vendor) == ("steps", "steps: not an integer")


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"want-retry-after": "12"}, {}, 12.0),
        ({"want-retry-after": "1.5"}, {}, 1.5),
        ({"want-retry-after": "Thu, 05 Nov 2026 12:00:30 GMT"}, {}, 30.0),
        ({"want-retry-after": "Thu, 05 Nov 2026 11:00:00 GMT"}, {}, 0.0),
        ({"want-retry-after": "soon"}, {}, None),
        ({"want-retry-after-ms": "2500", "want-retry-after": "9"}, {}, 2.5),
        ({}, {"error": {"details": [{"retryDelay": "34s"}]}}, 34.0),
        ({}, {"retry_after": 3}, 3.0),
        ({}, {}, None),
    ],
)
async def test_retry_after(http: Http, headers: dict[str, str], body: object, seconds: float | None) -> None:
    error = http.classify(await http.post("/status/429", json=body, headers=headers))
    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds


async def test_retry_waits_as_long_as_the_server_says(http: Http, server: Misbehaving) -> None:
    server.failures_left = 2
    assert await http.get_json("/flaky", retry=True) == {"fine": True}
    assert http._clock.waits == [7.0, 7.0]  # type: ignore[attr-defined]
    server.failures_left = 99
    with pytest.raises(ServerError):
        await http.get_json("/flaky", retry=True)
    assert len(server.seen) == 3 + 3


# -- redirects and downloads -----------------------------------------------------------------------------------------


async def test_redirects(http: Http) -> None:
    assert (await http.get("/redirect", params={"to": "/echo"})).ok
    moved = await http.post("/redirect", params={"to": "/echo", "code": 308}, json={"a": 1})
    assert moved.json()["body"] == '{"a":1}'
    answer = await http.post("/redirect", params={"to": "/login"}, json={})
    assert isinstance(http.classify(answer), Misconfigured)
    with pytest.raises(Misconfigured, match="circle"):
        await http.get("/circle")


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:1/x",
        "http://169.254.169.254/latest/meta-data",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://[::ffff:10.0.0.1]/x",
        "https://10.1.2.3/x",
        "https://localhost/x",
        "http://example.com/plain",
    ],
)
async def test_cloud_downloads_never_reach_private_hosts(url: str, target: str) -> None:
    cloud = Http(url, local=False, clock=Instant())
    with pytest.raises(PermissionRefused):
        await cloud.download(target)
    with pytest.raises(PermissionRefused):
        await cloud.download(f"{url}/redirect?to={target}")
    await cloud.aclose()


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/latest/meta-data", "https://10.1.2.3/x", "http://localhost:1/x"]
)
async def test_a_cloud_that_redirects_a_question_into_the_own_network_is_not_followed(url: str, target: str) -> None:
    cloud = Http(url, local=False, clock=Instant())
    with pytest.raises(PermissionRefused):
        await cloud.get("/redirect", params={"to": target})
    await cloud.aclose()


@pytest.mark.feature("SRC-12")
async def test_expired_picture_is_tried_again_and_then_lost(http: Http, url: str) -> None:
    with pytest.raises(JobLost, match="no longer"):
        await http.download(f"{url}/expired")
    assert http._clock.waits == [0.5, 1.0, 2.0]  # type: ignore[attr-defined]


async def test_download_refuses_pages_and_floods(http: Http, url: str) -> None:
    with pytest.raises(BadResponse):
        await http.download(f"{url}/html")
    with pytest.raises(BadResponse, match="larger"):
        await http.download(f"{url}/huge", max_bytes=2**20)
    with pytest.raises(BadResponse):
        await http.download("file:///etc/passwd")


# -- streams ---------------------------------------------------------------------------------------------------------


async def test_events_survive_any_cut(http: Http) -> None:
    events = [event async for event in http.stream_sse("POST", "/events", json={})]
    assert [event.data for event in events] == ['{"text": "Grüße 🦊"}', "a\nb", "[DONE]"]
    assert [event.event for event in events] == ["message", "more", "message"]


async def test_stream_that_is_none(http: Http) -> None:
    assert [event.data async for event in http.stream_sse("POST", "/plain-events", json={})] == ['{"whole":true}']
    with pytest.raises(RateLimited):
        _ = [event async for event in http.stream_sse("POST", "/status/429", json={"error": "slow"})]
    with pytest.raises(BadResponse, match="Sign in"):
        _ = [event async for event in http.stream_sse("GET", "/html")]


async def test_websocket(http: Http, server: Misbehaving) -> None:
    async with http.websocket("/socket", {"clientId": "c 1"}) as socket:
        assert await socket.receive() == "hello"
        assert len(await socket.receive()) == 2_000_000
        with pytest.raises(NetworkError):
            await socket.receive()
    assert server.seen[-1]["headers"]["authorization"] == f"Bearer {SECRET}"
    assert "origin" not in server.seen[-1]["headers"]
    async with http.websocket("/socket", max_bytes=1000) as socket:
        await socket.receive()
        with pytest.raises(BadResponse, match="too long"):
            await socket.receive()
    with pytest.raises((Misconfigured, PermissionRefused)):
        async with http.websocket("/no-such-socket"):
            pass


# -- pictures inside answers -----------------------------------------------------------------------------------------


@pytest.mark.feature("SRC-3")
@pytest.mark.parametrize("text", ["+/8AAQ==", "-_8AAQ", "data:image/png;base64,+/8AAQ==", "+/8A\r\nAQ=="])
def test_base64_as_servers_send_it(text: str) -> None:
    answer = Answer(200, {}, "http://x/", json.dumps({"image": text, "images": [text]}).encode())
    assert answer.bytes("image") == answer.bytes("images") == b"\xfb\xff\x00\x01"


def test_damaged_base64_is_an_error() -> None:
    with pytest.raises(BadResponse):
        Answer(200, {}, "http://x/", b'{"image": "not base64 at all!"}').bytes("image")


async def test_no_limit_is_possible(http: Http) -> None:
    assert (await http.get("/echo", timeout=math.inf)).ok


def test_dates_are_relative_to_the_receipt() -> None:
    received = datetime.now(UTC)
    then = (received + timedelta(seconds=90)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    error = None
    try:
        Answer(429, {"retry-after": then}, "http://x/", b"", received).raise_for_error()
    except RateLimited as caught:
        error = caught
    assert error is not None and error.retry_after == pytest.approx(90, abs=1.1)
