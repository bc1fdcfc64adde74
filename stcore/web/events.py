"""The stream of what happens, as server-sent events (api: ``GET /api/events``).

Lasting entries carry the number of their journal row as the event's id: a page that lost the connection names the
last one it saw and gets what it missed, without a gap and without a double. Passing ones have no id.
"""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

from fastapi import APIRouter, Header, Query
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from stcore.bus import Subscription
from stcore.storage.journal import Entry
from stcore.tasks import first_of
from stcore.web.context import Web, WebDep

KEEP_ALIVE = 15.0
"""Seconds of silence after which a comment is sent, so that nobody between takes the connection for dead."""

RETRY_MS = 1000
FORGOTTEN = -1
"""A place before every journal: the answer is a ``reset``."""

router = APIRouter(tags=["events"])


class EventStream(Response):
    """Sends the entries of a subscription until the page goes or the server stops. Closes the subscription itself."""

    media_type = "text/event-stream"

    def __init__(self, web: Web, chat_id: str | None, since: int | None, keep_alive: float = KEEP_ALIVE) -> None:
        super().__init__(headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._web, self._chat_id, self._since, self._keep_alive = web, chat_id, since, keep_alive

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        subscription = await self._web.host.bus.subscribe(self._chat_id, self._since)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            with self._web.audience.present(self._chat_id):
                await first_of(self._pump(subscription, send), _gone(receive), self._web.stopping.wait())
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            subscription.close()

    async def _pump(self, subscription: Subscription, send: Send) -> None:
        await _piece(send, format_sse_event(retry=RETRY_MS))
        for question in self._web.questions.open(self._chat_id):
            await _piece(send, await self._event(question))
        while True:
            try:
                # Not wait_for: on Python 3.11 that loses a cancellation which comes together with an entry.
                async with asyncio.timeout(self._keep_alive):
                    entry = await anext(subscription)
            except TimeoutError:
                await _piece(send, KEEPALIVE_COMMENT)
            else:
                await _piece(send, await self._event(entry))

    async def _event(self, entry: Entry) -> bytes:
        data = await self._web.present.entry(entry)
        return format_sse_event(
            event=entry.kind,
            data_str=json.dumps(data, ensure_ascii=False, separators=(",", ":")),
            id=str(entry.id) if entry.id else None,
        )


async def _piece(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _gone(receive: Receive) -> None:
    """Wait until the page has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass


@router.get(
    "/api/events",
    status_code=200,
    summary="Everything that happens, live",
    response_class=EventStream,
    responses={200: {"content": {"text/event-stream": {}}, "description": "Server-sent events without end."}},
)
async def events(
    web: WebDep,
    chat: Annotated[str | None, Query(description="only this chat and what belongs to none; all when left out")] = None,
    since: Annotated[int | None, Query(ge=0, description="the last journal number already seen")] = None,
    last_event_id: Annotated[str | None, Header(description="as `since`; the browser sends it by itself")] = None,
) -> EventStream:
    """`event:` is the kind, `data:` JSON, `id:` the journal number of what lasts. On `reset` load the state again."""
    if last_event_id:
        since = int(last_event_id) if last_event_id.isascii() and last_event_id.isdigit() else FORGOTTEN
    return EventStream(web, chat, since)
