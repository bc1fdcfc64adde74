"""The slash language: its commands, completion while typing, answers to the questions of scripts.

A browser counts a character outside the basic plane (an emoji) as two; places in a text are counted its way here.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from stcore.errors import ParseError, StcoreError
from stcore.macros.numbers import utf16_index, utf16_offset
from stcore.web.context import Web, WebDep
from stcore.web.models import Answer, ToComplete

if TYPE_CHECKING:
    from stcore.commands import Command, Named, Unnamed
    from stcore.commands.completion import Completions
    from stcore.commands.services import Services

router = APIRouter(prefix="/api", tags=["commands"])

PATIENCE = 2.0
"""Seconds that completion waits for the lists of a source."""


@router.get("/commands", summary="Every slash command")
async def list_commands(web: WebDep) -> list[dict[str, Any]]:
    """With its arguments, what it gives, and examples."""
    registry = web.host.interpreter.registry
    # A name that nobody knows makes the host ask its plugins for theirs.
    await asyncio.to_thread(registry.find, "")
    return await asyncio.to_thread(registry.describe)


@router.post("/complete", summary="What can be written at the cursor of a script")
async def complete(web: WebDep, body: ToComplete) -> dict[str, Any]:
    """`items` replace the text from `start` to `end`; `signature` explains the command there, `problem` what is wrong.

    Works on unfinished text. Places count UTF-16 units.
    """
    session = await web.host.session(body.chat_id, web.ui(body.chat_id))
    caret = utf16_index(body.text, body.cursor)
    found = await _completions(web, body.text, caret, session.services)
    registry = web.host.interpreter.registry
    command = registry.find(found.command) if found.command else None
    return {
        "start": utf16_offset(body.text, found.start),
        "end": utf16_offset(body.text, found.end),
        "items": [
            {"text": item.text, "label": item.label, "kind": item.kind, "detail": "", "summary": item.summary}
            for item in found.items
        ],
        "signature": _signature(command, found.argument) if command else None,
        "problem": await asyncio.to_thread(_problem, web, body.text),
    }


async def _completions(web: Web, text: str, caret: int, services: Services) -> Completions:
    from stcore.commands.completion import complete as complete_script

    registry = web.host.interpreter.registry
    try:
        async with asyncio.timeout(PATIENCE):
            return await complete_script(text, caret, registry, services)
    except (TimeoutError, StcoreError):
        # The source is away; everything else can be offered all the same.
        return await complete_script(text, caret, registry, replace(services, images=None))


def _signature(command: Command, current: str) -> dict[str, Any]:
    arguments: list[Named | Unnamed] = [*command.named, *command.unnamed]
    return {
        "command": command.name,
        "summary": command.summary,
        "arguments": [
            {
                "name": getattr(argument, "name", ""),
                "type": " or ".join(argument.types),
                "summary": argument.summary,
                "enum": list(argument.enum),
                "default": argument.default,
                "required": argument.required,
            }
            for argument in arguments
        ],
        "current": current,
    }


def _problem(web: Web, text: str) -> dict[str, Any] | None:
    if not text.lstrip().startswith("/"):
        return None
    try:
        web.host.interpreter.parse(text)
    except ParseError as error:
        where = None
        if error.span is not None:
            start, end = utf16_offset(text, error.span.start), utf16_offset(text, error.span.end)
            where = {**error.span.to_dict(), "start": start, "end": end}
        return {"message": error.message, "hint": error.hint, "where": where}
    return None


@router.post("/questions/{question_id}", status_code=204, summary="Answer a question of a script")
async def answer_question(web: WebDep, question_id: str, body: Answer) -> None:
    """The first answer counts; `question.closed` tells the other pages."""
    web.questions.answer(question_id, body.answer)
