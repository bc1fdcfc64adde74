"""Pictures in words: the captioner, ``/caption`` and ``/caption-set`` on a real host with a fake model that sees."""

from __future__ import annotations

import asyncio
import json
import logging
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from stcore.chat.imagine import captioner
from stcore.chat.imagine.captioner import caption
from stcore.chat.jsonl.reading import import_chat
from stcore.chat.jsonl.writing import export_chat
from stcore.chat.records import Attachment, NewMessage
from stcore.chat.transcripts import transcript
from stcore.errors import BadRequest, BadResponse, CannotSee, DeadlinePassed, NotFound
from stcore.images.settings import ImageSettings
from stcore.testing.servers.openai import Fault
from tests.chat.prompting.conftest import Room, address, fake, room
from tests.images.pictures import picture

__all__ = ["address", "fake", "room"]

pytestmark = pytest.mark.anyio

DEFAULTS = ImageSettings()


@pytest.fixture
async def seeing(room: Room) -> Room:
    """The room with a model that can see."""
    await room.host.texts.set("fake", {"model": "chatty-seeing"})
    return room


async def hang(room: Room, *titles: str, text: str = "Look.", hidden: bool = False) -> list[str]:
    """A message with pictures; their ids."""
    ids = []
    for seed, title in enumerate(titles, len(await room.host.chats.messages(room.chat_id)) * 10):
        data = picture(seed=seed)
        asset = await room.host.library.store(data, kind="free", origin="received", chat_id=room.chat_id)
        ids.append((asset.id, title))
    hung = tuple(Attachment(asset_id, title, {"mode": "free"}) for asset_id, title in ids)
    await room.host.chats.append(room.chat_id, NewMessage("assistant", "Mira", text, attachments=hung, hidden=hidden))
    return [asset_id for asset_id, _ in ids]


async def pictures_of(room: Room, position: int) -> list[dict[str, Any]]:
    """The pictures of a message."""
    return list((await room.host.chats.messages(room.chat_id, position + 1, 1))[0].pictures)


def question(room: Room) -> str:
    """What the model was asked last, beside the one picture it was shown."""
    (message,) = room.fake.bodies[-1]["messages"]
    assert message["role"] == "user"
    text, shown = message["content"]
    assert shown["type"] == "image_url"
    return str(text["text"])


# -- the captioner ---------------------------------------------------------------------------------------------------


async def test_the_captioner_is_shown_the_picture_in_a_size_that_servers_take(seeing: Room) -> None:
    seeing.answers("  A grey field. \n")
    assert await caption(seeing.host, DEFAULTS, picture(2500, 100), "What is it?") == "A grey field."
    assert question(seeing) == "What is it?"
    (shown,) = seeing.fake.shown
    image = Image.open(BytesIO(shown))
    assert (image.format, image.size) == ("JPEG", (2048, 82))


async def test_another_connection_and_model_may_describe(room: Room, address: str) -> None:
    await room.host.texts.add("openai-compatible", "eyes", {"url": address, "model": "chatty-small", "sees": "yes"})
    room.answers("One.", "Two.")
    settings = ImageSettings(captioner="eyes", captioner_model="chatty-seeing")
    assert await caption(room.host, settings, picture(), "?") == "One."
    assert room.fake.bodies[-1]["model"] == "chatty-seeing"
    assert await caption(room.host, ImageSettings(captioner="eyes"), picture(), "?") == "Two."
    assert room.fake.bodies[-1]["model"] == "chatty-small"


async def test_what_a_model_thinks_is_no_part_of_a_caption(seeing: Room) -> None:
    seeing.answers("<think>It is grey.</think>\n\nA field.")
    assert await caption(seeing.host, DEFAULTS, picture(), "?") == "A field."
    seeing.answers("<seal>It is grey.</seal>A meadow.")
    await seeing.host.presets.save("reasoning", "Seal", {"prefix": "<seal>", "suffix": "</seal>"})
    await seeing.host.presets.select("reasoning", "Seal")
    assert await caption(seeing.host, DEFAULTS, picture(), "?") == "A meadow."


async def test_a_model_that_cannot_see_is_not_asked(room: Room) -> None:
    await room.host.texts.set("fake", {"sees": "no"})
    with pytest.raises(CannotSee, match=r"chatty-small \(fake\) cannot see pictures") as failure:
        await caption(room.host, DEFAULTS, picture(), "?")
    assert "captioner" in failure.value.hint
    assert "--sees yes" in failure.value.hint
    assert room.fake.bodies == []


async def test_the_model_of_the_house_says_that_it_cannot_see(room: Room) -> None:
    with pytest.raises(CannotSee, match="offline") as failure:
        await caption(room.host, ImageSettings(captioner="offline"), picture(), "?")
    assert "--sees" not in failure.value.hint, "nothing that it does not have is offered"


