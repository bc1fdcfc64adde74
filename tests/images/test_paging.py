"""Pages of pictures in every order neither skip nor repeat, and cost the same at any depth."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from sqlalchemy import Connection, event, insert, text

from stcore.chat.store import ChatStore
from stcore.errors import UserError
from stcore.images.asset_rows import SORT_NAME, sort_name
from stcore.images.library import Library
from stcore.storage.database import Database
from stcore.storage.ids import new_id
from stcore.storage.tables import assets, characters

pytestmark = pytest.mark.anyio

ORDERS = [(sort, order) for sort in ("date", "name") for order in ("asc", "desc")]
NAMES = ("harbour", "Äpfel", "apple", "boat", "boat", "", "zebra", "Boat")


async def people(database: Database, *names: str) -> list[str]:
    """Characters; their ids."""
    rows = [
        {"id": new_id(), "key": f"{name}.png", "name": name, "tags": [], "card": {}, "created": 1, "updated": 1}
        for name in names
    ]
    await database.write(lambda c: c.execute(insert(characters), rows))
    return [str(row["id"]) for row in rows]


async def fill(database: Database, number: int, **common: Any) -> list[dict[str, Any]]:
    """Records of pictures without files, brought along and made in turn."""
    base = {"media_type": "image/png", "bytes": 9, "width": 8, "height": 8, "kind": "free", "tags": [], **common}
    rows = [
        {
            **base,
            "id": new_id(1_000_000 + n),
            "sha256": f"{n:064x}",
            "label": f"{NAMES[n % len(NAMES)]} {n % 3}",
            "sort_name": sort_name(f"{NAMES[n % len(NAMES)]} {n % 3}"),
            "origin": ("received", "uploaded", "sent")[n % 3],
            "created": n,
        }
        for n in range(number)
    ]
    await database.write(lambda c: c.execute(insert(assets), rows))
    return rows


async def all_pages(library: Library, limit: int, **how: Any) -> list[str]:
    """The ids of all pages, one after the other."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = await library.page(cursor=cursor, limit=limit, **how)
        found += [picture["id"] for picture in page.pictures]
        cursor = page.next
        if cursor is None:
            return found
        assert len(page.pictures) == limit


@pytest.mark.parametrize(("sort", "order"), ORDERS)
@pytest.mark.parametrize("filter", ["all", "sent", "received"])
async def test_every_order_of_every_place(
    library: Library, chats: ChatStore, database: Database, sort: str, order: str, filter: str
) -> None:
    (mia,) = await people(database, "Mia")
    chat = await chats.create()
    here = await fill(database, 50, chat_id=chat.id, gallery_id=mia)
    await fill(database, 7)
    wanted = {"all": ("received", "uploaded", "sent"), "sent": ("uploaded", "sent"), "received": ("received",)}[filter]
    kept = [row for row in here if row["origin"] in wanted]
    kept.sort(key=lambda row: (row["sort_name"], row["id"]) if sort == "name" else row["id"], reverse=order == "desc")
    expected = [row["id"] for row in kept]
    for limit in (7, 60):
        how = {"sort": sort, "order": order, "filter": filter}
        assert await all_pages(library, limit, gallery_of=mia, **how) == expected
        assert await all_pages(library, limit, chat_id=chat.id, **how) == expected
    assert len(await all_pages(library, 9, sort=sort, order=order, filter="all")) == 57
    assert (await library.counts(gallery_of=mia))[filter] == (await library.counts(chat.id))[filter] == len(expected)
    assert (await library.counts())["all"] == 57


async def test_case_and_accents_do_not_count_for_the_order(library: Library, database: Database) -> None:
    await fill(database, len(NAMES))
    page = await library.page(sort="name", order="asc")
    titles = [picture["title"].split()[0] for picture in page.pictures]
    assert titles[:3] == ["2", "Äpfel", "apple"]
    assert [title.casefold() for title in titles[3:]] == ["boat", "boat", "boat", "harbour", "zebra"]


