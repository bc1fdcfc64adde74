"""Workflows over HTTP."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.web.conftest import Page

pytestmark = pytest.mark.anyio

GRAPH = json.dumps({"1": {"class_type": "Sampler", "inputs": {"text": "%prompt%", "seed": "%seed%"}}})


async def upload(page: Page, data: bytes, name: str, *, expect: int = 201) -> Any:
    headers = {"Content-Type": "application/octet-stream"}
    answer = await page.http.post(f"/api/workflows/import?name={quote(name)}", content=data, headers=headers)
    assert answer.status_code == expect, answer.text
    return answer.json()


async def names(page: Page) -> list[str]:
    return [entry["name"] for entry in await page.ask("GET", "/api/workflows")]


@pytest.mark.feature("F264", "F265")
async def test_workflows_are_made_changed_and_deleted(page: Page) -> None:
    async with page.events() as events:
        made = await page.ask("POST", "/api/workflows", {"name": "Mine"}, expect=201)
        await events.next("workflows.changed")
    assert made["name"] == "Mine.json" and made["text"] == "" and "is empty" in made["problem"]
    saved = await page.ask("PUT", "/api/workflows/Mine.json", {"text": GRAPH})
    assert (saved["problem"], saved["nodes"], saved["from"]) == (None, 1, "own")
    assert saved["report"]["present"] == ["prompt", "seed"]
    await page.error("POST", "/api/workflows", {"name": "mine.JSON", "text": "{}"}, expect=409)
    assert (await page.ask("GET", "/api/workflows/Mine"))["text"] == GRAPH, "nothing was emptied"
    copied = await page.ask("POST", "/api/workflows", {"name": "Copy", "copy_of": "Mine"}, expect=201)
    assert copied["text"] == GRAPH
    renamed = await page.ask("POST", "/api/workflows/Copy/rename", {"name": "Other"})
    assert renamed["name"] == "Other.json"
    await page.error("POST", "/api/workflows/Other/rename", {"name": "Mine"}, expect=409)
    await page.error("POST", "/api/workflows/Nothing/rename", {"name": "x"}, expect=404)
    await page.error("POST", "/api/workflows/Other/rename", {"name": "a/b"}, expect=400)
    await page.ask("DELETE", "/api/workflows/Other", expect=204)
    await page.error("DELETE", "/api/workflows/Other", expect=404)
    assert await names(page) == ["Char_Avatar_Comfy_Workflow.json", "Default_Comfy_Workflow.json", "Mine.json"]


async def test_a_shipped_one_is_hidden_and_comes_back(page: Page) -> None:
    address = "/api/workflows/Default_Comfy_Workflow.json"
    shipped = await page.ask("GET", address)
    assert (shipped["from"], shipped["hides"], shipped["problem"]) == ("stcore", False, None)
    await page.error("DELETE", address, expect=404)
    own = await page.ask("PUT", address, {"text": GRAPH})
    assert (own["from"], own["hides"]) == ("own", True)
    await page.ask("DELETE", address, expect=204)
    assert await page.ask("GET", address) == shipped
