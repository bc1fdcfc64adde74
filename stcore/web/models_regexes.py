"""The bodies of requests about regex scripts. Scripts have the keys of SillyTavern's files."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from stcore.chat.regexes.store import GLOBAL
from stcore.web.models import Body

Scope = Field(default=GLOBAL, max_length=300, description="`global`, `character:ID` or `preset:NAME`")


class ScriptToSave(Body):
    scope: str = Scope
    script: dict[str, Any]


class ScriptsToImport(Body):
    """``document`` is what a file holds: one script or a list."""

    scope: str = Scope
    document: Any


class Arrangement(Body):
    scope: str = Scope
    ids: list[str] = Field(max_length=10_000)


class Permission(Body):
    scope: str = Field(max_length=300)
    allowed: bool


class Trial(Body):
    """A script as it stands in an editor, and a text to try it on."""

    script: dict[str, Any]
    text: str = Field(max_length=200_000)
    chat_id: str | None = None


class PresetToSave(Body):
    """Keeps which scripts are on now; with an ``id`` in place of that choice."""

    name: str = Field(min_length=1, max_length=200)
    id: str = ""
    chat_id: str | None = None


class PresetChoice(Body):
    id: str
    chat_id: str | None = None
