"""Stepping through a script that waits at a ``/breakpoint``."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import Field

from stcore.web.context import WebDep
from stcore.web.models import Body

router = APIRouter(prefix="/api", tags=["scripts"])


class Step(Body):
    """How to go on: to the end, to the next statement here, into a closure, or out of this one."""

    step: Literal["resume", "over", "into", "out"] = "resume"


class Expression(Body):
    """A script when it begins with a slash, else a text with macros."""

    text: str = Field(max_length=20_000)


@router.get("/chats/{chat_id}/debug", summary="Scripts of a chat that wait at a breakpoint")
async def list_waiting(web: WebDep, chat_id: str) -> list[dict[str, Any]]:
    """Each with its source, the statement (`where`), its arguments, the scopes from the inside out, and the stack."""
    await web.host.chats.get(chat_id)
    return web.debuggers.waiting(chat_id)


@router.post("/debug/{debugger_id}/step", status_code=204, summary="Let a waiting script go on")
async def step(web: WebDep, debugger_id: str, body: Step) -> None:
    """Where it waits next comes as the event `debug.paused`, its end as `debug.ended`."""
    web.debuggers.find(debugger_id).go(body.step)


@router.post("/debug/{debugger_id}/evaluate", summary="What an expression gives where a script waits")
async def evaluate(web: WebDep, debugger_id: str, body: Expression) -> dict[str, Any]:
    """Variables that it sets stay set; `state` is what is in scope afterwards."""
    debugger = web.debuggers.find(debugger_id)
    value = await debugger.value_of(body.text)
    return {"value": value, "state": debugger.state()}
