"""Galleries of characters and groups: what hangs there, who looks where, and what goes with whom."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from stcore.chat.characters.records import Character
from stcore.errors import NotFound, UnusablePicture, UserError
from stcore.host import Host
from stcore.images.asset_rows import Asset
from tests.images.pictures import picture

pytestmark = pytest.mark.anyio


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[Host]:
    async with Host.open(tmp_path, face="once") as host:
        yield host


async def made(host: Host, whose: str, chat_id: str | None = None, *, seed: int = 1, label: str = "") -> Asset:
    """A picture made with somebody."""
    return await host.library.store(
        picture(seed=seed), kind="free", origin="received", chat_id=chat_id, gallery_of=whose, label=label
    )


async def hung(host: Host, whose: str) -> list[str]:
    """What the gallery of somebody shows, oldest first."""
    return [one["id"] for one in (await host.library.page(gallery_of=whose, order="asc")).pictures]


async def mia_and_tom(host: Host) -> tuple[Character, Character]:
    return await host.characters.create("Mia"), await host.characters.create("Tom")


@pytest.mark.feature("F255")
async def test_a_gallery_holds_the_pictures_of_all_chats_and_no_portraits(host: Host) -> None:
    mia, tom = await mia_and_tom(host)
    chats = [await host.chats.create(character_id=mia.id) for _ in range(2)]
    pictures = [await made(host, mia.id, chat.id, seed=n) for n, chat in enumerate(chats)]
    await made(host, tom.id, seed=8)
    await host.characters.set_avatar(mia.id, picture(seed=9))
    brought = await host.galleries.add(mia.id, picture(seed=10), "holiday/Old boat.png")
    assert await hung(host, mia.id) == [pictures[0].id, pictures[1].id, brought["id"]]
    assert (brought["title"], brought["origin"], brought["kind"]) == ("Old boat", "uploaded", "upload")
    assert await host.library.counts(gallery_of=mia.id) == {"all": 3, "sent": 1, "received": 2}
    assert await host.library.counts(chats[0].id) == {"all": 1, "sent": 0, "received": 1}


async def test_nobody_has_no_gallery(host: Host) -> None:
    for nobody in ("0" * 32, "../x", ""):
        with pytest.raises(NotFound):
            await host.galleries.get(nobody)
        with pytest.raises(NotFound):
            await host.galleries.add(nobody, picture())
    asset = await made(host, "0" * 32)
    assert asset.gallery_id is None


async def test_what_is_no_picture_is_refused_by_name_and_leaves_nothing(host: Host) -> None:
    mia, _ = await mia_and_tom(host)
    with pytest.raises(UnusablePicture, match=r"notes\.png"):
        await host.galleries.add(mia.id, b"words", "notes.png")
    assert await hung(host, mia.id) == []


async def test_a_character_looks_into_the_gallery_of_another_and_its_pictures_hang_there(host: Host) -> None:
    mia, tom = await mia_and_tom(host)
    before, of_tom = await made(host, mia.id), await made(host, tom.id, seed=2)
    place = await host.galleries.look_into(mia.id, "tom")
    assert (place.own.name, place.shown.name, place.shown.id) == ("Mia", "Tom", tom.id)
    after = await made(host, mia.id, seed=3)
    assert after.gallery_id == tom.id
    assert await hung(host, mia.id) == await hung(host, tom.id) == [of_tom.id, after.id]
    await host.characters.rename(tom.id, "Thomas")
    assert (await host.galleries.get(mia.id)).shown.name == "Thomas"
    place = await host.galleries.look_into(mia.id, None)
    assert place.shown == place.own
    assert await hung(host, mia.id) == [before.id]


async def test_only_one_step_is_taken(host: Host) -> None:
    """Who looks into the gallery of Tom sees what hangs with Tom, wherever Tom looks."""
    mia, tom = await mia_and_tom(host)
    asset = await made(host, tom.id)
    await host.galleries.look_into(tom.id, "Elsewhere")
    await host.galleries.look_into(mia.id, tom.id)
    assert (await host.galleries.get(mia.id)).shown.id == tom.id
    assert (await made(host, mia.id, seed=2)).gallery_id == tom.id
    assert asset.id in [one["id"] for one in (await host.library.page(gallery_of=mia.id)).pictures]


async def test_several_share_a_gallery_until_nobody_needs_it(host: Host) -> None:
    mia, tom = await mia_and_tom(host)
    shared = (await host.galleries.look_into(mia.id, " Summer at the sea ")).shown
    assert (shared.kind, shared.name) == ("shared", "Summer at the sea")
    assert (await host.galleries.look_into(tom.id, "summer at the SEA")).shown == shared
    assert await host.galleries.shared("Summer at the sea") == shared
    one, two = await made(host, mia.id), await made(host, tom.id, seed=2)
    assert await hung(host, shared.id) == [one.id, two.id]
    await host.characters.delete(tom.id)
    await host.galleries.look_into(mia.id, None)
    assert shared in await host.galleries.list()  # pictures hang in it
    assert await host.library.delete_many([one.id, two.id, one.id, "0" * 32, "../x"]) == 2
    assert [gallery.name for gallery in await host.galleries.list()] == ["Mia"]
    with pytest.raises(NotFound):
        await host.galleries.shared("Summer at the sea")


async def test_where_nobody_can_look(host: Host) -> None:
    mia, tom = await mia_and_tom(host)
    group = await host.groups.create("Friends", [mia.id, tom.id])
    with pytest.raises(UserError, match="character"):
        await host.galleries.look_into(group.id, "Tom")
    with pytest.raises(NotFound):
        await host.galleries.look_into(mia.id, "0" * 32)
    with pytest.raises(UserError, match="64"):
        await host.galleries.look_into(mia.id, "x" * 65)
    assert (await host.galleries.look_into(mia.id, "Friends")).shown.id == group.id
    assert (await host.galleries.look_into(mia.id, "mia")).shown.id == mia.id
    assert [(one.kind, one.name) for one in await host.galleries.list()] == [
        ("character", "Mia"),
        ("character", "Tom"),
        ("group", "Friends"),
    ]


async def test_who_is_deleted_takes_its_gallery_along_but_not_what_hangs_in_a_chat(host: Host) -> None:
    mia, tom = await mia_and_tom(host)
    group = await host.groups.create("Friends", [mia.id, tom.id])
    chat = await host.chats.create(character_id=mia.id)
    in_chat = await made(host, mia.id, chat.id)
    put = [(await host.galleries.add(who, picture(seed=n), ""))["id"] for n, who in enumerate((mia.id, group.id), 5)]
    await host.galleries.look_into(tom.id, mia.id)
    await host.characters.delete(mia.id)
    await host.groups.delete(group.id)
    for gone in put:
        with pytest.raises(NotFound):
            await host.library.asset(gone)
    assert (await host.library.asset(in_chat.id)).gallery_id is None
    assert (await host.galleries.get(tom.id)).shown.id == tom.id  # whom it looked at is gone


@pytest.mark.feature("STO-4")
async def test_a_deleted_chat_leaves_what_was_put_into_the_gallery(host: Host) -> None:
    mia, _ = await mia_and_tom(host)
    chat = await host.chats.create(character_id=mia.id)
    await made(host, mia.id, chat.id)
    put = await host.galleries.add(mia.id, picture(seed=2))
    await host.delete_chat(chat.id)
    assert await hung(host, mia.id) == [put["id"]]


@pytest.mark.feature("GAL-9")
async def test_the_uses_of_several_pictures_are_named(host: Host) -> None:
    from stcore.chat.records import Attachment, NewMessage

    mia, _ = await mia_and_tom(host)
    chat = await host.chats.create("At sea", character_id=mia.id)
    assets = [await made(host, mia.id, chat.id, seed=n) for n in range(2)]
    shown = tuple(Attachment(asset.id) for asset in assets[:1])
    message = await host.chats.append(chat.id, NewMessage("assistant", "Mia", "look", attachments=shown))
    worn = (await host.characters.set_avatar(mia.id, picture(seed=7))).avatar_id
    assert worn is not None
    assert await host.library.uses_of_many([assets[0].id, assets[1].id, worn]) == {
        assets[0].id: [{"kind": "message", "id": message.id, "chat_id": chat.id, "position": 0, "chat": "At sea"}],
        assets[1].id: [],
        worn: [{"kind": "character", "id": mia.id, "name": "Mia"}],
    }
