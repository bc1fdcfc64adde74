"""The state a page begins with, settings and plugins."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ValidationError

from stcore import __version__, upkeep
from stcore.images.menu import offered_modes
from stcore.storage import journal
from stcore.web.context import Web, WebDep
from stcore.web.errors import misfit
from stcore.web.models import SettingsChange
from stcore.web.routes_sources import overview

router = APIRouter(prefix="/api", tags=["settings"])

SECTIONS = {"image": "images", "chat": "chat", "lore": "lore"}
"""The groups of settings that people change on the page, and their tables in the settings file."""


@router.get("/state", summary="Everything a page needs to begin")
async def get_state(web: WebDep) -> dict[str, Any]:
    """`last` is the journal number from which the stream of events continues this state."""
    host = web.host
    last = await host.database.read(journal.newest)
    chat = await host.chats.latest() or await host.chats.create()

    def read() -> dict[str, Any]:
        problems = host.plugins.problems
        return {
            "version": __version__,
            "sources": overview(host.connections),
            "texts": overview(host.texts),
            "style": host.settings.current.images.style,
            "styles": list(host.styles.names()),
            "modes": offered_modes(host.modes),
            "settings": _settings(web),
            "plugins": {"problems": [{"name": p.name, "message": p.problem, "hint": p.hint} for p in problems]},
        }

    return {**await asyncio.to_thread(read), "last": last, "chat_id": chat.id}


@router.get("/settings", summary="The settings that people change")
async def get_settings(web: WebDep) -> dict[str, dict[str, Any]]:
    """By group; `null` means: as the source does."""
    return await asyncio.to_thread(_settings, web)


@router.get("/settings/schema", summary="What the settings may be")
async def get_schema(web: WebDep) -> dict[str, dict[str, Any]]:
    """A JSON schema by group; a text whose schema says ``macros`` is expanded where it is used."""
    current = web.host.settings.current
    return {group: type(getattr(current, table)).model_json_schema() for group, table in SECTIONS.items()}


@router.patch("/settings", summary="Change settings")
async def change_settings(web: WebDep, body: SettingsChange) -> dict[str, dict[str, Any]]:
    """Only what is given; `null` puts a setting back to its default. Nothing changes when one value is wrong."""
    await upkeep.change_settings(web.host, _edit(web, body.given()))
    return await get_settings(web)


def _settings(web: Web) -> dict[str, dict[str, Any]]:
    current = web.host.settings.current
    return {group: getattr(current, table).model_dump(mode="json") for group, table in SECTIONS.items()}


def _edit(web: Web, groups: dict[str, dict[str, Any]]) -> Callable[[dict[str, Any]], None]:
    """What to do to the settings document; refuses values that do not fit before anything is done."""
    current = web.host.settings.current
    changes = {SECTIONS[group]: _without_empty(values) for group, values in groups.items()}
    for table, values in changes.items():
        model: type[BaseModel] = type(getattr(current, table))
        defaults = model().model_dump()
        _validate(model, {name: defaults.get(name) if value is None else value for name, value in values.items()})

    def edit(document: dict[str, Any]) -> None:
        for table, values in changes.items():
            section = document.setdefault(table, {})
            for name, value in values.items():
                if value is None:
                    section.pop(name, None)
                else:
                    section[name] = value

    return edit


def _without_empty(values: dict[str, Any]) -> dict[str, Any]:
    """An empty field of a form means the same as none: the default."""
    return {name: None if value == "" else value for name, value in values.items()}


def _validate(model: type[BaseModel], values: dict[str, Any]) -> None:
    try:
        model.model_validate(values)
    except ValidationError as error:
        raise misfit(error, "Nothing was changed.") from error


# -- plugins ---------------------------------------------------------------------------------------------------------


@router.get("/plugins", summary="Every plugin that was found", tags=["plugins"])
async def list_plugins(web: WebDep) -> list[dict[str, Any]]:
    """With what it provides; one with a `problem` is left out, `hint` is the mend."""
    records = await asyncio.to_thread(lambda: web.host.plugins.records)
    return [record.to_dict() for record in records]


@router.post("/plugins/{name}/enable", summary="Use a plugin", tags=["plugins"])
async def enable_plugin(web: WebDep, name: str) -> dict[str, Any]:
    """Takes effect when the program starts again."""
    return await _switch(web, name, on=True)


@router.post("/plugins/{name}/disable", summary="Leave a plugin out", tags=["plugins"])
async def disable_plugin(web: WebDep, name: str) -> dict[str, Any]:
    """Takes effect when the program starts again."""
    return await _switch(web, name, on=False)


async def _switch(web: Web, name: str, *, on: bool) -> dict[str, Any]:
    record, restart = await upkeep.switch_plugin(web.host, name, on=on)
    return {**record.to_dict(), "enabled": on, "restart": restart}
