"""Modes of pictures of one's own, and the templates by which prompts of pictures are written.

A change is followed by the event `image-modes.changed` or `image-prompts.changed`.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from stcore.chat.imagine.preview import preview_template
from stcore.chat.imagine.templates import SLOTS, Slot, slot_named
from stcore.errors import SettingsError, Taken, UserError
from stcore.images.own_modes import Clash, OwnMode, mode_from_toml, mode_to_toml
from stcore.web.context import Web, WebDep
from stcore.web.models_modes import PromptText, PromptToTry
from stcore.web.routes_pictures import disposition
from stcore.web.uploads import UPLOAD_BODY, UploadDep

router = APIRouter(prefix="/api", tags=["pictures"])

# -- modes of one's own ----------------------------------------------------------------------------------------------


def _shown(mode: OwnMode) -> dict[str, Any]:
    """``triggers`` are the words that choose it: its own, or its name."""
    return {**mode.to_dict(), "triggers": list(mode.triggers)}


@router.get("/image-modes", summary="Modes of your own")
async def list_modes(web: WebDep) -> dict[str, Any]:
    """`/imagine` with one of a mode's `triggers` draws it; `problems` are files in the folder that cannot be used.

    `schema` is for a form in which one is written; its `options_from` names a list of the host.
    """
    library = web.host.modes

    def read() -> dict[str, Any]:
        return {
            "modes": [_shown(mode) for mode in library.list()],
            "problems": [problem.to_dict() for problem in library.problems()],
            "schema": OwnMode.model_json_schema(),
        }

    return await asyncio.to_thread(read)


@router.post("/image-modes", status_code=201, summary="Make a mode")
async def add_mode(web: WebDep, body: OwnMode) -> dict[str, Any]:
    """A name or word that is taken is refused, and so is a template that does not work."""
    if any(mode.name.lower() == body.name.lower() for mode in await asyncio.to_thread(web.host.modes.list)):
        raise Taken(f"A mode {body.name!r} exists already.", hint="Choose another name.")
    return _shown(await web.host.mode_desk.save(body))


@router.post("/image-modes/import", status_code=201, summary="Take over a mode from a file", openapi_extra=UPLOAD_BODY)
async def import_mode(
    web: WebDep,
    data: UploadDep,
    file: Annotated[str, Query(max_length=300, description="the name of the file")] = "mode.toml",
    taken: Annotated[Clash, Query(description="what becomes of one whose name is taken")] = "leave",
) -> dict[str, Any]:
    """A TOML file, as the export writes it. `mode` is null when it was left out, for its name is taken."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{file} is no text file.", hint="A mode is a TOML file.") from error
    kept = await web.host.mode_desk.add(mode_from_toml(text, file), taken)
    return {"mode": None if kept is None else _shown(kept)}


@router.get("/image-modes/{name}", summary="One mode")
async def get_mode(web: WebDep, name: str) -> dict[str, Any]:
    """Its name in any case."""
    return _shown(await asyncio.to_thread(web.host.modes.get, name))


@router.put("/image-modes/{name}", summary="Change a mode")
async def save_mode(web: WebDep, name: str, body: OwnMode) -> dict[str, Any]:
    """All of it; it may get another name. Pictures that were made in it stay."""
    return _shown(await web.host.mode_desk.replace(name, body))


@router.delete("/image-modes/{name}", status_code=204, summary="Delete a mode")
async def delete_mode(web: WebDep, name: str) -> None:
    """Its file in the folder `modes` goes; pictures that were made in it stay."""
    await web.host.mode_desk.delete(name)


@router.get("/image-modes/{name}/file", summary="A mode as a file for others", response_class=Response)
async def export_mode(web: WebDep, name: str) -> Response:
    """TOML, which can be imported or dropped into the folder `modes`."""
    mode = await asyncio.to_thread(web.host.modes.get, name)
    headers = {"Content-Disposition": disposition(mode.name, "toml")}
    return Response(mode_to_toml(mode).encode(), headers=headers, media_type="application/toml")


# -- templates of prompts --------------------------------------------------------------------------------------------


async def _slot(web: Web, slot: Slot) -> dict[str, Any]:
    templates = web.host.prompt_templates
    problem = await templates.problem(slot.name)
    shipped = await asyncio.to_thread(templates.shipped, slot.name)
    own = await asyncio.to_thread(templates.is_own, slot.name)
    try:
        text = await asyncio.to_thread(templates.get, slot.name)
    except SettingsError:
        text = ""  # a file that is no text; the problem says so
    return {
        "slot": slot.name,
        "number": slot.number,
        "title": slot.title,
        "about": slot.about,
        "is_sent": slot.is_sent,
        "text": text,
        "shipped": shipped,
        "own": own,
        "problem": problem.to_dict() if problem else None,
    }


@router.get("/image-prompts", summary="The templates of prompts")
async def list_prompts(web: WebDep) -> list[dict[str, Any]]:
    """By their numbers. `text` is what is used, `own` tells that it is not what is `shipped`; `problem` is what is
    wrong with a file that came into the folder by itself."""
    return list(await asyncio.gather(*(_slot(web, slot) for slot in SLOTS)))


@router.post("/image-prompts/preview", summary="What a template would make now")
async def preview_prompt(web: WebDep, body: PromptToTry) -> dict[str, Any]:
    """With the values and macros of a chat; nothing is sent, and nothing changes."""
    await web.host.chats.get(body.chat_id)
    session = await web.host.session(body.chat_id, web.ui(body.chat_id))
    shown = await preview_template(session, body.text, slot=body.slot, subject=body.subject)
    return {"text": shown.text, "truncated": shown.truncated, "problems": [one.message for one in shown.diagnostics]}


@router.get("/image-prompts/{slot}", summary="One template")
async def get_prompt(web: WebDep, slot: str) -> dict[str, Any]:
    """As in the list of all."""
    return await _slot(web, slot_named(slot))


@router.put("/image-prompts/{slot}", summary="Use a template of your own")
async def save_prompt(web: WebDep, slot: str, body: PromptText) -> dict[str, Any]:
    """One that does not work is refused with the line of what is wrong."""
    await web.host.prompt_templates.save(slot, body.text)
    return await _slot(web, slot_named(slot))


@router.delete("/image-prompts/{slot}", summary="Use the template that comes with stcore again")
async def reset_prompt(web: WebDep, slot: str) -> dict[str, Any]:
    """Your own is gone."""
    await web.host.prompt_templates.reset(slot)
    return await _slot(web, slot_named(slot))
