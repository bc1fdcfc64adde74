"""``make picture``: the picture of the page in the README, taken from the real program.

Needs Playwright (in the dev group) and the system's Chromium. The file stays under 200 kB.
"""

from __future__ import annotations

import argparse
import io
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from stcore.errors import HostError, UserError

LINES = (
    "/sd seed=11 width=768 height=512 harbour at dawn",
    "Lovely! Can you draw something else?",
    "/sd seed=5 width=768 height=512 apple tree",
)
MOST_BYTES = 200_000


def chromium() -> str:
    """The path of the system's Chromium; raises :class:`UserError` without one."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    raise UserError("There is no Chromium on this machine.", hint="On Debian: apt-get install chromium.")


@contextmanager
def served(data: str, *arguments: str) -> Iterator[str]:
    """The real program on a free port, with ``data`` as its folder; gives the address of the page."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "stcore", "--data", data, "serve", "--no-open", "--port", str(port), *arguments]
    url = f"http://127.0.0.1:{port}/"
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            _await(url, server)
            yield url
        finally:
            server.terminate()


def _await(url: str, server: subprocess.Popen[bytes], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except OSError:
            time.sleep(0.05)
    raise HostError(f"The program did not come up at {url} within {seconds:.0f} s.")


def screenshot(arguments: Sequence[str]) -> int:
    """Type a few lines into a fresh page and keep what it looks like."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(prog="python -m stcore.testing screenshot", description=__doc__)
    parser.add_argument("file", type=Path)
    target = parser.parse_args(arguments).file
    with tempfile.TemporaryDirectory() as data, served(data) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 860}, color_scheme="light")
        page.goto(url)
        for number, line in enumerate(LINES, 1):
            box = page.get_by_role("combobox").or_(page.locator("textarea")).first
            box.fill(line)
            box.press("Escape")
            box.press("Enter")
            pictures = sum(line.startswith("/sd") for line in LINES[:number])
            if pictures:
                page.locator("[role=article] img").nth(pictures - 1).wait_for(timeout=20_000)
            page.wait_for_timeout(1500)
        data_of_page = page.screenshot()
        browser.close()
    size = _keep(data_of_page, target)
    print(f"{target}: {size / 1000:.0f} kB")
    return 0


def _keep(data: bytes, target: Path) -> int:
    """Store as a PNG of as many colours as the limit of size allows."""
    from PIL import Image

    picture = Image.open(io.BytesIO(data)).convert("RGB")
    for colours in (256, 128, 64):
        file = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
        if file.tell() < MOST_BYTES:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.getvalue())
            return file.tell()
    raise HostError(f"The picture is larger than {MOST_BYTES} bytes.", hint="Use a smaller window.")
