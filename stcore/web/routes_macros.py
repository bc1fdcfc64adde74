"""The macros: all of them for the browser of macros, and what a text with macros gives now."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from stcore.chat.assist import load_plugins, macro_arguments, problems_of
from stcore.macros.places import macros_of
from stcore.macros.preview import MAX_SECONDS, preview, values_now
from stcore.macros.reference import by_group
from stcore.web.context import WebDep
from stcore.web.models import ToPreview
from stcore.web.places import Utf16, problem_record

if TYPE_CHECKING:
    from stcore.chat.session import Session
    from stcore.macros import Macro, Registry

router = APIRouter(prefix="/api/macros", tags=["macros"])


@router.get("", summary="Every macro")
async def list_macros(web: WebDep, chat_id: str | None = None) -> list[dict[str, Any]]:
    """With its arguments, what it gives, and examples; in the order of the documentation, group by group.

    With `chat_id` also `now`: what those without arguments and effect give in that chat at this moment.
    """
    session = await web.host.session(chat_id, web.ui(chat_id))
    return await asyncio.to_thread(_describe, session, with_values=chat_id is not None)


@router.post("/preview", summary="What a text gives now")
async def preview_text(web: WebDep, body: ToPreview) -> dict[str, Any]:
    """Evaluated in the chat, without any effect; `truncated` tells that the end was cut off."""
    session = await web.host.session(body.chat_id, web.ui(body.chat_id))
    return await asyncio.to_thread(_preview, session, body.text, body.place)


def _describe(session: Session, *, with_values: bool) -> list[dict[str, Any]]:
    load_plugins(session)
    engine = session.host.macros
    registry = engine.registry
    aliases = _aliases(registry)
    calls = {macro.name: f"{{{{{macro.name}}}}}" for macro in registry if _has_value(macro)} if with_values else {}
    now = values_now(calls.values(), engine, session.environment, seconds=MAX_SECONDS)
    return [
        {
            "name": macro.name,
            "aliases": aliases[macro.name],
            "group": macro.group,
            "group_title": title,
            "signature": macro.signature,
            "summary": macro.summary,
            "arguments": macro_arguments(macro),
            "returns": macro.returns,
            "determinism": macro.determinism,
            "effect": macro.effect,
            "examples": [{"text": text, "gives": gives} for text, gives in macro.examples],
            "plugin": macro.plugin,
            **({"now": now[call]} if (call := calls.get(macro.name)) in now else {}),
        }
        for title, macros in by_group(registry)
        for macro in macros
    ]


def _aliases(registry: Registry) -> dict[str, list[str]]:
    """The visible other names of each macro."""
    aliases: dict[str, list[str]] = defaultdict(list)
    for name in registry.names():
        primary = registry.primary(name)
        if primary is not None and primary.name != name:
            aliases[primary.name].append(name)
    return aliases


def _has_value(macro: Macro) -> bool:
    return not macro.arguments and macro.rest is None and not macro.effect


def _preview(session: Session, text: str, place: str) -> dict[str, Any]:
    load_plugins(session)
    shown = preview(text, session.host.macros, session.environment, extra=macros_of(place))
    units = Utf16(text)
    problems = [problem_record(problem, units) for problem in problems_of(session, text, place)]
    return {"text": shown.text, "problems": problems, "truncated": shown.truncated}
