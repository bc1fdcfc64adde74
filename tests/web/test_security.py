"""What other web sites, other names and odd requests may do with the server: nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from stcore.web.errors import install
from stcore.web.security import HEADERS, Guard, Names, split_host

LIMIT = 1000
OWN = "http://127.0.0.1:8000"


async def length_of_body(request: Request) -> JSONResponse:
    return JSONResponse({"length": len(await request.body())})


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Says how long the body was."""
    if scope["type"] == "websocket":
        socket = WebSocket(scope, receive, send)
        await socket.accept()
        await socket.close()
        return
    await (await length_of_body(Request(scope, receive)))(scope, receive, send)


def client(names: Names | None = None, base: str = OWN) -> TestClient:
    return TestClient(Guard(echo, names or Names(), LIMIT), base_url=base)


def test_the_page_itself_may_do_everything() -> None:
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        answer = client().request(method, "/api/x", headers={"Origin": OWN, "Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 200, method


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "LOCALHOST", "[::1]:9", "localhost.:8000"])
def test_loopback_goes_by_its_usual_names(host: str) -> None:
    assert client().get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "192.168.1.5:8000",
        "127.0.0.2",
        "2130706433",
    ],
)
def test_a_name_that_was_pointed_here_is_refused(host: str) -> None:
    answer = client().get("/", headers={"Host": host})
    assert answer.status_code == 403
    error = answer.json()["error"]
    assert error["kind"] == "forbidden"
    assert "allowed_hosts" in error["hint"]


@pytest.mark.parametrize(
    "host", ["", " ", "a b", "127.0.0.1:x", "127.0.0.1/..", "u@127.0.0.1", "127.0.0.1:99999", "[::1"]
)
def test_a_host_that_is_none_is_a_bad_request(host: str) -> None:
    assert client().get("/", headers={"Host": host}).status_code == 400
    assert split_host(host) == ("", "")


def test_two_hosts_are_a_bad_request() -> None:
    answer = client().get("/", headers=[("Host", "127.0.0.1:8000"), ("Host", "evil.example")])
    assert answer.status_code == 400


def test_configured_names_may_carry_a_port() -> None:
    guarded = client(Names(["Chat.example", "other.example:8443"]))
    expected = {"chat.example": 200, "chat.example:1": 200, "other.example:8443": 200, "other.example": 403}
    assert {host: guarded.get("/", headers={"Host": host}).status_code for host in expected} == expected


def test_a_server_on_all_addresses_takes_addresses_but_no_names() -> None:
    guarded = client(Names(any_address=True))
    expected = {"192.168.1.5:8000": 200, "[fe80::1]": 200, "evil.example": 403, "192.168.1.5.evil.example": 403}
    assert {host: guarded.get("/", headers={"Host": host}).status_code for host in expected} == expected


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "",
        "http://127.0.0.1:5173",
        "http://127.0.0.1",
        "http://localhost:8000",
        "file://",
        "http://127.0.0.1:8000/x",
        "http://127.0.0.1:8000.evil.example",
        "ftp://127.0.0.1:8000",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_another_origin_is_refused(origin: str, method: str) -> None:
    answer = client().request(method, "/api/x", headers={"Origin": origin, "Content-Type": "application/json"})
    assert answer.status_code == 403
    assert answer.json()["error"]["kind"] == "forbidden"


def test_an_origin_leaves_the_usual_port_out() -> None:
    assert client(base="http://127.0.0.1").post("/api/x", headers={"Origin": "http://127.0.0.1"}).status_code == 200
    assert client().get("/", headers={"Host": "localhost", "Origin": "https://localhost"}).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", "Cross-Site", "nonsense"])
@pytest.mark.parametrize("path", ["/api/events", "/pictures/x.png", "/static/app.js"])
def test_pictures_streams_and_scripts_are_not_for_other_sites(site: str, path: str) -> None:
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
    assert client().get(path, headers=headers).status_code == 403


def test_a_link_from_elsewhere_may_open_the_page_and_nothing_else() -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert client().get("/", headers=headers).status_code == 200
    for path in ("/api/state", "/plugins/x/do", "/pictures/x.png", "/static/app.js"):
        assert client().get(path, headers=headers).status_code == 403
    assert client().get("/", headers={**headers, "Sec-Fetch-Dest": "iframe"}).status_code == 403
    posted = client().post("/", headers={**headers, "Content-Type": "application/json"})
    assert posted.status_code == 403


def test_a_plain_form_cannot_post() -> None:
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""):
        answer = client().post("/api/x", content=b"{}", headers={"Content-Type": kind})
        assert answer.status_code == 415, kind
        assert "application/json" in answer.json()["error"]["hint"]
    assert client().post("/api/x", content=b"{}", headers={"Content-Type": "application/JSON; a=b"}).status_code == 200


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "CONNECT", "PROPFIND"])
def test_other_methods_are_not_taken(method: str) -> None:
    answer = client().request(method, "/api/x")
    assert answer.status_code == 405
    assert method in answer.json()["error"]["message"]


def test_every_answer_carries_the_headers_of_safety() -> None:
    for answer in (client().get("/"), client().get("/", headers={"Host": "evil.example"})):
        assert {name: answer.headers[name] for name in HEADERS} == dict(HEADERS)
        assert answer.headers["Cache-Control"] == "no-store"
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_a_body_over_the_limit_is_refused_by_its_declared_length() -> None:
    json = {"Content-Type": "application/json"}
    assert client().post("/", content=b"x" * LIMIT, headers=json).json() == {"length": LIMIT}
    answer = client().post("/", content=b"x" * (LIMIT + 1), headers=json)
    assert (answer.status_code, answer.json()["error"]["kind"]) == (413, "too_large")
    for length, status in {"-5": 400, "1e3": 400, "٣": 400, "9" * 5000: 413}.items():
        headers = {**json, "Content-Length": length.encode()}
        assert client().post("/", content=b"x", headers=headers).status_code == status


def test_a_body_over_the_limit_is_refused_while_it_streams() -> None:
    from fastapi import FastAPI

    app = FastAPI()
    install(app)
    app.post("/")(length_of_body)
    sent = 0

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(10):
            sent += 1
            yield b"x" * 300

    guarded = TestClient(Guard(app, Names(), LIMIT), base_url=OWN)
    answer = guarded.post("/", content=pieces(), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error"]["kind"]) == (413, "too_large")


def test_sockets_are_guarded_too() -> None:
    with client().websocket_connect("/plugins/x/socket", headers={"Origin": OWN, "Host": "127.0.0.1:8000"}):
        pass
    for headers in ({"Origin": "http://evil.example"}, {"Host": "evil.example"}):
        with (
            pytest.raises(WebSocketDisconnect) as refused,
            client().websocket_connect("/plugins/x/socket", headers={"Host": "127.0.0.1:8000", **headers}),
        ):
            pass
        assert refused.value.code == 1008
