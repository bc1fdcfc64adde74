"""The words of a picture that nobody writes: the last message, and free prompts with markers (sections 5.2, 5.4)."""

from __future__ import annotations

import pytest

from tests.chat.imagine.easel import room

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


async def test_a_group_takes_the_prefix_of_who_spoke_last_by_the_word_only() -> None:
    async with room(group=("Anna", "Bert")) as stage:
        await stage.run("/char-looks name=Bert prefix=beard negative=hat")
        await stage.run("/sendas name=Bert Good evening.")
        await stage.run("/sd char, on a raft")
        assert (stage.last.prompt, stage.last.negative_prompt) == ("beard, on a raft", "hat")
        await stage.run("/sd {{charPrefix}}, on a raft")
        assert (stage.last.prompt, stage.last.negative_prompt) == ("on a raft", None)
