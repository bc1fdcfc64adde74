"""Workflows: graphs with placeholders for sources that work with them, and placeholders of one's own.

Every change is followed by the event `workflows.changed`, of the placeholders by `settings.changed`.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from stcore.images.settings import Placeholder
from stcore.images.workflows import WorkflowEntry, problem_of
from stcore.web.context import Web, WebDep
from stcore.web.models_workflows import NewWorkflow, WorkflowName, WorkflowText
from stcore.web.uploads import UPLOAD_BODY, UploadDep

router = APIRouter(prefix="/api", tags=["workflows"])

FileName = Annotated[str, Query(max_length=300, description="what it is to be called: the name of the file")]
OwnPlaceholders = Annotated[list[Placeholder], Field(max_length=200)]


async def _shown(web: Web, entry: WorkflowEntry) -> dict[str, Any]:
    """A workflow with its text and what that holds."""
    text = await web.host.workflow_desk.text(entry.name)
    report = await web.host.workflow_desk.report(text)
    return {**entry.to_dict(), "text": text, "report": report.to_dict()}


@router.get("/workflows", summary="The workflows there are")
async def list_workflows(web: WebDep) -> list[dict[str, Any]]:
    """`from` is `stcore`, `plugin` or `own`; `hides` tells that a shipped one of that name stands behind one's own;
    `problem` is why it cannot run as it is."""
    return [entry.to_dict() for entry in await web.host.workflow_desk.list()]


@router.post("/workflows", status_code=201, summary="Add a workflow")
async def add_workflow(web: WebDep, body: NewWorkflow) -> dict[str, Any]:
    """Empty, with a text, or as a copy of another; a name that is taken is refused."""
    store = web.host.workflow_desk
    if body.copy_of is not None:
        return await _shown(web, await store.copy(body.copy_of, body.name))
    return await _shown(web, await store.create(body.name, body.text))


@router.post(
    "/workflows/import", status_code=201, summary="Take over a workflow from a file", openapi_extra=UPLOAD_BODY
)
async def import_workflow(web: WebDep, data: UploadDep, name: FileName = "workflow.json") -> dict[str, Any]:
    """A graph in the format of the API, or a PNG that carries one; a name that is taken gets a number."""
    return await _shown(web, await web.host.workflow_desk.add_file(name, data))


@router.post("/workflows/report", summary="Look at a text while it is typed")
async def report_on(web: WebDep, body: WorkflowText) -> dict[str, Any]:
    """Which placeholders it holds and lacks, and why it cannot run as it is."""
    report = await web.host.workflow_desk.report(body.text)
    problem, nodes = await asyncio.to_thread(problem_of, body.text)
    return {"report": report.to_dict(), "problem": problem, "nodes": nodes}


@router.get("/workflows/{name}", summary="One workflow with its text")
async def get_workflow(web: WebDep, name: str) -> dict[str, Any]:
    """`report` names the placeholders it holds and lacks, those nobody fills, and those that lack their quotes."""
    return await _shown(web, await web.host.workflow_desk.entry(name))


@router.put("/workflows/{name}", summary="Write a workflow")
async def save_workflow(web: WebDep, name: str, body: WorkflowText) -> dict[str, Any]:
    """As typed; it need not be valid before it is used. Of a shipped one an own copy is made, which hides it."""
    return await _shown(web, await web.host.workflow_desk.save(name, body.text))


@router.post("/workflows/{name}/rename", summary="Rename a workflow of one's own")
async def rename_workflow(web: WebDep, name: str, body: WorkflowName) -> dict[str, Any]:
    """Wherever it was chosen it stays chosen; a name that is taken is refused."""
    return await _shown(web, await web.host.workflow_desk.rename(name, body.name))


@router.delete("/workflows/{name}", status_code=204, summary="Delete a workflow of one's own")
async def delete_workflow(web: WebDep, name: str) -> None:
    """A shipped one of that name shows again."""
    await web.host.workflow_desk.delete(name)


@router.get("/workflow-placeholders", summary="Placeholders of one's own")
async def list_placeholders(web: WebDep) -> list[dict[str, Any]]:
    """In the order in which they are filled, behind the built-in ones."""
    return [one.model_dump(mode="json") for one in await asyncio.to_thread(web.host.workflow_desk.placeholders)]


@router.put("/workflow-placeholders", summary="Keep placeholders of one's own")
async def save_placeholders(web: WebDep, body: OwnPlaceholders) -> list[dict[str, Any]]:
    """All of them, in their order. Nothing changes when one could not be filled."""
    return [one.model_dump(mode="json") for one in await web.host.workflow_desk.set_placeholders(body)]
