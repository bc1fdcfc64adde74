"""Personas, and who is who in a chat."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from stcore.chat import persona_files
from stcore.chat.cast import read_cast, take_name, take_persona
from stcore.chat.personas import Persona
from stcore.errors import UserError
from stcore.web.context import Web, WebDep
from stcore.web.models_people import Connection, DefaultPersona, NewPersona, PersonaChange, TakenPersona
from stcore.web.people import with_avatar, with_avatars
from stcore.web.routes_pictures import disposition
from stcore.web.uploads import UPLOAD_BODY, UploadDep

router = APIRouter(prefix="/api", tags=["personas"])


async def _shown(web: Web, persona: Persona) -> dict[str, Any]:
    return await with_avatar(web, persona.to_dict())


@router.get("/personas", summary="Personas by name")
async def list_personas(web: WebDep) -> dict[str, Any]:
    """Each with `avatar`, the addresses of its picture; `connections` are ids of characters and groups."""
    return {"personas": await with_avatars(web, [persona.to_dict() for persona in await web.host.personas.list()])}


@router.post("/personas", status_code=201, summary="Create a persona")
async def create_persona(web: WebDep, body: NewPersona) -> dict[str, Any]:
    """`position` 0 in the prompt, 2 above and 3 below the note, 4 at depth, 9 none; `role` 0 system, 1 user, 2
    assistant."""
    return await _shown(web, await web.host.personas.create(body.name, body.fields))


@router.put("/personas/default", status_code=204, summary="The persona that chats begin with")
async def set_default(web: WebDep, body: DefaultPersona) -> None:
    """`null` for none."""
    if body.persona_id is not None:
        await web.host.personas.get(body.persona_id)
    await web.host.personas.set_default(body.persona_id)


@router.get("/personas/export", summary="All personas as a file", response_class=Response)
async def export_personas(web: WebDep) -> Response:
    """The backup that other programs of this kind read; it holds no pictures."""
    data = await persona_files.export_personas(web.host)
    headers = {"Content-Disposition": disposition("personas", "json")}
    return Response(json.dumps(data, ensure_ascii=False, indent=2), headers=headers, media_type="application/json")


@router.post("/personas/import", status_code=201, summary="Import personas", openapi_extra=UPLOAD_BODY)
async def import_personas(web: WebDep, data: UploadDep) -> dict[str, Any]:
    """Of such a backup; personas that are here already, by their key, stay as they are."""
    made = await persona_files.import_personas(web.host, data)
    return {"personas": await with_avatars(web, [persona.to_dict() for persona in made])}


@router.get("/personas/{persona_id}", summary="One persona")
async def get_persona(web: WebDep, persona_id: str) -> dict[str, Any]:
    """As in the list."""
    return await _shown(web, await web.host.personas.get(persona_id))


@router.patch("/personas/{persona_id}", summary="Change a persona")
async def change_persona(web: WebDep, persona_id: str, body: PersonaChange) -> dict[str, Any]:
    """Fields that are not sent stay as they are."""
    return await _shown(web, await web.host.personas.update(persona_id, body.fields))


@router.post("/personas/{persona_id}/duplicate", status_code=201, summary="Copy a persona")
async def duplicate_persona(web: WebDep, persona_id: str) -> dict[str, Any]:
    """The copy is bound to nothing."""
    return await _shown(web, await web.host.personas.duplicate(persona_id))


@router.delete("/personas/{persona_id}", status_code=204, summary="Delete a persona")
async def delete_persona(web: WebDep, persona_id: str) -> None:
    """What was said under its name stays."""
    await web.host.personas.delete(persona_id)


@router.put("/personas/{persona_id}/avatar", summary="Give it a picture", openapi_extra=UPLOAD_BODY)
async def put_avatar(web: WebDep, persona_id: str, data: UploadDep) -> dict[str, Any]:
    """PNG, JPEG, WebP, GIF, AVIF or BMP."""
    return await _shown(web, await web.host.personas.set_avatar(persona_id, data))


@router.delete("/personas/{persona_id}/avatar", summary="Take its picture off")
async def delete_avatar(web: WebDep, persona_id: str) -> dict[str, Any]:
    """The picture stays in the library."""
    return await _shown(web, await web.host.personas.set_avatar(persona_id, None))


@router.put("/personas/{persona_id}/connections", summary="Bind it to a character or group, or free it")
async def connect(web: WebDep, persona_id: str, body: Connection) -> dict[str, Any]:
    """In chats with that character or group it speaks then; another persona loses its binding to it."""
    return await _shown(web, await web.host.personas.connect(persona_id, body.subject_id, on=body.on))


# -- in a chat -------------------------------------------------------------------------------------------------------


@router.get("/chats/{chat_id}/cast", summary="Who talks to whom")
async def get_cast(web: WebDep, chat_id: str) -> dict[str, Any]:
    """`user` is the name that the person goes by here, `persona` who that is, `locked` whether the chat is bound to
    it; `character` is null in a group and where nobody is there."""
    await web.host.chats.get(chat_id)
    cast = await web.host.database.read(lambda connection: read_cast(connection, chat_id))
    return {
        "user": cast.name or web.host.names()[0],
        "persona": await _shown(web, cast.persona) if cast.persona else None,
        "locked": cast.persona is not None and cast.locked == cast.persona.id,
        "character": await with_avatar(web, cast.character.summary()) if cast.character else None,
        "group_id": cast.group_id,
    }


@router.put("/chats/{chat_id}/persona", summary="Be somebody in a chat")
async def put_persona(web: WebDep, chat_id: str, body: TakenPersona) -> dict[str, Any]:
    """A persona, or only a name. With `locked` the chat is bound to the persona, or freed."""
    await web.host.chats.get(chat_id)
    if body.persona_id is not None:
        persona = await web.host.personas.get(body.persona_id)
        await take_persona(web.host, chat_id, persona.id)
    elif body.name.strip():
        await take_name(web.host, chat_id, body.name.strip())
    elif body.locked is None:
        raise UserError("Say who you want to be: a persona or a name.")
    if body.locked is not None:
        cast = await web.host.database.read(lambda connection: read_cast(connection, chat_id))
        if body.locked and cast.persona is None:
            raise UserError("A chat can be bound to a persona, not to a name.")
        await web.host.personas.lock_chat(chat_id, cast.persona.id if body.locked and cast.persona else None)
    return await get_cast(web, chat_id)
