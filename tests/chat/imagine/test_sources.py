"""The whole way of a picture: from ``/imagine`` in a real host to what real servers are asked for.

ComfyUI and AUTOMATIC1111 are the fake servers of the test kit, which speak the real protocols and check what they get;
the prompts are written by the fake chat server.
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from PIL import Image

from stcore.chat.cast import read_cast
from stcore.chat.session import Session
from stcore.testing.memory import MemoryUi
from stcore.testing.servers.automatic1111 import FakeAutomatic1111
from stcore.testing.servers.base import FakeServer
from stcore.testing.servers.comfyui import FakeComfyUI
from stcore.testing.servers.openai import FakeOpenAI, Reply
from stcore.testing.servers.serve import serve
from stcore.testing.stage import stage

pytestmark = pytest.mark.anyio

SERVERS: dict[str, type[FakeServer]] = {"comfyui": FakeComfyUI, "automatic1111": FakeAutomatic1111}


@dataclass(frozen=True)
class Asked:
    """What a server was asked to draw, in words that all of them share."""

    prompt: str
    negative: str
    size: tuple[int, int]
    seed: int | None
    steps: int
    guidance: float


@dataclass
class Way:
    """A chat whose pictures come from ``server``."""

    session: Session
    ui: MemoryUi
    server: FakeServer
    model: FakeOpenAI

    async def run(self, script: str) -> str:
        """The pipe of a script; an error that it showed fails the test."""
        done = await self.session.run(script)
        assert not self.ui.errors, [error.message for error in self.ui.errors]
        return done.text

    async def set(self, **values: Any) -> None:
        await self.session.host.picture_settings.change("host", values)

    async def pictures(self) -> list[dict[str, Any]]:
        """The pictures of the last message."""
        return list((await self.session.host.chats.messages(await self.session.open_chat()))[-1].pictures)

    async def wear(self, colour: str) -> None:
        """Give the character a picture of one colour."""
        chat_id = await self.session.open_chat()
        cast = await self.session.host.database.read(lambda connection: read_cast(connection, chat_id))
        assert cast.character is not None
        await self.session.host.characters.set_avatar(cast.character.id, one_colour(colour))

    @property
    def graph(self) -> dict[str, Any]:
        """The graph that ComfyUI was given last."""
        body: dict[str, Any] = self.server.asked("POST", "/prompt")[-1].json
        return dict(body["prompt"])

    @property
    def body(self) -> dict[str, Any]:
        """What AUTOMATIC1111 was asked last."""
        drawn = [one for one in self.server.requests if one.path in ("/sdapi/v1/txt2img", "/sdapi/v1/img2img")]
        return dict(drawn[-1].json)

    @property
    def asked(self) -> Asked:
        """The last picture, whichever server it was asked of."""
        if isinstance(self.server, FakeComfyUI):
            return asked_of_comfyui(self.graph)
        body = self.body
        return Asked(
            body["prompt"],
            body["negative_prompt"],
            (body["width"], body["height"]),
            body.get("seed"),
            body["steps"],
            body["cfg_scale"],
        )


def nodes(graph: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [node["inputs"] for node in graph.values() if node["class_type"] == kind]


def asked_of_comfyui(graph: dict[str, Any]) -> Asked:
    [sampler], [canvas] = nodes(graph, "KSampler"), nodes(graph, "EmptyLatentImage")

    def text(link: list[Any]) -> str:
        return str(graph[link[0]]["inputs"]["text"])

    return Asked(
        text(sampler["positive"]),
        text(sampler["negative"]),
        (canvas["width"], canvas["height"]),
        sampler["seed"],
        sampler["steps"],
        sampler["cfg"],
    )


def one_colour(name: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (96, 128), name).save(out, "PNG")
    return out.getvalue()


def is_red(data: bytes) -> bool:
    with Image.open(io.BytesIO(data)) as picture:
        red, green, blue = picture.convert("RGB").resize((1, 1)).tobytes()
    return red > 250 and green < 5 and blue < 5  # a JPEG is not exact


@asynccontextmanager
async def way(
    kind: str, replies: Sequence[str | Reply] = (), answers: Sequence[Any] = (), **switches: Any
) -> AsyncIterator[Way]:
    """A chat that draws with a server of this kind; ``replies`` are the next texts of the text model."""
    server, model = SERVERS[kind](**switches), FakeOpenAI()
    model.queue.extend(Reply((reply,)) if isinstance(reply, str) else reply for reply in replies)
    with serve(server) as url, serve(model) as text_url:
        async with stage(answers) as session:
            host = session.host
            await host.texts.add("openai-compatible", "model", {"url": f"{text_url}/v1", "model": "chatty-seeing"})
            await host.texts.default("model")
            await host.connections.add(kind, kind, {"url": url})
            await host.connections.default(kind)
            assert isinstance(session.ui, MemoryUi)
            yield Way(session, session.ui, server, model)


both = pytest.mark.parametrize("kind", list(SERVERS))


# -- what a server is asked for --------------------------------------------------------------------------------------


@both
@pytest.mark.feature("F199", "F210", "F235", "F237", "F238", "F239", "F240", "F268", "F272", "F275")
async def test_final_prompt_and_settings_reach_the_server(kind: str) -> None:
    async with way(kind, ['mira, "laughing",\nlong coat']) as stage:
        await stage.set(prefix="oil {prompt}, <lora:ink:0.8>", negative="smudges", width=512, height=640, steps=24)
        await stage.run('/char-looks prefix="blue scarf," negative=gloves')
        await stage.run('/sd negative="fog" seed=42 cfg=4.5 you')
        assert stage.asked == Asked(
            "oil mira, laughing, long coat, <lora:ink:0.8>, blue scarf",
            "fog, smudges, gloves",
            (512, 640),
            42,
            24,
            4.5,
        )
        [picture] = await stage.pictures()
        assert (picture["title"], picture["width"], picture["height"]) == ("mira, laughing, long coat", 512, 640)
        assert picture["generation"]["seed"] == "42"


@both
@pytest.mark.feature("F214", "F215", "F216", "F217", "F218", "F220", "F231")
@pytest.mark.parametrize(
    ("word", "size"),
    [
        ("you", (576, 576)),
        ("me", (576, 576)),
        ("scene", (576, 576)),
        ("last", (576, 576)),
        ("face", (576, 896)),
        ("background", (1024, 576)),
    ],
)
async def test_every_mode_is_written_and_drawn_in_its_shape(kind: str, word: str, size: tuple[int, int]) -> None:
    async with way(kind, ["red hair, old coat"]) as stage:
        await stage.set(width=576, height=576)
        await stage.run(f"/sd {word}")
        assert (stage.asked.prompt, stage.asked.size) == ("red hair, old coat", size)
        assert len(stage.model.bodies) == 1
        [picture] = await stage.pictures()
        assert (picture["width"], picture["height"]) == size


@both
@pytest.mark.feature("F219", "F221")
@pytest.mark.parametrize(
    ("text", "prompt"), [("raw_last", "((Hello.)), (:0.7), (:0.5)"), ("“moss” \\| 50%", "“moss” | 50%")]
)
async def test_what_nobody_writes_is_drawn_as_it_stands(kind: str, text: str, prompt: str) -> None:
    async with way(kind) as stage:
        await stage.run(f"/sd {text}")
        assert stage.asked.prompt == prompt
        assert stage.model.bodies == []


@both
@pytest.mark.parametrize(("sides", "size"), [("width=640", (640, 512)), ("height=640", (512, 640))])
async def test_a_side_that_is_not_named_is_the_usual_one(kind: str, sides: str, size: tuple[int, int]) -> None:
    async with way(kind) as stage:
        await stage.run(f"/sd {sides} moss")
        assert stage.asked.size == size


@both
@pytest.mark.feature("F252", "F253")
async def test_a_further_picture_has_another_seed_and_leaves_the_settings(kind: str) -> None:
    async with way(kind) as stage:
        await stage.set(seed=7)
        await stage.run("/sd moss")
        await stage.run("/imagine-swipe")
        assert stage.asked.prompt == "moss"
        assert stage.asked.seed != 7
        assert stage.session.host.settings.current.images.seed == 7
        assert len(await stage.pictures()) == 2


@both
async def test_a_random_seed_is_another_one_each_time(kind: str) -> None:
    async with way(kind) as stage:
        await stage.set(seed=7)
        for _ in range(2):
            await stage.run("/sd seed=-1 count=1 moss")
        messages = await stage.session.host.chats.messages(await stage.session.open_chat())
        seeds = {message.pictures[0]["generation"]["seed"] for message in messages if message.pictures}
        assert len(seeds) == 2
        assert "7" not in seeds


@both
@pytest.mark.feature("F250", "F251")
async def test_the_picture_of_a_pipeline_arrives_in_the_message(kind: str) -> None:
    async with way(kind, ["short hair, grey jacket"]) as stage:
        await stage.run("/sd quiet=true me | /send Look: ![portrait]({{pipe}})")
        assert stage.asked.prompt == "short hair, grey jacket"
        last = (await stage.session.host.chats.messages(await stage.session.open_chat()))[-1]
        assert last.role == "user"
        assert last.text.startswith("Look: ![portrait](/pictures/")


# -- faces -----------------------------------------------------------------------------------------------------------


@pytest.mark.feature("F264", "F271", "F273", "F274")
async def test_a_workflow_draws_from_the_avatar() -> None:
    async with way("comfyui", ["mira"]) as stage:
        await stage.wear("red")
        await stage.run("/sd workflow=char_avatar_comfy_workflow denoise=0.4 width=256 height=320 seed=3 you")
        [sampler], [scale], [loader] = (nodes(stage.graph, kind) for kind in ("KSampler", "ImageScale", "LoadImage"))
        assert (sampler["denoise"], sampler["seed"], scale["width"], scale["height"]) == (0.4, 3, 256, 320)
        [upload] = stage.server.asked("POST", "/upload/image")
        assert loader["image"].encode() in upload.body
        assert one_colour("red")[:8] in upload.body


@pytest.mark.feature("F210")
async def test_a_picture_is_changed_with_automatic1111() -> None:
    async with way("automatic1111") as stage:
        await stage.wear("red")
        await stage.run("/sd reference=avatar:init denoise=0.3 mira in the snow")
        [start] = stage.body["init_images"]
        assert stage.body["denoising_strength"] == 0.3
        assert is_red(base64.b64decode(start))
        assert json.loads(await stage.run("/imagine-explain quiet=true"))["references"][0]["role"] == "init"


@pytest.mark.parametrize(
    ("kind", "reference", "words"),
    [
        ("comfyui", "avatar:init", "Left out: the character's picture as init; its workflow has no place for it."),
        ("automatic1111", "avatar:style", "Left out: the character's picture as style; the source takes none there."),
    ],
)
async def test_a_reference_that_is_of_no_use_is_told(kind: str, reference: str, words: str) -> None:
    async with way(kind) as stage:
        await stage.wear("red")
        assert await stage.run(f"/sd reference={reference} moss")
        assert [toast.text for toast in stage.ui.toasts] == [words]


async def test_a_workflow_begins_with_a_reference_picture() -> None:
    async with way("comfyui") as stage:
        await stage.wear("red")
        text = stage.session.host.workflows.load("Char_Avatar_Comfy_Workflow").replace("%char_avatar%", "%init_image%")
        await stage.session.host.workflow_desk.create("From a picture", text)
        await stage.run('/sd workflow="From a picture" reference=avatar:init denoise=0.4 moss')
        assert not stage.ui.toasts
        assert stage.server.asked("POST", "/upload/image")
        assert nodes(stage.graph, "KSampler")[0]["denoise"] == 0.4


@both
async def test_a_portrait_is_described_by_a_model_that_sees_it(kind: str) -> None:
    async with way(kind, ["Red cloth, “worn”\nat the édges"]) as stage:
        await stage.wear("red")
        await stage.run("/sd multimodal=true you")
        assert [is_red(data) for data in stage.model.shown] == [True]
        assert stage.asked.prompt == "Red cloth, “worn”\nat the édges"  # a description is not cleaned


# -- choosing --------------------------------------------------------------------------------------------------------


@pytest.mark.feature("F264")
async def test_a_workflow_is_selected_however_its_name_is_written() -> None:
    async with way("comfyui") as stage:
        await stage.wear("red")
        for name in ("char_avatar_comfy_workflow.JSON", "Char_Avatar_Comfy_Workflow"):
            assert await stage.run(f"/icw {name}") == ""
            await stage.run("/sd moss")
            assert nodes(stage.graph, "LoadImage")
            await stage.run("/icw Default_Comfy_Workflow.json")


@pytest.mark.parametrize("scope", ["host", "character", "chat"])
async def test_another_workflow_or_source_is_selected_where_the_one_in_use_was(scope: str) -> None:
    async with way("comfyui") as stage:
        await stage.wear("red")
        await stage.run(f"/imagine-set key=workflow scope={scope} Default_Comfy_Workflow.json")
        await stage.run("/icw Char_Avatar_Comfy_Workflow")
        await stage.run("/sd moss")
        assert nodes(stage.graph, "LoadImage")
        await stage.run(f"/imagine-set key=source scope={scope} comfyui")
        assert await stage.run("/imagine-source") == "comfyui"
        assert await stage.run("/imagine-source canvas") == "canvas"
        await stage.run("/sd moss")
        assert (await stage.pictures())[0]["generation"]["source"] == "canvas"


async def test_the_workflow_of_a_source_without_any_is_refused() -> None:
    async with way("automatic1111") as stage:
        assert (await stage.session.run("/icw Default_Comfy_Workflow")).text == ""
        assert "does not work with workflows" in stage.ui.errors[0].message


# -- afterwards ------------------------------------------------------------------------------------------------------


@both
async def test_a_quiet_picture_can_be_explained_and_made_again(kind: str) -> None:
    async with way(kind, ["a fox"]) as stage:
        address = await stage.run("/sd quiet=true seed=5 width=384 height=448 hires=true scale=1.5 you")
        told = json.loads(await stage.run(f"/imagine-explain quiet=true picture={address}"))
        assert [(piece["from"], piece["text"]) for piece in told["pieces"]] == [("written by model", "a fox")]
        again = await stage.run(f"/imagine-redo picture={address} height=512 a cat")
        assert (stage.asked.prompt, stage.asked.size) == ("a cat", (384, 512))
        told = json.loads(await stage.run(f"/imagine-explain quiet=true picture={again}"))
        assert told["asked_by"] == "a command"
        assert await stage.run(f"/imagine-swipe picture={address}")
        assert stage.asked.prompt == "a fox"


async def test_a_second_pass_is_made_again_too() -> None:
    async with way("automatic1111") as stage:
        await stage.run("/sd hires=true scale=1.5 width=256 height=256 moss")
        await stage.run("/imagine-redo ferns")
        assert (stage.body["enable_hr"], stage.body["hr_scale"], stage.body["width"]) == (True, 1.5, 256)


async def test_what_a_source_cannot_take_is_told_in_words() -> None:
    async with way("comfyui") as stage:
        await stage.run("/sd hires=true upscaler=Latent scale=1.5 faces=true sampler=Euler moss")
        told = json.loads(await stage.run("/imagine-explain quiet=true"))
        assert told["adjustments"] == [
            "sampler Euler: called euler",
            "second pass (upscaler Latent, scale 1.5, denoise 0.7): left out, the source does not take it",
            "face fix: left out, the source does not take it",
            "model: chosen: dreamlike_v1.safetensors",
        ]


@pytest.mark.feature("F270")
async def test_the_model_that_really_drew_is_told() -> None:
    async with way("automatic1111") as stage:
        await stage.run("/sd moss")
        loaded = (await stage.pictures())[0]["generation"]["model"]
        assert loaded
        await stage.run("/sd model=nope moss")
        told = json.loads(await stage.run("/imagine-explain quiet=true"))
        assert told["model"] == loaded
        assert f"model nope: not known to the source, {loaded} instead" in told["adjustments"]
    async with way("comfyui") as stage:
        assert (await stage.session.run("/sd model=nope moss")).text == ""
        assert "nope is not on the server" in stage.ui.errors[0].message
        assert "sd_xl_base_1.0.safetensors" in stage.ui.errors[0].hint


@both
async def test_a_picture_goes_to_another_source_without_the_names_of_the_first(kind: str) -> None:
    async with way(kind) as stage:
        await stage.run("/sd sampler=euler seed=9 moss")
        assert await stage.run("/imagine-redo source=canvas")
        assert [one["generation"]["source"] for one in await stage.pictures()] == [kind, "canvas"]


# -- two at once, and what goes wrong --------------------------------------------------------------------------------


@both
async def test_of_two_pictures_one_is_stopped_and_the_other_arrives(kind: str) -> None:
    async with way(kind, step_seconds=0.02) as stage:
        host = stage.session.host
        making = [
            asyncio.create_task(host.interpreter.run(f"/sd steps=20 {what}", stage.session.services))
            for what in ("red boat", "blue boat")
        ]
        async with asyncio.timeout(10):
            while len(jobs := await host.jobs.list()) < 2:
                await asyncio.sleep(0.02)
        await host.jobs.cancel(next(job["id"] for job in jobs if "red boat" in job["prompt"]))
        red, blue = [done.text for done in await asyncio.gather(*making)]
        assert (red, bool(blue)) == ("", True)
        assert [picture["title"] for picture in await stage.pictures()] == ["blue boat"]


@both
@pytest.mark.feature("F270")
@pytest.mark.parametrize(
    ("switches", "words"),
    [
        ({"fail_with": "server"}, "500"),
        ({"fail_with": "auth"}, "refused the credentials"),
        ({"not_an_image": True}, "not a picture"),
        ({"truncate": True}, "damaged"),
    ],
)
async def test_the_reason_of_a_failure_is_told(kind: str, switches: dict[str, Any], words: str) -> None:
    async with way(kind, **switches) as stage:
        assert (await stage.session.run("/sd moss | /echo after {{pipe}}")).text == "after "
        [error] = stage.ui.errors
        assert words in error.message
        assert error.to_dict()["whose"]


async def test_a_server_that_is_away_costs_no_text_and_no_message() -> None:
    async with way("comfyui", ["words"]) as stage:
        await stage.session.host.connections.set("comfyui", {"url": "http://127.0.0.1:9"})
        assert (await stage.session.run("/sd moss")).text == ""
        assert "127.0.0.1:9" in stage.ui.errors[0].message
        assert not await stage.pictures()


# -- the demonstration -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("argument", ["you", "face", "me", "last", "background", "extend=true an owl"])
async def test_the_fake_chat_model_writes_prompts_and_no_small_talk(argument: str) -> None:
    async with way("comfyui") as stage:
        await stage.run(f"/sd {argument}")
        assert stage.asked.prompt.count(", ") >= 3
        assert "You say" not in stage.asked.prompt
        assert not stage.ui.toasts, "nothing looks like a story or a refusal"


async def test_the_fake_chat_model_asks_for_pictures_itself() -> None:
    async with way("comfyui") as stage:
        await stage.set(function_tool=True)
        await stage.session.say("Please draw me a picture of a red fox in the snow!")
        assert stage.asked.prompt == "a red fox in the snow"
        messages = await stage.session.host.chats.messages(await stage.session.open_chat())
        assert "There it is" in messages[-1].text
