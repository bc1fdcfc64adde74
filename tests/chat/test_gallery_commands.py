"""/show-gallery and /list-gallery in chats of every kind."""

from __future__ import annotations

import json

import pytest

from stcore.chat.session import Session
from stcore.testing.memory import MemoryUi
from stcore.testing.stage import stage
from tests.images.pictures import picture

pytestmark = pytest.mark.anyio


def seen(session: Session) -> MemoryUi:
    assert isinstance(session.ui, MemoryUi)
    return session.ui


async def listed(session: Session, arguments: str = "") -> list[str]:
    found: list[str] = json.loads((await session.run(f"/list-gallery {arguments}")).text)
    return found


@pytest.mark.feature("F255", "F256")
async def test_a_group_has_a_gallery_of_its_own_beside_those_of_its_members() -> None:
    async with stage(group=("Alice", "Bob")) as session:
        host = session.host
        group, alice = await host.groups.one("Friends"), await host.characters.one("Alice")
        of_group = [(await host.galleries.add(group.id, picture(seed=n), f"{n}.png"))["id"] for n in (2, 1)]
        of_alice = (await host.galleries.add(alice.id, picture(seed=3)))["id"]
        await session.run("/show-gallery")
        assert seen(session).galleries == [group.id]
        in_order = await host.images.addresses(of_group)
        assert await listed(session) == await listed(session, 'group="friends"') == in_order
        assert await listed(session, "sort=name") == in_order[::-1]
        assert await listed(session, "order=desc") == in_order[::-1]
        assert await listed(session, "char=Alice") == await host.images.addresses([of_alice])


async def test_a_gallery_that_several_share_is_listed_by_its_name() -> None:
    async with stage() as session:
        host = session.host
        character = await host.characters.one("Character")
        shared = (await host.galleries.look_into(character.id, "Summer")).shown
        asset = await host.galleries.add(character.id, picture())
        address = [await host.images.address(asset["id"])]
        assert asset["id"] and await listed(session, "char=summer") == await listed(session) == address
        assert (await host.library.asset(asset["id"])).gallery_id == shared.id
        choices = session.services.choices
        assert choices is not None and list(await choices("galleries")) == ["Character", "Summer"]


async def test_a_name_that_nobody_has_is_told_and_lists_nothing() -> None:
    async with stage() as session:
        assert await listed(session, "char=Nobody") == []
        assert await listed(session, "group=Nobody") == []
        assert ["Nobody" in error.message for error in seen(session).errors] == [True, True]


async def test_a_chat_with_nobody_shows_what_hangs_in_it() -> None:
    async with stage() as session:
        host = session.host
        chat = await host.chats.create()
        asset = await host.library.store(picture(), kind="free", origin="received", chat_id=chat.id)
        alone = await host.session(chat.id, MemoryUi())
        await alone.run("/show-gallery")
        assert seen(alone).galleries == [None]
        assert await listed(alone) == [await host.images.address(asset.id)]
