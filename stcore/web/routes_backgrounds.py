"""What stands behind chats. Every change is followed by the event `background.changed`."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Response
from pydantic import Field

from stcore.chat.backgrounds import NONE, Background
from stcore.images.asset_rows import read_pictures
from stcore.web.context import Web, WebDep
from stcore.web.models import Body
from stcore.web.uploads import UPLOAD_BODY, UploadDep

router = APIRouter(tags=["backgrounds"])

ChatId = Annotated[str | None, Query(description="the chat that is shown")]


class BackgroundChoice(Body):
    """``name`` is one of the list, or `None`. With ``own`` the chat gets it for itself, whatever is shown elsewhere."""

    name: str = Field(min_length=1, max_length=300)
    chat_id: str | None = None
    own: bool = False


async def _shown(web: Web, background: Background | None) -> dict[str, Any] | None:
    """A background with the `url` of its bytes; drawn ones have none."""
    if background is None:
        return None
    url = None
    if background.kind == "file":
        url = f"/api/backgrounds/files/{quote(background.name, safe='')}"
    elif background.kind == "picture":
        found = await web.host.database.read(lambda connection: read_pictures(connection, [background.name]))
        if not found:
            return None  # the picture was deleted
        url = web.present.picture(found[0])["url"]
    return {**background.to_dict(), "url": url}


async def _current(web: Web, chat_id: str | None) -> dict[str, Any]:
    background, own = await web.host.backgrounds.current(chat_id)
    return {"background": await _shown(web, background), "own": own}


@router.get("/api/backgrounds", summary="The backgrounds there are")
async def list_backgrounds(web: WebDep) -> dict[str, Any]:
    """`drawn` ones are drawn by the page itself, a `file` has the `url` of its bytes."""
    return {"backgrounds": [await _shown(web, one) for one in await web.host.backgrounds.list()]}


@router.get("/api/backgrounds/current", summary="What is shown behind a chat")
async def get_current(web: WebDep, chat_id: ChatId = None) -> dict[str, Any]:
    """`background` is null when there is none; `own` tells that the chat has it for itself."""
    return await _current(web, chat_id)


@router.put("/api/backgrounds/current", summary="Choose a background")
async def choose(web: WebDep, body: BackgroundChoice) -> dict[str, Any]:
    """Behind all chats; where the chat has one of its own, that changes."""
    background = None if body.name == NONE else await web.host.backgrounds.find(body.name)
    if body.own and body.chat_id is not None:
        await web.host.backgrounds.lock(body.chat_id, background)
    else:
        await web.host.backgrounds.choose(background, body.chat_id)
    return await _current(web, body.chat_id)


@router.delete("/api/backgrounds/current", summary="Take its own background from a chat")
async def unlock(web: WebDep, chat_id: str) -> dict[str, Any]:
    """What is shown everywhere is shown there again."""
    await web.host.backgrounds.unlock(chat_id)
    return await _current(web, chat_id)


@router.post("/api/backgrounds/files", status_code=201, summary="Add a picture", openapi_extra=UPLOAD_BODY)
async def add_file(
    web: WebDep, data: UploadDep, name: Annotated[str, Query(max_length=200)] = "background"
) -> dict[str, Any] | None:
    """It is kept as a file in the folder `backgrounds`; a name that is taken gets a number."""
    return await _shown(web, await web.host.backgrounds.add(name, data))


@router.get("/api/backgrounds/files/{name}", summary="The bytes of a file", response_class=Response)
async def read_file(web: WebDep, name: str) -> Response:
    """Only pictures, and only of that folder."""
    data, media_type = await web.host.backgrounds.file(name)
    return Response(data, headers={"Cache-Control": "private, max-age=3600"}, media_type=media_type)


@router.delete("/api/backgrounds/files/{name}", status_code=204, summary="Delete a file")
async def delete_file(web: WebDep, name: str) -> None:
    """Where it is chosen nothing is shown then."""
    await web.host.backgrounds.delete(name)
