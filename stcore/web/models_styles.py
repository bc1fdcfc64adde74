"""The bodies of requests about styles. ``chat_id`` is the chat whose own settings count over those of the host."""

from __future__ import annotations

from pydantic import Field

from stcore.web.models import Body

MOST_CHARACTERS = 20_000


class StyleChoice(Body):
    name: str = Field(max_length=200)
    chat_id: str | None = None


class StyleChange(Body):
    """The texts in use; one that is left out stays as it is."""

    prefix: str | None = Field(default=None, max_length=MOST_CHARACTERS)
    negative: str | None = Field(default=None, max_length=MOST_CHARACTERS)
    chat_id: str | None = None


class StyleToSave(Body):
    """An empty name is that of the current style; a text that is left out (or ``null``) is the one in use, and without
    a description the style keeps the one it has."""

    name: str = Field(default="", max_length=200)
    prefix: str | None = Field(default=None, max_length=MOST_CHARACTERS)
    negative: str | None = Field(default=None, max_length=MOST_CHARACTERS)
    description: str | None = Field(default=None, max_length=500)
    chat_id: str | None = None


class StyleName(Body):
    name: str = Field(min_length=1, max_length=200)
