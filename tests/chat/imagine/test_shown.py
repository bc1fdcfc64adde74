"""Which picture of a message is looked at: remembered with its text, the one that further pictures start from."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stcore.chat.hanging import pictures_seen, shown_picture
from stcore.chat.jsonl.reading import import_chat
from stcore.chat.jsonl.writing import export_chat
from stcore.chat.records import Message
from stcore.errors import NotFound, ScriptError
from tests.chat.imagine.easel import Room, room

pytestmark = pytest.mark.anyio


async def three(stage: Room) -> tuple[Message, list[str]]:
    """A message with three pictures, and their ids."""
    await stage.run("/sd seed=1 moss")
    for _ in range(2):
        await stage.run("/imagine-swipe")
    message = await last(stage)
    return message, [picture["id"] for picture in message.pictures]


async def last(stage: Room) -> Message:
    chat_id = await stage.session.open_chat()
    return (await stage.session.host.chats.messages(chat_id))[-1]


def seen(message: Message) -> Any:
    shown = shown_picture(message)
    return shown["id"] if shown else None


@pytest.mark.feature("F252", "F254")
async def test_a_fresh_picture_is_the_one_that_is_looked_at_and_a_chosen_one_stays() -> None:
    async with room() as stage:
        chats = stage.session.host.chats
        message, ids = await three(stage)
        assert (seen(message), message.extra["media_index"]) == (ids[2], 2)
        chosen = await chats.edit(message.id, picture=ids[0])
        assert (seen(chosen), seen(await chats.message(message.id))) == (ids[0], ids[0])
        await stage.run("/imagine-swipe")
        grown = await last(stage)
        assert (len(grown.pictures), grown.extra["media_index"]) == (4, 3)
        with pytest.raises(NotFound):
            await chats.edit(message.id, picture="0" * 32)


async def test_commands_and_the_paintbrush_mean_the_picture_that_is_looked_at() -> None:
    async with room() as stage:
        host, desk = stage.session.host, stage.session.pictures
        await stage.run("/sd moss")
        first = (await last(stage)).pictures[0]["id"]
        await stage.run("/imagine-redo fern")
        assert seen(await last(stage)) != first
        await host.chats.edit((await last(stage)).id, picture=first)
        assert json.loads(await stage.run("/imagine-explain quiet=true"))["id"] == first
        await stage.run("/imagine-swipe")
        assert stage.last.prompt == "moss"
        await host.chats.edit((await last(stage)).id, picture=first)
        job = await desk.paint((await last(stage)).id)
        assert job is not None
        await host.images.wait(job["id"])
        assert [picture["title"] for picture in await stage.pictures()] == ["moss", "fern", "moss", "moss"]


async def test_each_text_of_a_message_keeps_its_own_pictures_and_its_own_choice() -> None:
    async with room(greeting="A pond.") as stage:
        chats = stage.session.host.chats
        message = await last(stage)
        for _ in range(2):
            await stage.run("/imagine-swipe mesId=0")
        await chats.edit(message.id, picture=(await last(stage)).pictures[0]["id"])
        other = await chats.add_swipe(message.id, "A lake.")
        assert (other.pictures, other.extra.get("media_index")) == ((), None)
        back = await chats.edit(message.id, swipe=0)
        assert (len(back.pictures), back.extra["media_index"], back.extra["inline_image"]) == (2, 0, True)


async def test_of_the_deleted_picture_the_one_before_is_looked_at() -> None:
    async with room() as stage:
        host = stage.session.host
        message, ids = await three(stage)
        await host.chats.edit(message.id, picture=ids[1])
        await host.library.delete(ids[1])
        assert seen(await last(stage)) == ids[0]
        await host.chats.edit(message.id, picture=ids[2])
        await host.library.delete(ids[0])
        assert seen(await last(stage)) == ids[2]
        await host.library.delete(ids[2])
        empty = await last(stage)
        assert (seen(empty), "media_index" in empty.extra) == (None, False)


async def test_pictures_can_be_taken_off_a_message_and_stay_in_the_gallery() -> None:
    async with room() as stage:
        host = stage.session.host
        message, ids = await three(stage)
        assert await host.chats.take_pictures(message.id, [ids[2]]) == [ids[2]]
        assert seen(await last(stage)) == ids[1]
        assert (await host.library.get(ids[2]))["id"] == ids[2]
        assert await host.chats.take_pictures(message.id) == ids[:2]
        assert (await last(stage)).pictures == ()


async def test_a_list_shows_all_pictures() -> None:
    async with room() as stage:
        host = stage.session.host
        message, ids = await three(stage)
        assert [picture["id"] for picture in pictures_seen(message)] == [ids[2]]
        listed = await host.chats.edit(message.id, display="list", picture=ids[0])
        assert [picture["id"] for picture in pictures_seen(listed)] == ids
        assert seen(listed) == ids[0], "what is asked of its picture is asked of the one that was looked at"


async def test_a_file_tells_how_pictures_are_shown_and_is_read_that_way() -> None:
    async with room() as stage:
        host = stage.session.host
        message, ids = await three(stage)
        await host.chats.edit(message.id, picture=ids[1], display="list")
        lines = [line async for line in export_chat(host, message.chat_id)]
        told = json.loads(lines[-1])["extra"]
        assert (told["media_display"], told["media_index"], told["inline_image"]) == ("list", 1, False)
        again = await import_chat(host, lines, title="Again")
        copy = (await host.chats.messages(again.chat.id))[-1]
        assert ([picture["id"] for picture in copy.pictures], seen(copy)) == (ids, ids[1])
        # Of the pictures of a file some are not here: the number counts those that are.
        await host.library.delete(ids[0])
        partly = await import_chat(host, lines, title="Partly")
        copy = (await host.chats.messages(partly.chat.id))[-1]
        assert (len(copy.pictures), seen(copy)) == (2, ids[1])


async def test_calling_off_is_told_once_and_costs_nothing() -> None:
    async with room() as stage:
        await stage.run("/sd moss")
        await stage.set(review=True)
        stage.ui.answers.append(None)
        assert await stage.run("/imagine-swipe") == ""
        assert [toast.text for toast in stage.ui.toasts] == ["Called off: no picture is made."]
        assert (len(stage.easel.requests), len(await stage.pictures())) == (1, 1)


async def test_faces_hear_that_a_message_gets_another_picture_from_the_first_moment_on() -> None:
    async with room() as stage:
        host = stage.session.host
        await stage.run("/sd moss")
        message = await last(stage)
        news = await host.bus.subscribe(message.chat_id)
        await stage.run("/imagine-swipe")
        told = []
        async for entry in news:
            if entry.kind.startswith("picture.prepar"):
                told.append((entry.kind, entry.data["message_id"], bool(entry.data.get("job_id"))))
            if entry.kind == "picture.prepared":
                break
        news.close()
        assert told == [("picture.preparing", message.id, False), ("picture.prepared", message.id, True)]


async def test_scripts_choose_arrange_and_delete_pictures() -> None:
    async with room() as stage:
        host = stage.session.host
        _, ids = await three(stage)
        assert await stage.run("/picture-show") == "2"
        assert await stage.run("/picture-show next") == "0"
        assert await stage.run("/picture-show previous") == "2"
        assert await stage.run("/picture-show mesId=1 1") == "1"
        assert await stage.run("/picture-display list | /picture-display") == "list"
        assert (seen(await last(stage)), (await last(stage)).extra["media_display"]) == (ids[1], "list")
        assert await stage.run("/picture-delete files=false") == "1"
        assert (seen(await last(stage)), (await host.library.get(ids[1]))["id"]) == (ids[0], ids[1])
        assert await stage.run("/picture-delete index=0") == "1"
        with pytest.raises(NotFound):
            await host.library.get(ids[0])
        assert await stage.run("/picture-delete all=true") == "1"
        for wrong in ("/picture-show", "/picture-show 7", "/picture-show sideways", "/picture-delete mesId=0"):
            with pytest.raises(ScriptError):
                await stage.run(wrong)