async def test_a_model_of_which_nobody_knows_is_tried(room: Room) -> None:
    room.answers("A field.")
    assert await caption(room.host, DEFAULTS, picture(), "?") == "A field."
    room.fake.blind.add("chatty-small")
    with pytest.raises(CannotSee, match=r"perhaps it cannot see.*does not support image input") as failure:
        await caption(room.host, DEFAULTS, picture(), "?")
    assert isinstance(failure.value.__cause__, BadRequest)


async def test_a_failure_of_a_model_that_sees_stays_its_failure(seeing: Room) -> None:
    seeing.fake.queue.extend([Fault(400, {"error": {"message": "Too many words."}})] * 3)
    with pytest.raises(BadRequest, match="Too many words"):
        await caption(seeing.host, DEFAULTS, picture(), "?")


async def test_an_answer_without_words_is_an_error(seeing: Room) -> None:
    seeing.answers("  ")
    with pytest.raises(BadResponse):
        await caption(seeing.host, DEFAULTS, picture(), "?")


async def test_a_model_that_takes_too_long_is_given_up(seeing: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(captioner, "PATIENCE", 0.2)
    seeing.answers("Well,", wait=True)
    with pytest.raises(DeadlinePassed):
        await caption(seeing.host, DEFAULTS, picture(), "?")


async def test_an_unknown_connection_is_named(room: Room) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        await caption(room.host, ImageSettings(captioner="nowhere"), picture(), "?")


# -- /caption --------------------------------------------------------------------------------------------------------


async def test_caption_posts_the_picture_with_its_words(seeing: Room) -> None:
    (boat,) = await hang(seeing, "a red boat, oil painting", hidden=True)
    seeing.answers("A red boat.")
    assert await seeing.run("/caption mesId=1") == "A red boat."
    message = (await seeing.host.chats.messages(seeing.chat_id))[-1]
    assert (message.role, message.name, message.hidden) == ("user", "Ann", False)
    assert message.text == "[Ann shows a picture: A red boat.]"
    (shown,) = message.pictures
    assert (shown["id"], shown["title"]) == (boat, "a red boat, oil painting"), "the prompt is kept apart (Q24)"
    assert shown["extra"] == {"mode": "free", "caption": "A red boat.", "captioned": True, "source": "captioned"}
    (first,) = await pictures_of(seeing, 1)
    assert "caption" not in first["extra"]


async def test_a_quiet_caption_only_gives_the_words(seeing: Room) -> None:
    await hang(seeing, "a red boat")
    seeing.answers("A red boat.")
    assert await seeing.run("/caption quiet=true id=1 | /pass {{pipe}}!") == "A red boat.!"
    assert len(await seeing.said()) == 2


async def test_caption_asks_what_it_is_told_else_what_the_settings_say(seeing: Room) -> None:
    await hang(seeing, "a red boat")
    await seeing.run("/caption quiet=true What is {{char}} holding?")
    assert question(seeing) == "What is Mira holding?"
    await seeing.run("/imagine-set key=caption_prompt Who is with {{user}}?")
    await seeing.run("/caption quiet=true")
    assert question(seeing) == "Who is with Ann?"


@pytest.mark.parametrize(("index", "expected"), [("", 2), ("index=0", 0), ("index=1", 1), ("index=9", 0)])
async def test_caption_takes_the_picture_that_is_meant(seeing: Room, index: str, expected: int) -> None:
    await hang(seeing, "of another message")
    ids = await hang(seeing, "one", "two", "three")
    await hang(seeing)
    await seeing.run(f"/caption {index}")
    message = (await seeing.host.chats.messages(seeing.chat_id))[-1]
    assert message.pictures[0]["id"] == ids[expected], "without a number it is the newest that shows pictures"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [("mesId=0", "Message 0 has no picture"), ("mesId=7", "no message 7"), ("", "no picture in this chat")],
)
async def test_where_there_is_no_picture_caption_says_so(seeing: Room, arguments: str, words: str) -> None:
    assert await seeing.run(f"/caption {arguments} | /pass [{{{{pipe}}}}]") == "[]"
    (error,) = seeing.ui.errors
    assert words in error.message


async def test_caption_shows_a_failure_and_the_script_goes_on(room: Room) -> None:
    await hang(room, "a red boat")
    await room.host.texts.set("fake", {"sees": "no"})
    assert await room.run("/caption | /pass on") == "on"
    assert isinstance(room.ui.errors[0], CannotSee)
    assert len(await room.said()) == 2


