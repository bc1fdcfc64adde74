"""The application as a whole: the page's files, the shape of errors, the description for programs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI

from stcore import errors, hookimpl
from stcore.host import Host
from stcore.web.app import create_app
from stcore.web.errors import STATUS, status_of
from stcore.web.security import HEADERS
from tests.web.conftest import OWN, Page

pytestmark = pytest.mark.anyio


async def test_the_page_and_its_files_are_served_with_their_types(page: Page) -> None:
    index = await page.http.get("/")
    assert index.status_code == 200
    assert index.headers["content-type"] == "text/html; charset=utf-8"
    assert index.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]
    for path in re.findall(r'(?:src|href)="(/static/[^"]+\.(?:js|svg))"', index.text):
        file = await page.http.get(path)
        assert file.status_code == 200, path
        expected = {"js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}[path.rpartition(".")[2]]
        assert file.headers["content-type"] == expected
        assert file.headers["cache-control"] == "no-cache"


async def test_a_file_that_did_not_change_is_not_sent_again(page: Page) -> None:
    first = await page.http.get("/static/app.js")
    again = await page.http.get("/static/app.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static/....//app.py",
        "/static//etc/passwd",
        "/static/%00",
        "/static/",
        "/static/" + "x" * 5000,
        "/static/core",
    ],
)
async def test_nothing_outside_the_folder_is_served(page: Page, path: str) -> None:
    error = await page.error("GET", path, expect=404)
    assert error["kind"] == "not_found"


async def test_what_is_not_there_or_not_taken_is_told_in_the_one_shape(page: Page) -> None:
    assert (await page.error("GET", "/api/nothing", expect=404))["kind"] == "not_found"
    assert (await page.error("PUT", "/api/chats", {}, expect=405))["kind"] == "invalid"
    assert (await page.error("POST", "/static/app.js", {}, expect=405))["kind"] == "invalid"


@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe", b"nonsense", b'{"title": NaN'])
async def test_what_is_not_json_is_a_bad_request(page: Page, body: bytes) -> None:
    answer = await page.http.post("/api/chats", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.json()["error"]["whose"] == "user"


async def test_every_wrong_field_is_named(page: Page) -> None:
    error = await page.error("POST", "/api/complete", {"text": 5, "cursor": -1, "more": 1}, expect=422)
    assert {field["field"] for field in error["fields"]} == {"text", "cursor", "more"}
    assert "cursor" in error["message"]


async def test_a_body_of_megabytes_is_refused(page: Page) -> None:
    error = await page.error("POST", "/api/chats", {"title": "x" * 3_000_000}, expect=413)
    assert error["kind"] == "too_large"


def test_every_error_of_the_house_has_a_status() -> None:
    kinds = {cls.kind for cls in _all(errors.StcoreError)}
    assert kinds - set(STATUS) == {"unusable_picture"}
    for code, status in {"bad_type": 415, "too_big": 413, "not_decodable": 400}.items():
        assert status_of(errors.UnusablePicture("x", code=code)) == status  # type: ignore[arg-type]
    assert status_of(errors.Reported({"kind": "timeout", "whose": "provider", "message": "x"})) == 504
    assert status_of(errors.Reported({"message": "x"})) == 500


def _all(cls: type[errors.StcoreError]) -> list[type[errors.StcoreError]]:
    return [cls, *(deeper for sub in cls.__subclasses__() if sub.__module__ == cls.__module__ for deeper in _all(sub))]


async def test_a_fault_of_ours_tells_nothing_of_the_inside(page: Page) -> None:
    @page.app.get("/api/broken")
    async def broken() -> None:
        raise RuntimeError("the secret is 42")

    answer = await page.http.get("/api/broken")
    assert answer.status_code == 500
    assert answer.json()["error"]["whose"] == "host"
    assert "42" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_known_waiting_time_becomes_retry_after(page: Page) -> None:
    @page.app.get("/api/limited")
    async def limited() -> None:
        raise errors.RateLimited("Too fast.", retry_after=2.1)

    answer = await page.http.get("/api/limited")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")
    assert answer.json()["error"]["retry_after"] == 2.1


async def test_the_description_for_programs_explains_every_operation(page: Page) -> None:
    described = await page.ask("GET", "/api/openapi.json")
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    assert len(operations) > 40
    for operation in operations:
        assert operation["summary"] and operation["description"] and operation["tags"], operation
        assert "4XX" in operation["responses"]
    identifiers = [operation["operationId"] for operation in operations]
    assert len(set(identifiers)) == len(identifiers)


async def test_foreign_pages_get_nothing(page: Page) -> None:
    for headers in ({"Origin": "http://evil.example"}, {"Host": "evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        for path in ("/api/state", "/api/events", "/static/app.js"):
            assert (await page.http.get(path, headers=headers)).status_code == 403


class Clock:
    """A plugin with a route of its own."""

    @staticmethod
    @hookimpl
    def stcore_web_routes() -> list[APIRouter]:
        router = APIRouter()

        @router.get("/now")
        async def now() -> dict[str, str]:
            """The time."""
            return {"now": "noon"}

        return [router]


class Broken:
    """A plugin that offers no router."""

    @staticmethod
    @hookimpl
    def stcore_web_routes() -> list[str]:
        return ["/now"]


async def test_plugins_bring_routes_below_their_names(tmp_path: Path) -> None:
    from starlette.testclient import TestClient

    async with Host.open(tmp_path, face="once", plugins=(("clock", Clock()), ("broken", Broken()))) as host:
        app: FastAPI = create_app(host)
        client = TestClient(app, base_url=OWN)
        assert client.get("/plugins/clock/now").json() == {"now": "noon"}
        assert client.get("/plugins/clock/now", headers={"Origin": "http://evil.example"}).status_code == 403
        assert client.get("/plugins/broken/now").status_code == 404
        assert "APIRouter" in host.plugins.record("broken").problem
