"""The server: a port of its own, an honest start, a quick end."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from stcore.errors import ConfigurationError
from stcore.host import Host
from stcore.web.server import is_loopback, listen, names_for, serve, url_of

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def serving(folder: Path, address: str = "127.0.0.1") -> AsyncIterator[tuple[str, list[str], asyncio.Task[None]]]:
    """A running server: where it is, what it said, its task."""
    async with Host.open(folder, face="once") as host:
        said: list[str] = []
        task = asyncio.ensure_future(serve(host, address, 0, open_browser=False, say=said.append))
        async with asyncio.timeout(10):
            while not said and not task.done():
                await asyncio.sleep(0.01)
        if task.done():
            task.result()
        try:
            yield said[0].split()[3], said, task
        finally:
            if not task.done():
                os.kill(os.getpid(), signal.SIGTERM)
            async with asyncio.timeout(10):
                await task


async def test_the_page_is_served_where_it_says(tmp_path: Path) -> None:
    async with serving(tmp_path) as (url, said, _), httpx2.AsyncClient(base_url=url) as client:
        assert len(said) == 1
        assert "<title>stcore</title>" in (await client.get("/")).text
        assert (await client.get("/", headers={"Host": "evil.example"})).status_code == 403
        assert "server" not in (await client.get("/")).headers


async def test_a_signal_ends_open_streams_at_once_and_the_program_goes_on(tmp_path: Path) -> None:
    async with serving(tmp_path) as (url, _, task):
        host, _, port = url.removeprefix("http://").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"GET /api/events HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        assert b"text/event-stream" in await reader.readuntil(b"retry: 1000")
        start = time.perf_counter()
        os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(5):
            rest = await reader.read()
            await task
        assert time.perf_counter() - start < 2
        assert rest.endswith(b"0\r\n\r\n"), "the stream is ended properly, not cut"
        writer.close()


def test_a_port_that_is_taken_is_named_with_the_way_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"Port {port} is taken") as refused:
            listen("127.0.0.1", port)
        assert f"--port {port + 1}" in refused.value.hint


@pytest.mark.parametrize("address,port", [("203.0.113.7", 0), ("no such host", 0), ("127.0.0.1", 70000), ("::zz", 0)])
def test_an_address_that_cannot_be_had_is_explained(address: str, port: int) -> None:
    with pytest.raises(ConfigurationError) as refused:
        listen(address, port)
    assert refused.value.hint


async def test_a_server_for_everybody_warns(tmp_path: Path) -> None:
    async with serving(tmp_path, "0.0.0.0") as (url, said, _):
        assert url.startswith("http://127.0.0.1:")
        assert said[1].startswith("Warning")


def test_the_names_of_a_server_follow_its_address() -> None:
    everywhere, here, there = (
        names_for("0.0.0.0", ["chat.example"]),
        names_for("127.0.0.1", []),
        names_for("10.0.0.5", []),
    )
    assert "10.1.2.3:8000" in everywhere and "chat.example" in everywhere and "evil.example" not in everywhere
    assert "10.1.2.3:8000" not in here and "localhost:8000" in here
    assert "10.0.0.5:8000" in there and "10.0.0.6:8000" not in there
    assert "[fe80::1]:8000" in names_for("fe80::1", [])


def test_addresses_to_open() -> None:
    assert url_of("127.0.0.1", 8000) == "http://127.0.0.1:8000"
    assert url_of("::", 8000) == "http://[::1]:8000"
    assert url_of("fe80::1", 8000) == "http://[fe80::1]:8000"
    assert is_loopback("localhost") and is_loopback("127.0.0.2") and is_loopback("::1") and not is_loopback("0.0.0.0")


def test_importing_the_package_of_the_face_is_cheap() -> None:
    """Only serving pays for the web: the command line imports ``stcore.web`` without it."""
    import subprocess
    import sys

    code = "import sys, stcore, stcore.web; sys.exit(any(name in sys.modules for name in ('fastapi', 'uvicorn')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