async def test_a_caption_may_be_changed_before_it_is_posted(seeing: Room) -> None:
    await hang(seeing, "a red boat")
    await seeing.run("/imagine-set key=review true")
    seeing.ui.answers = ["A blue boat.", None]
    seeing.answers("A red boat.", "A red boat.", "A red boat.")
    assert await seeing.run("/caption mesId=1") == "A blue boat."
    assert (await seeing.said())[-1] == ("Ann", "[Ann shows a picture: A blue boat.]")
    assert await seeing.run("/caption mesId=1") == "", "called off"
    assert len(await seeing.said()) == 3
    assert await seeing.run("/caption mesId=1 quiet=true") == "A red boat.", "nothing is kept that could be changed"


async def test_a_stop_ends_the_asking(seeing: Room) -> None:
    await hang(seeing, "a red boat")
    seeing.answers("Well,", wait=True)
    running = asyncio.create_task(seeing.run("/caption"))
    while not seeing.fake.bodies:
        await asyncio.sleep(0.01)
    assert len(seeing.ui.loading) == 1
    assert await seeing.session.stop()
    assert await running == ""
    assert seeing.ui.loading == []
    assert len(await seeing.said()) == 2


# -- /caption-set ----------------------------------------------------------------------------------------------------


async def test_a_caption_is_kept_beside_the_prompt_read_and_forgotten(seeing: Room) -> None:
    await hang(seeing, "a red boat, oil painting")
    assert await seeing.run("/caption-set mesId=1 A red boat.") == "A red boat."
    (shown,) = await pictures_of(seeing, 1)
    assert (shown["title"], shown["extra"]) == ("a red boat, oil painting", {"mode": "free", "caption": "A red boat."})
    assert await seeing.run("/caption-set") == "A red boat."
    assert await seeing.run("/caption-set remove=true") == ""
    (shown,) = await pictures_of(seeing, 1)
    assert shown["extra"] == {"mode": "free"}


async def test_a_caption_that_is_asked_for_may_be_changed_before_it_is_kept(seeing: Room) -> None:
    await hang(seeing, "a red boat")
    seeing.answers("A red boat.", "A green boat.", "A blue boat.")
    assert await seeing.run("/caption-set ask=true") == "A red boat."
    await seeing.run("/imagine-set key=review true")
    seeing.ui.answers = ["A yellow boat.", None]
    assert await seeing.run("/caption-set ask=true") == "A yellow boat."
    assert await seeing.run("/caption-set ask=true") == ""
    assert await seeing.run("/caption-set") == "A yellow boat.", "what is called off changes nothing"


async def test_a_caption_is_that_of_the_picture_wherever_it_hangs(seeing: Room) -> None:
    await hang(seeing, "a red boat")
    await seeing.run("/caption-set A red boat.")
    branch = await seeing.host.chats.branch(seeing.chat_id, 1)
    (copied,) = (await seeing.host.chats.messages(branch.id))[-1].pictures
    assert copied["extra"]["caption"] == "A red boat."
    await seeing.run("/caption-set A scarlet boat.")
    (copied,) = (await seeing.host.chats.messages(branch.id))[-1].pictures
    assert copied["extra"]["caption"] == "A scarlet boat."


async def test_a_caption_goes_into_files_and_comes_back(seeing: Room) -> None:
    await hang(seeing, "a red boat, oil painting")
    await seeing.run("/caption-set A red boat.")
    lines = [line async for line in export_chat(seeing.host, seeing.chat_id)]
    (medium,) = json.loads(lines[-1])["extra"]["media"]
    assert (medium["title"], medium["caption"]) == ("a red boat, oil painting", "A red boat.")
    found = await import_chat(seeing.host, BytesIO(b"".join(lines)))
    (shown,) = (await seeing.host.chats.messages(found.chat.id))[-1].pictures
    assert shown["extra"]["caption"] == "A red boat."


async def test_chats_to_read_say_what_is_on_a_picture(seeing: Room) -> None:
    await hang(seeing, "a red boat, oil painting")
    await seeing.run("/caption-set A *red* boat.")
    page = await transcript(seeing.host, seeing.chat_id)
    assert 'alt="A *red* boat."' in page
    assert "<figcaption>a red boat, oil painting</figcaption>" in page
    assert "[Picture: A *red* boat., 48 x 32]" in await transcript(seeing.host, seeing.chat_id, "text")
    assert "A \\*red\\* boat" in await transcript(seeing.host, seeing.chat_id, "markdown")


async def test_a_picture_that_cannot_be_read_is_named_in_the_log(
    seeing: Room, caplog: pytest.LogCaptureFixture
) -> None:
    (boat,) = await hang(seeing, "a red boat")
    path = seeing.host.library.path(await seeing.host.library.asset(boat))
    assert path is not None
    path.unlink()
    with caplog.at_level(logging.WARNING, "stcore.chat"):
        await seeing.session.say("Look!")
    assert "not shown to the model" in caplog.text
    assert await seeing.run("/caption") == ""
    assert len(seeing.ui.errors) == 1
