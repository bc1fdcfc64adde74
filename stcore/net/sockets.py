"""WebSockets, with the same errors as everything else here."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from stcore import __version__
from stcore.errors import BadResponse, Misconfigured, NetworkError, ProviderError
from stcore.net.answer import Answer
from stcore.net.classify import classify

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection
    from websockets.exceptions import ConnectionClosed

OPEN_SECONDS = 10.0
PING_SECONDS = 20.0


class Socket:
    """An open WebSocket: text arrives as ``str``, binary frames as ``bytes``."""

    def __init__(self, connection: ClientConnection, host: str, scrub: Callable[[str], str]) -> None:
        self._connection, self._host, self._scrub = connection, host, scrub

    async def receive(self) -> str | bytes:
        """The next message. Raises :class:`NetworkError` once the socket is closed."""
        from websockets.exceptions import ConnectionClosed

        try:
            return await self._connection.recv()
        except ConnectionClosed as closed:
            raise self._closed(closed) from None

    async def send(self, message: str | bytes) -> None:
        from websockets.exceptions import ConnectionClosed

        try:
            await self._connection.send(message)
        except ConnectionClosed as closed:
            raise self._closed(closed) from None

    async def send_json(self, message: Any) -> None:
        await self.send(json.dumps(message))

    async def close(self) -> None:
        await self._connection.close()

    def _closed(self, closed: ConnectionClosed) -> ProviderError:
        ours = closed.sent.code if closed.sent and not closed.rcvd_then_sent else None
        if ours == 1009:
            return BadResponse(f"{self._host} sent a message that is too long.")
        if ours in (1002, 1007):
            return BadResponse(f"{self._host} sent nonsense over the WebSocket.", vendor=self._scrub(str(closed)))
        return NetworkError(f"The WebSocket of {self._host} was closed.", vendor=self._scrub(str(closed)))


@asynccontextmanager
async def open_socket(
    url: str, *, headers: Mapping[str, str], local: bool, max_bytes: int, scrub: Callable[[str], str]
) -> AsyncIterator[Socket]:
    """Connect; raises NetworkError, or the class of the refusing status."""
    from websockets.asyncio.client import connect
    from websockets.exceptions import InvalidHandshake, InvalidMessage, InvalidStatus

    host = urlsplit(url).netloc
    try:
        connection = await connect(
            url,
            additional_headers=dict(headers),
            user_agent_header=f"stcore/{__version__}",
            proxy=None if local else True,
            open_timeout=OPEN_SECONDS,
            ping_interval=PING_SECONDS,
            close_timeout=1,
            max_size=max_bytes,
        )
    except InvalidStatus as refused:
        response = refused.response
        answer = Answer(response.status_code, response.headers, url, bytes(response.body or b""), None, scrub)
        raise classify(answer) or Misconfigured(f"{host} has no WebSocket there.") from None
    except (OSError, TimeoutError, EOFError, InvalidMessage) as fault:
        raise NetworkError(f"Cannot open the WebSocket of {host}.", vendor=scrub(str(fault))) from None
    except InvalidHandshake as fault:
        hint = "A proxy in front of it may not let WebSockets through."
        raise Misconfigured(f"{host} has no usable WebSocket.", vendor=scrub(str(fault)), hint=hint) from None
    try:
        yield Socket(connection, host, scrub)
    finally:
        await connection.close()
