"""Connections: what is shown of them, what is kept, what is refused."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from stcore.errors import ProviderError
from stcore.host import Host
from stcore.testing.servers.automatic1111 import FakeAutomatic1111
from stcore.testing.servers.serve import serve

pytestmark = pytest.mark.anyio

SECRETS = ("p4ssw0rd-1", "t0ken-2")


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[Host]:
    async with Host.open(tmp_path, face="once") as host:
        yield host


async def test_a_password_inside_an_address_is_used_but_never_shown(
    host: Host, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    fake = FakeAutomatic1111(login=f"ann:{SECRETS[0]}")
    with serve(fake) as url:
        address = url.replace("//", f"//ann:{SECRETS[0]}@") + f"/?token={SECRETS[1]}"
        shown = await host.connections.add("automatic1111", options={"url": address})
        assert shown["options"]["url"] == url.replace("//", "//ann:***@") + "/?token=***"
        again = await host.connections.set("automatic1111", {**shown["options"], "steps": 7})
        assert again["options"]["steps"] == 7
        assert (await host.connections.check("automatic1111")).state == "ok", "a form saved unchanged keeps the address"
        assert (await host.connections.check_options("automatic1111", shown["options"], "automatic1111")).state == "ok"
        assert fake.requests[-1].query["token"] == SECRETS[1]
    said = caplog.text + repr(host.connections.list())
    assert not [secret for secret in SECRETS if secret in said]


@pytest.mark.parametrize("address", ["ftp://box/x", "http://", "http://box:port"])
async def test_an_address_that_is_none_is_refused_and_nothing_is_stored(host: Host, address: str) -> None:
    with pytest.raises(ProviderError, match="cannot be used"):
        await host.connections.add("comfyui", options={"url": address})
    assert "comfyui" not in host.connections.names()
