"""The bodies of requests about world info. Entries have the names of the format in which books are shared."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from stcore.web.models import Body

Name = Annotated[str, Field(min_length=1, max_length=200)]


class NewBook(Body):
    """``copy_of`` is the id of a book whose entries the new one begins with."""

    name: Name
    copy_of: str = ""


class BookChange(Body):
    """``data`` is what the book holds beside its entries; ``null`` removes a key."""

    name: Name = ""
    data: dict[str, Any] = {}


class EntryFields(Body):
    """Only what differs from the defaults, or what changes."""

    fields: dict[str, Any] = {}


class EntryOrder(Body):
    """The numbers of all entries, in their new order."""

    uids: list[int] = Field(max_length=100_000)


class Books(Body):
    """Names of books, in their order."""

    books: list[Name] = Field(max_length=1000)


class OneBook(Body):
    """The name of a book, ``null`` for none."""

    book: Name | None
