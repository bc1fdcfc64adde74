"""The tables. Times are milliseconds since 1970 (UTC); ids are those of ``ids.py``, so they sort by time.

A message is never rewritten when another is added: one append is one row here and one in ``swipes``.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

REVISION = "0003"
"""The newest migration in ``migrations/versions``; stored in ``alembic_version``."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_ORDERED = String(64).with_variant(String(64, collation="C"), "postgresql")
"""A text that both databases put in order as Python does."""


def _id(name: str = "id", *, primary: bool = True) -> Column[str]:
    return Column(name, String(32), primary_key=primary, nullable=False)


# key: the name by which scripts and other programs know it, like the file of its card ("Alice.png"); unique.
characters = Table(
    "characters",
    metadata,
    _id(),
    Column("key", String(256), nullable=False, server_default=""),
    Column("name", Text, nullable=False),
    Column("tags", JSON, nullable=False, default=list, server_default="[]"),
    Column("card", JSON, nullable=False, default=dict),
    Column("avatar_id", String(32)),
    Column("created", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Index(None, "key", unique=True),
)

personas = Table(
    "personas",
    metadata,
    _id(),
    Column("key", String(256), nullable=False, server_default=""),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False, default=""),
    Column("avatar_id", String(32)),
    Column("extra", JSON, nullable=False, default=dict),
    Column("created", BigInteger, nullable=False),
    Index(None, "key", unique=True),
)

