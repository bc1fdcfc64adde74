"""Captions of pictures: asked of a model that sees, or written by a person (image-generation.md section 14.4)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import Field

from stcore.chat.environment import build_environment
from stcore.chat.imagine.captions import LONGEST, describe, keep_caption, reviewed
from stcore.errors import NotFound
from stcore.web.context import WebDep
from stcore.web.models import Body

router = APIRouter(tags=["pictures"])


class Question(Body):
    """``question`` replaces that of the settings. ``chat_id`` is the chat whose settings and names count, else that of
    the picture. ``review`` says otherwise than the settings whether a person may change the caption first."""

    question: str = Field(default="", max_length=20_000)
    chat_id: str | None = None
    keep: bool = True
    review: bool | None = None


class Caption(Body):
    caption: str = Field(pattern=r"\S", max_length=LONGEST)


@router.post("/api/pictures/{asset_id}/caption", summary="Let a model that sees describe a picture")
async def ask_for_caption(web: WebDep, asset_id: str, body: Question) -> dict[str, Any]:
    """Answers with the `caption`, which is empty when it was stopped or called off, and on how many messages it is
    `kept` beside the picture; 0 for a picture that hangs nowhere."""
    host = web.host
    chat_id = body.chat_id or (await host.library.asset(asset_id)).chat_id
    environment, ui = await build_environment(host, chat_id), web.ui(chat_id)
    found = await describe(host, environment, asset_id, chat_id=chat_id, question=body.question, ui=ui)
    settings = (await host.picture_settings.of(chat_id)).effective
    if body.keep and (settings.review if body.review is None else body.review):
        found = await reviewed(found, ui)
    kept = await keep_caption(host, asset_id, found) if body.keep and found else 0
    return {"caption": found, "kept": kept}


@router.put("/api/pictures/{asset_id}/caption", summary="Write the caption of a picture")
async def write_caption(web: WebDep, asset_id: str, body: Caption) -> dict[str, Any]:
    """It is kept beside the prompt of the picture, on every message that shows it."""
    kept = await keep_caption(web.host, asset_id, body.caption)
    if not kept:
        raise NotFound("This picture hangs on no message that could tell its caption.")
    return {"caption": body.caption.strip(), "kept": kept}


@router.delete("/api/pictures/{asset_id}/caption", status_code=204, summary="Forget the caption of a picture")
async def forget_caption(web: WebDep, asset_id: str) -> None:
    """The picture itself stays."""
    await keep_caption(web.host, asset_id, "")
