"""A real server on a loopback port for the length of a ``with`` block."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import uvicorn

START_SECONDS = 10.0


class _Thread(threading.Thread):
    """Runs the server; ``started`` is set when it listens, or when it failed to."""

    def __init__(self, server: uvicorn.Server, listener: socket.socket) -> None:
        super().__init__(name="stcore-testing-server", daemon=True)
        self._server, self._listener = server, listener

    def run(self) -> None:
        self._server.run(sockets=[self._listener])


@contextmanager
def serve(app: Any, *, port: int = 0) -> Iterator[str]:
    """Run an ASGI app in a background thread; gives its address, ``http://127.0.0.1:PORT`` (0 = a free port).

    Open connections are cut when the block is left, as by a server that is switched off.
    """
    import uvicorn

    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(64)  # from here on connections wait instead of being refused
    config = uvicorn.Config(
        app,
        log_level="critical",
        lifespan="off",
        access_log=False,
        timeout_graceful_shutdown=0,
        ws_max_size=128 * 2**20,
    )
    server = uvicorn.Server(config)
    thread = _Thread(server, listener)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(START_SECONDS)
        listener.close()