# members: ids of characters in their order, each with whether it is muted; data: how it takes turns, whose cards count.
groups = Table(
    "groups",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("members", JSON, nullable=False, default=list),
    Column("tags", JSON, nullable=False, default=list),
    Column("data", JSON, nullable=False, default=dict),
    Column("avatar_id", String(32)),
    Column("created", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
)

# parent_id: the chat that this one is a branch or checkpoint of.
chats = Table(
    "chats",
    metadata,
    _id(),
    Column("title", Text, nullable=False),
    Column("character_id", String(32), ForeignKey("characters.id", ondelete="SET NULL")),
    Column("group_id", String(32), ForeignKey("groups.id", ondelete="SET NULL")),
    Column("parent_id", String(32), ForeignKey("chats.id", ondelete="SET NULL")),
    Column("persona_id", String(32), ForeignKey("personas.id", ondelete="SET NULL")),
    Column("temporary", Boolean, nullable=False, default=False),
    Column("extra", JSON, nullable=False, default=dict),
    Column("created", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Index(None, "updated"),
)

messages = Table(
    "messages",
    metadata,
    _id(),
    Column("chat_id", String(32), ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    # Dense from 0 within a chat: the number that scripts and macros use.
    Column("position", Integer, nullable=False),
    Column("role", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("hidden", Boolean, nullable=False, default=False),
    Column("swipe", Integer, nullable=False, default=0),
    Column("extra", JSON, nullable=False, default=dict),
    Column("created", BigInteger, nullable=False),
    Index(None, "chat_id", "position"),
)

swipes = Table(
    "swipes",
    metadata,
    Column("message_id", String(32), ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True, nullable=False),
    Column("number", Integer, primary_key=True, nullable=False),
    Column("text", Text, nullable=False),
    Column("extra", JSON, nullable=False, default=dict),
    Column("created", BigInteger, nullable=False),
)

# gallery_id: the gallery it hangs in, which is a character, a group, or one that several characters share (its name is
# the setting "name" of the scope "gallery:ID"). subject_id: whom it belongs to without hanging there, as a portrait.
# sort_name: the label as it is put in order.
assets = Table(
    "assets",
    metadata,
    _id(),
    Column("sha256", String(64), nullable=False),
    Column("media_type", String(64), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("origin", String(16), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("chat_id", String(32), ForeignKey("chats.id", ondelete="CASCADE")),
    Column("subject_id", String(32)),
    Column("job_id", String(36)),
    Column("parent_id", String(32)),
    Column("label", Text, nullable=False, default=""),
    Column("tags", JSON, nullable=False, default=list),
    Column("created", BigInteger, nullable=False),
    Column("gallery_id", String(32)),
    Column("sort_name", _ORDERED, nullable=False, default="", server_default=""),
    Index(None, "sha256"),
    Index(None, "subject_id"),
    Index(None, "chat_id", "id"),
    # A page begins in the middle of one of these, whatever its order; see images/paging.py.
    Index(None, "origin", "id"),
    Index(None, "origin", "sort_name", "id"),
    Index(None, "chat_id", "origin", "id"),
    Index(None, "chat_id", "origin", "sort_name", "id"),
    Index(None, "gallery_id", "origin", "id"),
    Index(None, "gallery_id", "origin", "sort_name", "id"),
)

# One picture hung on one swipe of a message.
attachments = Table(
    "attachments",
    metadata,
    _id(),
    Column("message_id", String(32), ForeignKey("messages.id", ondelete="CASCADE"), nullable=False),
    Column("swipe", Integer, nullable=False, default=0),
    Column("asset_id", String(32), ForeignKey("assets.id", ondelete="CASCADE"), nullable=False),
    Column("title", Text, nullable=False, default=""),
    Column("extra", JSON, nullable=False, default=dict),
    Index(None, "message_id", "id"),
    Index(None, "asset_id"),
)

# How a received picture was made (studio.md section 2); written once.
generations = Table(
    "generations",
    metadata,
    Column("asset_id", String(32), ForeignKey("assets.id", ondelete="CASCADE"), primary_key=True, nullable=False),
    Column("prompt", Text, nullable=False),
    Column("final_prompt", Text, nullable=False),
    Column("negative_prompt", Text, nullable=False, default=""),
    Column("seed", String(24)),
    Column("model", Text, nullable=False, default=""),
    Column("source", String(64), nullable=False),
    Column("connection", String(64), nullable=False),
    Column("seconds", Integer),
    Column("details", JSON, nullable=False, default=dict),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(36), primary_key=True, nullable=False),
    Column("state", String(16), nullable=False),
    Column("chat_id", String(32), ForeignKey("chats.id", ondelete="CASCADE")),
    Column("source", String(64), nullable=False),
    Column("connection", String(64), nullable=False),
    # The intent (who asked, what for, where the result goes), the request, and what was changed for the source.
    Column("intent", JSON, nullable=False),
    Column("request", JSON, nullable=False),
    Column("adjustments", JSON, nullable=False, default=list),
    # Which step began: a crash between "submitting" and "token" is the only place where the source must be asked.
    Column("submitted", Boolean, nullable=False, default=False),
    Column("token", Text, nullable=False, default=""),
    Column("executor", String(64), nullable=False, default=""),
    Column("results", JSON, nullable=False, default=list),
    Column("error", JSON),
    Column("retry_of", String(36)),
    Column("created", BigInteger, nullable=False),
    Column("started", BigInteger),
    Column("finished", BigInteger),
    Index(None, "state", "created"),
    Index(None, "chat_id", "created"),
)

# scope: "global" or the id of a chat. Values as JSON, so numbers stay numbers.
variables = Table(
    "variables",
    metadata,
    Column("scope", String(32), primary_key=True, nullable=False),
    Column("name", String(512), primary_key=True, nullable=False),
    Column("value", JSON, nullable=False),
)

# Settings that belong to one chat or character; those of the whole host live in the settings file.
settings = Table(
    "settings",
    metadata,
    Column("scope", String(64), primary_key=True, nullable=False),
    Column("key", String(128), primary_key=True, nullable=False),
    Column("value", JSON, nullable=False),
)

# World info: a book, and its entries by the number that scripts use.
books = Table(
    "books",
    metadata,
    _id(),
    Column("name", String(256), nullable=False),
    Column("data", JSON, nullable=False, default=dict),
    Column("created", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Index(None, "name", unique=True),
)

book_entries = Table(
    "book_entries",
    metadata,
    Column("book_id", String(32), ForeignKey("books.id", ondelete="CASCADE"), primary_key=True, nullable=False),
    Column("uid", Integer, primary_key=True, nullable=False),
    Column("data", JSON, nullable=False, default=dict),
)

# Sets of quick replies; data is the set as it is shared with others.
reply_sets = Table(
    "reply_sets",
    metadata,
    Column("name", String(256), primary_key=True, nullable=False),
    Column("data", JSON, nullable=False, default=dict),
    Column("created", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
)

# Things with a name that are saved and selected: kind is "preset", "instruct", "context", "sysprompt", "reasoning",
# "profile", "regex" ...
presets = Table(
    "presets",
    metadata,
    Column("kind", String(32), primary_key=True, nullable=False),
    Column("name", String(256), primary_key=True, nullable=False),
    Column("data", JSON, nullable=False, default=dict),
    Column("updated", BigInteger, nullable=False),
)

# The data bank. scope: "global", "chat:ID" or "character:ID".
documents = Table(
    "documents",
    metadata,
    _id(),
    Column("scope", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("enabled", Boolean, nullable=False, default=True),
    Column("created", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Index(None, "scope", "id"),
)

# What happened, in order: the source of every face's live view. Written in the transaction of the change itself.
journal = Table(
    "journal",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("chat_id", String(32)),
    Column("kind", String(32), nullable=False),
    Column("data", JSON, nullable=False),
    Column("created", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

alembic_version = Table(
    "alembic_version", metadata, Column("version_num", String(32), primary_key=True, nullable=False)
)
