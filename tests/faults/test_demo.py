"""Every fake of ``make demo`` answers the connection that the demo sets up for it."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from stcore.host import Host
from stcore.testing.demo import connect, start_backends

pytestmark = pytest.mark.anyio


async def test_every_backend_of_the_demo_is_ready(tmp_path: Path) -> None:
    with ExitStack() as stack:
        backends = start_backends(stack, ports=False)
        for room, kind, url in backends:
            await connect(tmp_path, room, kind, url)
        async with Host.open(tmp_path, face="once") as host:
            rooms: dict[str, Any] = {"sources": host.connections, "texts": host.texts}
            health = {kind: (await rooms[room].check(kind)).state for room, kind, _ in backends}
    assert health == {"comfyui": "ok", "automatic1111": "ok", "openai-compatible": "ok"}
