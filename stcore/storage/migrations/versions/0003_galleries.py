"""Pictures hang in the gallery of a character or group, and can be put in order by name."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_INDEXES = (
    ("subject_id",),
    ("origin", "id"),
    ("origin", "sort_name", "id"),
    ("chat_id", "origin", "sort_name", "id"),
    ("gallery_id", "origin", "id"),
    ("gallery_id", "origin", "sort_name", "id"),
)
_AT_ONCE = 1000


def upgrade() -> None:
    op.execute("ALTER TABLE assets ADD COLUMN gallery_id VARCHAR(32)")
    collation = 'COLLATE "C" ' if op.get_bind().dialect.name == "postgresql" else ""
    op.execute(f"ALTER TABLE assets ADD COLUMN sort_name VARCHAR(64) {collation}DEFAULT '' NOT NULL")
    # What hangs in a chat belongs to whom the chat is with.
    op.execute(
        "UPDATE assets SET gallery_id = (SELECT COALESCE(chats.group_id, chats.character_id) FROM chats "
        "WHERE chats.id = assets.chat_id) WHERE chat_id IS NOT NULL"
    )
    _name_all()
    for columns in _INDEXES:
        op.create_index(op.f(f"ix_assets_{'_'.join(columns)}"), "assets", list(columns), unique=False)


def _name_all() -> None:
    connection = op.get_bind()
    write = sa.text("UPDATE assets SET sort_name = :name WHERE id = :id")
    last = ""
    while True:
        query = sa.text("SELECT id, label FROM assets WHERE id > :last ORDER BY id LIMIT :count")
        rows = connection.execute(query, {"last": last, "count": _AT_ONCE}).all()
        if not rows:
            return
        connection.execute(write, [{"id": row.id, "name": _sort_name(row.label)} for row in rows])
        last = rows[-1].id


def _sort_name(label: str) -> str:
    """As ``stcore.images.asset_rows.sort_name`` was when this was written."""
    taken_apart = unicodedata.normalize("NFD", label[:256].casefold())
    plain = "".join(sign for sign in taken_apart if not unicodedata.combining(sign))
    return " ".join(plain.split())[:64].rstrip()
