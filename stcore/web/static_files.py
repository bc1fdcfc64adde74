"""The page itself: hand-written files, served as they are."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static"

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
"""Types by ending. The machine's own list is not asked: on some a script is plain text, which no browser runs."""


class PageFiles(StaticFiles):
    """Static files that a browser asks for again each time, and gets only when they changed."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        if response.status_code == 200 and (media_type := TYPES.get(Path(path).suffix)):
            response.headers["Content-Type"] = media_type
        return response
