"""The languages while they are typed and run: commands, help at the cursor, answers to the questions of scripts."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from stcore.chat.assist import Signature, explain
from stcore.errors import NotFound
from stcore.macros.numbers import utf16_index
from stcore.web.context import WebDep
from stcore.web.models import Answer, NoticeEvent, ToComplete
from stcore.web.places import Utf16, problem_record

if TYPE_CHECKING:
    from stcore.commands import Registry

router = APIRouter(prefix="/api", tags=["commands"])


@router.get("/commands", summary="Every slash command")
async def list_commands(web: WebDep) -> list[dict[str, Any]]:
    """With its arguments, what it gives, and examples; in the order of the documentation, group by group."""
    return await asyncio.to_thread(_describe, web.host.interpreter.registry)


def _describe(registry: Registry) -> list[dict[str, Any]]:
    from stcore.commands.reference import by_group

    registry.find("")  # a name that nobody knows makes the host ask its plugins for theirs
    return [
        {**command.describe(), "group_title": title} for title, commands in by_group(registry) for command in commands
    ]


@router.post("/complete", summary="What can be written at the cursor of a text")
async def complete(web: WebDep, body: ToComplete) -> dict[str, Any]:
    """`items` replace the text from `start` to `end`; `signature` explains the command or macro there.

    `problems` is what is wrong anywhere in the text, `problem` the first of it. Works on unfinished text. Places count
    UTF-16 units.
    """
    session = await web.host.session(body.chat_id, web.ui(body.chat_id))
    found = await explain(session, body.text, utf16_index(body.text, body.cursor), body.place)
    units = Utf16(body.text)
    problems = [problem_record(problem, units) for problem in found.problems]
    return {
        "start": units.offset(found.start),
        "end": units.offset(found.end),
        "items": [asdict(offer) for offer in found.offers],
        "signature": _signature(found.signature) if found.signature is not None else None,
        "problems": problems,
        "problem": problems[0] if problems else None,
    }


def _signature(signature: Signature) -> dict[str, Any]:
    return {**asdict(signature), "command": signature.name}


@router.post("/questions/{question_id}", status_code=204, summary="Answer a question of a script")
async def answer_question(web: WebDep, question_id: str, body: Answer) -> None:
    """The first answer counts; `question.closed` tells the other pages."""
    web.questions.answer(question_id, body.answer)


@router.post("/notices/{notice_id}", status_code=204, summary="Tell that a notice was clicked, or is gone")
async def notice_event(web: WebDep, notice_id: str, body: NoticeEvent) -> None:
    """What the script waits for. Notices that nobody waits for are not told of."""
    web.notices.happened(notice_id, body.event)


@router.post("/loaders/{handle}/stop", status_code=204, summary="Press the stop button of a busy indicator")
async def stop_loader(web: WebDep, handle: str) -> None:
    """It goes away, after what the script wants to do then; without that the text model is stopped."""
    if not await web.host.loaders.stop(handle):
        raise NotFound("This is over already.")
