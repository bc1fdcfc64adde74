"""Characters and personas get keys; groups, branches, world info, quick replies, presets, the data bank."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# Plain ALTER TABLE: rebuilding a table in SQLite would delete the rows that refer to it.
_KEYED = ("characters", "personas")


def upgrade() -> None:
    for table in _KEYED:
        op.execute(f"ALTER TABLE {table} ADD COLUMN key VARCHAR(256) DEFAULT '' NOT NULL")
        op.execute(f"UPDATE {table} SET key = id")
        op.create_index(op.f(f"ix_{table}_key"), table, ["key"], unique=True)
    op.execute("ALTER TABLE characters ADD COLUMN tags JSON DEFAULT '[]' NOT NULL")
    _named("groups", sa.Column("name", sa.Text(), nullable=False), *_group_columns())
    for column, target in (("group_id", "groups"), ("parent_id", "chats")):
        op.execute(
            f"ALTER TABLE chats ADD COLUMN {column} VARCHAR(32) CONSTRAINT fk_chats_{column}_{target} "
            f"REFERENCES {target} (id) ON DELETE SET NULL"
        )
    _named("books", sa.Column("name", sa.String(length=256), nullable=False), _json("data"))
    op.create_index(op.f("ix_books_name"), "books", ["name"], unique=True)
    op.create_table(
        "book_entries",
        sa.Column("book_id", sa.String(length=32), nullable=False),
        sa.Column("uid", sa.Integer(), nullable=False),
        _json("data"),
        sa.ForeignKeyConstraint(
            ["book_id"], ["books.id"], name=op.f("fk_book_entries_book_id_books"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("book_id", "uid", name=op.f("pk_book_entries")),
    )
    op.create_table(
        "reply_sets",
        sa.Column("name", sa.String(length=256), nullable=False),
        _json("data"),
        _time("created"),
        _time("updated"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_reply_sets")),
    )
    op.create_table(
        "presets",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        _json("data"),
        _time("updated"),
        sa.PrimaryKeyConstraint("kind", "name", name=op.f("pk_presets")),
    )
    _named(
        "documents",
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
    )
    op.create_index(op.f("ix_documents_scope_id"), "documents", ["scope", "id"], unique=False)


def _named(table: str, *columns: sa.Column) -> None:
    """A table whose rows have an id and two times."""
    op.create_table(
        table,
        sa.Column("id", sa.String(length=32), nullable=False),
        *columns,
        _time("created"),
        _time("updated"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _group_columns() -> tuple[sa.Column, ...]:
    return _json("members"), _json("tags"), _json("data"), sa.Column("avatar_id", sa.String(length=32), nullable=True)


def _json(name: str) -> sa.Column:
    return sa.Column(name, sa.JSON(), nullable=False)


def _time(name: str) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=False)
