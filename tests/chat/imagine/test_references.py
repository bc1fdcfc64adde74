"""Reference pictures on their way from settings, looks and wishes to a source (spec/sources/README.md 3.3)."""

from __future__ import annotations

import base64
import json
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from stcore.chat.imagine.looks import Looks, set_looks
from stcore.chat.imagine.references import LONGEST_SIDE, references_for
from stcore.chat.session import Session
from stcore.errors import NotFound, UserError
from stcore.images.capabilities import Capabilities, ReferencesField, RoleLimits
from stcore.images.planning import plan_request
from stcore.images.request import ImageRequest, Reference
from stcore.images.settings import ImageSettings
from stcore.storage.ids import new_id
from stcore.testing.servers.automatic1111 import FakeAutomatic1111
from stcore.testing.servers.comfyui import FakeComfyUI
from stcore.testing.servers.serve import serve
from stcore.testing.stage import stage
from tests.chat.imagine.easel import room
from tests.images.pictures import picture

pytestmark = pytest.mark.anyio

FACE, HAT, COAT = picture(64, 80, seed=1), picture(64, 80, seed=2), picture(64, 80, seed=3)


async def dressed(session: Session, data: bytes = FACE) -> str:
    """The id of the picture that the character wears from now on."""
    [character] = await session.host.characters.find("Character")
    worn = (await session.host.characters.set_avatar(character.id, data)).avatar_id
    assert worn is not None
    return worn


async def stored(session: Session, data: bytes) -> str:
    return (await session.host.library.store(data, kind="message", origin="received", embed=False)).id


async def found(session: Session, *bound: str, extra: tuple[str, ...] = (), **worn: str | None) -> Any:
    avatars = {"char_avatar": worn.get("char_avatar"), "user_avatar": worn.get("user_avatar")}
    settings = ImageSettings(references=("avatar:style",))
    return await references_for(session.host, settings, [Looks(references=bound)], extra=extra, **avatars)


# -- gathering -------------------------------------------------------------------------------------------------------


async def test_those_of_the_wish_come_first_then_those_bound_then_those_of_the_settings() -> None:
    async with stage() as session:
        avatar, hat, coat = await dressed(session), await stored(session, HAT), await stored(session, COAT)
        told = await found(
            session, f"{hat}:background", f"{coat}:init:0.9", extra=(f"{coat}:init:0.2",), char_avatar=avatar
        )
        assert [(one.asset_id, one.role, one.control, one.strength) for one in told.references] == [
            (coat, "init", "", 0.2),
            (hat, "control", "background", None),
            (avatar, "style", "", None),
        ]
        assert [one.data for one in told.references] == [COAT, HAT, FACE]
        assert told.left_out == ()


async def test_one_picture_may_serve_for_several_things_but_for_each_once() -> None:
    async with stage() as session:
        avatar = await dressed(session)
        told = await found(session, "avatar:subject", f"{avatar}:subject:0.3", "avatar:style", char_avatar=avatar)
        assert [one.role for one in told.references] == ["subject", "style"]


async def test_a_bound_picture_that_is_gone_is_left_out_and_named() -> None:
    async with stage() as session:
        hat, coat = await stored(session, HAT), await stored(session, COAT)
        await session.host.library.delete(hat)
        told = await found(session, f"{hat}:style", coat)
        assert [one.asset_id for one in told.references] == [coat]
        assert told.left_out == (f"{hat}:style",)


async def test_a_picture_that_nobody_wears_means_nothing_unless_it_was_wished_for() -> None:
    async with stage() as session:
        told = await found(session, "avatar", "persona:style")
        assert (told.references, told.left_out) == ((), ())
        with pytest.raises(UserError, match="wears a picture"):
            await found(session, extra=("avatar:init",))
        with pytest.raises(UserError, match="persona wears no picture"):
            await found(session, extra=("persona",))


async def test_a_wished_picture_that_is_gone_is_an_error() -> None:
    async with stage() as session:
        with pytest.raises(UserError, match="gone") as caught:
            await found(session, extra=(f"{new_id()}:style",))
        assert not isinstance(caught.value, NotFound)
        with pytest.raises(UserError, match="is not a picture of this host"):
            await found(session, extra=("hat.png",))


