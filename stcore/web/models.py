"""The bodies of requests. Unknown fields are refused: a misspelt one would be ignored in silence otherwise."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Body(BaseModel):
    """Base of every body."""

    model_config = ConfigDict(extra="forbid")

    def given(self) -> dict[str, Any]:
        """The fields that were sent."""
        return self.model_dump(exclude_unset=True)


class NewChat(Body):
    """With a character or a group it begins with their greetings."""

    title: str = Field(default="", max_length=200)
    character_id: str | None = None
    group_id: str | None = None


class ChatChange(Body):
    title: str = Field(min_length=1, max_length=200)


class Line(Body):
    """A message, or a script when it begins with a slash."""

    text: str = Field(min_length=1, max_length=1_000_000)


class MessageChange(Body):
    """``swipe`` is the number of the alternative to show, from 0; ``picture`` the id of the picture to look at,
    ``display`` whether one of its pictures is shown or all."""

    text: Annotated[str, Field(max_length=1_000_000)] = ""
    hidden: bool = False
    swipe: Annotated[int, Field(ge=0)] = 0
    picture: str = ""
    display: Literal["gallery", "list"] = "gallery"


class ToSign(Body):
    ids: list[str] = Field(max_length=20)


class NewConnection(Body):
    """``source`` is the kind of connection, ``name`` defaults to it."""

    source: str
    name: str | None = None
    options: dict[str, Any] = {}


class ConnectionChange(Body):
    """Only what changes; ``null`` puts an option back to its default and forgets a secret."""

    options: dict[str, Any]


class ConnectionCheck(Body):
    """Either the ``name`` of a connection as it is, or the ``source`` and ``options`` of one that is not saved yet.

    With both, secrets left out of the options are those of the named connection.
    """

    source: str = ""
    name: str = ""
    options: dict[str, Any] = {}


class SettingsChange(Body):
    """Only what changes; ``null`` puts a setting back to its default."""

    image: dict[str, Any] = {}
    chat: dict[str, Any] = {}
    lore: dict[str, Any] = {}


class ToComplete(Body):
    """``cursor`` counts as a browser does: UTF-16 units of ``text`` in front of the cursor.

    ``place`` tells what the text is for (``message``, ``script``, ``style``, ``picture-message`` ...), which decides
    the macros that exist there. Without it the text is the line of input: a script after a slash, else a message.
    """

    text: str = Field(max_length=1_000_000)
    cursor: int = Field(ge=0)
    chat_id: str | None = None
    place: str | None = Field(default=None, max_length=40)


class ToPreview(Body):
    """A text with macros, and what it is for; ``chat_id`` is the chat whose names and variables count."""

    text: str = Field(max_length=1_000_000)
    chat_id: str | None = None
    place: str = Field(default="message", max_length=40)


class Answer(Body):
    """A text, true or false, labels, or what was changed of a prompt (``prompt``, ``negative``, ``keep_size``).

    ``null`` when the question was closed.
    """

    answer: str | bool | list[str] | dict[str, str | bool] | None


class NoticeEvent(Body):
    event: Literal["clicked", "gone"]


class Accepted(BaseModel):
    """It was begun; what comes of it arrives as events."""

    accepted: Literal[True] = True


class Stopped(BaseModel):
    """Whether anything was running."""

    stopped: bool
