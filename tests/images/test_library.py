"""Pictures are checked, kept once, found page by page, and gone when nothing needs them."""

from __future__ import annotations

import asyncio
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import text, update

from stcore.bus import Bus
from stcore.chat.records import Attachment, NewMessage
from stcore.chat.store import ChatStore
from stcore.clock import SystemClock
from stcore.errors import NotFound, StorageError, UnusablePicture, UserError
from stcore.images.embed import read_texts, with_texts
from stcore.images.generation import Generation
from stcore.images.library import Library
from stcore.storage.blobs import ObstoreBlobs
from stcore.storage.database import Database
from stcore.storage.tables import personas
from tests.images.pictures import picture

pytestmark = pytest.mark.anyio

MADE = Generation("fox", "fox, best", "fog", "7", "dream", "painter", "home", 2, {"steps": 5})


def files(blobs: ObstoreBlobs) -> list[Path]:
    assert blobs.folder is not None
    return sorted(path for path in blobs.folder.rglob("*") if path.is_file())


@pytest.mark.feature("REC-2", "F119")
async def test_type_and_size_come_from_the_bytes(library: Library) -> None:
    asset = await library.store(picture(640, 360), kind="free", origin="received", label="said to be a JPEG")
    assert (asset.media_type, asset.width, asset.height) == ("image/png", 640, 360)
    assert asset.bytes == len((await library.read(asset.id))[0])


@pytest.mark.feature("REC-4")
async def test_a_received_picture_says_how_it_was_made(library: Library) -> None:
    asset = await library.store(picture(), kind="free", origin="received", label="fox", generation=MADE)
    seen = await library.get(asset.id)
    assert seen["title"] == "fox"
    assert (seen["width"], seen["height"], seen["created"]) == (48, 32, asset.created)
    made = seen["generation"]
    assert (made["prompt"], made["negative_prompt"], made["seed"], made["model"]) == ("fox", "fog", "7", "dream")
    assert made["details"] == {"steps": 5}
    assert (await library.get((await library.store(picture(), kind="free", origin="sent")).id))["generation"] is None


async def test_the_record_travels_in_the_file_unless_told_otherwise(library: Library) -> None:
    marked = await library.store(picture(), kind="free", origin="received", generation=MADE)
    data, _ = await library.read(marked.id)
    assert read_texts(data)["parameters"].startswith("fox, best\nNegative prompt: fog\nSteps: 5")
    plain = await library.store(picture(), kind="free", origin="received", generation=MADE, embed=False)
    assert (await library.read(plain.id))[0] == picture()


async def test_the_sources_own_parameters_are_kept(library: Library) -> None:
    theirs = with_texts(picture(), {"parameters": "theirs"})
    asset = await library.store(theirs, kind="free", origin="received", generation=MADE)
    texts = read_texts((await library.read(asset.id))[0])
    assert texts["parameters"] == "theirs"
    assert '"final_prompt":"fox, best"' in texts["stcore"]


@pytest.mark.feature("REC-3")
async def test_everything_is_there_after_a_restart(library: Library, database: Database, blobs: ObstoreBlobs) -> None:
    ids = [(await library.store(picture(seed=n), kind="free", origin="sent")).id for n in range(3)]
    again = Database(database.url)
    again.prepare()
    reopened = Library(again, ObstoreBlobs(blobs.url), SystemClock())
    for number, asset_id in enumerate(ids):
        assert (await reopened.read(asset_id))[0] == picture(seed=number)
    again.close()


# -- what is refused -------------------------------------------------------------------------------------------------


def broken_png() -> bytes:
    """A PNG whose header is fine and whose pixels are not."""
    good = picture(300, 300, noise=True)
    middle = len(good) // 2
    return good[:middle] + bytes(b ^ 0xFF for b in good[middle : middle + 500]) + good[middle + 500 :]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "no_file"),
        (b"<html>no", "bad_type"),
        (picture()[:-30], "not_decodable"),
        (broken_png(), "not_decodable"),
        # A bomb: 60,000 x 60,000 pixels in a few bytes.
        (picture()[:16] + b"\0\0\xea\x60\0\0\xea\x60" + picture()[24:], "too_many_pixels"),
    ],
)
async def test_what_is_no_whole_picture_is_refused_and_leaves_nothing(
    library: Library, blobs: ObstoreBlobs, data: bytes, code: str
) -> None:
    with pytest.raises(UnusablePicture) as caught:
        await library.store(data, kind="free", origin="received")
    assert caught.value.code == code
    assert not blobs.folder or files(blobs) == []
    assert (await library.page()).pictures == []


