"""Connections over HTTP: forms, checks, and secrets that never come back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import Field, SecretStr

from stcore import AuthError, Health, ImageSource, ModelInfo, ModelPage, Options, hookimpl
from stcore.host import Host
from stcore.web.app import create_app
from tests.web.conftest import OWN, Page

pytestmark = pytest.mark.anyio

SECRET = "sk-very-secret-123"


class Brush(ImageSource):
    """Paints on request."""

    id = "brush"
    label = "Brush"
    where = "local"
    docs = "https://brush.example/docs"

    class Options(Options):
        url: str = "http://127.0.0.1:9"
        api_key: SecretStr | None = None
        steps: int = Field(default=20, ge=1, le=50)

    async def check(self, connection: Any) -> Health:
        key = connection.options.api_key
        if key is None or key.get_secret_value() != SECRET:
            raise AuthError("The key is refused.")
        return Health(state="ok", text=f"Works at {connection.options.url}.", version="1.0")

    async def models(self, connection: Any, query: str = "", cursor: str | None = None) -> ModelPage:
        return ModelPage(models=(ModelInfo(id=f"model {query}"),))

    async def choices(self, connection: Any, name: str) -> list[str]:
        return ["euler", "heun"] if name == "samplers" else []


class Plugin:
    """Brings the brush."""

    @staticmethod
    @hookimpl
    def stcore_image_sources() -> list[ImageSource]:
        return [Brush()]


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    async with Host.open(tmp_path, face="once", plugins=(("brush", Plugin()),)) as host:
        app = create_app(host)
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app), base_url=OWN, headers={"Origin": OWN}
        ) as client:
            yield Page(app, client)


async def test_a_kind_tells_how_its_form_looks(page: Page) -> None:
    kinds = {kind["id"]: kind for kind in (await page.ask("GET", "/api/sources"))["kinds"]}
    brush = kinds["brush"]
    assert (brush["label"], brush["summary"], brush["where"]) == ("Brush", "Paints on request.", "local")
    assert brush["secrets"] == ["api_key"]
    assert brush["schema"]["properties"]["steps"]["maximum"] == 50
    assert {"needs_workflow", "docs", "embedded"} <= set(brush)


async def test_a_connection_is_added_changed_checked_and_forgotten(page: Page) -> None:
    added = await page.ask("POST", "/api/sources", {"source": "brush", "options": {"api_key": SECRET}}, expect=201)
    assert (added["name"], added["source"], added["secrets"]) == ("brush", "brush", {"api_key": True})
    assert added["default"] is True
    health = await page.ask("POST", "/api/sources/check", {"name": "brush"})
    assert (health["state"], health["usable"], health["version"]) == ("ok", True, "1.0")
    changed = await page.ask("PATCH", "/api/sources/brush", {"options": {"steps": 30}})
    assert (changed["options"]["steps"], changed["secrets"]) == (30, {"api_key": True})
    assert await page.ask("GET", "/api/sources/brush/models?query=x") == {
        "models": [{"id": "model x", "label": "", "kind": "", "availability": "", "variants": {}}],
        "cursor": None,
    }
    assert (await page.ask("GET", "/api/sources/brush/choices/samplers"))["choices"] == ["euler", "heun"]
    await page.ask("DELETE", "/api/sources/brush", expect=204)
    await page.error("DELETE", "/api/sources/brush", expect=404)
    await page.error("GET", "/api/sources/brush/models", expect=404)


async def test_options_are_checked_before_they_are_saved(page: Page) -> None:
    body = {"source": "brush", "options": {"url": "http://127.0.0.1:7"}}
    refused = await page.ask("POST", "/api/sources/check", body)
    assert (refused["state"], refused["usable"]) == ("bad_credentials", False)
    body["options"] = {"url": "http://127.0.0.1:7", "api_key": SECRET}
    assert "127.0.0.1:7" in (await page.ask("POST", "/api/sources/check", body))["text"]
    wrong = {"source": "brush", "options": {"steps": 500, "colour": "red"}}
    error = await page.error("POST", "/api/sources", wrong, expect=400)
    assert "steps" in error["message"] and "colour" in error["message"]
    await page.error("POST", "/api/sources", {"source": "nothing", "options": {}}, expect=404)


async def test_a_secret_never_comes_back(page: Page) -> None:
    await page.ask("POST", "/api/sources", {"source": "brush", "options": {"api_key": SECRET}}, expect=201)
    for path in ("/api/sources", "/api/state", "/api/settings", "/api/texts", "/api/plugins"):
        answer = await page.http.get(path)
        if answer.status_code == 200:
            assert SECRET not in answer.text, path
    error = await page.error("PATCH", "/api/sources/brush", {"options": {"api_key": SECRET, "steps": 0}}, expect=400)
    assert SECRET not in str(error)
    assert (await page.ask("PATCH", "/api/sources/brush", {"options": {"api_key": None}}))["secrets"] == {
        "api_key": False
    }


async def test_another_connection_becomes_the_default(page: Page) -> None:
    for name in ("one", "two"):
        await page.ask("POST", "/api/sources", {"source": "brush", "name": name}, expect=201)
    assert (await page.ask("GET", "/api/sources"))["default"] == "one"
    await page.ask("POST", "/api/sources/two/default", {}, expect=204)
    assert (await page.ask("GET", "/api/sources"))["default"] == "two"
    await page.error("POST", "/api/sources/three/default", {}, expect=404)
    await page.error("POST", "/api/sources", {"source": "brush", "name": "../x"}, expect=400)


async def test_text_models_have_the_same_routes(page: Page) -> None:
    kinds = {kind["id"]: kind for kind in (await page.ask("GET", "/api/texts"))["kinds"]}
    assert kinds
    kind = next(kind for kind in kinds.values() if kind["secrets"])
    options = dict.fromkeys(kind["secrets"], "x") | {"url": "http://127.0.0.1:9/v1"}
    added = await page.ask("POST", "/api/texts", {"source": kind["id"], "name": "mine", "options": options}, expect=201)
    assert added["secrets"] == dict.fromkeys(kind["secrets"], True)
    health = await page.ask("POST", "/api/texts/check", {"name": "mine"})
    assert health["usable"] is False


async def test_a_source_tells_what_its_model_takes(page: Page) -> None:
    fields = (await page.ask("GET", "/api/sources/canvas/capabilities"))["fields"]
    assert {"prompt", "size", "seed"} <= fields.keys()
    assert "sampler" not in fields
    await page.error("GET", "/api/sources/nothing/capabilities", expect=404)


@pytest.mark.feature("F248")
async def test_the_schema_of_picture_settings_makes_a_form(page: Page) -> None:
    told = await page.ask("GET", "/api/pictures-settings/schema")
    properties = told["schema"]["properties"]
    assert all(field["title"] and field["group"] for field in properties.values())
    assert properties["swipe"]["labels"].keys() == set(properties["swipe"]["enum"])
    labels = {(size["width"], size["height"]): size["label"] for size in told["sizes"]}
    assert len(labels) == 30
    assert labels[512, 512] == "512 x 512 (1:1, icons, SD 1.5)"
    assert all(", " in label for label in labels.values()), "each has a use"
