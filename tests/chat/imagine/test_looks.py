"""How characters and personas look in pictures (image-generation.md 7.3 to 7.6)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stcore.chat.characters.exchange import export_character, import_character
from stcore.chat.characters.records import Character
from stcore.chat.imagine.looks import CARD_FIELD, Looks, add_reference, looks_of, set_looks
from stcore.chat.persona_files import export_personas, import_personas
from stcore.chat.session import Session
from stcore.errors import NotFound, UserError
from stcore.testing.stage import stage
from tests.chat.imagine.easel import room
from tests.images.pictures import picture

pytestmark = pytest.mark.anyio


async def open_character(session: Session) -> Character:
    [character] = await session.host.characters.find("Character")
    return character


def in_card(character: Character) -> Any:
    return character.card["data"]["extensions"].get(CARD_FIELD, "no such field")


async def exported(session: Session) -> dict[str, Any]:
    _, data = await export_character(session.host, await open_character(session), "json")
    extensions: dict[str, Any] = json.loads(data)["data"]["extensions"]
    return extensions


async def test_private_words_never_touch_the_card() -> None:
    async with stage() as session:
        character = await open_character(session)
        looks = await set_looks(session.host, character, prefix="blue scarf", negative="gloves")
        assert looks == Looks("blue scarf", "gloves", shared=False)
        assert await looks_of(session.host, character) == looks
        assert in_card(await open_character(session)) == "no such field"
        assert CARD_FIELD not in await exported(session)


@pytest.mark.feature("F243")
async def test_shared_words_travel_in_the_card_and_come_home_when_they_are_no_longer_shared() -> None:
    async with stage() as session:
        character = await open_character(session)
        await set_looks(session.host, character, prefix="blue scarf", negative="gloves")
        await set_looks(session.host, character, shared=True)
        assert (await exported(session))[CARD_FIELD] == {"positive": "blue scarf", "negative": "gloves"}
        await set_looks(session.host, character, prefix="red scarf")
        assert (await exported(session))[CARD_FIELD] == {"positive": "red scarf", "negative": "gloves"}
        kept = await set_looks(session.host, character, shared=False)
        assert kept == Looks("red scarf", "gloves", shared=False)
        assert in_card(await open_character(session)) is None
        await set_looks(session.host, character, prefix="grey scarf")
        assert in_card(await open_character(session)) is None


@pytest.mark.parametrize("format", ["json", "png", "charx"])
async def test_an_imported_card_is_shown_as_shared(format: Any) -> None:
    async with stage() as session:
        character = await open_character(session)
        await set_looks(session.host, character, prefix="blue scarf", shared=True)
        _, data = await export_character(session.host, await open_character(session), format)
        arrived = (await import_character(session.host, data)).character
        looks = await looks_of(session.host, arrived)
        assert (looks.prefix, looks.negative, looks.shared) == ("blue scarf", "", True)


async def test_what_other_programs_keep_beside_the_words_stays() -> None:
    async with stage() as session:
        character = await open_character(session)
        card = json.loads(json.dumps(character.card))
        card["data"]["extensions"][CARD_FIELD] = {"positive": "oilskin", "negative": "", "theirs": 1}
        character = await session.host.characters.replace(character.id, card)
        await set_looks(session.host, character, negative="hat")
        assert in_card(await open_character(session)) == {"positive": "oilskin", "negative": "hat", "theirs": 1}


@pytest.mark.parametrize("junk", [None, "text", 7, {"positive": 3}])
async def test_a_card_with_anything_else_there_brings_no_words(junk: Any) -> None:
    async with stage() as session:
        character = await open_character(session)
        card = json.loads(json.dumps(character.card))
        card["data"]["extensions"][CARD_FIELD] = junk
        character = await session.host.characters.replace(character.id, card)
        assert await looks_of(session.host, character) == Looks(shared=isinstance(junk, dict))


async def test_words_kept_here_count_before_those_of_a_card_that_comes_later() -> None:
    async with stage() as session:
        character = await open_character(session)
        await set_looks(session.host, character, prefix="mine")
        card = json.loads(json.dumps(character.card))
        card["data"]["extensions"][CARD_FIELD] = {"positive": "theirs", "negative": "hat"}
        character = await session.host.characters.replace(character.id, card)
        assert await looks_of(session.host, character) == Looks("mine", "hat", shared=True)


# -- macros ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shared", [False, True])
async def test_macros_give_what_counts_for_the_open_character(shared: bool) -> None:
    async with stage() as session:
        character = await open_character(session)
        await set_looks(session.host, character, prefix="blue scarf, {{user}}", negative="gloves", shared=shared)
        told = await session.run("/pass {{charPrefix}}, {{charNegativePrefix}}")
        assert told.text == "blue scarf, {{user}}, gloves"  # as it is kept (spec/macros.md 19)


async def test_macros_give_nothing_in_groups() -> None:
    async with stage(group=("Alice", "Bob")) as session:
        for character in await session.host.characters.list():
            await set_looks(session.host, character, prefix="blue scarf", shared=True)
        assert (await session.run("/pass [{{charPrefix}}{{charNegativePrefix}}]")).text == "[]"


async def test_the_greeting_of_a_new_chat_sees_private_words() -> None:
    async with stage(greeting="Look: {{charPrefix}}.") as session:
        await set_looks(session.host, await open_character(session), prefix="blue scarf")
        await session.run("/newchat")
        assert (await session.run("/messages names=off 0")).text.strip() == "Look: blue scarf."


@pytest.mark.feature("F239", "F240", "F242", "F244")
@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize(
    ("script", "prompt", "negative"),
    [
        ("/sd negative=fog you", "blue scarf, <lora:harbour:0.8>, laughing", "fog, gloves"),
        ("/sd char, on a raft", "blue scarf, <lora:harbour:0.8>, on a raft", "gloves"),
        ("/sd {{charPrefix}}, fishing", "blue scarf, <lora:harbour:0.8>, fishing", "gloves"),
        ("/sd apple tree", "apple tree", None),
    ],
)
async def test_private_and_shared_words_reach_the_source_alike(
    script: str, prompt: str, negative: str | None, shared: bool
) -> None:
    async with room(["laughing"]) as stage:
        words = {"prefix": "blue scarf, <lora:harbour:0.8>", "negative": "gloves"}
        await set_looks(stage.session.host, await open_character(stage.session), **words, shared=shared)
        await stage.set(prefix="", negative="", style="Default")
        await stage.run(script)
        assert (stage.last.prompt, stage.last.negative_prompt) == (prompt, negative)


async def test_words_of_a_persona_go_into_pictures_of_the_user() -> None:
    async with room(["laughing"]) as stage:
        await stage.run("/persona-create name=Rook | /persona-looks prefix=coat negative=hat")
        await stage.run("/sd me")
        assert (stage.last.prompt, stage.last.negative_prompt) == ("coat, laughing", "hat")


# -- copies and ends -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shared", [False, True])
async def test_a_copy_looks_the_same_and_keeps_its_pictures_when_the_original_goes(shared: bool) -> None:
    async with stage() as session:
        host, character = session.host, await open_character(session)
        await add_reference(host, character, picture(), role="style", name="hat.png")
        await set_looks(host, character, prefix="blue scarf", negative="gloves", shared=shared)
        copy = await host.characters.duplicate(character.id)
        await host.characters.delete(character.id)
        looks = await looks_of(host, copy)
        assert (looks.prefix, looks.negative, looks.shared) == ("blue scarf", "gloves", shared)
        [reference] = looks.references
        asset_id, _, role = reference.partition(":")
        assert role == "style"
        assert (await host.library.asset(asset_id)).label == "hat.png"


async def test_a_deleted_character_takes_its_looks_along() -> None:
    async with stage() as session:
        host, character = session.host, await open_character(session)
        looks = await add_reference(host, character, picture())
        await host.characters.delete(character.id)
        assert await host.preferences.all(f"character:{character.id}") == {}
        with pytest.raises(NotFound):
            await host.library.asset(looks.references[0].partition(":")[0])
        with pytest.raises(NotFound):
            await set_looks(host, character, prefix="x")


async def test_what_cannot_be_kept_leaves_nothing_behind() -> None:
    async with stage() as session:
        host, character = session.host, await open_character(session)
        with pytest.raises(UserError, match="not a picture of this host"):
            await set_looks(host, character, prefix="x", references=["hat.png"])
        with pytest.raises(UserError, match="20,000"):
            await set_looks(host, character, prefix="x" * 20_001)
        with pytest.raises(UserError, match="32 reference pictures"):
            await set_looks(host, character, references=[f"{number:032x}" for number in range(33)])
        assert await looks_of(host, character) == Looks()
        await host.characters.delete(character.id)
        with pytest.raises(NotFound):
            await add_reference(host, character, picture())
        assert not any(path.is_file() for path in (host.data / "pictures").rglob("*"))


# -- personas --------------------------------------------------------------------------------------------------------


async def test_a_persona_has_looks_and_its_copy_too() -> None:
    async with stage() as session:
        host = session.host
        persona = await host.personas.create("Mira")
        await add_reference(host, persona, picture(), role="init")
        looks = await set_looks(host, persona, prefix="grey coat", negative="hat")
        assert (looks.prefix, looks.negative, looks.shared) == ("grey coat", "hat", False)
        copy = await host.personas.duplicate(persona.id)
        await host.personas.delete(persona.id)
        copied = await looks_of(host, copy)
        assert (copied.prefix, copied.negative) == ("grey coat", "hat")
        await host.library.asset(copied.references[0].partition(":")[0])


async def test_a_persona_cannot_be_shared() -> None:
    async with stage() as session:
        persona = await session.host.personas.create("Mira")
        with pytest.raises(UserError, match="no card"):
            await set_looks(session.host, persona, shared=True)


async def test_words_of_personas_go_into_their_backup_and_come_back() -> None:
    async with stage() as session, stage() as other:
        await session.host.personas.create("Mira", {"image_prefix": "grey coat", "references": ["avatar:style"]})
        backup = json.dumps(await export_personas(session.host)).encode()
        [arrived] = await import_personas(other.host, backup)
        assert (arrived.image_prefix, arrived.references) == ("grey coat", ())


# -- scripts ---------------------------------------------------------------------------------------------------------


async def test_scripts_read_and_change_looks() -> None:
    async with stage(others=("Carol",)) as session:
        told = json.loads((await session.run('/char-looks prefix="blue scarf" negative=hat shared=true')).text)
        assert told == {"prefix": "blue scarf", "negative": "hat", "shared": True, "references": []}
        await session.run("/char-looks name=Carol reference=avatar:init:0.3 reference=persona")
        told = json.loads((await session.run("/char-looks name=carol field=references")).text)
        assert told == ["avatar:init:0.3", "persona:subject"]
        assert (await session.run("/char-looks name=Carol reference= field=references")).text == "[]"
        assert (await session.run("/char-looks field=shared")).text == "true"
        assert (await session.run("/char-looks shared=perhaps field=shared")).text == "false"
        await session.run("/persona-create name=Mira")
        told = json.loads((await session.run("/persona-looks prefix=coat")).text)
        assert told == {"prefix": "coat", "negative": "", "shared": False, "references": []}


async def test_a_picture_of_a_script_becomes_a_reference() -> None:
    async with stage() as session:
        asset = await session.host.library.store(picture(), kind="message", origin="received")
        path = session.host.library.path(asset)
        told = await session.run(f"/char-looks reference={path}:style field=references")
        assert json.loads(told.text) == [f"{asset.id}:style"]