async def test_a_wish_may_bring_a_picture_as_data_or_by_its_file() -> None:
    async with stage() as session:
        hat = await stored(session, HAT)
        path = session.host.library.path(await session.host.library.asset(hat))
        data = f"data:image/png;base64,{base64.b64encode(COAT).decode()}"
        told = await found(session, extra=(f"{data}:init:0.5", f"{path}:style"))
        assert [(one.data, one.role, one.asset_id) for one in told.references] == [
            (COAT, "init", ""),
            (HAT, "style", hat),
        ]


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (picture(LONGEST_SIDE + 100, 40), "image/jpeg"),
        (picture(40, LONGEST_SIDE + 100, mode="RGBA"), "image/png"),
        (picture(40, 30, format="BMP"), "image/jpeg"),
        (picture(40, 30, format="WEBP"), "image/webp"),
    ],
)
async def test_pictures_are_made_fit_to_be_sent(data: bytes, mime: str) -> None:
    async with stage() as session:
        [reference] = (await found(session, await stored(session, data))).references
        with Image.open(BytesIO(reference.data)) as sent:
            assert reference.mime == mime == f"image/{(sent.format or '').lower()}"
            assert max(sent.size) <= LONGEST_SIDE
            assert sent.mode == ("RGBA" if mime == "image/png" else "RGB")


# -- to a source -----------------------------------------------------------------------------------------------------


def limits(**roles: RoleLimits) -> Capabilities:
    return Capabilities(fields={"references": ReferencesField(roles=roles, total_max=2)})


def wish(*roles: Any) -> ImageRequest:
    references = tuple(
        Reference(data=FACE, mime="image/png", role=role, label=f"a picture as {role}") for role in roles
    )
    return ImageRequest(prompt="x", references=references)


@pytest.mark.parametrize(
    ("asked", "known", "kept", "reported"),
    [
        (["subject", "style", "control"], {}, [], ["dropped"] * 3),
        (["subject"], {"edit": RoleLimits()}, [], ["dropped"]),
        (["subject"], {"subject": RoleLimits(max=0, fallback="edit"), "edit": RoleLimits()}, ["edit"], ["renamed"]),
        (["init", "init"], {"init": RoleLimits(max=1)}, ["init"], ["dropped"]),
        (["style"] * 3, {"style": RoleLimits(max=9)}, ["style"] * 2, ["dropped"]),
    ],
)
def test_what_a_source_does_not_take_is_dropped_and_reported(
    asked: list[str], known: dict[str, RoleLimits], kept: list[str], reported: list[str]
) -> None:
    plan = plan_request(wish(*asked), limits(**known))
    assert [one.role for one in plan.request.references] == kept
    assert [one.why for one in plan.adjustments] == reported
    dropped = [one.asked for one in plan.adjustments if one.why == "dropped"]
    assert all(str(words).startswith("a picture as ") for words in dropped)


async def bind(session: Session, *references: str, name: str = "Character") -> None:
    [character] = await session.host.characters.find(name)
    await set_looks(session.host, character, references=references)


async def test_looks_settings_and_wishes_reach_the_source_and_what_it_drops_is_told() -> None:
    async with room(["red hair"]) as stage:
        avatar = await dressed(stage.session)
        await bind(stage.session, "avatar:subject:0.4")
        await stage.set(references=["avatar:style"])
        await stage.run("/sd reference=avatar:init you")
        assert [(one.role, one.strength) for one in stage.last.references] == [("init", None), ("subject", 0.4)]
        [made] = await stage.pictures()
        details = made["generation"]["details"]
        assert [one["picture"] for one in details["references"]] == [avatar, avatar]
        [dropped] = [one for one in details["adjustments"] if one["why"] == "dropped"]
        assert dropped["asked"] == "the character's picture as style"


