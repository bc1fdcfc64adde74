"""Who asks for pictures: wishes in messages, the text model, tags and phrases in replies; and where pictures go."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stcore import Health, Triggers, hookimpl
from stcore.testing.servers.openai import Reply
from tests.chat.imagine.easel import Room, room

pytestmark = pytest.mark.anyio


async def said(stage: Room, text: str) -> list[Any]:
    """The messages of the chat when a line of the person has had all its consequences."""
    await stage.session.say(text)
    await stage.session.host.generations.finish()
    assert not stage.ui.errors, stage.ui.errors[0].message
    return list(await stage.session.host.chats.messages(await stage.session.open_chat()))


# -- wishes ----------------------------------------------------------------------------------------------------------


@pytest.mark.feature("F225", "F226")
async def test_a_wish_is_answered_by_a_picture_instead_of_words() -> None:
    async with room() as stage:
        await stage.set(interactive=True)
        messages = await said(stage, "Could you send a photo of the harbour at dawn?")
        assert stage.last.prompt == "harbour at dawn?"
        assert [message.role for message in messages] == ["assistant", "user", "assistant"]
        assert messages[-1].pictures
        assert stage.model.bodies == []


@pytest.mark.feature("F227")
async def test_special_subjects_choose_modes() -> None:
    async with room(["scarf, smile"]) as stage:
        await stage.set(interactive=True, width=512, height=512)
        await said(stage, "make a photo of your face")
        assert stage.last.prompt == "scarf, smile"
        assert stage.last.size.height > stage.last.size.width  # type: ignore[union-attr]


@pytest.mark.parametrize("text", ["hello there", "draw a photo", "she draws a photo of a wolf"])
async def test_ordinary_prose_is_answered_in_words(text: str) -> None:
    async with room(["words"]) as stage:
        await stage.set(interactive=True)
        assert (await said(stage, text))[-1].text == "words"
        assert stage.easel.requests == []


async def test_a_wish_is_left_to_words_while_no_source_is_ready() -> None:
    async with room(["words"]) as stage:
        await stage.set(interactive=True)
        stage.easel.health = Health(state="unreachable", text="The easel is away.")
        assert (await said(stage, "draw a picture of a fox"))[-1].text == "words"
        assert any("away" in toast.text for toast in stage.ui.toasts)


@pytest.mark.parametrize(("answer", "drawn"), [(True, 1), (False, 0)])
async def test_the_person_may_be_asked_first(answer: bool, drawn: int) -> None:
    async with room(["words"], answers=[answer]) as stage:
        await stage.set(interactive=True, interactive_confirm=True)
        await said(stage, "draw a picture of a fox")
        assert len(stage.easel.requests) == drawn


class German:
    @hookimpl
    def stcore_interactive_triggers(self) -> list[Triggers]:
        return [Triggers(verbs=("zeichne",), nouns=("bild",), links=("von",), articles=("einem",))]


async def test_a_plugin_brings_the_words_of_another_language() -> None:
    async with room(plugins=(("german", German()),)) as stage:
        await stage.set(interactive=True)
        await said(stage, "Zeichne ein Bild von einem Fuchs")
        assert stage.last.prompt == "fuchs"


class Namer:
    @hookimpl
    def stcore_prompt(self, prompt: str, mode: str, initiator: str, message: str) -> str:
        return f"{prompt} | {mode} | {initiator} | <{message}>"


async def test_a_plugin_changes_the_words_of_new_pictures_and_hears_who_asked() -> None:
    async with room(plugins=(("namer", Namer()),)) as stage:
        await stage.set(interactive=True, prefix="oil")
        await said(stage, "Draw a picture of a Fox")
        assert stage.last.prompt == "oil, fox | free | interactive | <Draw a picture of a Fox>"
        await stage.run("/sd moss")
        assert (await stage.pictures())[0]["title"] == "moss | free | command | <>"
        await stage.run("/imagine-swipe")
        assert stage.last.prompt == "oil, moss | free | command | <>"


# -- the function ----------------------------------------------------------------------------------------------------


def call(arguments: Any) -> Reply:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return Reply(tools=([{"index": 0, "id": "c1", "function": {"name": "GenerateImage", "arguments": text}}],))


@pytest.mark.feature("F228", "F230")
async def test_the_text_model_asks_for_a_picture_itself() -> None:
    async with room() as stage:
        await stage.set(function_tool=True, interactive=True)
        stage.model.queue.extend([call({"prompt": "a fox"}), Reply(("Here it is.",))])
        messages = await said(stage, "draw a picture of a cat")
        assert stage.last.prompt == "a fox"
        assert [bool(message.pictures) for message in messages] == [False, False, True, False]
        assert messages[-1].text == "Here it is."
        [tool] = stage.model.bodies[0]["tools"]
        assert tool["function"]["name"] == "GenerateImage"
        assert tool["function"]["parameters"]["required"] == ["prompt"]
        told = stage.model.bodies[1]["messages"][-1]
        assert (told["role"], told["content"].endswith(".png")) == ("tool", True)


async def test_a_picture_that_fails_is_told_to_the_model_and_the_person() -> None:
    async with room() as stage:
        await stage.set(function_tool=True)
        stage.model.queue.extend([call({}), Reply(("Sorry.",))])
        await said(stage, "a picture please")
        assert stage.model.bodies[1]["messages"][-1]["content"].startswith("Error:")
        [notice] = [toast for toast in stage.ui.toasts if toast.level == "error"]
        assert (notice.title, "needs a prompt" in notice.text) == ("Generate Image", True)


async def test_a_picture_that_is_called_off_is_an_error_to_the_model_only() -> None:
    async with room(answers=[None]) as stage:
        await stage.set(function_tool=True, review=True)
        stage.model.queue.extend([call({"prompt": "you"}), Reply(("tall",)), Reply(("Sorry.",))])
        await said(stage, "a picture please")
        assert stage.model.bodies[2]["messages"][-1]["content"].startswith("Error: The picture was called off")
        assert "error" not in [toast.level for toast in stage.ui.toasts]


@pytest.mark.feature("F229")
async def test_the_function_is_offered_only_where_it_is_wanted() -> None:
    async with room(["words"]) as stage:
        await said(stage, "hello")
        assert not stage.model.bodies[0].get("tools")


# -- replies ---------------------------------------------------------------------------------------------------------


async def test_a_picture_tag_in_a_reply_is_drawn_in_its_place() -> None:
    async with room(["Look! [pic: a red barn] Nice?", "Yes."]) as stage:
        await stage.set(tags=True)
        messages = await said(stage, "hello")
        assert stage.last.prompt == "a red barn"
        [picture] = (await stage.session.host.library.page()).pictures
        assert messages[-1].text == f"Look! ![a red barn](/pictures/{picture['id']}.png) Nice?"
        await said(stage, "and?")
        assert any("[pic: a red barn]" in str(m["content"]) for m in stage.model.bodies[-1]["messages"])


async def test_phrases_of_ones_own_make_pictures() -> None:
    async with room(["She walks into the old mill."]) as stage:
        await stage.set(phrases=[{"phrase": r"walks into the (\w+ \w+)", "argument": "$1, wide view", "regex": True}])
        await said(stage, "hello")
        assert stage.last.prompt == "old mill, wide view"


# -- where pictures go -----------------------------------------------------------------------------------------------


@pytest.mark.feature("F257", "F258", "F259")
async def test_the_message_of_a_picture_follows_its_template_and_is_hidden_unless_wanted() -> None:
    async with room() as stage:
        host, chat_id = stage.session.host, await stage.session.open_chat()
        await host.prompt_templates.save("message", "{{char}} shows {{prompt}} as {{prefixedPrompt}}")
        await stage.set(prefix="oil")
        await stage.run("/sd moss {{user}}")
        await stage.set(show_command=True)
        await stage.run("/sd fern")
        first, second = (await host.chats.messages(chat_id))[-2:]
        assert (first.text, first.hidden) == ("Character shows moss User as oil, moss User", True)
        assert (second.name, second.hidden) == ("Character", False)


async def test_in_a_group_nobody_posts_and_the_last_speaker_lends_the_prefix() -> None:
    async with room(group=("Ann", "Ben")) as stage:
        await stage.run("/char-looks name=Ann prefix=hat")
        await stage.run("/sendas name=Ann hello there")
        await stage.run("/sd char, fishing")
        assert stage.last.prompt == "hat, fishing"
        chat_id = await stage.session.open_chat()
        assert (await stage.session.host.chats.messages(chat_id))[-1].name == "System"


@pytest.mark.feature("F220")
async def test_a_background_becomes_that_of_the_chat_unless_it_is_quiet() -> None:
    async with room(["a view", "another"]) as stage:
        host, chat_id = stage.session.host, await stage.session.open_chat()
        await stage.run("/sd quiet=true background")
        assert await host.backgrounds.current(chat_id) == (None, False)
        await stage.run("/sd background")
        [picture] = await stage.pictures()
        background, own = await host.backgrounds.current(chat_id)
        assert own
        assert background is not None
        assert background.name == picture["id"]


@pytest.mark.feature("F251")
async def test_a_quiet_picture_can_be_sent_in_a_message() -> None:
    async with room(["a portrait"]) as stage:
        await stage.run("/sd quiet=true me | /send ![portrait]({{pipe}})")
        chat_id = await stage.session.open_chat()
        last = (await stage.session.host.chats.messages(chat_id))[-1]
        assert last.role == "user"
        assert last.text.startswith("![portrait](/pictures/")
