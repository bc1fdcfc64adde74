"""The bodies of requests about modes of one's own and templates of prompts."""

from __future__ import annotations

from pydantic import Field

from stcore.web.models import Body

MOST_CHARACTERS = 200_000


class PromptText(Body):
    text: str = Field(max_length=MOST_CHARACTERS)


class PromptToTry(Body):
    """``slot`` is the slot or mode that the text is meant for, ``subject`` what would stand behind ``/imagine``."""

    text: str = Field(max_length=MOST_CHARACTERS)
    chat_id: str
    slot: str = Field(default="", max_length=100)
    subject: str = Field(default="", max_length=2000)
