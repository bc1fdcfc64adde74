"""Galleries: the pictures of a character or group across its chats, and those that several characters share."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from stcore.web.context import WebDep
from stcore.web.models import Body
from stcore.web.routes_pictures import CursorQuery, FilterQuery, LimitQuery, OrderQuery, SortQuery, shown_page
from stcore.web.uploads import UPLOAD_BODY, UploadDep

router = APIRouter(prefix="/api/galleries", tags=["galleries"])


class Shown(Body):
    """``gallery`` is the id of a gallery or its name; a new name makes one that can be shared, `null` is its own."""

    gallery: str | None = Field(max_length=200)


@router.get("", summary="The galleries there are")
async def list_galleries(web: WebDep) -> dict[str, Any]:
    """`kind` is `character`, `group` or `shared`; the id of the first two is that of whom it belongs to."""
    return {"galleries": [gallery.to_dict() for gallery in await web.host.galleries.list()]}


@router.get("/{subject_id}", summary="The gallery of a character or group")
async def get_gallery(
    web: WebDep,
    subject_id: str,
    filter: FilterQuery = "all",
    sort: SortQuery = "date",
    order: OrderQuery = "desc",
    cursor: CursorQuery = None,
    limit: LimitQuery = 60,
) -> dict[str, Any]:
    """What was made in its chats, sent there, or put here. `gallery.shown` is the gallery that is shown for it: its own
    or the one that it shares. `counts` are those of the whole gallery, and come with its first page."""
    place = await web.host.galleries.get(subject_id)
    shown = place.shown.id
    page = await web.host.library.page(None, filter, cursor, limit, gallery_of=shown, sort=sort, order=order)
    counts = None if cursor else await web.host.library.counts(gallery_of=shown)
    return {"gallery": place.to_dict(), **shown_page(web, page, counts)}


@router.post("/{subject_id}", status_code=201, summary="Put a picture into a gallery", openapi_extra=UPLOAD_BODY)
async def add_picture(
    web: WebDep,
    subject_id: str,
    data: UploadDep,
    name: Annotated[str, Query(max_length=300, description="the name of its file, which becomes its title")] = "",
) -> dict[str, Any]:
    """JPEG, PNG, WebP or GIF, at most 10 MiB and 67,108,864 pixels. It is written anew, without what it tells of where
    and how it was taken."""
    return web.present.picture(await web.host.galleries.add(subject_id, data, name))


@router.put("/{subject_id}/shown", summary="Let a character show another gallery")
async def show_other(web: WebDep, subject_id: str, body: Shown) -> dict[str, Any]:
    """What is made with it hangs there from now on; pictures that hang already stay where they are."""
    return (await web.host.galleries.look_into(subject_id, body.gallery)).to_dict()
