"""What prompts tell of the pictures in a chat: shown to a model that sees, told as captions to others."""

from __future__ import annotations

import math
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from stcore.chat.prompting.itemise import itemise
from stcore.chat.prompting.pictures import SIDE
from stcore.chat.prompting.scene import Wanted
from stcore.chat.records import Attachment, NewMessage
from tests.chat.prompting.conftest import Room
from tests.images.pictures import picture

pytestmark = pytest.mark.anyio


@pytest.fixture
async def seeing(room: Room) -> Room:
    """The room with a model that can see."""
    await room.host.texts.set("fake", {"model": "chatty-seeing"})
    return room


async def store(room: Room, seed: int = 1, **how: Any) -> str:
    data = picture(seed=seed, **how)
    asset = await room.host.library.store(data, kind="free", origin="received", chat_id=room.chat_id)
    return asset.id


async def show(room: Room, *seeds: int, text: str = "Look.", role: Any = "assistant", **how: Any) -> str:
    """A message with pictures, one for each seed; its id."""
    extras = how.pop("hung", {})
    hung = tuple([Attachment(await store(room, seed), f"prompt {seed}", extras) for seed in seeds])
    name = "Ann" if role == "user" else "Mira"
    return (await room.host.chats.append(room.chat_id, NewMessage(role, name, text, attachments=hung, **how))).id


def colour(data: bytes) -> tuple[int, ...]:
    """The one colour that a picture has."""
    pixel = Image.open(BytesIO(data)).convert("RGB").getpixel((5, 5))
    assert isinstance(pixel, tuple)
    return pixel


def shown(room: Room) -> list[int]:
    """The pictures of the last request, which all are JPEG, by their seeds."""
    known = {seed: colour(picture(seed=seed)) for seed in range(1, 9)}
    assert all(data.startswith(b"\xff\xd8") for data in room.fake.shown)
    return [min(known, key=lambda seed: math.dist(known[seed], colour(data))) for data in room.fake.shown]


# -- a model that sees -----------------------------------------------------------------------------------------------


@pytest.mark.feature("F260")
async def test_a_model_that_sees_is_shown_the_pictures_of_the_chat(seeing: Room) -> None:
    await show(seeing, 1, role="user", text="My boat.")
    await show(seeing, 2)
    await seeing.session.say("What do you see?")
    assert shown(seeing) == [1, 2]
    contents = [message["content"] for message in seeing.fake.bodies[-1]["messages"]]
    (boat,) = [content for content in contents if isinstance(content, list) and content[0]["text"] == "My boat."]
    assert [part["type"] for part in boat] == ["text", "image_url"], "the picture stands with its words"


async def test_what_only_shows_a_picture_is_no_empty_message(seeing: Room) -> None:
    await show(seeing, 1, text="", role="assistant")
    await show(seeing, 2, text="The sun rises.", role="system")
    await seeing.session.say("What do you see?")
    assert shown(seeing) == [1, 2]
    messages = seeing.fake.bodies[-1]["messages"]
    assert all(message["content"] for message in messages)
    labels = [message["content"][0]["text"] for message in messages if isinstance(message["content"], list)]
    assert labels == ["(Mira shows this.)", "(The picture of the message before.)"]


@pytest.mark.feature("F018")
@pytest.mark.feature("F260")
async def test_a_model_that_cannot_see_is_shown_none(room: Room) -> None:
    await show(room, 1)
    await room.session.say("What do you see?")
    assert room.fake.shown == []
    assert all(isinstance(content, str) for _, content in room.asked)
    await room.host.texts.set("fake", {"model": "chatty-seeing"})
    await room.session.say("And you, of the same house?")
    assert shown(room) == [1]


@pytest.mark.feature("F260")
async def test_nothing_is_shown_when_it_is_switched_off(seeing: Room) -> None:
    await show(seeing, 1)
    await seeing.host.picture_settings.change("chat", {"inline_pictures": False}, seeing.chat_id)
    await seeing.session.say("What do you see?")
    assert seeing.fake.shown == []


@pytest.mark.feature("F257")
async def test_hidden_pictures_are_never_shown_nor_told(seeing: Room) -> None:
    await show(seeing, 1, hidden=True, hung={"caption": "A secret."})
    await seeing.session.say("What do you see?")
    assert seeing.fake.shown == []
    assert "secret" not in str(seeing.asked)


@pytest.mark.feature("F023")
async def test_a_picture_of_long_ago_is_still_shown(seeing: Room) -> None:
    await show(seeing, 1, role="user")
    for number in range(4):
        await seeing.session.say(f"And {number}?")
    assert shown(seeing) == [1]


async def test_only_pictures_of_the_text_that_is_shown_count(seeing: Room) -> None:
    message = await show(seeing, 1)
    await seeing.host.chats.add_swipe(message, "Something else.")
    await seeing.session.say("What do you see?")
    assert seeing.fake.shown == []
    await seeing.host.chats.edit(message, swipe=0)
    await seeing.session.say("And now?")
    assert shown(seeing) == [1]


async def test_of_a_gallery_the_one_looked_at_is_shown_and_of_a_list_all(seeing: Room) -> None:
    message = await show(seeing, 1, 2, 3)
    for extra, expected in (
        ({}, [3]),
        ({"media_display": "gallery", "media_index": 1}, [2]),
        ({"media_display": "gallery", "media_index": 7}, [3]),
        ({"media_display": "list", "media_index": 1}, [1, 2, 3]),
    ):
        await seeing.host.chats.edit(message, extra=extra)
        await seeing.session.say("What do you see?")
        assert shown(seeing) == expected


