"""What the routes share: the host, and what a page adds to it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from stcore.web.debugging import Debuggers
from stcore.web.notices import Notices
from stcore.web.present import Presenter
from stcore.web.questions import Audience, Questions
from stcore.web.runs import Runs
from stcore.web.signing import PictureSigner
from stcore.web.ui import WebUi

if TYPE_CHECKING:
    from stcore.host import Host


class Web:
    """The web face of one host. ``key`` signs the addresses of pictures."""

    def __init__(self, host: Host, key: bytes) -> None:
        self.host = host
        self.signer = PictureSigner(key, host.clock)
        self.present = Presenter(self.signer, host)
        self.audience = Audience()
        self.questions = Questions(host.bus, self.audience)
        self.notices = Notices(host.bus, self.audience)
        self.debuggers = Debuggers(host.bus)
        self.runs = Runs(host, self.ui)
        self.stopping = asyncio.Event()
        """Set when the server stops: every stream of events ends."""

    def ui(self, chat_id: str | None) -> WebUi:
        """The person in front of a chat."""
        return WebUi(self, chat_id)

    async def close(self) -> None:
        """End the streams and what runs in chats."""
        self.stopping.set()
        self.notices.close()
        await self.runs.close()


def web_of(request: Request) -> Web:
    """The web face that serves this request."""
    web: Web = request.app.state.web
    return web


WebDep = Annotated[Web, Depends(web_of)]
