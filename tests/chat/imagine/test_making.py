"""From a wish to what the source is asked for (image-generation.md sections 1 to 8)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from stcore.errors import StcoreError
from stcore.images.request import Pixels
from tests.chat.imagine.easel import room

pytestmark = pytest.mark.anyio


@pytest.mark.feature("F214", "F231")
@pytest.mark.parametrize("word", ["you", "face", "me", "scene", "last", "background"])
async def test_the_text_model_writes_the_prompt_of_a_mode(word: str) -> None:
    async with room(['red hair, "green eyes",\nold coat']) as stage:
        await stage.run(f"/sd {word}")
        assert stage.last.prompt == "red hair, green eyes, old coat"
        [body] = stage.model.bodies
        assert body["messages"][-1]["role"] == "system"
        assert len(body["messages"][-1]["content"]) > 80
        assert not body.get("tools")


@pytest.mark.feature("F221")
async def test_a_free_prompt_is_drawn_as_it_stands_without_the_text_model() -> None:
    async with room() as stage:
        await stage.run("/sd YOU smiling, “as is”")
        assert stage.last.prompt == "YOU smiling, “as is”"
        assert stage.model.bodies == []


@pytest.mark.feature("F234")
async def test_a_free_prompt_may_be_extended() -> None:
    async with room(["apple tree, blossoms"]) as stage:
        await stage.run("/sd extend=true apple tree")
        assert stage.last.prompt == "apple tree, blossoms"
        assert "apple tree" in stage.model.bodies[0]["messages"][-1]["content"]


@pytest.mark.feature("F219")
async def test_the_last_message_word_for_word() -> None:
    async with room(greeting="A *quiet* pond!") as stage:
        await stage.run("/sd raw_last")
        assert stage.last.prompt == "((A quiet pond)), (:0.7), (:0.5)"
        assert stage.model.bodies == []


@pytest.mark.feature("F215", "F220", "F249")
@pytest.mark.parametrize(
    ("word", "size", "snap", "drawn"),
    [
        ("face", (576, 576), "false", (576, 896)),
        ("face", (576, 576), "true", (512, 768)),
        ("background", (640, 640), "false", (1152, 640)),
        ("background", (768, 768), "true", (960, 540)),
        ("you", (576, 576), "true", (576, 576)),
    ],
)
async def test_modes_force_shapes_and_leave_nothing_behind(
    word: str, size: tuple[int, int], snap: str, drawn: tuple[int, int]
) -> None:
    async with room(["words"]) as stage:
        await stage.set(width=size[0], height=size[1])
        await stage.run(f"/sd snap={snap} {word}")
        assert stage.last.size == Pixels(width=drawn[0], height=drawn[1])
        settings = stage.session.host.settings.current.images
        assert (settings.width, settings.height, settings.snap) == (*size, False)


async def test_without_a_size_only_the_shape_is_asked_for() -> None:
    async with room(["words"]) as stage:
        await stage.run("/sd face")
        assert isinstance(stage.last.size, Pixels)
        assert stage.last.size.width / stage.last.size.height == pytest.approx(2 / 3, rel=0.02)


async def test_overlapping_pictures_know_nothing_of_each_other() -> None:
    async with room(["a face", "a view"]) as stage:
        await stage.set(width=640, height=640, seed=5)
        await asyncio.gather(
            *(
                stage.session.host.interpreter.run(text, stage.session.services)
                for text in ("/sd seed=7 face", "/sd steps=3 background", "/sd width=512 height=512 moss")
            )
        )
        sizes = {
            (r.size.width, r.size.height, r.seed, r.steps) for r in stage.easel.requests if isinstance(r.size, Pixels)
        }
        assert sizes == {(640, 960, 7, None), (1152, 640, 5, 3), (512, 512, 5, None)}


@pytest.mark.feature("F235", "F236", "F237", "F238", "F239", "F240", "F244")
async def test_style_and_character_are_joined_to_the_words() -> None:
    async with room(["mira, laughing"]) as stage:
        await stage.set(prefix="oil {prompt}, <lora:ink:0.8>", negative="smudges")
        await stage.run('/char-looks prefix="blue scarf," negative=gloves')
        await stage.run('/sd negative="fog" you')
        assert stage.last.prompt == "oil mira, laughing, <lora:ink:0.8>, blue scarf"
        assert stage.last.negative_prompt == "fog, smudges, gloves"


@pytest.mark.feature("F241", "F242")
@pytest.mark.parametrize(
    ("text", "prompt", "negative"),
    [
        ("fishing", "fishing", None),
        ("char, fishing", "blue scarf, fishing", "gloves"),
        ("char on a raft", "blue scarf, on a raft", "gloves"),
        ("{{charPrefix}}, fishing", "blue scarf, fishing", "gloves"),
        ("chart of the sea", "chart of the sea", None),
    ],
)
async def test_the_prefix_comes_into_free_prompts_by_its_markers(text: str, prompt: str, negative: str | None) -> None:
    async with room() as stage:
        await stage.run('/char-looks prefix="blue scarf" negative=gloves')
        await stage.run(f"/sd {text}")
        assert (stage.last.prompt, stage.last.negative_prompt) == (prompt, negative)


@pytest.mark.feature("F233")
async def test_a_prompt_can_be_changed_or_called_off_before_it_is_used() -> None:
    async with room(["written", "written"], answers=["changed", None]) as stage:
        assert await stage.run("/sd edit=true you")
        assert stage.last.prompt == "changed"
        assert (await stage.pictures())[0]["title"] == "changed"
        assert await stage.run("/sd edit=true you") == ""
        assert len(stage.easel.requests) == 1
        assert [sheet.prompt for sheet in stage.ui.sheets] == ["written", "written"]


async def test_a_plain_free_prompt_is_not_asked_about() -> None:
    async with room() as stage:
        await stage.run("/sd edit=true moss")
        assert stage.ui.sheets == []


async def test_an_answer_that_is_no_prompt_is_told() -> None:
    async with room(["I'm sorry, I can't help with that picture."]) as stage:
        await stage.run("/sd you")
        assert any("refusal" in toast.text for toast in stage.ui.toasts)


async def test_a_writer_that_writes_nothing_is_blamed() -> None:
    async with room(["***"]) as stage:
        await stage.session.run("/sd you")
        [error] = stage.ui.errors
        assert "prompt" in error.message
        assert stage.easel.requests == []


async def test_another_text_model_may_write_prompts() -> None:
    async with room(["by the chat's own"]) as stage:
        host = stage.session.host
        await stage.set(writer="offline")
        await stage.run("/sd you")
        assert stage.model.bodies == []
        assert stage.last.prompt
        assert host.texts.default_name() == "model"


@pytest.mark.parametrize(
    ("argument", "what"),
    [("width=9", "width"), ("steps=many", "steps"), ("style=Nope", "style"), ("source=nope", "nope")],
)
async def test_what_cannot_be_used_is_named(argument: str, what: str) -> None:
    async with room() as stage:
        errors: list[StcoreError] = []
        try:
            await stage.session.run(f"/sd {argument} moss")
        except StcoreError as error:
            errors.append(error)
        told = [*errors, *stage.ui.errors]
        assert what in told[0].message
        assert stage.easel.requests == []


async def test_a_workflow_is_named_to_be_selected() -> None:
    async with room() as stage:
        assert (await stage.session.run("/icw")).text == ""
        assert [error.message for error in stage.ui.errors] == ["/icw needs the name of a workflow."]


@pytest.mark.feature("F248")
async def test_settings_count_for_chat_then_character_then_everywhere() -> None:
    async with room() as stage:
        for scope, steps in (("host", 10), ("character", 20), ("chat", 30)):
            await stage.run(f"/imagine-set key=steps scope={scope} {steps}")
            await stage.run("/sd moss")
            assert stage.last.steps == steps
        await stage.run("/imagine-set key=steps scope=chat default")
        assert await stage.run("/imagine-set key=steps") == "20"
        other = await stage.session.host.chats.create("Elsewhere")
        layers = await stage.session.host.picture_settings.of(other.id)
        assert layers.effective.steps == 10


async def test_another_source_forgets_what_only_the_one_before_knew() -> None:
    async with room() as stage:
        await stage.set(model="m", sampler="s")
        await stage.run("/imagine-source canvas")
        settings = stage.session.host.settings.current.images
        assert (settings.model, settings.sampler) == ("", "")


def named(pieces: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(piece["from"], piece["text"]) for piece in pieces]


async def test_a_picture_tells_where_each_piece_of_its_prompt_came_from() -> None:
    async with room(["laughing"]) as stage:
        await stage.set(prefix="oil", style="Oil")
        await stage.run("/char-looks prefix=scarf")
        await stage.run("/sd steps=400 you")
        [picture] = await stage.pictures()
        from stcore.images.explain import explain

        told = explain(await stage.session.host.library.get(picture["id"]))
        assert named(told["pieces"]) == [("style Oil", "oil"), ("Character", "scarf"), ("written by model", "laughing")]
        assert told["adjustments"] == ["steps 400: limited to 150"]
        assert "/sd" not in told["prompt"]
        assert '"mode": "you"' in await stage.run("/imagine-explain")
        assert "limited to 150" in stage.ui.shown[-1]


async def test_a_persona_brings_its_prefix_into_pictures_of_the_person() -> None:
    async with room(["in a boat"] * 2) as stage:
        await stage.run("/persona-create name=Ann | /persona-looks prefix=freckles")
        await stage.run("/sd me")
        assert stage.last.prompt == "freckles, in a boat"
        await stage.run("/sd you")
        assert stage.last.prompt == "in a boat"


async def test_the_prefixes_of_all_members_come_into_the_scene_of_a_group_where_they_are_wanted() -> None:
    async with room(["by the fire"] * 3, group=("Ann", "Ben")) as stage:
        await stage.run("/char-looks name=Ann prefix=hat negative=rain | /char-looks name=Ben prefix=beard")
        await stage.run("/sd scene")
        assert stage.last.prompt == "by the fire"
        await stage.set(group_prefixes=True)
        await stage.run("/sd scene")
        assert (stage.last.prompt, stage.last.negative_prompt) == ("hat, beard, by the fire", "rain")
        await stage.run("/sendas name=Ben hello | /sd you")
        assert stage.last.prompt == "beard, by the fire"
