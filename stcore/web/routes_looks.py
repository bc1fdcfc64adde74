"""How characters and personas look in pictures (image-generation.md 7.4)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from stcore.chat.characters.records import Character
from stcore.chat.imagine.looks import add_reference, looks_of, set_looks
from stcore.chat.personas import Persona
from stcore.images.references import BoundRole
from stcore.web.context import Web, WebDep
from stcore.web.models_people import LooksChange
from stcore.web.uploads import UPLOAD_BODY, UploadDep

router = APIRouter(prefix="/api", tags=["looks"])

RoleQuery = Annotated[BoundRole, Query(description="what it is for")]
NameQuery = Annotated[str, Query(max_length=200, description="what it is called")]


async def _changed(web: Web, who: Character | Persona, body: LooksChange) -> dict[str, Any]:
    return (await set_looks(web.host, who, **body.model_dump())).to_dict()


@router.get("/characters/{character_id}/looks", summary="How a character looks in pictures")
async def get_looks(web: WebDep, character_id: str) -> dict[str, Any]:
    """`prefix` and `negative` are joined to prompts; `shared` ones stand in the card and travel with it. `references`
    are pictures given to sources that take them, as `avatar:init:0.4`: a picture (`avatar`, `persona` or its id), its
    role (`subject`, `style`, `init` or `background`) and maybe a strength (0 keeps the picture, 1 ignores it)."""
    return (await looks_of(web.host, await web.host.characters.get(character_id))).to_dict()


@router.put("/characters/{character_id}/looks", summary="Change how a character looks in pictures")
async def put_looks(web: WebDep, character_id: str, body: LooksChange) -> dict[str, Any]:
    """What is not sent stays as it is. `shared` moves the words into the card, or out of it; otherwise the card is not
    written."""
    return await _changed(web, await web.host.characters.get(character_id), body)


@router.post(
    "/characters/{character_id}/looks/references",
    status_code=201,
    summary="Upload a reference picture of a character",
    openapi_extra=UPLOAD_BODY,
)
async def add_picture(
    web: WebDep, character_id: str, data: UploadDep, role: RoleQuery = "subject", name: NameQuery = ""
) -> dict[str, Any]:
    """JPEG, PNG, WebP or GIF; what a camera noted in it is not kept. Answers with the looks, the picture last."""
    character = await web.host.characters.get(character_id)
    return (await add_reference(web.host, character, data, role=role, name=name)).to_dict()


@router.get("/personas/{persona_id}/looks", summary="How a persona looks in pictures")
async def get_persona_looks(web: WebDep, persona_id: str) -> dict[str, Any]:
    """As of a character; it has no card, so nothing is `shared`."""
    return (await looks_of(web.host, await web.host.personas.get(persona_id))).to_dict()


@router.put("/personas/{persona_id}/looks", summary="Change how a persona looks in pictures")
async def put_persona_looks(web: WebDep, persona_id: str, body: LooksChange) -> dict[str, Any]:
    """What is not sent stays as it is."""
    return await _changed(web, await web.host.personas.get(persona_id), body)


@router.post(
    "/personas/{persona_id}/looks/references",
    status_code=201,
    summary="Upload a reference picture of a persona",
    openapi_extra=UPLOAD_BODY,
)
async def add_persona_picture(
    web: WebDep, persona_id: str, data: UploadDep, role: RoleQuery = "subject", name: NameQuery = ""
) -> dict[str, Any]:
    """As of a character."""
    persona = await web.host.personas.get(persona_id)
    return (await add_reference(web.host, persona, data, role=role, name=name)).to_dict()
