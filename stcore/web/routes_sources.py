"""Connections: the same seven routes for image sources (``/api/sources``) and text models (``/api/texts``)."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from stcore.connections import Connections
from stcore.errors import StcoreError
from stcore.images.capabilities import Capabilities
from stcore.images.source import Connection, secret_fields, summary_of
from stcore.web.context import Web, WebDep
from stcore.web.models import ConnectionChange, ConnectionCheck, NewConnection

Room = Literal["sources", "texts"]


def connections_of(web: Web, room: Room) -> Connections[Any]:
    """The connections of a room."""
    return web.host.connections if room == "sources" else web.host.texts


def overview(connections: Connections[Any]) -> dict[str, Any]:
    """Every connection and the default one. May import plugins: call it on a worker thread."""
    try:
        default = connections.default_name()
    except StcoreError:
        # Nothing can be used yet; each connection tells its own problem.
        default = ""
    return {"connections": [_told(connection) for connection in connections.list()], "default": default}


def _told(connection: dict[str, Any]) -> dict[str, Any]:
    """A connection as the page sees it: ``source`` is its kind in both rooms."""
    return {**connection, "source": connection["kind"]}


def _kinds(connections: Connections[Any]) -> list[dict[str, Any]]:
    return [_kind(kind, connections.schema(kind.id)) for kind in connections.kinds()]


def _kind(kind: Any, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": kind.id,
        "label": kind.label,
        "summary": summary_of(kind),
        "where": kind.where,
        "docs": kind.docs,
        "embedded": kind.embedded,
        "needs_workflow": getattr(kind, "needs_workflow", False),
        "schema": schema,
        "secrets": list(secret_fields(kind.Options)),
    }


@functools.cache
def router_of(room: Room) -> APIRouter:
    """The routes of one room, made once in a process as those of other modules are."""
    router = APIRouter(prefix=f"/api/{room}", tags=[room])
    _add_reading(router, room)
    _add_changing(router, room)
    return router


def _add_reading(router: APIRouter, room: Room) -> None:
    @router.get("", summary="What can be connected, and what is")
    async def list_connections(web: WebDep) -> dict[str, Any]:
        """`kinds` come with the JSON schema of their options; connections never show their secrets."""
        connections = connections_of(web, room)
        return await _threaded(lambda: {"kinds": _kinds(connections), **overview(connections)})

    @router.post("/check", summary="Ask the far side whether it works")
    async def check(web: WebDep, body: ConnectionCheck) -> dict[str, Any]:
        """Never costs anything. What the far side answers is in `state` and `text`, also when it cannot be reached."""
        connections = connections_of(web, room)
        if body.source:
            health = await connections.check_options(body.source, body.options, body.name)
        else:
            health = await connections.check(body.name)
        return {**health.model_dump(mode="json"), "usable": health.usable}

    @router.get("/{name}/models", summary="The models behind a connection")
    async def models(web: WebDep, name: str, query: str = "", cursor: Annotated[str | None, Query()] = None) -> Any:
        """A page of the catalogue; ids that are not in it can be used all the same."""
        connection = await connections_of(web, room).open(name)
        if isinstance(connection, Connection):
            return await connection.source.models(connection, query, cursor)
        return await connection.model.models(connection)

    if room == "sources":
        _add_capabilities(router)

    @router.get("/{name}/choices/{wanted}", summary="A running list: samplers, schedulers, ...")
    async def choices(web: WebDep, name: str, wanted: str) -> dict[str, list[str]]:
        """The values an option may have that names this list in `options_from`; empty when there is no such list."""
        connection = await connections_of(web, room).open(name)
        if isinstance(connection, Connection):
            return {"choices": await connection.source.choices(connection, wanted)}
        found = await connection.model.models(connection) if wanted == "models" else None
        return {"choices": [model.id for model in found.models] if found else []}


def _add_capabilities(router: APIRouter) -> None:
    @router.get("/{name}/capabilities", summary="What a model takes")
    async def capabilities(web: WebDep, name: str, model: str = "") -> Capabilities:
        """A field of a request that is not among `fields` is left out for this source."""
        connection = await web.host.connections.open(name)
        return await connection.source.capabilities(connection, model)


def _add_changing(router: APIRouter, room: Room) -> None:
    @router.post("", status_code=201, summary="Add a connection")
    async def add(web: WebDep, body: NewConnection) -> dict[str, Any]:
        """The first one becomes the default."""
        return _told(await connections_of(web, room).add(body.source, body.name, body.options))

    @router.patch("/{name}", summary="Change a connection")
    async def change(web: WebDep, name: str, body: ConnectionChange) -> dict[str, Any]:
        """Only the options that are given."""
        return _told(await connections_of(web, room).set(name, body.options))

    @router.delete("/{name}", status_code=204, summary="Forget a connection with its secrets")
    async def remove(web: WebDep, name: str) -> None:
        """Pictures made with it stay."""
        await connections_of(web, room).remove(name)

    @router.post("/{name}/default", status_code=204, summary="Use this connection when none is named")
    async def make_default(web: WebDep, name: str) -> None:
        """In every chat."""
        await connections_of(web, room).default(name)


async def _threaded(function: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    return await asyncio.to_thread(function)
