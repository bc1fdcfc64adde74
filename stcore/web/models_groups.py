"""The bodies of requests about groups, and about copies of chats."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from stcore.web.models import Body
from stcore.web.models_people import Id, Tags

Members = Annotated[list[Id], Field(max_length=500)]


class NewGroup(Body):
    """``members`` are ids of characters in their order. ``options`` are those of ``GET /api/groups/{id}``."""

    name: str = Field(min_length=1, max_length=200)
    members: Members = []
    tags: Tags = []
    options: dict[str, Any] = {}


class Seat(Body):
    """One member; a ``muted`` one is never chosen to speak."""

    character_id: Id
    muted: bool = False


class GroupChange(Body):
    """Only what changes; ``members`` are all of them in their new order."""

    name: Annotated[str, Field(min_length=1, max_length=200)] = ""
    members: Annotated[list[Seat], Field(max_length=500)] = []
    tags: Tags = []
    options: dict[str, Any] = {}
    avatar_id: Id | None = None


class Branch(Body):
    """The copy ends with message ``position``; without ``title`` it gets a numbered one."""

    position: int = Field(ge=0)
    title: str = Field(default="", max_length=200)


class Checkpoint(Body):
    """Without ``title`` the copy gets a numbered one."""

    title: str = Field(default="", max_length=200)


class NewSwipe(Body):
    """Another text of a message; ``show`` makes it the one shown."""

    text: str = Field(max_length=1_000_000)
    show: bool = True
