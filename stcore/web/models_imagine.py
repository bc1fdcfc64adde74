"""The bodies of requests for pictures."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from stcore.chat.imagine.redo import Changes
from stcore.chat.imagine.settings import Scope
from stcore.web.models import Body


class ToImagine(Body):
    """``argument`` is a mode word or a free prompt; ``settings`` hold for this picture only, by the names of
    `GET /api/pictures-settings`. ``quiet`` posts nothing."""

    argument: str = Field(min_length=1, max_length=100_000)
    settings: dict[str, Any] = {}
    negative: str = Field(default="", max_length=100_000)
    quiet: bool = False
    references: list[str] = Field(default=[], max_length=16)


class Further(Body):
    """``anew`` lets the prompt be written again."""

    anew: bool = False


class Redo(Body):
    """``only_look`` starts nothing and tells what would be left out."""

    changes: Changes
    only_look: bool = False


class PictureSettingsChange(Body):
    """Only what changes; ``null`` forgets what was set in the scope. ``chat`` is the one that has the settings, or
    whose character has them."""

    scope: Scope = "host"
    chat: str | None = None
    values: dict[str, Any]
