"""Copies of chats: branches, checkpoints, files, transcripts; and the alternatives of a message."""

from __future__ import annotations

import io
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response, StreamingResponse

from stcore.chat.jsonl.reading import import_chat
from stcore.chat.jsonl.writing import export_chat
from stcore.chat.transcripts import ENDINGS, Form, transcript
from stcore.web.context import WebDep
from stcore.web.models_groups import Branch, Checkpoint, NewSwipe
from stcore.web.routes_pictures import disposition
from stcore.web.uploads import UPLOAD_BODY, UploadDep

router = APIRouter(prefix="/api", tags=["chats"])

JSONL = "application/x-ndjson"
READABLE: dict[Form, str] = {"html": "text/html", "markdown": "text/markdown", "text": "text/plain"}


@router.post("/chats/{chat_id}/branch", status_code=201, summary="Copy a chat up to a message")
async def branch(web: WebDep, chat_id: str, body: Branch) -> dict[str, Any]:
    """The new chat, whose `parent_id` is this one. It has the swipes, pictures, variables and settings too."""
    await web.host.chats.get(chat_id)
    return (await web.host.chats.branch(chat_id, body.position, body.title)).to_dict()


@router.get("/chats/{chat_id}/checkpoints", summary="The checkpoints of a chat")
async def list_checkpoints(web: WebDep, chat_id: str) -> dict[str, Any]:
    """Each with the `position` of the message that it is linked to."""
    await web.host.chats.get(chat_id)
    found = await web.host.chats.checkpoints(chat_id)
    return {"checkpoints": [{"position": place, "chat": chat.to_dict()} for place, chat in found.items()]}


@router.post("/messages/{message_id}/checkpoint", status_code=201, summary="Keep a copy of the chat up to a message")
async def checkpoint(web: WebDep, message_id: str, body: Checkpoint) -> dict[str, Any]:
    """The copy, which is linked to the message in place of an older one."""
    return (await web.host.chats.checkpoint(message_id, body.title)).to_dict()


@router.get(
    "/chats/{chat_id}/export",
    summary="The chat as a file",
    response_class=StreamingResponse,
    responses={200: {"content": {JSONL: {}}, "description": "One line of JSON for the chat, one for each message."}},
)
async def export(web: WebDep, chat_id: str) -> StreamingResponse:
    """In SillyTavern's format. Pictures are named by their addresses here."""
    chat = await web.host.chats.get(chat_id)
    headers = {"Content-Disposition": disposition(chat.title, "jsonl")}
    return StreamingResponse(export_chat(web.host, chat_id), media_type=JSONL, headers=headers)


@router.get(
    "/chats/{chat_id}/transcript",
    summary="The chat to read and to keep",
    response_class=Response,
    responses={200: {"content": {kind: {} for kind in READABLE.values()}, "description": "One file, as a download."}},
)
async def read_transcript(
    web: WebDep,
    chat_id: str,
    form: Form = "html",
    template: Annotated[str | None, Query(description="a file of `templates/` in the data folder, by name")] = None,
    pictures: Annotated[bool, Query(description="put them in, or only mention them")] = True,
    hidden: Annotated[bool, Query(description="with the messages that the model does not see")] = True,
) -> Response:
    """A page without scripts, Markdown or plain text; pictures are in it, smaller ones where there are many."""
    chat = await web.host.chats.get(chat_id)
    text = await transcript(web.host, chat_id, form, template=template, pictures=pictures, hidden=hidden)
    headers = {"Content-Disposition": disposition(chat.title, ENDINGS[form])}
    return Response(text.encode("utf-8", "replace"), media_type=f"{READABLE[form]}; charset=utf-8", headers=headers)


@router.post("/chats/import", status_code=201, summary="Import a chat", openapi_extra=UPLOAD_BODY)
async def import_file(
    web: WebDep,
    data: UploadDep,
    title: Annotated[str, Query(max_length=200, description="its title; the character's name when left out")] = "",
    character_id: Annotated[str | None, Query(description="whose chat it shall be, instead of the one named")] = None,
    group_id: Annotated[str | None, Query(description="as `character_id`, for a group")] = None,
) -> dict[str, Any]:
    """A file in SillyTavern's format (JSONL). `problems` names lines that could not be read and are kept as notes."""
    if character_id is not None:
        await web.host.characters.get(character_id)
    if group_id is not None:
        await web.host.groups.get(group_id)
    lines = io.BytesIO(data)
    return (await import_chat(web.host, lines, title=title, character_id=character_id, group_id=group_id)).to_dict()


@router.post("/messages/{message_id}/swipes", status_code=201, summary="Add another text to a message")
async def add_swipe(web: WebDep, message_id: str, body: NewSwipe) -> dict[str, Any]:
    """The message as it is then."""
    text = await web.host.library.canonical(body.text)
    return await web.present.message(await web.host.chats.add_swipe(message_id, text, show=body.show))


@router.delete("/messages/{message_id}/swipes/{number}", summary="Delete a text of a message")
async def delete_swipe(web: WebDep, message_id: str, number: int) -> dict[str, Any]:
    """The message as it is then. Of the text shown its neighbour is shown; the only text cannot be deleted."""
    return await web.present.message(await web.host.chats.remove_swipe(message_id, number))
