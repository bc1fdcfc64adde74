"""Alternatives of a message: their texts, their pictures, and what is stored with each."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from PIL import Image

from stcore.chat.records import Attachment, Message, NewMessage, split_extra
from stcore.errors import UserError
from stcore.host import Host

pytestmark = pytest.mark.anyio


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[Host]:
    async with Host.open(tmp_path, face="once") as host:
        yield host


def png(colour: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), (colour, 0, 0)).save(file, "PNG")
    return file.getvalue()


async def message_of(host: Host, *texts: str) -> Message:
    chat = await host.chats.create("Swipes")
    message = await host.chats.append(chat.id, NewMessage("assistant", "Mira", texts[0]))
    for text in texts[1:]:
        message = await host.chats.add_swipe(message.id, text)
    return message


async def hang(host: Host, message: Message, swipe: int, colour: int) -> str:
    """Hang a picture on one swipe; its asset id."""
    from stcore.chat import rows

    asset = await host.library.store(png(colour), kind="free", origin="received", chat_id=message.chat_id)
    hung = [Attachment(asset.id)]
    await host.database.write(lambda c: rows.add_attachments(c, message.id, swipe, hung, 0))
    return asset.id


async def test_a_picture_never_moves_to_another_swipe(host: Host) -> None:
    message = await message_of(host, "zero", "one", "two", "three")
    pictures = [await hang(host, message, number, 40 * number) for number in range(4)]
    await host.chats.remove_swipe(message.id, 1)
    for number, (text, picture) in enumerate([("zero", 0), ("two", 2), ("three", 3)]):
        shown = await host.chats.edit(message.id, swipe=number)
        assert (shown.text, [p["id"] for p in shown.pictures]) == (text, [pictures[picture]])
    assert (await host.library.get(pictures[1]))["id"] == pictures[1], "the picture itself stays in the gallery"


@pytest.mark.parametrize(
    ("shown", "removed", "then"),
    [(2, 2, (1, "one")), (0, 0, (0, "one")), (1, 1, (1, "two")), (2, 0, (1, "two")), (0, 2, (0, "zero"))],
)
async def test_removing_shows_a_neighbour(host: Host, shown: int, removed: int, then: tuple[int, str]) -> None:
    message = await message_of(host, "zero", "one", "two")
    await host.chats.edit(message.id, swipe=shown)
    after = await host.chats.remove_swipe(message.id, removed)
    assert ((after.swipe, after.text), after.swipes) == (then, 2)


async def test_the_only_text_stays(host: Host) -> None:
    message = await message_of(host, "zero")
    with pytest.raises(UserError, match="only text"):
        await host.chats.remove_swipe(message.id, 0)
    with pytest.raises(UserError, match="numbered from 0"):
        await host.chats.remove_swipe(message.id, 1)


async def test_added_without_showing_and_stored_with_its_own_reasoning(host: Host) -> None:
    message = await message_of(host, "zero")
    await host.chats.edit(message.id, extra={"reasoning": "first thoughts", "bookmark": "here"})
    added = await host.chats.add_swipe(message.id, "one", {"reasoning": "second thoughts"}, show=False)
    assert (added.swipe, added.text, added.swipes) == (0, "zero", 2)
    other = await host.chats.edit(message.id, swipe=1)
    assert other.extra == {"bookmark": "here", "reasoning": "second thoughts"}
    assert (await host.chats.edit(message.id, swipe=0)).extra["reasoning"] == "first thoughts"
    assert await host.chats.swipe_texts(message.id) == ["zero", "one"]


@given(st.dictionaries(st.sampled_from(["reasoning", "model", "type", "bookmark", "api"]), st.text()))
def test_splitting_what_is_stored_loses_nothing(extra: dict[str, str]) -> None:
    of_message, of_text = split_extra(extra)
    assert {**of_message, **of_text} == extra
    assert not set(of_message) & set(of_text)


async def test_a_picture_made_again_stays_with_the_words_it_was_made_for(tmp_path: Path) -> None:
    async with Host.open(tmp_path, face="once") as host:
        message = await message_of(host, "zero")
        session = await host.session(message.chat_id)
        await session.run("/sd width=64 height=64 a boat")
        drawn = (await host.chats.messages(message.chat_id))[-1]
        first = drawn.pictures[0]["id"]
        await host.chats.add_swipe(drawn.id, "another text")
        again = await session.pictures.further(first)
        assert again is not None
        await host.jobs.wait(again["id"])
        assert (await host.chats.message(drawn.id)).pictures == ()
        shown = await host.chats.edit(drawn.id, swipe=0)
        assert [picture["id"] == first for picture in shown.pictures] == [True, False]