@pytest.mark.parametrize("place", ["chat", "gallery", "everything"])
@pytest.mark.parametrize(("sort", "order"), ORDERS)
async def test_a_page_is_a_search_in_an_index(
    library: Library, chats: ChatStore, database: Database, place: str, sort: str, order: str
) -> None:
    """The queries as they are sent: none scans a table or sorts what it found."""
    (mia,) = await people(database, "Mia")
    chat = await chats.create()
    await fill(database, 200, chat_id=chat.id, gallery_id=mia)
    where = {"chat": {"chat_id": chat.id}, "gallery": {"gallery_of": mia}, "everything": {}}[place]
    first = await library.page(limit=20, sort=sort, order=order, **where)  # type: ignore[arg-type]
    sent: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if "FROM assets" in statement and "LIMIT" in statement:
            sent.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    await library.page(cursor=first.next, limit=20, sort=sort, order=order, **where)  # type: ignore[arg-type]
    event.remove(database.engine, "before_cursor_execute", note)
    assert len(sent) == 3  # one for every origin

    def plan(connection: Connection) -> list[str]:
        return [
            row.detail
            for statement, parameters in sent
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]

    steps = await database.read(plan)
    assert all("SEARCH assets USING COVERING INDEX" in step for step in steps), steps


async def test_words_and_cursors_from_outside_are_checked(library: Library) -> None:
    for wrong in ({"sort": "size"}, {"order": "up"}, {"filter": "mine"}):
        with pytest.raises(UserError):
            await library.page(**wrong)  # type: ignore[arg-type]
    here = new_id()
    for cursor in ("../x", f"{here}name", f"{here}{'x' * (SORT_NAME + 1)}"):
        with pytest.raises(UserError):
            await library.page(cursor=cursor)
    with pytest.raises(UserError):
        await library.page(cursor=f"{here}{'x' * (SORT_NAME + 1)}", sort="name")


async def test_new_pictures_shift_no_page(library: Library, database: Database) -> None:
    (mia,) = await people(database, "Mia")
    rows = await fill(database, 10, gallery_id=mia)
    first = await library.page(gallery_of=mia, limit=4)
    newer = {"id": new_id(9_000_000), "sha256": "f" * 64, "media_type": "image/png", "origin": "received"}
    more = {"bytes": 1, "width": 1, "height": 1, "kind": "free", "label": "", "tags": [], "created": 1}
    await database.write(lambda c: c.execute(insert(assets), {**newer, **more, "gallery_id": mia}))
    second = await library.page(gallery_of=mia, limit=4, cursor=first.next)
    assert [picture["id"] for picture in second.pictures] == [row["id"] for row in rows[5:1:-1]]


@given(st.text(max_size=400))
@settings(max_examples=1000)
def test_a_name_for_the_order_is_short_and_settled(label: str) -> None:
    name = sort_name(label)
    assert len(name) <= SORT_NAME
    assert name == sort_name(name)
    assert name == sort_name(f"  {label}") or len(label) > SORT_NAME


async def test_pictures_of_before_hang_with_whom_their_chat_is(tmp_path: Any) -> None:
    """The migration gives pictures of chats to the galleries of their characters and groups, and puts all in order."""
    from stcore.storage import migrate

    old = Database(f"sqlite:///{tmp_path / 'old.db'}")
    migrate.upgrade(old.engine, "0002")
    picture = "INSERT INTO assets (id, sha256, media_type, bytes, width, height, origin, kind, chat_id, label, tags, "
    for row in (
        "INSERT INTO characters VALUES ('c', 'Anna', '{}', NULL, 1, 1, 'Anna.png', '[]')",
        "INSERT INTO chats (id, title, character_id, temporary, extra, created, updated) "
        "VALUES ('t', 'Talk', 'c', 0, '{}', 1, 1)",
        picture + "created) VALUES ('a', 'x', 'image/png', 1, 1, 1, 'received', 'free', 't', 'Öl  und Eis', '[]', 1)",
        picture + "created) VALUES ('b', 'x', 'image/png', 1, 1, 1, 'uploaded', 'portrait', NULL, 'Anna', '[]', 1)",
    ):
        old.write_now(lambda c, row=row: c.execute(text(row)))  # type: ignore[misc]
    old.prepare()
    found = old.read_now(lambda c: c.execute(text("SELECT id, gallery_id, sort_name FROM assets ORDER BY id")).all())
    assert found == [("a", "c", "ol und eis"), ("b", None, "anna")]
    old.close()
