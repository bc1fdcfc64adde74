"""Characters: their cards, their pictures, their files."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from stcore.chat.beginning import begin_chat, chat_with
from stcore.chat.characters.card import read_card, write_v3
from stcore.chat.characters.exchange import TAG_IMPORT, export_character, import_character
from stcore.chat.characters.files import MEDIA_TYPES, Format
from stcore.chat.characters.records import Character
from stcore.chat.imagine.looks import looks_of
from stcore.web.context import Web, WebDep
from stcore.web.models_people import CharacterChange, NewCharacter, Rename, TagImport
from stcore.web.people import with_avatar, with_avatars
from stcore.web.routes_pictures import disposition
from stcore.web.uploads import UPLOAD_BODY, UploadDep

router = APIRouter(prefix="/api", tags=["characters"])


async def _shown(web: Web, character: Character) -> dict[str, Any]:
    shown = await with_avatar(web, character.to_dict())
    return {**shown, "looks": (await looks_of(web.host, character)).to_dict()}


@router.get("/characters", summary="Characters by name")
async def list_characters(
    web: WebDep,
    tag: Annotated[str, Query(description="only those that carry this tag")] = "",
    favourite: Annotated[bool, Query(description="only favourites")] = False,
) -> dict[str, Any]:
    """Each with `avatar`, the addresses of its picture, and without the fields of its card. `tags` are all in use."""
    found = await web.host.characters.list(tag=tag, favourite=favourite)
    shown = await with_avatars(web, [character.summary() for character in found])
    return {"characters": shown, "tags": list(await web.host.characters.tags())}


@router.post("/characters", status_code=201, summary="Create a character")
async def create_character(web: WebDep, body: NewCharacter) -> dict[str, Any]:
    """A name that is taken gets a number in its key (`Alice1.png`)."""
    return await _shown(web, await web.host.characters.create(body.name, body.fields, tags=body.tags))


@router.post("/characters/import", status_code=201, summary="Import a character card", openapi_extra=UPLOAD_BODY)
async def import_card(web: WebDep, data: UploadDep) -> dict[str, Any]:
    """A PNG with a card inside, JSON (V1, V2, V3) or CHARX. `left_out` names files in it that are not kept."""
    found = await import_character(web.host, data)
    return {"character": await _shown(web, found.character), "left_out": list(found.left_out)}


@router.put("/characters/tag-import", status_code=204, summary="What happens with the tags of imported cards")
async def set_tag_import(web: WebDep, body: TagImport) -> None:
    """`all` become tags here, `existing` only those that some character carries already, or `none`."""
    await web.host.preferences.set("host", TAG_IMPORT, body.mode)


@router.get("/characters/{character_id}", summary="One character")
async def get_character(web: WebDep, character_id: str) -> dict[str, Any]:
    """With `fields`, the fields of its card by flat names, and `looks`, how it looks in pictures; `book` tells whether
    the card brings world info."""
    return await _shown(web, await web.host.characters.get(character_id))


@router.patch("/characters/{character_id}", summary="Change a character")
async def change_character(web: WebDep, character_id: str, body: CharacterChange) -> dict[str, Any]:
    """Fields that are not sent stay as they are."""
    given = body.given()
    changed = await web.host.characters.update(character_id, body.fields, tags=given.get("tags"))
    return await _shown(web, changed)


@router.post("/characters/{character_id}/rename", summary="Rename a character")
async def rename_character(web: WebDep, character_id: str, body: Rename) -> dict[str, Any]:
    """Its key changes with the name."""
    return await _shown(web, await web.host.characters.rename(character_id, body.name, chats_too=body.chats))


@router.post("/characters/{character_id}/duplicate", status_code=201, summary="Copy a character")
async def duplicate_character(web: WebDep, character_id: str) -> dict[str, Any]:
    """With its pictures; the chats stay with the original."""
    return await _shown(web, await web.host.characters.duplicate(character_id))


@router.delete("/characters/{character_id}", status_code=204, summary="Delete a character")
async def delete_character(
    web: WebDep, character_id: str, chats: Annotated[bool, Query(description="its chats too")] = False
) -> None:
    """Its pictures go too, except those that hang in a chat. Its chats stay without it, unless `chats`."""
    for chat_id in await web.host.characters.chats(character_id) if chats else ():
        await web.runs.stop(chat_id)
    await web.host.characters.delete(character_id, chats_too=chats)


# -- the whole card --------------------------------------------------------------------------------------------------


@router.get("/characters/{character_id}/card", summary="The whole card, as V3 JSON")
async def get_card(web: WebDep, character_id: str) -> dict[str, Any]:
    """With everything that other programs keep in it."""
    return write_v3((await web.host.characters.get(character_id)).card)


@router.put("/characters/{character_id}/card", summary="Put another card in place of the whole one")
async def put_card(web: WebDep, character_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """V1, V2 or V3 JSON."""
    return await _shown(web, await web.host.characters.replace(character_id, read_card(body)))


@router.get(
    "/characters/{character_id}/export",
    summary="The character as a file",
    response_class=Response,
    responses={200: {"content": {media_type: {} for media_type in MEDIA_TYPES.values()}}},
)
async def export_card(web: WebDep, character_id: str, format: Format = "png") -> Response:
    """PNG with V2 and V3 inside, whose picture is the one it wears; JSON (V2); CHARX (V3)."""
    character = await web.host.characters.get(character_id)
    name, data = await export_character(web.host, character, format)
    headers = {"Content-Disposition": disposition(name.rpartition(".")[0], format)}
    return Response(data, headers=headers, media_type=MEDIA_TYPES[format])


@router.put("/characters/{character_id}/avatar", summary="Give it a picture", openapi_extra=UPLOAD_BODY)
async def put_avatar(web: WebDep, character_id: str, data: UploadDep) -> dict[str, Any]:
    """PNG, JPEG, WebP, GIF, AVIF or BMP. The pictures it wore before stay in the library."""
    return await _shown(web, await web.host.characters.set_avatar(character_id, data))


@router.delete("/characters/{character_id}/avatar", summary="Take its picture off")
async def delete_avatar(web: WebDep, character_id: str) -> dict[str, Any]:
    """The picture stays in the library."""
    return await _shown(web, await web.host.characters.set_avatar(character_id, None))


# -- its chats -------------------------------------------------------------------------------------------------------


@router.post("/characters/{character_id}/chat", summary="Open its chat")
async def open_chat(
    web: WebDep, character_id: str, new: Annotated[bool, Query(description="begin a new one")] = False
) -> dict[str, Any]:
    """The chat with it that was used last; without one a new chat begins with its greeting."""
    await web.host.characters.get(character_id)
    if new:
        return (await begin_chat(web.host, character_id)).to_dict()
    return (await web.host.chats.get(await chat_with(web.host, character_id))).to_dict()
