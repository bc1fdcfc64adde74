"""Branches and checkpoints: copies of a chat that live on their own."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from stcore import upkeep
from stcore.chat import rows
from stcore.chat.records import Attachment, Chat, NewMessage
from stcore.errors import NotFound, UserError
from stcore.host import Host

pytestmark = pytest.mark.anyio


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[Host]:
    async with Host.open(tmp_path, face="once") as host:
        yield host


async def talk(host: Host, count: int = 4) -> Chat:
    """A chat of some messages; the second has two swipes with a picture on each."""
    chat = await host.chats.create("Harbour")
    for number in range(count):
        role, name = (("user", "Ann"), ("assistant", "Mira"))[number % 2]
        await host.chats.append(chat.id, NewMessage(role, name, f"text {number}", extra={"note": number}))  # type: ignore[arg-type]
    message = (await host.chats.messages(chat.id))[1]
    await host.chats.add_swipe(message.id, "other text", {"reasoning": "why not"})
    for swipe in range(2):
        file = io.BytesIO()
        Image.new("RGB", (8, 8), (swipe * 90, 0, 0)).save(file, "PNG")
        asset = await host.library.store(file.getvalue(), kind="free", origin="received", chat_id=chat.id)
        hung = [Attachment(asset.id, f"picture {swipe}")]
        await host.database.write(lambda c, swipe=swipe, hung=hung: rows.add_attachments(c, message.id, swipe, hung, 0))  # type: ignore[misc]
    return await host.chats.get(chat.id)


async def test_branch_has_everything_up_to_the_message(host: Host) -> None:
    chat = await talk(host)
    session = await host.session(chat.id)
    await session.run("/setvar key=boat Gull")
    branch = await host.chats.branch(chat.id, 2)
    assert (branch.title, branch.parent_id, branch.messages) == ("Harbour - Branch #1", chat.id, 3)
    theirs, ours = await host.chats.messages(chat.id), await host.chats.messages(branch.id)
    assert [(m.text, m.extra, m.swipe, m.created) for m in ours] == [
        (m.text, m.extra, m.swipe, m.created) for m in theirs[:3]
    ]
    assert not {m.id for m in ours} & {m.id for m in theirs}
    for swipe in range(2):
        shown = [await host.chats.edit(m.id, swipe=swipe) for m in (ours[1], theirs[1])]
        assert (
            [p["title"] for p in shown[0].pictures] == [p["title"] for p in shown[1].pictures] == [f"picture {swipe}"]
        )
    assert (await (await host.session(branch.id)).run("/getvar boat")).pipe == "Gull"


async def test_branches_are_numbered_and_go_their_own_way(host: Host) -> None:
    chat = await talk(host)
    first, second = await host.chats.branch(chat.id, 0), await host.chats.branch(chat.id, 1)
    assert [first.title, second.title] == ["Harbour - Branch #1", "Harbour - Branch #2"]
    await host.chats.append(first.id, NewMessage("user", "Ann", "only here"))
    assert (await host.chats.count(first.id), await host.chats.count(chat.id)) == (2, 4)
    with pytest.raises(UserError, match="no message 4"):
        await host.chats.branch(chat.id, 4)


async def test_long_chats_are_copied_whole(host: Host) -> None:
    chat = await talk(host, 1203)
    branch = await host.chats.branch(chat.id, 1201)
    texts = [message.text for message in await host.chats.texts(branch.id)]
    assert (len(texts), texts[0], texts[-1]) == (1202, "text 0", "text 1201")


async def test_pictures_outlive_the_chat_they_were_made_in(host: Host) -> None:
    chat = await talk(host)
    branch = await host.chats.branch(chat.id, 3)
    await upkeep.delete_chat(host, chat.id)
    [picture] = (await host.chats.messages(branch.id))[1].pictures
    assert (await host.library.read(picture["id"]))[0].startswith(b"\x89PNG")
    assert (picture["chat_id"], (await host.chats.get(branch.id)).parent_id) == (branch.id, None)
    await upkeep.delete_chat(host, branch.id)
    with pytest.raises(NotFound):
        await host.library.read(picture["id"])


async def test_checkpoint_is_linked_to_its_message(host: Host) -> None:
    chat = await talk(host)
    messages = await host.chats.messages(chat.id)
    first = await host.chats.checkpoint(messages[1].id)
    assert (first.title, first.messages) == ("Harbour - Checkpoint #1", 2)
    second = await host.chats.checkpoint(messages[1].id, "Before the storm")
    other = await host.chats.checkpoint(messages[3].id)
    found = await host.chats.checkpoints(chat.id)
    assert {place: linked.id for place, linked in found.items()} == {1: second.id, 3: other.id}
    await host.chats.rename(second.id, "Calm")
    assert [linked.title for linked in (await host.chats.checkpoints(chat.id, 1)).values()] == ["Calm"]
    await upkeep.delete_chat(host, other.id)
    assert list(await host.chats.checkpoints(chat.id)) == [1]


async def test_a_deleted_chat_leaves_no_variables(host: Host) -> None:
    chat = await talk(host)
    await (await host.session(chat.id)).run("/setvar key=boat Gull")
    await host.preferences.set(f"chat:{chat.id}", "tone", "calm")
    await upkeep.delete_chat(host, chat.id)

    def left(connection: object) -> int:
        from sqlalchemy import text

        count = "SELECT (SELECT count(*) FROM variables) + (SELECT count(*) FROM settings WHERE scope LIKE 'chat:%')"
        return int(connection.execute(text(count)).scalar())  # type: ignore[attr-defined]

    assert await host.database.read(left) == 0
