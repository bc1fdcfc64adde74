"""The words of a picture: the last message, portraits that are described, prompts with markers (5.2 to 5.4)."""

from __future__ import annotations

import asyncio

import pytest

from stcore.testing.servers.openai import Reply
from tests.chat.imagine.easel import room
from tests.images.pictures import picture

pytestmark = pytest.mark.anyio


@pytest.mark.feature("F219")
@pytest.mark.parametrize("group", [(), ("Anna", "Bert")])
async def test_the_last_message_brings_the_card_with_its_macros_expanded(group: tuple[str, ...]) -> None:
    async with room(group=group) as stage:
        host = stage.session.host
        who = group[0] if group else "Character"
        found = next(one for one in await host.characters.list() if one.name == who)
        card = {"description": "{{char}} is tall.", "scenario": "{{user}} knocks"}
        await host.characters.update(found.id, card)
        await stage.run(f"/sendas name={who} Who is there?")
        await stage.run("/sd raw_last")
        assert stage.last.prompt == f"((Who is there)), (User knocks:0.7), ({who} is tall.:0.5)"
        assert (await stage.pictures())[0]["title"] == stage.last.prompt


@pytest.mark.parametrize("text", ["char, at sea", "char at sea", "{{charPrefix}}, at sea"])
async def test_a_marker_without_a_prefix_leaves_nothing_behind(text: str) -> None:
    async with room() as stage:
        await stage.run(f"/sd {text}")
        assert stage.last.prompt == "at sea"
        assert (await stage.pictures())[0]["title"] == "at sea"


async def test_a_group_takes_the_prefix_of_who_spoke_last_by_the_word_only() -> None:
    async with room(group=("Anna", "Bert")) as stage:
        await stage.run("/char-looks name=Bert prefix=beard negative=hat")
        await stage.run("/sendas name=Bert Good evening.")
        await stage.run("/sd char, on a raft")
        assert (stage.last.prompt, stage.last.negative_prompt) == ("beard, on a raft", "hat")
        await stage.run("/sd {{charPrefix}}, on a raft")
        assert (stage.last.prompt, stage.last.negative_prompt) == ("on a raft", None)


async def test_a_portrait_in_a_group_is_that_of_who_spoke_last_under_its_name() -> None:
    async with room(["tall, bearded"], group=("Anna", "Bert")) as stage:
        host = stage.session.host
        for member in await host.characters.list():
            await host.characters.set_avatar(member.id, picture())
        await stage.run("/sendas name=Bert Good evening.")
        await host.prompt_templates.save("you_multimodal", "Describe {{char}}.")
        await stage.run("/sd multimodal=true you")
        assert stage.last.prompt == "tall, bearded"
        assert "Describe Bert." in str(stage.model.bodies[0]["messages"])


async def test_a_stop_ends_the_asking_for_a_portrait() -> None:
    async with room() as stage:
        host = stage.session.host
        for character in await host.characters.list():
            await host.characters.set_avatar(character.id, picture())
        stage.model.queue.append(Reply(("Well,",), wait=True))
        running = asyncio.create_task(stage.run("/sd multimodal=true you"))
        while not stage.model.bodies:
            await asyncio.sleep(0.01)
        assert [notice.message for notice in stage.ui.loading] == ["Looking at the picture of Character ..."]
        assert await stage.session.stop()
        assert await running == ""
        assert (stage.ui.loading, stage.easel.requests) == ([], [])
        assert [toast.text for toast in stage.ui.toasts] == ["Called off: no picture is made."]


async def test_an_extended_prompt_keeps_the_negative_of_a_prefix_that_was_typed() -> None:
    async with room(["blue scarf, fishing at dawn"]) as stage:
        await stage.run('/char-looks prefix="blue scarf" negative=gloves')
        await stage.run("/sd extend=true {{charPrefix}}, fishing")
        assert (stage.last.prompt, stage.last.negative_prompt) == ("blue scarf, fishing at dawn", "gloves")
