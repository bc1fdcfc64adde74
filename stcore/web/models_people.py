"""The bodies of requests about characters and personas."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from stcore.chat.imagine.looks import LONGEST, MOST
from stcore.web.models import Body

Id = Annotated[str, Field(min_length=32, max_length=32)]
Tags = Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=200)]


class NewCharacter(Body):
    """``fields`` are those of ``GET /api/characters/{id}``, all optional."""

    name: str = Field(min_length=1, max_length=200)
    fields: dict[str, Any] = {}
    tags: Tags = []


class CharacterChange(Body):
    """Only what changes. Changing ``fields.name`` leaves the key; ``rename`` changes both."""

    fields: dict[str, Any] = {}
    tags: Tags = []


class Rename(Body):
    """``chats``: also in the messages that it sent before."""

    name: str = Field(min_length=1, max_length=200)
    chats: bool = False


class NewPersona(Body):
    name: str = Field(min_length=1, max_length=200)
    fields: dict[str, Any] = {}


class PersonaChange(Body):
    """Only what changes: name, description, title, position, depth, role, lorebook, image_prefix,
    image_negative_prefix, references."""

    fields: dict[str, Any]


class Connection(Body):
    """The id of a character or group, and whether the persona shall speak in its chats."""

    subject_id: Id
    on: bool = True


class DefaultPersona(Body):
    """``null`` for none."""

    persona_id: Id | None


class TakenPersona(Body):
    """Either a persona or only a name for this chat; ``locked`` binds the chat to the persona, or frees it."""

    persona_id: Id | None = None
    name: str = Field(default="", max_length=200)
    locked: bool | None = None


class TagImport(Body):
    """What happens with the tags written in a card that is imported."""

    mode: Literal["all", "existing", "none"]


class LooksChange(Body):
    """Only what changes. ``references`` are all of them, as texts such as ``avatar:subject`` or ``ID:init:0.4``."""

    prefix: str | None = Field(default=None, max_length=LONGEST)
    negative: str | None = Field(default=None, max_length=LONGEST)
    shared: bool | None = None
    references: list[Annotated[str, Field(max_length=1000)]] | None = Field(default=None, max_length=MOST)
