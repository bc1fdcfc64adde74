"""The bodies of requests about the data bank."""

from __future__ import annotations

from pydantic import Field

from stcore.chat.documents import GLOBAL, LONGEST, LONGEST_NAME
from stcore.web.models import Body


class NewDocument(Body):
    scope: str = Field(default=GLOBAL, max_length=64)
    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    text: str = Field(max_length=LONGEST)


class DocumentChange(Body):
    """Only what changes."""

    name: str = Field(default="", min_length=1, max_length=LONGEST_NAME)
    text: str = Field(default="", max_length=LONGEST)
    enabled: bool = True
