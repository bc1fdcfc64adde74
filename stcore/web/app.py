"""The web face: a FastAPI application around one host."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from stcore import __version__
from stcore.web import (
    errors,
    events,
    routes_backgrounds,
    routes_captions,
    routes_characters,
    routes_chats,
    routes_copies,
    routes_debug,
    routes_documents,
    routes_galleries,
    routes_groups,
    routes_imagine,
    routes_jobs,
    routes_language,
    routes_looks,
    routes_lore,
    routes_macros,
    routes_modes,
    routes_personas,
    routes_pictures,
    routes_presets,
    routes_prompts,
    routes_regexes,
    routes_replies,
    routes_settings,
    routes_sources,
    routes_styles,
    routes_summaries,
    routes_workflows,
)
from stcore.web.context import Web
from stcore.web.security import Guard, Names
from stcore.web.signing import load_key
from stcore.web.static_files import FOLDER, PageFiles

if TYPE_CHECKING:
    from stcore.host import Host

log = logging.getLogger("stcore.web")

DESCRIPTION = """\
Everything the page of stcore does, for programs. Bodies are JSON; an answer that is an error is always
`{"error": {"kind", "whose", "message", "hint", ...}}`. Changes arrive as server-sent events at `/api/events`.
"""


class WebApp(FastAPI):
    """The application with the guard around everything, also around the answer to a crash."""

    def __init__(self, web: Web, names: Names, **how: Any) -> None:
        super().__init__(**how)
        self.state.web = web
        self._names = names

    def build_middleware_stack(self) -> ASGIApp:
        return Guard(super().build_middleware_stack(), self._names)


def create_app(host: Host, *, names: Names | None = None) -> FastAPI:
    """The web face of ``host``, which must be started and is closed by whoever opened it.

    ``names`` are the names under which the page may be opened; those of the machine itself and of the settings when
    left out. Blocking: reads (or makes) the key for signed addresses and loads plugins.
    """
    web = Web(host, load_key(host.data))
    app = WebApp(
        web,
        names or Names(host.settings.current.server.allowed_hosts),
        title="stcore",
        version=__version__,
        description=DESCRIPTION,
        # The ready-made documentation pages load their scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=_lifespan,
        responses=errors.documented(),
        redirect_slashes=False,
    )
    errors.install(app)
    for router in (
        routes_settings.router,
        routes_backgrounds.router,
        routes_captions.router,
        routes_characters.router,
        routes_personas.router,
        routes_chats.router,
        routes_copies.router,
        routes_galleries.router,
        routes_groups.router,
        routes_pictures.router,
        routes_imagine.router,
        routes_jobs.router,
        routes_debug.router,
        routes_documents.router,
        routes_looks.router,
        routes_lore.router,
        routes_language.router,
        routes_macros.router,
        routes_prompts.router,
        routes_presets.router,
        routes_regexes.router,
        routes_replies.router,
        routes_summaries.router,
        routes_workflows.router,
        routes_styles.router,
        routes_modes.router,
        routes_sources.router_of("sources"),
        routes_sources.router_of("texts"),
        events.router,
    ):
        app.include_router(router)
    _add_page(app)
    _add_plugins(app, host)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    web: Web = app.state.web
    await web.close()


def _add_page(app: FastAPI) -> None:
    files = PageFiles(directory=FOLDER)

    @app.get("/", include_in_schema=False)
    async def page(request: Request) -> Response:
        return await files.get_response("index.html", request.scope)

    app.mount("/static", files, name="static")


def _add_plugins(app: FastAPI, host: Host) -> None:
    """Mount the routers of plugins below their own names; a plugin whose routes cannot be used is put aside."""
    for plugin, router in host.plugins.gather("stcore_web_routes"):
        if not isinstance(router, APIRouter):
            problem = f"stcore_web_routes offers {router!r}, which is no APIRouter."
            host.plugins.quarantine(plugin, problem, "Return a list of fastapi.APIRouter.")
            continue
        app.include_router(router, prefix=f"/plugins/{plugin}", tags=[f"plugin {plugin}"])