@pytest.mark.parametrize(
    ("script", "roles"),
    [
        ("/sd you", ["subject", "style"]),
        ("/sd raw_last", ["subject", "style"]),
        ("/sd char, on a raft", ["subject", "style"]),
        ("/sd {{charPrefix}} on a raft", ["subject", "style"]),
        ("/sd apple tree", ["style"]),
        ("/sd background", ["style"]),
        ("/sd me", ["init", "style"]),
    ],
)
async def test_a_likeness_goes_only_into_pictures_of_who_it_shows(script: str, roles: list[str]) -> None:
    async with room(["red hair"], roles=("subject", "style", "init")) as stage:
        await dressed(stage.session)
        await bind(stage.session, "avatar:subject", "avatar:style")
        await stage.run("/persona-create name=Mira")
        [persona] = await stage.session.host.personas.list()
        await stage.session.host.personas.set_avatar(persona.id, COAT)
        await set_looks(stage.session.host, persona, references=["persona:init"])
        await stage.run(script)
        assert [one.role for one in stage.last.references] == roles
        assert stage.last.references[0].data == (COAT if roles[0] == "init" else FACE)
        await stage.run("/imagine-swipe")
        assert [one.role for one in stage.last.references] == roles


async def test_further_pictures_keep_the_reference_of_the_wish() -> None:
    async with room() as stage:
        hat = await stored(stage.session, HAT)
        await stage.run(f"/sd reference={hat}:init:0.3 apple tree")
        for again in ("/imagine-swipe", "/imagine-swipe", "/imagine-redo steps=9", "/imagine-swipe"):
            await stage.run(again)
            assert [(one.data, one.role, one.strength) for one in stage.last.references] == [(HAT, "init", 0.3)]


async def test_in_a_group_picture_every_member_brings_its_own_picture() -> None:
    async with room(["two of them"], group=("Alice", "Bob"), roles=("subject",)) as stage:
        for name, data in (("Alice", FACE), ("Bob", COAT)):
            [character] = await stage.session.host.characters.find(name)
            await stage.session.host.characters.set_avatar(character.id, data)
            await bind(stage.session, "avatar", name=name)
        await stage.set(group_prefixes=True)
        await stage.run("/sd scene")
        assert [one.data for one in stage.last.references] == [FACE, COAT]


async def test_a_gone_picture_of_the_looks_stops_nothing() -> None:
    async with room() as stage:
        await bind(stage.session, f"{new_id()}:style")
        await stage.run("/sd apple tree")
        assert stage.last.references == ()
        assert any("Reference pictures that are gone" in toast.text for toast in stage.ui.toasts)


async def test_automatic1111_starts_from_the_avatar() -> None:
    server = FakeAutomatic1111(step_seconds=0.005)
    with serve(server) as url:
        async with stage() as session:
            await dressed(session)
            await session.host.connections.add("automatic1111", "web", {"url": url})
            assert (await session.run("/sd source=web reference=avatar:init:0.3 width=64 height=64 apple tree")).text
    [asked] = server.asked("POST", "/sdapi/v1/img2img")
    assert base64.b64decode(asked.json["init_images"][0]) == FACE
    assert asked.json["denoising_strength"] == 0.3


async def test_comfyui_gets_the_avatar_where_the_workflow_takes_a_picture() -> None:
    server = FakeComfyUI(step_seconds=0.005)
    graph = {
        "1": {"class_type": "LoadImage", "inputs": {"image": "%init_image%", "text": "%prompt%"}},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"}},
    }
    with serve(server) as url:
        async with stage() as session:
            await dressed(session)
            await session.host.connections.add("comfyui", "graphs", {"url": url})
            (session.host.data / "workflows").mkdir(exist_ok=True)
            (session.host.data / "workflows" / "from picture.json").write_text(json.dumps(graph))
            script = '/sd source=graphs workflow="from picture" reference=avatar:init apple tree'
            assert (await session.run(script)).text, session.ui
    [asked] = server.asked("POST", "/prompt")
    name = asked.json["prompt"]["1"]["inputs"]["image"]
    assert server.files["input", "", name] == FACE
