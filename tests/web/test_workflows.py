"""Workflows over HTTP."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from stcore.images.embed import with_texts
from tests.images.pictures import picture
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


async def test_files_are_taken_over(page: Page) -> None:
    made = await upload(page, GRAPH.encode(), "Mein Graph ü.json")
    assert (made["name"], made["from"], made["text"]) == ("Mein Graph ü.json", "own", GRAPH)
    assert (await upload(page, GRAPH.encode(), "Mein Graph ü.json"))["name"] == "Mein Graph ü 2.json"
    png = await upload(page, with_texts(picture(), {"prompt": GRAPH}), "../made:by?.png")
    assert png["name"] == "madeby.json" and json.loads(png["text"]) == json.loads(GRAPH)
    refused = await upload(page, b'{"nodes": [], "links": []}', "editor.json", expect=400)
    assert "Export (API)" in refused["error"]["hint"]
    await upload(page, b" " * 5_000_001, "huge.json", expect=413)
    assert await names(page) == [
        "Char_Avatar_Comfy_Workflow.json",
        "Default_Comfy_Workflow.json",
        "madeby.json",
        "Mein Graph ü 2.json",
        "Mein Graph ü.json",
    ]


@pytest.mark.feature("F267")
async def test_a_text_is_looked_at_while_it_is_typed(page: Page) -> None:
    looked = await page.ask("POST", "/api/workflows/report", {"text": '{"1": %steps%, "2": "%mine%"}'})
    assert looked["report"]["unquoted"] == ["steps"] and looked["report"]["unknown"] == ["mine"]
    assert 'The placeholder %steps% needs quotes around it: "%steps%"' in looked["problem"] and looked["nodes"] == 0
    looked = await page.ask("POST", "/api/workflows/report", {"text": GRAPH})
    assert (looked["problem"], looked["nodes"], looked["report"]["present"]) == (None, 1, ["prompt", "seed"])


@pytest.mark.feature("F276")
async def test_placeholders_of_ones_own(page: Page) -> None:
    address = "/api/workflow-placeholders"
    assert await page.ask("GET", address) == []
    given = [
        {"find": "strength", "replace": "{{getvar::strength}}", "kind": "number", "choices": [], "label": "Strength"},
        {"find": "paper", "replace": "rough", "kind": "choice", "choices": ["rough", "smooth"], "label": ""},
    ]
    async with page.events() as events:
        assert await page.ask("PUT", address, given) == given
        await events.next("settings.changed")
    assert await page.ask("GET", address) == given
    report = (await page.ask("POST", "/api/workflows/report", {"text": '"%paper%"'}))["report"]
    assert (report["custom"], report["present"]) == (["strength", "paper"], ["paper"])
    for wrong, status in (
        ([{"find": "seed"}], 400),
        ([{"find": "paper", "kind": "choice", "choices": ["x"], "replace": "y"}], 400),
        ([{"find": "a%b"}], 422),
        ([{"find": "a", "kind": "colour"}], 422),
        ([{"find": str(number)} for number in range(201)], 422),
    ):
        await page.error("PUT", address, wrong, expect=status)
    assert await page.ask("GET", address) == given, "nothing changed"
    assert await page.ask("PUT", address, given[1:]) == given[1:], "one is removed, the other stays (Q27)"


@pytest.mark.parametrize("name", ["..%2Fsettings.toml", "%2Fetc%2Fpasswd", "..%5Cx", "nothing"])
async def test_no_other_file_is_read(page: Page, name: str) -> None:
    assert (await page.http.get(f"/api/workflows/{name}")).status_code == 404


async def test_a_file_that_cannot_be_read_is_listed_with_its_problem(page: Page) -> None:
    folder = page.web.host.data / "workflows"
    folder.mkdir(exist_ok=True)
    (folder / "odd.json").write_bytes(b"\xff\xfe")
    [odd] = [entry for entry in await page.ask("GET", "/api/workflows") if entry["name"] == "odd.json"]
    assert "no UTF-8 text" in odd["problem"]
    await page.error("GET", "/api/workflows/odd", expect=409)
    assert (await page.ask("PUT", "/api/workflows/odd", {"text": GRAPH}))["problem"] is None
