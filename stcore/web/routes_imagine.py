"""Asking for pictures: new ones, further ones, changed ones; how they came to be; and their settings."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query

from stcore.chat.imagine.desk import PictureDesk
from stcore.errors import NotFound
from stcore.images.explain import explain
from stcore.images.menu import offered_modes
from stcore.images.settings import ImageSettings
from stcore.images.shapes import known_sizes
from stcore.images.wish import Wish
from stcore.web.context import Web, WebDep
from stcore.web.models import Accepted
from stcore.web.models_imagine import Further, PictureSettingsChange, Redo, ToImagine

router = APIRouter(prefix="/api", tags=["pictures"])


@router.post("/chats/{chat_id}/imagine", status_code=202, summary="Ask for a picture")
async def imagine(web: WebDep, chat_id: str, body: ToImagine) -> Accepted:
    """Answers at once; the prompt may have to be written or looked at first. The job, questions and errors come as
    events."""
    desk = await _desk(web, chat_id)
    size = {"width", "height"} <= body.settings.keys()
    wish = Wish(
        body.argument,
        "button",
        body.settings,
        body.negative,
        "quiet" if body.quiet else "chat",
        keep_size=size and not body.quiet,
        references=tuple(body.references),
    )
    desk.behind(desk.begin(wish))
    return Accepted()


@router.post("/messages/{message_id}/paint", status_code=202, summary="Draw a message")
async def paint(web: WebDep, message_id: str) -> Accepted:
    """Its text as it stands, or, where it shows a picture already, another one beside that."""
    message = await web.host.chats.message(message_id)
    desk = await _desk(web, message.chat_id)
    desk.behind(desk.paint(message_id))
    return Accepted()


@router.post("/pictures/{asset_id}/further", status_code=202, summary="Another picture beside this one")
async def further(web: WebDep, asset_id: str, body: Further) -> Accepted:
    """The same prompt with another seed, or with `anew` one that is written again; settings count as they are now."""
    desk = await _desk(web, await _chat_of(web, asset_id))
    desk.behind(desk.further(asset_id, anew=body.anew))
    return Accepted()


@router.post("/pictures/{asset_id}/redo", summary="This picture with something changed")
async def redo(web: WebDep, asset_id: str, body: Redo) -> dict[str, Any]:
    """`left_out` says what cannot be carried over; `job` is the new picture's, null when it was only looked at."""
    desk = await _desk(web, await _chat_of(web, asset_id))
    return (await desk.redo(asset_id, body.changes, only_look=body.only_look)).to_dict()


@router.get("/pictures/{asset_id}/explain", summary="How a picture came to be")
async def explain_picture(web: WebDep, asset_id: str) -> dict[str, Any]:
    """Where each piece of its prompt came from, what was changed for the source, with what settings it was made."""
    return explain(await web.host.library.get(asset_id))


async def _desk(web: Web, chat_id: str) -> PictureDesk:
    return (await web.host.session(chat_id, web.ui(chat_id))).pictures


async def _chat_of(web: Web, asset_id: str) -> str:
    chat_id: str | None = (await web.host.library.get(asset_id))["chat_id"]
    if chat_id is None:
        raise NotFound("This picture belongs to no chat.", hint="Ask for a new one in a chat.")
    return chat_id


# -- settings --------------------------------------------------------------------------------------------------------


@router.get("/pictures-settings", summary="The settings of pictures", tags=["settings"])
async def get_settings(
    web: WebDep, chat: Annotated[str | None, Query(description="the chat in which they are to count")] = None
) -> dict[str, Any]:
    """By scope: everything of the host, and what the character (or group) and the chat say otherwise; `effective` is
    what counts, `origins` whose value that is."""
    return (await web.host.picture_settings.of(chat)).to_dict()


@router.patch("/pictures-settings", summary="Change settings of pictures", tags=["settings"])
async def change_settings(web: WebDep, body: PictureSettingsChange) -> dict[str, Any]:
    """In one scope; nothing changes when one value is wrong."""
    return (await web.host.picture_settings.change(body.scope, body.values, body.chat)).to_dict()


@router.get("/pictures-settings/schema", summary="What the settings of pictures may be", tags=["settings"])
async def get_schema(web: WebDep) -> dict[str, Any]:
    """A JSON schema; `group` of a property is the part of a form, `options_from` a list of the source. Beside it the
    `sizes` that are commonly used and the `modes` that menus offer."""
    return {
        "schema": ImageSettings.model_json_schema(),
        "sizes": known_sizes(),
        "modes": await asyncio.to_thread(offered_modes, web.host.modes),
    }
