"""Modes of one's own on their way to a picture, and templates of one's own in the request of the text model."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stcore.images.own_modes import OwnMode
from stcore.images.request import Pixels
from stcore.images.styles import Style
from tests.chat.imagine.easel import Room, room

pytestmark = pytest.mark.anyio


async def keep(stage: Room, **fields: Any) -> None:
    await stage.session.host.mode_desk.save(OwnMode.model_validate({"name": "noir", **fields}))


def asked(stage: Room) -> str:
    """What the text model was told last."""
    return str(stage.model.bodies[-1]["messages"][-1]["content"])


async def test_the_text_model_writes_by_its_template_in_its_shape_and_style() -> None:
    async with room(["rain, *neon*"]) as stage:
        stage.session.host.styles.save(Style("Ink", "ink of {prompt}", "colour"))
        await keep(stage, words=["film noir"], template="{{char}}, <%= mode %>!", shape="wide", style="Ink")
        await stage.set(width=640, height=640)
        await stage.run("/sd Film Noir")
        assert asked(stage) == "Character, noir!"
        assert (stage.last.prompt, stage.last.negative_prompt) == ("ink of rain, neon", "colour")
        assert stage.last.size == Pixels(width=1152, height=640)
        [picture] = await stage.pictures()
        assert picture["generation"]["details"]["mode"] == "noir"
        settings = (await stage.session.host.picture_settings.of(None)).host
        assert (settings.style, settings.width, settings.height) == ("Default", 640, 640), "for this picture only"


async def test_written_by_nobody_the_template_is_the_prompt() -> None:
    async with room() as stage:
        await keep(stage, writer="nobody", template="{{char}} under a lamp{% if group %}, crowd{% endif %}")
        await stage.run("/sd noir")
        assert stage.last.prompt == "Character under a lamp"
        assert stage.model.bodies == []


@pytest.mark.feature("F232", "F214")
async def test_an_edited_template_changes_the_request() -> None:
    async with room(["a", "b"]) as stage:
        await stage.run(r"/imagine-prompt slot=you Only \{\{char\}\}, please. | /sd you")
        assert asked(stage) == "Only Character, please."
        await stage.run("/imagine-prompt slot=you reset=true | /sd you")
        assert 'begin with the words "full body portrait"' in asked(stage)


@pytest.mark.feature("F234")
async def test_extended_prompts_and_the_prefix_of_the_character() -> None:
    async with room(["{{charPrefix}}, a long scarf"]) as stage:
        host = stage.session.host
        [sketch] = await host.characters.sketches()
        await host.characters.update(sketch.id, {"image_prefix": "blue scarf", "image_negative_prefix": "gloves"})
        await stage.run("/sd extend=true her scarf")
        assert 'picture of "her scarf"' in asked(stage)
        assert "must begin with {{charPrefix}}, exactly" in asked(stage)
        assert (stage.last.prompt, stage.last.negative_prompt) == ("blue scarf, a long scarf", "gloves")


async def test_the_subject_behind_the_word_reaches_the_template() -> None:
    async with room(["a", "b"]) as stage:
        await keep(stage, words=["tarot"], takes_subject=True, template="A card {% if subject %}of {0}{% endif %}!")
        await stage.run("/sd Tarot the Fool")
        assert asked(stage) == "A card of the Fool!"
        await stage.run("/sd tarot")
        assert asked(stage) == "A card !"


async def test_scripts_keep_modes() -> None:
    async with room() as stage:
        await stage.run("/imagine-mode-save name=Poster words=bill,placard shape=portrait writer=nobody A poster")
        await stage.run("/imagine-mode-save name=poster prefixed=true title=Placards")
        [mode] = json.loads(await stage.run("/imagine-modes"))
        assert (mode["words"], mode["shape"], mode["prefixed"]) == (["bill", "placard"], "portrait", True)
        assert (mode["template"], mode["title"]) == ("A poster", "Placards")
        await stage.run("/sd placard")
        assert stage.last.prompt == "A poster"


async def test_a_wish_in_a_message_draws_it() -> None:
    async with room() as stage:
        await keep(stage, writer="nobody", template="lamp post", subjects=["old film"])
        await stage.set(interactive=True)
        await stage.session.say("Send me a picture of an old film")
        await stage.session.host.generations.finish()
        assert stage.last.prompt == "lamp post"
