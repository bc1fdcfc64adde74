"""What the README shows works as it stands there."""

from __future__ import annotations

import base64
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from stcore.host import Host
from stcore.plugins import PluginHost
from stcore.testing.servers.serve import serve

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


async def paint(request: Request) -> JSONResponse:
    wish = await request.json()
    file = io.BytesIO()
    Image.new("RGB", (64, 64), (wish["seed"] % 256, 0, 0)).save(file, "PNG")
    return JSONResponse({"image": base64.b64encode(file.getvalue()).decode()})


async def status(request: Request) -> JSONResponse:
    return JSONResponse({"ready": True})


@pytest.mark.anyio
async def test_the_plugin_of_the_readme_draws(tmp_path: Path) -> None:
    [source] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "my_server.py").write_text(source)
    app = Starlette(routes=[Route("/paint", paint, methods=["POST"]), Route("/status", status)])
    with serve(app) as url:
        async with Host.open(tmp_path, face="once") as host:
            await host.connections.add("my-server", options={"url": url, "api_key": "s3cret"})
            await host.connections.default("my-server")
            assert (await host.connections.check("my-server")).state == "ok"
            session = await host.session()
            result = await session.run("/sd quiet=true seed=200 apple tree")
            with Image.open(result.text) as picture:
                assert picture.getpixel((0, 0)) == (200, 0, 0)
    assert "s3cret" not in (tmp_path / "settings.toml").read_text()


def test_every_kind_in_the_table_exists_and_none_is_missing() -> None:
    table = set(re.findall(r"^\| `([a-z0-9-]+)` \|", README, re.MULTILINE))
    host = PluginHost()
    assert table == {*host.sources, *host.texts}


@pytest.mark.parametrize("block", re.findall(r"```\n(.*?)```", README, re.DOTALL))
def test_every_command_line_in_the_readme_is_known(block: str) -> None:
    for line in block.splitlines():
        words = line.split("#")[0].split()
        if words[:1] == ["stcore"]:
            group = [word for word in words[1:3] if re.fullmatch(r"[a-z]+", word)]
            if words[1] in ("run", "chat", "serve"):
                group = words[1:2]
            command = [sys.executable, "-m", "stcore", *group, "--help"]
            assert subprocess.run(command, capture_output=True, check=False).returncode == 0, line
        elif words[:1] == ["make"]:
            assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE), line


def test_the_picture_of_the_page_is_there_and_small() -> None:
    [path] = re.findall(r"!\[[^\]]*\]\((docs/[^)]+)\)", README)
    assert (ROOT / path).stat().st_size < 200_000
