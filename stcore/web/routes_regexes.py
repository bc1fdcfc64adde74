"""Regex scripts: what changes texts when they are stored, shown, or told to the model.

Scripts have the keys of SillyTavern's files. Those of a card (`character:ID`) or preset (`preset:NAME`) count only when
they are allowed. Every change is followed by the event `regexes.changed`.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Query

from stcore.chat.environment import build_environment
from stcore.chat.regexes.applying import run_script
from stcore.chat.regexes.files import script_from_json, script_to_json, scripts_from_json
from stcore.chat.regexes.records import Scoped
from stcore.errors import NotFound
from stcore.web.context import Web, WebDep
from stcore.web.models_regexes import (
    Arrangement,
    Permission,
    PresetChoice,
    PresetToSave,
    ScriptsToImport,
    ScriptToSave,
    Trial,
)

router = APIRouter(prefix="/api/regexes", tags=["regex scripts"])

ChatId = Annotated[str | None, Query(description="the chat whose character brings scripts too")]
ScopeName = Annotated[str, Query(alias="scope", description="`global`, `character:ID` or `preset:NAME`")]


async def _character(web: Web, chat_id: str | None) -> str | None:
    return (await web.host.chats.get(chat_id)).character_id if chat_id is not None else None


def _shown(entry: Scoped) -> dict[str, Any]:
    return {"scope": entry.scope, "allowed": entry.allowed, "script": script_to_json(entry.script)}


@router.get("", summary="The regex scripts that a chat has")
async def list_scripts(web: WebDep, chat_id: ChatId = None) -> dict[str, Any]:
    """In the order in which they run; `presets` are choices of them, `preset` the id of the one selected last."""
    store = web.host.regexes
    found = await store.scripts(await _character(web, chat_id))
    presets = [preset.to_dict() for preset in await store.presets()]
    return {"scripts": [_shown(entry) for entry in found], "presets": presets, "preset": await store.selected()}


@router.put("", summary="Keep a script")
async def save_script(web: WebDep, body: ScriptToSave) -> dict[str, Any]:
    """In place of the one with its `id`; a new one gets an id. What a person writes for a card or preset is allowed."""
    given = {**body.script, "id": body.script.get("id") or str(uuid4())}
    script = await web.host.regexes.save(body.scope, script_from_json(given))
    if not body.script.get("id"):
        await web.host.regexes.allow(body.scope, True)
    return script_to_json(script)


@router.delete("", status_code=204, summary="Delete a script")
async def delete_script(web: WebDep, script_id: Annotated[str, Query(alias="id")], scope: ScopeName = "global") -> None:
    """It cannot be brought back."""
    await web.host.regexes.delete(scope, script_id)


@router.post("/import", status_code=201, summary="Take over scripts from a file")
async def import_scripts(web: WebDep, body: ScriptsToImport) -> dict[str, Any]:
    """A file holds one script or a list; an id that is taken is replaced."""
    added = await web.host.regexes.add(body.scope, scripts_from_json(body.document))
    return {"scripts": [script_to_json(script) for script in added]}


@router.get("/export", summary="Scripts as a file for others")
async def export_scripts(
    web: WebDep, scope: ScopeName = "global", script_id: Annotated[str | None, Query(alias="id")] = None
) -> Any:
    """One script, or without `id` the list of all of a scope."""
    character = scope.removeprefix("character:") if scope.startswith("character:") else None
    found = [entry.script for entry in await web.host.regexes.scripts(character) if entry.scope == scope]
    if script_id is None:
        return [script_to_json(script) for script in found]
    chosen = next((script for script in found if script.id == script_id), None)
    if chosen is None:
        raise NotFound("There is no such regex script.")
    return script_to_json(chosen)


@router.put("/order", status_code=204, summary="Order the scripts of a scope")
async def order_scripts(web: WebDep, body: Arrangement) -> None:
    """Those that are not named stay behind the others."""
    await web.host.regexes.arrange(body.scope, body.ids)


@router.put("/allowed", status_code=204, summary="Let the scripts of a card or preset count, or not")
async def allow_scripts(web: WebDep, body: Permission) -> None:
    """They change texts: look at them first."""
    await web.host.regexes.allow(body.scope, body.allowed)


@router.post("/try", summary="Run a script as it stands in an editor")
async def try_script(web: WebDep, body: Trial) -> dict[str, Any]:
    """Answers with the changed `text`, or the error that the expression has."""
    script, host = script_from_json(body.script), web.host
    environment = await build_environment(host, body.chat_id)

    def run() -> str:
        return run_script(script, body.text, lambda text: host.macros.expand(text, environment), host.searcher)

    return {"text": await asyncio.to_thread(run)}


@router.post("/presets", status_code=201, summary="Keep which scripts are on under a name")
async def save_preset(web: WebDep, body: PresetToSave) -> dict[str, Any]:
    """Selecting it later switches these on and all others off."""
    character = await _character(web, body.chat_id)
    return (await web.host.regexes.save_preset(body.name, body.id, character)).to_dict()


@router.put("/presets/selected", summary="Select a choice of scripts")
async def select_preset(web: WebDep, body: PresetChoice) -> dict[str, Any]:
    """Its scripts are on, all others off."""
    return (await web.host.regexes.select(body.id, await _character(web, body.chat_id))).to_dict()


@router.delete("/presets/{preset_id}", status_code=204, summary="Forget a choice of scripts")
async def delete_preset(web: WebDep, preset_id: str) -> None:
    """The scripts stay as they are."""
    await web.host.regexes.delete_preset(preset_id)
