"""Groups: several characters in one chat."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from stcore.chat.beginning import begin_chat, chat_of_group
from stcore.chat.groups.records import Group
from stcore.web.context import Web, WebDep
from stcore.web.models_groups import GroupChange, NewGroup
from stcore.web.people import with_avatar, with_avatars

router = APIRouter(prefix="/api", tags=["groups"])


async def _shown(web: Web, group: Group) -> dict[str, Any]:
    """The group with its members as the page shows them."""
    seats = await web.host.groups.seats(group.id)
    members = [{**seat.character.summary(), "muted": seat.muted} for seat in seats]
    return {**await with_avatar(web, group.to_dict()), "members": await with_avatars(web, members)}


@router.get("/groups", summary="Groups by name")
async def list_groups(web: WebDep) -> dict[str, Any]:
    """Each with its members: characters with `muted`."""
    return {"groups": [await _shown(web, group) for group in await web.host.groups.list()]}


@router.post("/groups", status_code=201, summary="Create a group")
async def create_group(web: WebDep, body: NewGroup) -> dict[str, Any]:
    """`options`: `strategy` (natural, list, manual, pooled), `cards` (swap, join, join-muted), `allow_self`,
    `join_prefix`, `join_suffix`, `favourite`, `auto_seconds`."""
    made = await web.host.groups.create(body.name, body.members, tags=body.tags, options=body.options)
    return await _shown(web, made)


@router.get("/groups/{group_id}", summary="One group")
async def get_group(web: WebDep, group_id: str) -> dict[str, Any]:
    """With its members in their order, and its `options`."""
    return await _shown(web, await web.host.groups.get(group_id))


@router.patch("/groups/{group_id}", summary="Change a group")
async def change_group(web: WebDep, group_id: str, body: GroupChange) -> dict[str, Any]:
    """What is not sent stays as it is; `members` replaces all of them."""
    given = body.given()
    if "avatar_id" in given:
        avatar_id = given.pop("avatar_id")
        if avatar_id is not None:
            await web.host.library.asset(avatar_id)
        await web.host.groups.set_avatar(group_id, avatar_id)
    return await _shown(web, await web.host.groups.update(group_id, **given))


@router.delete("/groups/{group_id}", status_code=204, summary="Delete a group")
async def delete_group(
    web: WebDep, group_id: str, chats: Annotated[bool, Query(description="its chats too")] = False
) -> None:
    """Its members stay. Its chats stay without it, unless `chats`."""
    await web.host.groups.get(group_id)
    for chat_id in await web.host.groups.chats(group_id) if chats else ():
        await web.runs.stop(chat_id)
    await web.host.groups.delete(group_id, chats_too=chats)


@router.post("/groups/{group_id}/chat", summary="Open its chat")
async def open_group_chat(
    web: WebDep, group_id: str, new: Annotated[bool, Query(description="begin a new one")] = False
) -> dict[str, Any]:
    """The chat that was used last; without one a new chat begins with the greetings of the members."""
    await web.host.groups.get(group_id)
    if new:
        return (await begin_chat(web.host, group_id=group_id)).to_dict()
    return (await web.host.chats.get(await chat_of_group(web.host, group_id))).to_dict()