class FullStore(ObstoreBlobs):
    async def put(self, key: str, data: bytes) -> bool:
        raise StorageError("The pictures cannot be stored: the disk is full.")


@pytest.mark.feature("STO-6")
async def test_when_the_file_cannot_be_stored_there_is_no_record(database: Database, tmp_path: Path) -> None:
    library = Library(database, FullStore(tmp_path / "pictures"), SystemClock())
    with pytest.raises(StorageError, match="full"):
        await library.store(picture(), kind="free", origin="sent")
    assert (await library.page()).pictures == []


@pytest.mark.feature("STO-6")
async def test_when_the_record_cannot_be_written_the_file_goes(library: Library, blobs: ObstoreBlobs) -> None:
    with pytest.raises(StorageError):
        await library.store(picture(), kind="free", origin="sent", chat_id="0" * 32)  # no such chat
    assert files(blobs) == []


# -- smaller versions ------------------------------------------------------------------------------------------------


async def test_smaller_versions_are_webp_made_once(library: Library, blobs: ObstoreBlobs) -> None:
    asset = await library.store(picture(1600, 800), kind="free", origin="sent")
    assert len(files(blobs)) == 1  # not in the way of storing
    thumb, mime = await library.read(asset.id, "thumb")
    assert mime == "image/webp"
    assert Image.open(BytesIO(thumb)).size == (320, 160)
    medium, _ = await library.read(asset.id, "medium")
    assert Image.open(BytesIO(medium)).size == (1024, 512)
    made = {path: path.stat().st_mtime_ns for path in files(blobs)}
    assert len(made) == 3
    assert (await library.read(asset.id, "thumb"))[0] == thumb
    assert {path: path.stat().st_mtime_ns for path in files(blobs)} == made


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "P", "1", "I;16"])
async def test_every_kind_of_pixel_has_a_thumbnail(library: Library, mode: str) -> None:
    out = BytesIO()
    Image.new(mode, (400, 400)).save(out, "PNG")
    asset = await library.store(out.getvalue(), kind="free", origin="sent")
    thumb, _ = await library.read(asset.id, "thumb")
    assert Image.open(BytesIO(thumb)).size == (320, 320)


async def test_a_small_picture_is_its_own_thumbnail(library: Library) -> None:
    asset = await library.store(picture(), kind="free", origin="sent")
    assert await library.read(asset.id, "thumb") == (picture(), "image/png")


# -- the gallery -----------------------------------------------------------------------------------------------------


@pytest.mark.feature("GAL-1")
async def test_counts_and_filters(library: Library, chats: ChatStore) -> None:
    chat, other = await chats.create(), await chats.create()
    for number in range(12):
        origin = "sent" if number % 4 == 0 else "received"
        await library.store(picture(seed=number), kind="free", origin=origin, chat_id=chat.id)
    await library.store(picture(), kind="free", origin="sent", chat_id=other.id)
    assert await library.counts(chat.id) == {"all": 12, "sent": 3, "received": 9}
    for name, number in {"all": 12, "sent": 3, "received": 9}.items():
        page = await library.page(chat.id, name)  # type: ignore[arg-type]
        assert len(page.pictures) == number
        assert page.next is None
    assert len((await library.page()).pictures) == 13


