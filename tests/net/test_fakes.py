"""The fake servers as somebody uses them by hand: switches at run time, a memory of requests."""

from __future__ import annotations

from typing import Any

import pytest

from stcore.net import Http
from stcore.testing.servers.automatic1111 import FakeAutomatic1111
from stcore.testing.servers.base import FakeServer
from stcore.testing.servers.comfyui import FakeComfyUI
from stcore.testing.servers.serve import serve

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(("fake", "path"), [(FakeComfyUI, "/system_stats"), (FakeAutomatic1111, "/sdapi/v1/options")])
async def test_switches_can_be_set_while_it_runs(fake: type[FakeServer], path: str) -> None:
    server = fake(latency=0.001)
    with serve(server) as url:
        http = Http(url, local=True)
        assert (await http.get(path)).ok
        switches: Any = await http.post_json("/_fake", {"fail_with": "server", "fail_times": 2})
        assert switches["fail_times"] == 2
        assert [(await http.get(path)).status for _ in range(3)] == [500, 500, 200]
        wrong = await http.post("/_fake", json={"no_such_switch": 1})
        assert wrong.status == 400 and "no_such_switch" in wrong.text
        await http.aclose()
    assert len(server.asked("GET", path)) == 4
    with pytest.raises(ValueError, match="no switch"):
        fake(nonsense=True)
