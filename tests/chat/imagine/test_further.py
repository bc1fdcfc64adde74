"""Further pictures: swipes, the paintbrush, new words, one thing changed (image-generation.md section 13)."""

from __future__ import annotations

import pytest

from stcore.chat.imagine.redo import Changes
from stcore.errors import NotFound, UserError
from stcore.images.request import Pixels
from tests.chat.imagine.easel import Room, room

pytestmark = pytest.mark.anyio


async def further(stage: Room, *, anew: bool = False) -> None:
    """Another picture beside the last one, which is waited for."""
    host = stage.session.host
    job = await stage.session.pictures.further((await stage.pictures())[-1]["id"], anew=anew)
    assert job is not None
    await host.images.wait(job["id"])


@pytest.mark.feature("F252", "F253")
async def test_a_further_picture_has_the_same_words_and_another_seed() -> None:
    async with room(["mira, laughing"]) as stage:
        await stage.set(seed=7, prefix="oil")
        await stage.run("/sd negative=fog you")
        await stage.set(prefix="ink", negative="smudges")
        await further(stage)
        first, second = stage.easel.requests
        assert (first.prompt, second.prompt) == ("oil, mira, laughing", "ink, mira, laughing")
        assert second.negative_prompt == "fog, smudges"
        assert first.seed == 7 != second.seed
        assert stage.session.host.settings.current.images.seed == 7
        pictures = await stage.pictures()
        assert [picture["title"] for picture in pictures] == ["mira, laughing"] * 2
        assert len(stage.model.bodies) == 1


async def test_a_further_picture_takes_the_prefix_of_the_character_unless_that_is_not_wanted() -> None:
    async with room() as stage:
        await stage.run("/char-looks prefix=scarf")
        await stage.run("/sd moss")
        await further(stage)
        await stage.set(swipe_prefixes=False)
        await further(stage)
        assert [request.prompt for request in stage.easel.requests] == ["moss", "scarf, moss", "moss"]


async def test_a_size_that_was_asked_for_is_kept_as_it_was_drawn() -> None:
    async with room(["words"]) as stage:
        await stage.set(width=640, height=640, snap=True)
        await stage.run("/sd width=576 height=576 face")
        await further(stage)
        await stage.run("/sd moss")
        await stage.set(width=512, height=512)
        await further(stage)
        sizes = [(r.size.width, r.size.height) for r in stage.easel.requests if isinstance(r.size, Pixels)]
        assert sizes == [(512, 768), (512, 768), (640, 640), (512, 512)]


async def test_the_prompt_can_be_written_anew() -> None:
    async with room(["first words", "other words"]) as stage:
        await stage.run("/sd you")
        await further(stage, anew=True)
        assert [request.prompt for request in stage.easel.requests] == ["first words", "other words"]
        await stage.run("/sd moss")
        with pytest.raises(UserError, match="wrote"):
            await further(stage, anew=True)


@pytest.mark.feature("F224")
async def test_a_message_is_painted_as_it_stands_and_its_text_stays() -> None:
    async with room(greeting="*A pond*, at dusk!") as stage:
        host, chat_id = stage.session.host, await stage.session.open_chat()
        message = (await host.chats.messages(chat_id))[-1]
        job = await stage.session.pictures.paint(message.id)
        assert job is not None
        await host.images.wait(job["id"])
        assert stage.last.prompt == "*A pond*, at dusk!"
        painted = await host.chats.message(message.id)
        assert (len(painted.pictures), painted.text) == (1, "*A pond*, at dusk!")
        assert not painted.extra.get("picture")


async def test_a_further_picture_can_be_changed_first_and_its_negative_blanked() -> None:
    async with room() as stage:
        await stage.run("/sd width=512 height=640 negative=fog moss")
        await stage.set(review=True, width=256, height=256)
        from dataclasses import replace

        stage.ui.answers.append(None)
        assert await stage.session.pictures.further((await stage.pictures())[0]["id"]) is None
        [sheet] = stage.ui.sheets
        assert (sheet.prompt, sheet.negative, sheet.size) == ("moss", "fog", "512x640")
        stage.ui.answers.append(replace(sheet, prompt="fern", negative="", keep_size=False))
        await further(stage)
        assert (stage.last.prompt, stage.last.negative_prompt) == ("fern", None)
        assert stage.last.size == Pixels(width=256, height=256)


async def test_a_picture_is_redone_with_one_thing_changed() -> None:
    async with room(["mira"]) as stage:
        host = stage.session.host
        await stage.set(prefix="oil", style="Oil")
        await stage.run("/sd steps=9 seed=4 you")
        [picture] = await stage.pictures()
        await stage.set(prefix="other", steps=50)
        looked = await stage.session.pictures.redo(picture["id"], Changes(seed=5), only_look=True)
        assert (looked.prompt, looked.job) == ("oil, mira", None)
        assert len(stage.easel.requests) == 1
        done = await stage.session.pictures.redo(picture["id"], Changes(words="fern"))
        assert done.job is not None
        await host.images.wait(done.job["id"])
        assert (stage.last.prompt, stage.last.steps) == ("oil, fern", 9)
        assert stage.last.seed != 4
        assert [one["title"] for one in await stage.pictures()] == ["mira", "fern"]


async def test_another_source_says_what_it_cannot_take_over() -> None:
    async with room() as stage:
        await stage.run("/sd steps=9 model=special moss")
        [picture] = await stage.pictures()
        told = await stage.session.pictures.redo(picture["id"], Changes(source="canvas"), only_look=True)
        assert told.source == "canvas"
        assert any("steps" in line for line in told.left_out)


async def test_a_picture_of_unknown_making_cannot_be_redone() -> None:
    async with room() as stage:
        with pytest.raises(NotFound):
            await stage.session.pictures.redo("0" * 32, Changes())


async def test_reference_pictures_are_used_again_unless_they_are_left_out() -> None:
    async with room() as stage:
        await stage.run("/sd moss")
        base = (await stage.pictures())[0]["id"]
        await stage.run(f"/sd reference={base}:init fern")
        assert [reference.asset_id for reference in stage.last.references] == [base]
        [picture] = await stage.pictures()
        for changes, kept in ((Changes(), [base]), (Changes(references=()), [])):
            done = await stage.session.pictures.redo(picture["id"], changes)
            assert done.job is not None
            await stage.session.host.images.wait(done.job["id"])
            assert [reference.asset_id for reference in stage.last.references] == kept
        newest = (await stage.pictures())[-1]["id"]
        job = await stage.session.pictures.further(newest)
        assert job is not None
        await stage.session.host.images.wait(job["id"])
        assert stage.last.references == (), "what was left out is not repeated either"