@pytest.mark.feature("GAL-2")
async def test_pages_neither_skip_nor_repeat_and_new_pictures_shift_nothing(library: Library, chats: ChatStore) -> None:
    chat = await chats.create()
    await fill(library, chat.id, 125)
    first = await library.page(chat.id)
    await library.store(picture(), kind="free", origin="received", chat_id=chat.id)
    second = await library.page(chat.id, cursor=first.next)
    third = await library.page(chat.id, cursor=second.next)
    assert [len(page.pictures) for page in (first, second, third)] == [60, 60, 5]
    assert third.next is None
    ids = [shown["id"] for page in (first, second, third) for shown in page.pictures]
    assert ids == sorted(set(ids), reverse=True)


async def fill(library: Library, chat_id: str, number: int) -> None:
    """Records of pictures without their files."""
    count = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :number) "
    columns = "id, sha256, media_type, bytes, width, height, origin, kind, chat_id, label, tags, created"
    row = (
        "printf('%032x', i), printf('%064x', i), 'image/png', 9, 8, 8, "
        "CASE WHEN i % 5000 = 1 THEN 'sent' ELSE 'received' END, 'free', :chat, '', '[]', i"
    )
    made = "printf('%032x', i), 'p', 'p', '', 'painter', 'home', '', '{}'"
    made_columns = "asset_id, prompt, final_prompt, negative_prompt, source, connection, model, details"
    values = {"number": number, "chat": chat_id}

    def fn(connection):  # type: ignore[no-untyped-def]
        connection.execute(text(f"INSERT INTO assets ({columns}) {count} SELECT {row} FROM n"), values)
        connection.execute(text(f"INSERT INTO generations ({made_columns}) {count} SELECT {made} FROM n"), values)

    await library._database.write(fn)


async def test_a_page_costs_the_same_at_any_depth(library: Library, chats: ChatStore, database: Database) -> None:
    """Counted in rows that SQLite looks at, not in time: it searches an index and stops at the page's end."""
    chat = await chats.create()
    await fill(library, chat.id, 20_000)
    plans = [
        "SELECT id FROM assets WHERE chat_id = :c AND id < :i ORDER BY id DESC LIMIT 61",
        "SELECT id FROM assets WHERE chat_id = :c AND origin = 'sent' AND id < :i ORDER BY id DESC LIMIT 61",
    ]
    for query in plans:
        steps = await database.read(
            lambda c, q=query: c.execute(text(f"EXPLAIN QUERY PLAN {q}"), {"c": chat.id, "i": "f" * 32}).all()
        )
        assert all("SEARCH" in step.detail and "TEMP B-TREE" not in step.detail for step in steps), steps
    sent = await library.page(chat.id, "sent")
    assert len(sent.pictures) == 4
    deep = await library.page(chat.id, cursor=f"{100:032x}")
    assert [shown["id"] for shown in deep.pictures] == [f"{n:032x}" for n in range(99, 39, -1)]
    assert deep.pictures[0]["generation"]["source"] == "painter"


@pytest.mark.parametrize("cursor", ["../x", "1 OR 1=1", ""])
async def test_a_cursor_from_outside_is_checked(library: Library, cursor: str) -> None:
    with pytest.raises(UserError):
        await library.page(cursor=cursor)


@pytest.mark.feature("STO-5")
@pytest.mark.parametrize("asset_id", ["../x", "/etc/passwd", "a/b", "", "g" * 32, "0" * 32])
async def test_ids_that_are_none_find_nothing(library: Library, asset_id: str) -> None:
    for act in (library.get(asset_id), library.read(asset_id), library.delete(asset_id)):
        with pytest.raises(NotFound):
            await act


# -- addresses -------------------------------------------------------------------------------------------------------


async def test_addresses(library: Library) -> None:
    asset = await library.store(picture(), kind="free", origin="sent")
    path = library.path(asset)
    assert path is not None
    assert path.read_bytes() == picture()
    assert library.address(asset, local=True) == str(path)
    assert library.address(asset, local=False) == f"/pictures/{asset.id}.png"
    text = f"![fox]({path}) and {path}. Not /tmp/ab/{path.name} nor {path}x"
    address = f"/pictures/{asset.id}.png"
    assert await library.canonical(text) == text.replace(f"{path})", f"{address})").replace(f"{path}.", f"{address}.")
    assert await library.canonical("no path at all") == "no path at all"


