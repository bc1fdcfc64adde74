"""Chats, their messages, and what people do in them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from stcore import upkeep
from stcore.chat.beginning import begin_chat
from stcore.chat.regexes.rewriting import rewrite_edited
from stcore.errors import UserError
from stcore.web.context import WebDep
from stcore.web.devices import is_mobile
from stcore.web.models import Accepted, ChatChange, Line, MessageChange, NewChat, Stopped

router = APIRouter(prefix="/api", tags=["chats"])

Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("/chats", summary="Chats, the most recently used first")
async def list_chats(
    web: WebDep,
    before: Annotated[str | None, Query(description="id of the last chat of the page before")] = None,
    limit: Limit = 50,
    character_id: Annotated[str | None, Query(description="only those with this character")] = None,
    group_id: Annotated[str | None, Query(description="only those of this group")] = None,
) -> dict[str, Any]:
    """`more` tells whether a further page exists."""
    found = await web.host.chats.list(before, limit + 1, character_id=character_id, group_id=group_id)
    return {"chats": [chat.to_dict() for chat in found[:limit]], "more": len(found) > limit}


@router.post("/chats", status_code=201, summary="Begin a chat")
async def create_chat(web: WebDep, body: NewChat) -> dict[str, Any]:
    """Without a title it is called after its character or group, else "New chat"."""
    chat = await begin_chat(web.host, body.character_id, group_id=body.group_id, title=body.title)
    return chat.to_dict()


@router.get("/chats/{chat_id}", summary="One chat")
async def get_chat(web: WebDep, chat_id: str) -> dict[str, Any]:
    """The chat without its messages."""
    return (await web.host.chats.get(chat_id)).to_dict()


@router.patch("/chats/{chat_id}", summary="Rename a chat")
async def rename_chat(web: WebDep, chat_id: str, body: ChatChange) -> dict[str, Any]:
    """Gives the chat another title."""
    await web.host.chats.get(chat_id)
    return (await web.host.chats.rename(chat_id, body.title)).to_dict()


@router.delete("/chats/{chat_id}", status_code=204, summary="Delete a chat")
async def delete_chat(web: WebDep, chat_id: str) -> None:
    """Its messages and pictures go with it, except pictures that a character or persona still uses."""
    await web.host.chats.get(chat_id)
    await web.runs.stop(chat_id)
    await upkeep.delete_chat(web.host, chat_id)


@router.get("/chats/{chat_id}/messages", summary="Messages of a chat, oldest first")
async def list_messages(
    web: WebDep,
    chat_id: str,
    before: Annotated[int | None, Query(ge=0, description="only messages before this position")] = None,
    limit: Limit = 60,
) -> dict[str, Any]:
    """The newest ones before `before`; `more` tells whether older ones exist. Each has `html` and signed pictures."""
    await web.host.chats.get(chat_id)
    found = await web.host.chats.messages(chat_id, before, limit + 1)
    return {"messages": await web.present.messages(found[-limit:]), "more": len(found) > limit}


@router.patch("/messages/{message_id}", summary="Change a message")
async def change_message(web: WebDep, message_id: str, body: MessageChange) -> dict[str, Any]:
    """Its text, whether the text model sees it, or which of its alternatives is shown."""
    changes = body.given()
    if "text" in changes:
        text = await web.host.library.canonical(changes["text"])
        changes["text"] = await rewrite_edited(web.host, await web.host.chats.message(message_id), text)
    return await web.present.message(await web.host.chats.edit(message_id, **changes))


@router.delete("/messages/{message_id}", status_code=204, summary="Delete a message")
async def delete_message(web: WebDep, message_id: str) -> None:
    """The messages behind it move up by one position."""
    await web.host.chats.remove(message_id)


@router.post("/messages/{message_id}/regenerate", status_code=202, summary="Write a reply once more")
async def regenerate(web: WebDep, message_id: str) -> Accepted:
    """The new reply becomes another swipe of the message."""
    message = await web.host.chats.message(message_id)
    if message.role != "assistant" or message.extra.get("picture"):
        raise UserError("Only a reply of the text model can be written once more.")
    await web.runs.regenerate(message.chat_id, message_id)
    return Accepted()


@router.post("/chats/{chat_id}/input", status_code=202, summary="Say something, or run a script")
async def say(web: WebDep, chat_id: str, body: Line, request: Request) -> Accepted:
    """Answers at once. Messages, pictures, notices, questions and errors come as events."""
    await web.runs.say(chat_id, body.text, mobile=is_mobile(request))
    return Accepted()


@router.post("/chats/{chat_id}/stop", summary="Stop the reply and the scripts of a chat")
async def stop(web: WebDep, chat_id: str) -> Stopped:
    """Pictures that are being made go on; they have a stop of their own."""
    await web.host.chats.get(chat_id)
    return Stopped(stopped=await web.runs.stop(chat_id))


@router.post("/chats/{chat_id}/pause", status_code=204, summary="Hold the scripts of a chat")
async def pause(web: WebDep, chat_id: str) -> None:
    """They stop before their next command."""
    await web.host.chats.get(chat_id)
    for session in web.runs.of(chat_id):
        session.pause()


@router.post("/chats/{chat_id}/resume", status_code=204, summary="Let the scripts of a chat go on")
async def resume(web: WebDep, chat_id: str) -> None:
    """The opposite of pause."""
    await web.host.chats.get(chat_id)
    for session in web.runs.of(chat_id):
        session.resume()
