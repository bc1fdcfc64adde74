"""The summary of a chat."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import Field

from stcore.chat.summaries import Summary, keep_summary, read_summary
from stcore.web.context import WebDep
from stcore.web.models import Body

router = APIRouter(prefix="/api/chats", tags=["prompts"])


class SummaryChange(Body):
    """An empty text forgets it."""

    text: str = Field(max_length=200_000)


@router.get("/{chat_id}/summary", summary="The summary of a chat")
async def get_summary(web: WebDep, chat_id: str) -> dict[str, Any]:
    """`text` is empty while there is none; `up_to` is the id of the last message that it tells of."""
    await web.host.chats.get(chat_id)
    summary = await read_summary(web.host, chat_id)
    return {"text": summary.text, "up_to": summary.up_to or None}


@router.put("/{chat_id}/summary", summary="Write the summary of a chat")
async def change_summary(web: WebDep, chat_id: str, body: SummaryChange) -> dict[str, Any]:
    """The next one that the model makes (`/summarize`) goes on from it, at the same message."""
    known = await read_summary(web.host, chat_id)
    await keep_summary(web.host, chat_id, Summary(body.text, known.up_to))
    return await get_summary(web, chat_id)