async def test_the_newest_pictures_are_kept_where_not_all_may_be_shown(seeing: Room) -> None:
    for seed in range(1, 5):
        await show(seeing, seed)
    await seeing.host.picture_settings.change("chat", {"inline_most": 2}, seeing.chat_id)
    await seeing.session.say("What do you see?")
    assert shown(seeing) == [3, 4]


async def test_pictures_leave_room_for_words(seeing: Room) -> None:
    for seed in range(1, 5):
        await show(seeing, seed, text=f"Look at {seed}.")
    await seeing.host.presets.save("preset", "Small", {"openai_max_context": 2000, "openai_max_tokens": 200})
    await seeing.host.presets.select("preset", "Small")
    await seeing.session.say("What do you see?")
    assert shown(seeing) == [4], "800 tokens each: at most half of the room"
    assert all(f"Look at {seed}." in str(seeing.asked) for seed in range(1, 5))


async def test_large_pictures_are_made_small_once(seeing: Room) -> None:
    asset_id = await store(seeing, 1, width=1600, height=400)
    hung = (Attachment(asset_id),)
    await seeing.host.chats.append(seeing.chat_id, NewMessage("user", "Ann", "", attachments=hung))
    await seeing.session.say("What do you see?")
    assert Image.open(BytesIO(seeing.fake.shown[0])).size == (SIDE, 256)

    def never(data: bytes) -> bytes:
        raise AssertionError("it was made already")

    assert await seeing.host.library.read_for_model(asset_id, never) == seeing.fake.shown[0]
    asset = await seeing.host.library.asset(asset_id)
    folder = seeing.host.data.pictures / asset.sha256[:2]
    assert len(list(folder.iterdir())) == 2
    await seeing.host.library.delete(asset_id)
    assert not list(folder.iterdir()), "what lies beside a picture goes with it"


async def test_a_picture_whose_file_is_gone_does_not_end_the_chat(seeing: Room) -> None:
    asset_id = await store(seeing, 1)
    hung = (Attachment(asset_id, "", {"caption": "A red boat."}),)
    await seeing.host.chats.append(seeing.chat_id, NewMessage("user", "Ann", "Look.", attachments=hung))
    asset = await seeing.host.library.asset(asset_id)
    path = seeing.host.library.path(asset)
    assert path is not None
    path.unlink()
    await seeing.session.say("What do you see?")
    assert seeing.ui.errors == []
    assert seeing.fake.shown == []
    assert "A red boat." in str(seeing.asked)


# -- captions --------------------------------------------------------------------------------------------------------


async def test_a_model_that_cannot_see_is_told_captions(room: Room) -> None:
    await show(room, 1, hung={"caption": "A red boat with {{user}} written on it."})
    await room.session.say("What do you see?")
    told = "Look.\n\n[Mira shows a picture: A red boat with {{user}} written on it.]"
    assert ("assistant", told) in room.asked, "macros in the caption are left alone"
    assert [message.text for message in await room.host.chats.messages(room.chat_id)][1] == "Look."


async def test_a_message_without_words_is_told_by_its_caption(room: Room) -> None:
    await show(room, 1, text="", role="user", hung={"caption": "A red boat."})
    await room.session.say("What do you see?")
    assert ("user", "[Ann shows a picture: A red boat.]") in room.asked


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("{{sender}} -> {{char}}: <<{{ Caption }}>>", "Mira -> Mira: <<A red boat.>>"),
        ("In the picture:", "In the picture: A red boat."),
    ],
)
async def test_the_template_of_captions_always_holds_the_caption(room: Room, template: str, told: str) -> None:
    await room.host.picture_settings.change("host", {"caption_template": template})
    await show(room, 1, text="", hung={"caption": "A red boat."})
    await room.session.say("What do you see?")
    assert ("assistant", told) in room.asked


async def test_who_is_shown_a_picture_is_not_told_its_caption_too(seeing: Room) -> None:
    await show(seeing, 1, hung={"caption": "A red boat."})
    await show(seeing, 2, hung={"caption": "A blue boat."})
    await seeing.host.picture_settings.change("host", {"inline_most": 1})
    await seeing.session.say("What do you see?")
    assert shown(seeing) == [2]
    assert "A red boat." in str(seeing.asked)
    assert "A blue boat." not in str(seeing.asked)


async def test_a_caption_that_another_program_put_in_the_title_is_told(room: Room) -> None:
    await show(room, 7, hung={"append_title": True})
    await show(room, 8)
    await room.session.say("What do you see?")
    assert ("assistant", "Look.\n\nprompt 7") in room.asked
    assert "prompt 8" not in str(room.asked)


# -- the prompt as people see it -------------------------------------------------------------------------------------


async def test_the_prompt_shows_that_pictures_are_part_of_it(seeing: Room) -> None:
    await show(seeing, 1, text="")
    looked_at = await itemise(seeing.session, Wanted())
    (part,) = [part for part in looked_at["parts"] if part["pictures"]]
    assert (part["position"], part["pictures"], part["text"]) == (1, 1, "")
    assert part["tokens"] >= 800
    assert [message.get("pictures", 0) for message in looked_at["messages"] if message["role"] == "assistant"][-1] == 1
    assert seeing.fake.bodies == [], "nothing is sent"
