"""Pictures: those of a chat and all there are, their signed addresses, their bytes."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Header, Query
from pydantic import Field
from starlette.responses import Response

from stcore.errors import Forbidden
from stcore.images import paging
from stcore.images.asset_rows import read_pictures
from stcore.images.library import ImageSize
from stcore.images.sniff import EXTENSIONS
from stcore.images.uploads import cleaned
from stcore.storage.ids import is_id
from stcore.web.context import Web, WebDep
from stcore.web.models import Body, ToSign
from stcore.web.uploads import UPLOAD_BODY, UploadDep

router = APIRouter(tags=["pictures"])

NAME_WORDS = 8
NAME_LENGTH = 80


FilterQuery = Annotated[paging.Filter, Query(description="`sent`: brought along by people, `received`: made")]
SortQuery = Annotated[paging.Sort, Query(description="what decides about the order")]
OrderQuery = Annotated[paging.Order, Query(description="`desc`: newest first, or Z to A")]
CursorQuery = Annotated[str | None, Query(description="`cursor` of the page before, in the same order")]
LimitQuery = Annotated[int, Query(ge=1, le=paging.LONGEST_PAGE)]


class Chosen(Body):
    """The ids of pictures."""

    ids: list[str] = Field(min_length=1, max_length=1000)


@router.get("/api/chats/{chat_id}/pictures", summary="The gallery of a chat")
async def of_chat(
    web: WebDep,
    chat_id: str,
    filter: FilterQuery = "all",
    sort: SortQuery = "date",
    order: OrderQuery = "desc",
    cursor: CursorQuery = None,
    limit: LimitQuery = paging.PAGE,
) -> dict[str, Any]:
    """`cursor` is null on the last page. `counts` are those of the whole chat, whatever the filter; only the first page
    has them."""
    await web.host.chats.get(chat_id)
    page = await web.host.library.page(chat_id, filter, cursor, limit, sort=sort, order=order)
    return shown_page(web, page, None if cursor else await web.host.library.counts(chat_id))


@router.get("/api/pictures", summary="All pictures there are")
async def of_all(
    web: WebDep,
    filter: FilterQuery = "all",
    sort: SortQuery = "date",
    order: OrderQuery = "desc",
    cursor: CursorQuery = None,
    limit: LimitQuery = paging.PAGE,
) -> dict[str, Any]:
    """Of every chat and gallery, and portraits too; `counts` come with the first page."""
    page = await web.host.library.page(None, filter, cursor, limit, sort=sort, order=order)
    return shown_page(web, page, None if cursor else await web.host.library.counts())


@router.post("/api/pictures", status_code=201, summary="Keep a picture", openapi_extra=UPLOAD_BODY)
async def keep_picture(
    web: WebDep,
    data: UploadDep,
    name: Annotated[str, Query(max_length=300, description="the name of its file")] = "",
) -> dict[str, Any]:
    """For what names pictures by their ids, as placeholders of workflows do; it hangs in no gallery of anybody. JPEG,
    PNG, WebP or GIF, written anew without what a camera noted in it."""
    clean = await asyncio.to_thread(cleaned, data, name)
    asset = await web.host.library.store(clean, kind="upload", origin="uploaded", label=name, embed=False)
    return web.present.picture(await web.host.library.get(asset.id))


def shown_page(web: Web, page: paging.Page, counts: dict[str, int] | None) -> dict[str, Any]:
    """A page of pictures with their addresses. Counting takes longer than the page itself, so it is done once."""
    pictures = [web.present.picture(picture) for picture in page.pictures]
    return {"pictures": pictures, "cursor": page.next, "counts": counts}


@router.get("/api/pictures/{asset_id}", summary="One picture and how it was made")
async def get_picture(web: WebDep, asset_id: str) -> dict[str, Any]:
    """With fresh addresses, and `uses`: every place that shows it."""
    picture = await web.host.library.get(asset_id)
    return {**web.present.picture(picture), "uses": await web.host.library.uses(asset_id)}


@router.delete("/api/pictures/{asset_id}", status_code=204, summary="Delete a picture")
async def delete_picture(web: WebDep, asset_id: str) -> None:
    """It vanishes from every message that shows it; its file goes when no other picture has the same content."""
    await web.host.library.delete(asset_id)


@router.delete("/api/messages/{message_id}/pictures", summary="Take pictures off a message")
async def take_off(
    web: WebDep,
    message_id: str,
    picture: Annotated[str | None, Query(description="only this one; all of the text that is shown without it")] = None,
    files: Annotated[bool, Query(description="delete them everywhere, not only from the message")] = True,
) -> dict[str, int]:
    """Where the one that was looked at goes, the one before it is shown. Answers with how many were `taken`."""
    wanted = None if picture is None else [picture]
    taken = await web.host.chats.take_pictures(message_id, wanted)
    if files:
        await web.host.library.delete_many(taken)
    return {"taken": len(taken)}


@router.post("/api/pictures/uses", summary="Where pictures are used")
async def uses_of_many(web: WebDep, body: Chosen) -> dict[str, Any]:
    """By id, as `uses` of a single one: to be told before they are deleted."""
    return await web.host.library.uses_of_many([asset_id for asset_id in body.ids if is_id(asset_id)])


@router.post("/api/pictures/delete", summary="Delete several pictures")
async def delete_many(web: WebDep, body: Chosen) -> dict[str, int]:
    """All or none; those that are gone already do not count. Answers with how many were `deleted`."""
    return {"deleted": await web.host.library.delete_many(body.ids)}


@router.post("/api/pictures/sign", summary="Fresh addresses of up to 20 pictures")
async def sign(web: WebDep, body: ToSign) -> dict[str, dict[str, Any]]:
    """By id; pictures that no longer exist are left out. An address works for an hour."""
    ids = [asset_id for asset_id in body.ids if is_id(asset_id)]
    found = await web.host.database.read(lambda connection: read_pictures(connection, ids))
    return {picture["id"]: web.signer.addresses(picture["id"], picture["media_type"]) for picture in found}


@router.get(
    "/pictures/{name}",
    summary="The bytes of a picture",
    response_class=Response,
    responses={200: {"content": {"image/*": {}}}, 304: {"description": "The browser has it already."}},
)
async def read_picture(
    web: WebDep,
    name: str,
    size: ImageSize = "full",
    e: Annotated[str, Query(description="when the address expires")] = "",
    s: Annotated[str, Query(description="the signature")] = "",
    download: bool = False,
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """Only at an address that stcore handed out less than an hour ago. `full` are the stored bytes, unchanged."""
    asset_id, _, _ending = name.partition(".")
    if not is_id(asset_id) or not e or not s:
        raise Forbidden("Pictures are read at signed addresses.", hint="POST /api/pictures/sign gives one.")
    web.signer.check(f"/pictures/{name}", size, e, s)
    asset = await web.host.library.asset(asset_id)
    etag = f'"{asset.sha256}-{size}"'
    headers = {"ETag": etag, "Cache-Control": "private, max-age=3600, immutable"}
    if etag in [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]:
        return Response(status_code=304, headers=headers)
    data, media_type = await web.host.library.read(asset_id, size)
    # What a browser might run (an SVG drawing, an unknown type) is never shown, only handed out as a file.
    shown = media_type in EXTENSIONS
    if download or not shown:
        picture = await web.host.library.get(asset_id)
        headers["Content-Disposition"] = disposition(sensible_name(picture), EXTENSIONS.get(media_type, "bin"))
    return Response(data, headers=headers, media_type=media_type if shown else "application/octet-stream")


def sensible_name(picture: dict[str, Any]) -> str:
    """A name for the file: the first words of the prompt and the seed, without an ending."""
    made = picture.get("generation") or {}
    words = re.findall(r"[^\W_]+", made.get("prompt") or picture.get("title") or "")[:NAME_WORDS]
    name = "-".join(words)[:NAME_LENGTH].strip("-") or "picture"
    return f"{name}-{made['seed']}" if made.get("seed") else name


def disposition(name: str, ending: str) -> str:
    """A Content-Disposition for a download (RFC 6266): in ASCII for old readers, in full for all others."""
    plain = "-".join(re.findall(r"[A-Za-z0-9]+", name)) or "picture"
    header = f'attachment; filename="{plain}.{ending}"'
    return header if plain == name else f"{header}; filename*=UTF-8''{quote(name, safe='')}.{ending}"
