"""``stcore serve``: the web face on a port, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn

from stcore.errors import ConfigurationError
from stcore.web.app import create_app
from stcore.web.context import Web
from stcore.web.security import LOOPBACK, Names

if TYPE_CHECKING:
    from stcore.host import Host

GRACE_SECONDS = 5
"""How long answers that are under way may take when the server stops."""

Say = Callable[[str], None]


def _print(line: str) -> None:
    # At once, also into a file or a pipe: whoever started the server waits for the address.
    print(line, flush=True)


def run(
    data: Path | str | None = None,
    address: str | None = None,
    port: int | None = None,
    *,
    open_browser: bool = True,
    say: Say = _print,
) -> None:
    """Open a host on the data folder and serve it until SIGINT or SIGTERM; see :func:`serve`."""
    from stcore.host import Host

    async def main() -> None:
        async with Host.open(data, face="web") as host:
            await serve(host, address, port, open_browser=open_browser, say=say)

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(main())


async def serve(
    host: Host,
    address: str | None = None,
    port: int | None = None,
    *,
    open_browser: bool = True,
    say: Say = _print,
) -> None:
    """Serve ``host`` until the process gets SIGINT or SIGTERM; the caller opens and closes the host.

    ``address`` and ``port`` default to those of the settings; port 0 takes any free one. ``say`` receives the address
    and warnings, line by line. Raises :class:`ConfigurationError` when the port cannot be had.
    """
    settings = host.settings.current.server
    address, port = address or settings.host, settings.port if port is None else port
    listener = listen(address, port)
    try:
        url = url_of(address, listener.getsockname()[1])
        app = await asyncio.to_thread(create_app, host, names=names_for(address, settings.allowed_hosts))

        def started() -> None:
            say(f"stcore is at {url} (stop with Ctrl+C)")
            if not is_loopback(address):
                say("Warning: everyone who reaches this machine can open the page; there is no login.")
            if open_browser:
                _open_browser(url)

        config = uvicorn.Config(
            app,
            http="httptools",
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        await _Server(config, app.state.web, started).serve(sockets=[listener])
    finally:
        listener.close()


class _Server(uvicorn.Server):
    """uvicorn, which ends streams of events at once and lets the program go on after a signal to stop."""

    def __init__(self, config: uvicorn.Config, web: Web, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._web, self._tell_started = web, started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._tell_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._web.stopping.set()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn, without raising the signal again afterwards: the host has still to be closed."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        signals = (signal.SIGINT, signal.SIGTERM)
        for number in signals:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in signals:
                loop.remove_signal_handler(number)


def listen(address: str, port: int) -> socket.socket:
    """A bound socket, or :class:`ConfigurationError` with what to do."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise _cannot_listen(error, address, port) from error
    return listener


def _cannot_listen(error: Exception, address: str, port: int) -> ConfigurationError:
    number = getattr(error, "errno", None)
    if number == errno.EADDRINUSE:
        return ConfigurationError(
            f"Port {port} is taken: another program (perhaps another stcore) listens on {address}:{port}.",
            hint=f"Stop that program, or choose another port: stcore serve --port {port + 1 if port < 65535 else 8000}",
        )
    if number == errno.EACCES:
        return ConfigurationError(
            f"This user may not listen on port {port}.", hint="Choose one above 1023: stcore serve --port 8000"
        )
    if isinstance(error, OverflowError):
        return ConfigurationError(f"{port} is no port.", hint="Ports go from 1 to 65535.")
    return ConfigurationError(
        f"This machine has no address {address!r}.",
        hint="Use 127.0.0.1 for this machine only, or 0.0.0.0 for all its addresses: stcore serve --host 127.0.0.1",
    )


def names_for(address: str, allowed: list[str]) -> Names:
    """The names under which a server on ``address`` may be opened."""
    if is_loopback(address):
        return Names(allowed)
    bracketed = f"[{address}]" if ":" in address else address
    return Names([*allowed, bracketed], any_address=address in ("0.0.0.0", "::"))


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches ``address``."""
    if address in LOOPBACK:
        return True
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def url_of(address: str, port: int) -> str:
    """The address to open; that of this machine when the server listens on all of its addresses."""
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(address, f"[{address}]" if ":" in address else address)
    return f"http://{name}:{port}"


def _open_browser(url: str) -> None:
    """Open the page, unless that could only start a browser inside this terminal."""
    graphical = sys.platform in ("win32", "darwin") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if graphical:
        import webbrowser

        threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    import uvloop

    factory: Any = uvloop.new_event_loop
    return factory  # type: ignore[no-any-return]
