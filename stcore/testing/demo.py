"""``make demo``: stcore beside fake backends, so that everything can be tried without a GPU or a key.

The fakes are the servers of the test kit: they speak the real protocols and draw simple pictures. They listen on the
usual ports, or on free ones when those are taken, and are connected in a data folder of the demo's own.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import socket
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from stcore.testing.servers.serve import serve


def demo(arguments: Sequence[str]) -> int:
    """Start the fake servers and the page; ends with Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m stcore.testing demo", description=__doc__)
    parser.add_argument("--data", type=Path, help="a data folder to keep; without it a temporary one is used")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--no-open", action="store_true", help="do not open the browser")
    chosen = parser.parse_args(arguments)
    with ExitStack() as stack:
        data = chosen.data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="stcore-demo-")))
        backends = start_backends(stack)
        for room, kind, url in backends:
            print(f"fake {kind}: {url}", flush=True)
            asyncio.run(connect(data, room, kind, url))
        asyncio.run(_serve(data, chosen.port, open_browser=not chosen.no_open))
        # The fakes are cut off, as meant; their server would call that an error.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    return 0


def start_backends(stack: ExitStack, *, ports: bool = True) -> list[tuple[str, str, str]]:
    """Room of the settings, kind and address of every fake; on the usual ports where ``ports`` and they are free."""
    from stcore.testing.servers.automatic1111 import FakeAutomatic1111
    from stcore.testing.servers.comfyui import FakeComfyUI
    from stcore.testing.servers.openai import FakeOpenAI

    fakes: list[tuple[str, str, Any, int]] = [
        ("sources", "comfyui", FakeComfyUI(step_seconds=0.15), 8188),
        ("sources", "automatic1111", FakeAutomatic1111(step_seconds=0.15), 7860),
        ("texts", "openai-compatible", FakeOpenAI(), 5001),
    ]
    return [
        (room, kind, stack.enter_context(serve(app, port=_free(port) if ports else 0)))
        for room, kind, app, port in fakes
    ]


def _free(port: int) -> int:
    with socket.socket() as probe:
        return 0 if probe.connect_ex(("127.0.0.1", port)) == 0 else port


async def connect(data: Path, room: str, kind: str, url: str) -> None:
    """Set the fake up as a connection in the data folder, or give the one of an earlier demo its address."""
    from stcore.host import Host

    async with Host.open(data, face="once") as host:
        connections: Any = host.connections if room == "sources" else host.texts
        if kind in connections.names():
            await connections.set(kind, {"url": url})
        else:
            await connections.add(kind, kind, {"url": url})


async def _serve(data: Path, port: int, *, open_browser: bool) -> None:
    from stcore.host import Host
    from stcore.web.server import serve as serve_page

    async with Host.open(data, face="web") as host:
        await serve_page(host, "127.0.0.1", port, open_browser=open_browser)
