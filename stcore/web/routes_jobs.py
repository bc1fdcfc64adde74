"""Pictures that are being made."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from stcore.web.context import WebDep

router = APIRouter(prefix="/api/jobs", tags=["jobs"])


@router.get("", summary="Jobs, newest first")
async def list_jobs(
    web: WebDep,
    active: Annotated[
        bool | None, Query(description="only those that are not finished (or only those that are)")
    ] = None,
    chat: Annotated[str | None, Query(description="only those of this chat")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """With the last progress of each."""
    return {"jobs": await web.host.jobs.list(active=active, chat_id=chat, limit=limit)}


@router.post("/clear", status_code=204, summary="Forget finished jobs")
async def clear(web: WebDep) -> None:
    """Their pictures stay."""
    await web.host.jobs.clear_finished()


@router.get("/{job_id}", summary="One job")
async def get_job(web: WebDep, job_id: str) -> dict[str, Any]:
    """As in the list."""
    return await web.host.jobs.get(job_id)


@router.post("/{job_id}/cancel", summary="Stop a job")
async def cancel(web: WebDep, job_id: str) -> dict[str, Any]:
    """`outcome` tells what became of the work at the far side."""
    return {"outcome": await web.host.jobs.cancel(job_id)}


@router.post("/{job_id}/retry", status_code=202, summary="Try a failed job again")
async def retry(web: WebDep, job_id: str) -> dict[str, Any]:
    """A new job from the same request."""
    return await web.host.jobs.retry(job_id)
