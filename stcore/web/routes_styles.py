"""Styles: words around every picture's prompt, under names (image-generation.md section 11).

Every change is followed by the event `styles.changed`; choosing one by `settings.changed`, too.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from stcore.images.style_files import Format, read_styles, write_styles
from stcore.images.styles import Clash
from stcore.web.context import WebDep
from stcore.web.models_styles import StyleChange, StyleChoice, StyleName, StyleToSave
from stcore.web.routes_pictures import disposition
from stcore.web.uploads import UPLOAD_BODY, UploadDep

router = APIRouter(prefix="/api/styles", tags=["styles"])

MEDIA_TYPES = {"toml": "application/toml", "json": "application/json", "csv": "text/csv; charset=utf-8"}

Name = Annotated[str, Query(description="the name of a style, exactly")]
ChatId = Annotated[str | None, Query(alias="chat", description="the chat whose own settings count")]


@router.get("", summary="Style presets")
async def list_styles(web: WebDep, chat_id: ChatId = None) -> dict[str, Any]:
    """Words that are put around a prompt.

    Of every style whether it is one's `own` and whether it `covers_shipped` one of its name. `current` are the texts in
    use, whose they are (`scope`), and whether they were `changed` since they were saved. `problems` are files that
    cannot be used.
    """
    library = web.host.styles
    current = await web.host.style_desk.working(chat_id)

    def read() -> dict[str, Any]:
        styles = [entry.to_dict() for entry in library.entries()]
        return {"styles": styles, "problems": [problem.to_dict() for problem in library.problems()]}

    return {**await asyncio.to_thread(read), "current": current.to_dict()}


@router.put("/current", summary="Choose a style")
async def choose_style(web: WebDep, body: StyleChoice) -> dict[str, str]:
    """Its prefix and negative prompt replace those in use, unsaved changes included."""
    return {"style": await web.host.style_desk.choose(body.name, body.chat_id)}


@router.patch("/current", summary="Change the words in use")
async def change_style(web: WebDep, body: StyleChange) -> dict[str, Any]:
    """The style stays as it is until the words are kept."""
    return (await web.host.style_desk.change(body.prefix, body.negative, body.chat_id)).to_dict()


@router.put("", summary="Keep a style")
async def save_style(web: WebDep, body: StyleToSave) -> dict[str, Any]:
    """One of the same name is replaced, a shipped one is covered by it. It becomes the current one."""
    kept = await web.host.style_desk.save(
        body.name, prefix=body.prefix, negative=body.negative, description=body.description, chat_id=body.chat_id
    )
    return kept.to_dict()


@router.patch("", summary="Rename a style")
async def rename_style(web: WebDep, name: Name, body: StyleName) -> dict[str, Any]:
    """One's own only. Where it is in use it stays so."""
    return (await web.host.style_desk.rename(name, body.name)).to_dict()


@router.delete("", summary="Delete a style")
async def delete_style(web: WebDep, name: Name, chat_id: ChatId = None) -> dict[str, str]:
    """One's own only; a shipped one of that name shows again. `style` is the one then in use."""
    return {"style": await web.host.style_desk.delete(name, chat_id)}


@router.post("/import", status_code=201, summary="Import styles", openapi_extra=UPLOAD_BODY)
async def import_styles(
    web: WebDep,
    data: UploadDep,
    file: Annotated[str, Query(max_length=300, description="the name of the file")] = "file",
    taken: Annotated[
        Clash,
        Query(description="what becomes of a style whose name has other words: it stays out, replaces, or both stay"),
    ] = "leave",
) -> dict[str, Any]:
    """A file of stcore (TOML), of SillyTavern (a list, one style, or `settings.json`), or `styles.csv`.

    Tells the names of those that were `added`, have `replaced` another, are here already (`same`), or were `left` out.
    """
    styles = await asyncio.to_thread(read_styles, data, file)
    return (await web.host.style_desk.add(styles, taken)).to_dict()


@router.get("/export", summary="Styles as a file for others", response_class=Response)
async def export_styles(
    web: WebDep,
    name: Annotated[
        list[str] | None, Query(description="a style; may be repeated; all of one's own without it")
    ] = None,
    format: Annotated[Format, Query(description="for stcore, SillyTavern, Stable Diffusion web UI")] = "toml",
) -> Response:
    """Several go into one file, which can be imported or dropped into the folder `styles`."""
    library, names = web.host.styles, name or ()
    styles = await asyncio.to_thread(library.pick, names)
    text = await asyncio.to_thread(write_styles, styles, format)
    title = styles[0].name if names and len(styles) == 1 else "styles"
    headers = {"Content-Disposition": disposition(title, format)}
    return Response(text.encode(), headers=headers, media_type=MEDIA_TYPES[format])