async def test_a_store_elsewhere_has_no_paths(database: Database) -> None:
    library = Library(database, ObstoreBlobs("memory:///"), SystemClock())
    asset = await library.store(picture(), kind="free", origin="sent")
    assert library.path(asset) is None
    assert library.address(asset, local=True) == f"/pictures/{asset.id}.png"
    assert (await library.read(asset.id))[0] == picture()


# -- deleting --------------------------------------------------------------------------------------------------------


@pytest.mark.feature("STO-4")
async def test_a_file_goes_with_its_last_record(library: Library, blobs: ObstoreBlobs) -> None:
    first = await library.store(picture(500, 500), kind="free", origin="sent")
    second = await library.store(picture(500, 500), kind="free", origin="sent")
    await library.read(first.id, "thumb")
    assert len(files(blobs)) == 2  # one original, one thumbnail
    await library.delete(first.id)
    assert (await library.read(second.id))[0] == picture(500, 500)
    await library.delete(second.id)
    assert files(blobs) == []
    with pytest.raises(NotFound):
        await library.get(first.id)


@pytest.mark.feature("GAL-9")
async def test_deleting_names_the_uses_and_then_no_place_shows_it(
    library: Library, chats: ChatStore, bus: Bus, database: Database
) -> None:
    chat = await chats.create()
    asset = await library.store(picture(), kind="free", origin="received", chat_id=chat.id)
    new = NewMessage(role="assistant", name="Ann", text="look", attachments=(Attachment(asset.id, "fox"),))
    message = await chats.append(chat.id, new)
    values = {"id": "1" * 32, "name": "Me", "description": "", "avatar_id": asset.id, "extra": {}, "created": 1}
    await database.write(lambda c: c.execute(personas.insert().values(values)))
    assert await library.uses(asset.id) == [
        {"kind": "message", "id": message.id, "chat_id": chat.id, "position": 0, "chat": "look"},
        {"kind": "persona", "id": "1" * 32, "name": "Me"},
    ]
    entries = await bus.subscribe(chat.id)
    await library.delete(asset.id)
    changed, removed = [await asyncio.wait_for(anext(entries), 2) for _ in range(2)]
    assert changed.kind == "message.changed"
    assert changed.data["message"]["pictures"] == []
    assert (removed.kind, removed.data) == ("picture.removed", {"id": asset.id})
    assert await database.read(lambda c: c.execute(personas.select()).one().avatar_id) is None
    assert (await chats.message(message.id)).pictures == ()


@pytest.mark.feature("STO-4")
async def test_a_deleted_chat_takes_its_pictures_along_but_not_a_portrait(
    library: Library, chats: ChatStore, blobs: ObstoreBlobs, database: Database
) -> None:
    chat = await chats.create()
    gone = await library.store(picture(seed=1), kind="free", origin="received", chat_id=chat.id)
    worn = await library.store(picture(seed=2), kind="free", origin="received", chat_id=chat.id)
    values = {"id": "1" * 32, "name": "Me", "description": "", "extra": {}, "created": 1}
    await database.write(lambda c: c.execute(personas.insert().values(values)))
    await database.write(lambda c: c.execute(update(personas).values(avatar_id=worn.id)))
    await library.delete_of_chat(chat.id)
    await chats.delete(chat.id)
    assert [path.read_bytes() for path in files(blobs)] == [picture(seed=2)]
    assert (await library.get(worn.id))["id"] == worn.id
    with pytest.raises(NotFound):
        await library.get(gone.id)


async def test_storing_and_deleting_the_same_bytes_at_once_never_breaks_a_picture(library: Library) -> None:
    async def come_and_go() -> None:
        asset = await library.store(picture(), kind="free", origin="sent")
        assert (await library.read(asset.id))[0] == picture()
        await library.delete(asset.id)

    results = await asyncio.gather(*(come_and_go() for _ in range(20)), return_exceptions=True)
    # The one thing that may happen is a clear refusal to record a file that just went.
    assert all(result is None or isinstance(result, StorageError) for result in results), results
    assert (await library.page()).pictures == []
