"""The ComfyUI source against the fake server: pictures, progress, cancelling, resuming."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import socket
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image

from stcore.errors import Misconfigured, ModelUnavailable, Unsupported
from stcore.images.capabilities import EnumField, SizeField
from stcore.images.events import Accepted, CancelledEvent, Done, Log
from stcore.images.planning import split_plan
from stcore.images.request import ImageRequest, Pixels, Reference, Workflow
from stcore.images.source import ImageSource, SourceJob
from stcore.testing.servers.comfyui import FakeComfyUI
from stcore.testing.servers.serve import serve
from tests.images.pictures import picture
from tests.plugins.kit import Told, connected, listen, planned, run, source, until

pytestmark = pytest.mark.anyio
Fake, Source = FakeComfyUI, ImageSource

SIZE = Pixels(width=64, height=48)
QUICK: dict[str, Any] = {"size": SIZE, "steps": 6}


@pytest.fixture
def server() -> Fake:
    return FakeComfyUI(step_seconds=0.005)


@pytest.fixture
def url(server: Fake) -> Iterator[str]:
    with serve(server) as address:
        yield address


@pytest.fixture
def comfy() -> Source:
    return source("comfyui")


def graph_of(server: Fake, number: int = -1) -> dict[str, Any]:
    return server.asked("POST", "/prompt")[number].json["prompt"]


def workflow(**nodes: dict[str, Any]) -> Workflow:
    graph = {
        name.lstrip("n"): {"class_type": node.pop("class_type"), "inputs": node.pop("inputs")}
        for name, node in nodes.items()
    }
    return Workflow(name="test.json", text=json.dumps(graph))


def plain(**save: Any) -> Workflow:
    """The sheet's minimal exchange (section 12): a graph without a model."""
    return workflow(
        n1={"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 255}},
        n2={"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "probe"}, **save},
    )


# -- looking around --------------------------------------------------------------------------------------------------


@pytest.mark.feature("F261")
def test_the_address_is_the_usual_one(comfy: Source) -> None:
    assert comfy.Options().url == comfy.endpoint(comfy.Options()).url == "http://127.0.0.1:8188"


@pytest.mark.feature("F263")
async def test_a_server_managed_by_swarmui_is_reached_by_its_port(comfy: Source, server: Fake) -> None:
    with socket.socket() as probe:
        taken = probe.connect_ex(("127.0.0.1", 7821)) == 0
    if taken:
        pytest.skip("something else answers at SwarmUI's port")
    with serve(server, port=7821):
        async with connected(comfy, url="127.0.0.1:7821/") as connection:
            assert (await comfy.check(connection)).state == "ok"
            assert (await run(connection, **QUICK)).results


@pytest.mark.feature("F262", "SRC-10")
async def test_check_finds_a_server_and_generates_nothing(comfy: Source, server: Fake, url: str) -> None:
    async with connected(comfy, url=url) as connection:
        health = await comfy.check(connection)
    assert (health.state, health.version) == ("ok", "0.12.1")
    assert "Fake RTX" in health.text
    assert all(request.method == "GET" for request in server.requests)


@pytest.mark.feature("F262")
async def test_check_tells_what_is_wrong(comfy: Source, server: Fake, url: str) -> None:
    with serve(FakeComfyUI()) as dead:
        pass
    async with connected(comfy, url=dead) as connection:
        assert (await comfy.check(connection)).state == "unreachable"
    async with connected(comfy, url=url) as connection:
        for switches, state, word in (
            ({"koboldcpp": True}, "misconfigured", "KoboldCpp"),
            ({"html_error_page": True}, "unreachable", "502"),
            ({"fail_with": "nonsense"}, "misconfigured", "not json"),
            ({"fail_with": "permission"}, "bad_credentials", "does not allow"),
        ):
            server.set(**{"koboldcpp": False, "html_error_page": False, "fail_with": "", **switches})
            health = await comfy.check(connection)
            assert (health.state, word in health.text) == (state, True), health
        server.set(fail_with="", old=True)
        assert (await comfy.check(connection)).state == "ok"


@pytest.mark.feature("F269")
async def test_models_of_every_kind_in_both_encodings(comfy: Source, server: Fake, url: str) -> None:
    async with connected(comfy, url=url) as connection:
        labels = {model.id: model.label for model in (await comfy.models(connection)).models}
        assert labels["sd_xl_base_1.0.safetensors"] == "sd xl base 1.0"
        assert labels["sub/other_model.ckpt"] == "sub/other model"
        assert labels["flux1-dev.safetensors"] == "UNet: flux1-dev"
        assert labels["flux1-dev-Q4_K_S.gguf"] == "GGUF: flux1-dev-Q4 K S"
        assert [m.id for m in (await comfy.models(connection, "GGUF")).models] == ["flux1-dev-Q4_K_S.gguf"]
        assert "dpmpp_2m" in await comfy.choices(connection, "samplers")
        assert "karras" in await comfy.choices(connection, "schedulers")
        assert "pixel_space" in await comfy.choices(connection, "vaes")
        assert "Default_Comfy_Workflow.json" in await comfy.choices(connection, "workflows")
        assert len(server.asked("GET", "/object_info")) == 7, "the lists are kept for a minute"


async def test_capabilities_come_from_the_workflow(comfy: Source, url: str) -> None:
    async with connected(comfy, url=url) as connection:
        fields = (await comfy.capabilities(connection, "")).fields
        assert isinstance(fields["sampler"], EnumField) and "lcm" in fields["sampler"].values
        assert isinstance(fields["size"], SizeField)
        assert "denoise" not in fields and "vae" not in fields
    async with connected(comfy, url=url, workflow="Char_Avatar_Comfy_Workflow") as connection:
        assert "denoise" in (await comfy.capabilities(connection, "")).fields


# -- a picture -------------------------------------------------------------------------------------------------------


@pytest.mark.feature("F199", "F264", "F268", "F269", "F272", "SRC-3")
async def test_a_picture_with_progress_and_previews(comfy: Source, server: Fake, url: str) -> None:
    async with connected(comfy, url=url) as connection:
        told = await run(
            connection,
            prompt='a "red" fox\n%seed% \\ $&',
            negative_prompt="blur",
            seed=42,
            steps=9,
            guidance=5.5,
            sampler="dpmpp_2m",
            scheduler="karras",
            model="sd_xl_base_1.0.safetensors",
            size=SIZE,
        )
    assert isinstance(told.ending, Done)
    [result] = told.results
    assert (result.width, result.height, result.mime) == (64, 48, "image/png")
    assert (result.seed, result.seed_origin) == (42, "sent")
    assert json.loads(Image.open(io.BytesIO(result.data)).info["prompt"])["5"]["inputs"]["seed"] == 42

    graph = graph_of(server)
    assert graph["2"]["inputs"]["text"] == 'a "red" fox\n%seed% \\ $&'
    assert graph["3"]["inputs"]["text"] == "blur"
    assert graph["1"]["inputs"]["ckpt_name"] == "sd_xl_base_1.0.safetensors"
    sampler = graph["5"]["inputs"]
    assert (sampler["steps"], sampler["cfg"], sampler["seed"]) == (9, 5.5, 42)
    assert (sampler["sampler_name"], sampler["scheduler"]) == ("dpmpp_2m", "karras")
    assert (graph["4"]["inputs"]["width"], graph["4"]["inputs"]["height"]) == (64, 48)

    fractions = [one.fraction for one in told.running if one.fraction is not None]
    assert fractions == sorted(fractions) and fractions[-1] > 0.9
    sampling = [(one.step, one.steps) for one in told.running if one.stage == "Sample" and one.step]
    assert sampling[0] == (1, 9) and (9, 9) in sampling
    assert [one.stage for one in told.running if one.stage == "Load model"]
    assert told.previews and all(one.mime == "image/jpeg" for one in told.previews)


@pytest.mark.feature("SRC-1")
async def test_the_request_is_that_of_the_sheet(comfy: Source, server: Fake, url: str) -> None:
    async with connected(comfy, url=url) as connection:
        plan = await planned(connection, ImageRequest(prompt="x", workflow=plain(), preview=False))
        job = await comfy.start(connection, plan)
        told = await listen(job)
    assert told.results[0].seed is None
    [posted] = server.asked("POST", "/prompt")
    [socket] = server.asked("WEBSOCKET", "/ws")
    body = posted.json
    assert body["prompt"] == {
        "1": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 255}},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "probe"}},
    }
    assert body["client_id"] == socket.query["clientId"]
    assert body["prompt_id"] == plan.request.id == str(uuid.UUID(plan.request.id))
    assert body["extra_data"] == {"stcore": plan.request.id, "preview_method": "none"}
    assert "origin" not in posted.headers and "origin" not in socket.headers
    order = [request.path for request in server.requests]
    assert order.index("/ws") < order.index("/prompt")
    [view] = server.asked("GET", "/view")
    assert view.query == {"filename": "probe_00001_.png", "subfolder": "", "type": "output"}
    assert isinstance(told.events[0], Accepted) and told.events[0].token == job.token


@pytest.mark.feature("SRC-2")
async def test_what_the_workflow_does_not_bind_is_dropped_and_said(comfy: Source, server: Fake, url: str) -> None:
    async with connected(comfy, url=url) as connection:
        asked: dict[str, Any] = {"negative_prompt": "fog", "seed": 5, "steps": 30, "model": "m.ckpt"}
        request = ImageRequest(prompt="x", size=SIZE, workflow=plain(), **asked)
        plan = await planned(connection, request)
        dropped = {one.field for one in plan.adjustments if one.why == "dropped"}
        assert dropped == {"negative_prompt", "seed", "steps", "size", "model"}
        assert plan.request.model == "", "no model is recorded that did not make the picture"
        await listen(await comfy.start(connection, plan))
    assert "fog" not in json.dumps(server.asked("POST", "/prompt")[0].json)


@pytest.mark.feature("F275")
async def test_seed_is_drawn_anew_for_every_request(comfy: Source, server: Fake, url: str) -> None:
    async with connected(comfy, url=url) as connection:
        first, second = await run(connection, **QUICK), await run(connection, **QUICK)
        request = ImageRequest(prompt="x")
        plans = [await planned(connection, request) for _ in range(2)]
    seeds = [graph_of(server, n)["5"]["inputs"]["seed"] for n in (0, 1)]
    assert seeds[0] != seeds[1] and max(seeds) < 2**53
    assert [first.results[0].seed, second.results[0].seed] == seeds
    assert first.results[0].data != second.results[0].data
    assert plans[0] == plans[1], "planned again after a restart, a request keeps its seed"


async def test_the_same_seed_is_a_cached_run_with_the_old_file(comfy: Source, url: str) -> None:
    async with connected(comfy, url=url) as connection:
        first, second = await run(connection, seed=1, **QUICK), await run(connection, seed=1, **QUICK)
    assert first.results[0].data == second.results[0].data


async def test_several_pictures_are_several_runs(comfy: Source, server: Fake, url: str) -> None:
    async with connected(comfy, url=url) as connection:
        told = await run(connection, seed=10, count=3, **QUICK)
    assert [(one.index, one.seed) for one in told.results] == [(0, 10), (1, 11), (2, 12)]
    assert len({one.data for one in told.results}) == 3
    assert isinstance(told.ending, Done) and told.ending.delivered == 3
    ids = [request.json["prompt_id"] for request in server.asked("POST", "/prompt")]
    assert all(str(uuid.UUID(one)) == one for one in ids) and len(set(ids)) == 3
    fractions = [one.fraction for one in told.running if one.fraction is not None]
    assert fractions == sorted(fractions)


async def test_a_slow_delivery_does_not_count_for_the_next_run(comfy: Source, server: Fake, url: str) -> None:
    server.set(view_seconds=0.2, step_seconds=0.05)  # meanwhile history is looked at once more
    async with connected(comfy, url=url) as connection:
        told = await run(connection, seed=10, count=2, **QUICK)
    assert len({one.data for one in told.results}) == 2
    assert isinstance(told.ending, Done)


async def test_a_batch_of_the_graph_gives_all_its_pictures(comfy: Source, url: str) -> None:
    batch = plain().model_copy(update={"text": plain().text.replace('"batch_size": 1', '"batch_size": 3')})
    async with connected(comfy, url=url) as connection:
        told = await run(connection, workflow=batch)
        both = await run(connection, workflow=batch, count=2)
    assert [one.index for one in told.results] == [0, 1, 2]
    assert [one.index for one in both.results] == list(range(6)), "none takes the place of another"


async def test_finished_pictures_come_before_previews_of_the_graph(comfy: Source, url: str) -> None:
    image = {"class_type": "EmptyImage", "inputs": {"width": 32, "height": 32, "batch_size": 1, "color": 1}}
    preview = {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}
    save = {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"}}
    async with connected(comfy, url=url) as connection:
        both = await run(connection, workflow=workflow(n1=dict(image), n2=dict(preview), n3=dict(save)))
        only = await run(connection, workflow=workflow(n1=dict(image), n2=dict(preview)))
        moving = {"class_type": "SaveAnimation", "inputs": {"images": ["1", 0]}}
        animated = await run(connection, workflow=workflow(n1=dict(image), n2=moving))
    assert [one.meta["file"][:2] for one in both.results] == ["x_"]
    assert len(only.results) == len(animated.results) == 1


async def test_pictures_that_come_over_the_socket(comfy: Source, server: Fake, url: str) -> None:
    image = {"class_type": "EmptyImage", "inputs": {"width": 40, "height": 32, "batch_size": 2, "color": 1}}
    saver = {"class_type": "SaveImageWebsocket", "inputs": {"images": ["1", 0]}}
    async with connected(comfy, url=url) as connection:
        for old in (False, True):
            server.set(old=old)
            told = await run(connection, workflow=workflow(n1=dict(image), n2=dict(saver)))
            assert [(one.width, one.height) for one in told.results] == [(40, 32)] * 2
            assert not told.previews


@pytest.mark.feature("F271", "F273", "F274", "F276")
async def test_avatars_custom_values_denoise_and_clip_skip(comfy: Source, server: Fake, url: str) -> None:
    avatar, person = picture(30, 20), picture(20, 30, seed=2, format="JPEG")
    flow = workflow(
        n1={"class_type": "ETN_LoadImageBase64", "inputs": {"image": "%char_avatar%"}},
        n2={"class_type": "LoadImage", "inputs": {"image": "%char_avatar%"}},
        n3={"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "%folder%", "d": "%denoise%"}},
        n4={"class_type": "SaveImage", "inputs": {"images": ["2", 0], "filename_prefix": "b", "c": "%clip_skip%"}},
        n5={"class_type": "ETN_LoadImageBase64", "inputs": {"image": "%user_avatar%"}},
        n6={"class_type": "LoadImage", "inputs": {"image": "%user_avatar%"}},
        n7={"class_type": "SaveImage", "inputs": {"images": ["5", 0], "filename_prefix": "c", "other": ["6", 0]}},
    ).model_copy(update={"char_avatar": avatar, "user_avatar": person, "custom": (("folder", 'my "pics"'),)})
    async with connected(comfy, url=url) as connection:
        told = await run(connection, workflow=flow, denoise=0.5, clip_skip=2)
    assert isinstance(told.ending, Done)
    graph = graph_of(server)
    assert base64.b64decode(graph["1"]["inputs"]["image"]) == avatar
    uploaded = graph["2"]["inputs"]["image"]
    assert server.files["input", "", uploaded] == avatar
    assert base64.b64decode(graph["5"]["inputs"]["image"]) == person
    assert server.files["input", "", graph["6"]["inputs"]["image"]] == person
    assert graph["6"]["inputs"]["image"].endswith(".jpg")
    assert graph["3"]["inputs"]["filename_prefix"] == 'my "pics"'
    assert (graph["3"]["inputs"]["d"], graph["4"]["inputs"]["c"]) == (0.5, -2)
    assert len(server.asked("POST", "/upload/image")) == 2


@pytest.mark.feature("F264")
async def test_the_avatar_workflow_runs_on_a_plain_server(comfy: Source, server: Fake, url: str) -> None:
    async with connected(comfy, url=url, workflow="Char_Avatar_Comfy_Workflow.json") as connection:
        told = await run(connection, **QUICK)
    assert isinstance(told.ending, Done)
    assert graph_of(server)["5"]["inputs"]["denoise"] == 0.7


def repainting() -> tuple[Workflow, tuple[Reference, Reference]]:
    """A graph that takes a picture and a mask, and both; the mask says by transparency what is repainted."""
    flow = workflow(
        n1={"class_type": "LoadImage", "inputs": {"image": "%init_image%", "d": "%denoise%"}},
        n2={"class_type": "LoadImage", "inputs": {"image": "%mask_image%"}},
        n3={"class_type": "SaveImage", "inputs": {"images": ["1", 0], "mask": ["2", 0], "filename_prefix": "x"}},
    )
    mask = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(mask, "PNG")
    return flow, (
        Reference(data=picture(30, 20), mime="image/png", role="init", strength=0.3),
        Reference(data=mask.getvalue(), mime="image/png", role="mask", polarity="transparent_repaint"),
    )


def shown_mask(server: Fake) -> Image.Image:
    return Image.open(io.BytesIO(server.files["input", "", graph_of(server)["2"]["inputs"]["image"]])).convert("L")


async def test_references_are_uploaded_and_masks_turned(comfy: Source, server: Fake, url: str) -> None:
    flow, references = repainting()
    async with connected(comfy, url=url) as connection:
        told = await run(connection, workflow=flow, references=references)
        assert isinstance(told.ending, Done)
        with pytest.raises(Unsupported, match="needs a picture"):
            await planned(connection, ImageRequest(prompt="x", workflow=flow))
    graph = graph_of(server)
    assert server.files["input", "", graph["1"]["inputs"]["image"]] == references[0].data
    assert shown_mask(server).getpixel((0, 0)) == 255
    assert graph["1"]["inputs"]["d"] == 0.3


async def test_models_are_chosen_where_none_is(comfy: Source, server: Fake, url: str) -> None:
    async with connected(comfy, url=url) as connection:
        plan = await planned(connection, ImageRequest(prompt="x"))
        assert plan.request.model == "dreamlike_v1.safetensors"
        assert [(one.field, one.why) for one in plan.adjustments] == [("model", "chosen")]
    async with connected(comfy, url=url, model="sub/other_model.ckpt") as connection:
        await run(connection, **QUICK)
    assert graph_of(server)["1"]["inputs"]["ckpt_name"] == "sub/other_model.ckpt"


@pytest.mark.feature("SRC-13")
async def test_a_model_that_is_not_listed_is_the_servers_to_refuse(comfy: Source, url: str) -> None:
    async with connected(comfy, url=url) as connection:
        plan = await planned(connection, ImageRequest(prompt="x", model="mine.safetensors"))
        with pytest.raises(ModelUnavailable, match=r"mine\.safetensors is not on the server") as caught:
            await comfy.start(connection, plan)
    assert "dreamlike_v1.safetensors" in caught.value.suggestions


async def test_workflows_that_cannot_run_are_refused_while_planning(comfy: Source, server: Fake, url: str) -> None:
    async with connected(comfy, url=url) as connection:
        for text, word in (('{"nodes": [], "links": []}', "editor"), ("{broken", "line 1"), ("", "empty")):
            with pytest.raises(Misconfigured, match=word):
                await planned(connection, ImageRequest(prompt="x", workflow=Workflow(name="w", text=text)))
    async with connected(comfy, url=url, workflow="no such") as connection:
        assert not (await comfy.capabilities(connection, "")).fields.keys() - {"workflow"}
        with pytest.raises(Misconfigured, match="no workflow"):
            await planned(connection, ImageRequest(prompt="x"))
    assert not server.asked("POST", "/prompt")


# -- behind a proxy --------------------------------------------------------------------------------------------------


@pytest.mark.feature("SRC-8")
async def test_extra_headers_reach_every_call_and_no_error(comfy: Source, server: Fake, url: str) -> None:
    server.set(require_auth_header="Bearer top-secret-token")
    headers = "Authorization: Bearer top-secret-token\nX-Extra: 1"
    async with connected(comfy, url=url, headers=headers) as connection:
        told = await run(connection, **QUICK)
        assert isinstance(told.ending, Done) and told.running
        server.set(fail_with="server", fail_on="/prompt")
        with pytest.raises(Exception) as caught:
            await run(connection, **QUICK)
        assert "top-secret-token" not in str(caught.value.to_dict())
    assert "top-secret-token" not in told.events[0].token
    async with connected(comfy, url=url) as connection:
        assert (await comfy.check(connection)).state == "bad_credentials"
    with pytest.raises(ValueError, match="line 1"):
        comfy.Options(headers="no colon here")


async def test_path_and_query_of_the_address_are_kept(comfy: Source, server: Fake, url: str) -> None:
    async with connected(comfy, url=f"{url}/api/?token=abcdef") as connection:
        assert isinstance((await run(connection, **QUICK)).ending, Done)
    assert {request.query.get("token") for request in server.requests} == {"abcdef"}
    assert all(request.path.startswith("/api/") for request in server.requests)


# -- waiting and cancelling ------------------------------------------------------------------------------------------


async def test_position_in_the_queue(comfy: Source, server: Fake, url: str) -> None:
    server.set(queue_positions=2, stranger_steps=20)
    async with connected(comfy, url=url) as connection:
        told = await run(connection, **QUICK)
    positions = [one.position for one in told.queued]
    assert positions and positions == sorted(positions, reverse=True) and max(positions) >= 1
    assert isinstance(told.ending, Done)


@pytest.mark.feature("SRC-7")
@pytest.mark.parametrize("old", [False, True])
async def test_cancel_while_waiting_touches_nobody_else(comfy: Source, server: Fake, url: str, old: bool) -> None:
    server.set(queue_positions=1, stranger_steps=60, old=old)
    async with connected(comfy, url=url) as connection:
        job = await comfy.start(connection, await planned(connection, ImageRequest(prompt="x", **QUICK)))
        listening = asyncio.create_task(listen(job))
        await until(lambda: server.running)
        stranger = server.running
        assert await comfy.cancel(job) == "will_not_start"
        told = await listening
        assert told.ending == CancelledEvent("will_not_start")
        await until(lambda: server.history)
    assert server.history[stranger.id]["status"]["status_str"] == "success"
    assert not server.asked("POST", "/interrupt")


@pytest.mark.feature("SRC-7")
@pytest.mark.parametrize("old", [False, True])
async def test_cancel_while_running(comfy: Source, server: Fake, url: str, old: bool) -> None:
    server.set(step_seconds=0.02, old=old)
    async with connected(comfy, url=url) as connection:
        plan = await planned(connection, ImageRequest(prompt="x", size=SIZE, steps=500))
        job = await comfy.start(connection, plan)
        listening = asyncio.create_task(listen(job))
        await until(lambda: server.running)
        assert await comfy.cancel(job) == "stopped"
        told = await listening
    assert told.ending == CancelledEvent("stopped")
    assert not told.results
    [interrupt] = server.asked("POST", "/interrupt")
    assert interrupt.json == {"prompt_id": job.token.split("/")[1]}


@pytest.mark.feature("SRC-7")
@pytest.mark.parametrize("old", [False, True])
async def test_cancel_of_one_run_leaves_the_others_alone(comfy: Source, server: Fake, url: str, old: bool) -> None:
    server.set(step_seconds=0.01, old=old)
    async with connected(comfy, url=url) as connection:

        async def begin(steps: int) -> tuple[SourceJob, asyncio.Task[Told]]:
            plan = await planned(connection, ImageRequest(prompt="x", size=SIZE, steps=steps))
            job = await comfy.start(connection, plan)
            return job, asyncio.create_task(listen(job))

        (running, first), (_, second), (waiting, third) = await begin(500), await begin(30), await begin(500)
        await until(lambda: server.running and len(server.pending) == 2)
        assert await comfy.cancel(waiting) == "will_not_start"
        assert await comfy.cancel(running) == "stopped"
        assert (await first).ending == CancelledEvent("stopped")
        assert (await third).ending == CancelledEvent("will_not_start")
        assert isinstance((await second).ending, Done)


@pytest.mark.feature("SRC-7")
async def test_cancel_of_a_batch_stops_what_runs_and_what_waits(comfy: Source, server: Fake, url: str) -> None:
    server.set(step_seconds=0.02)
    async with connected(comfy, url=url) as connection:
        plan = await planned(connection, ImageRequest(prompt="x", size=SIZE, steps=500, count=3))
        job = await comfy.start(connection, plan)
        listening = asyncio.create_task(listen(job))
        await until(lambda: server.running)
        assert await comfy.cancel(job) == "stopped"
        assert (await listening).ending == CancelledEvent("stopped")
    assert not server.pending and server.running is None


@pytest.mark.feature("SRC-7")
async def test_cancel_too_late(comfy: Source, url: str) -> None:
    async with connected(comfy, url=url) as connection:
        job = await comfy.start(connection, await planned(connection, ImageRequest(prompt="x", **QUICK)))
        told = await listen(job)
        assert await comfy.cancel(job) == "too_late"
    assert isinstance(told.ending, Done)


async def test_interrupted_by_somebody_else(comfy: Source, server: Fake, url: str) -> None:
    server.set(step_seconds=0.02)
    async with connected(comfy, url=url) as connection:
        job = await comfy.start(connection, await planned(connection, ImageRequest(prompt="x", size=SIZE, steps=500)))
        listening = asyncio.create_task(listen(job))
        await until(lambda: server.running)
        await connection.http.post("/interrupt")
        told = await listening
    assert told.error.kind == "cancelled" and "Somebody" in told.error.message


# -- after a restart -------------------------------------------------------------------------------------------------


@pytest.mark.feature("SRC-6")
async def test_a_run_is_taken_up_again_by_its_token(comfy: Source, server: Fake, url: str) -> None:
    server.set(step_seconds=0.02)
    async with connected(comfy, url=url) as connection:
        plan = await planned(connection, ImageRequest(prompt="x", size=SIZE, steps=30, seed=3))
        job = await comfy.start(connection, plan)
        listening = asyncio.create_task(listen(job))
        await until(lambda: server.running)
        listening.cancel()
    again = source("comfyui")
    assert again is not comfy
    async with connected(again, url=url) as connection:
        stored = type(plan).model_validate_json(plan.model_dump_json())
        told = await listen(await again.resume(connection, job.token, stored))
        assert isinstance(told.ending, Done) and told.results[0].seed == 3
        assert told.running, "progress goes on after the restart"
        late = await listen(await again.resume(connection, job.token, stored))
        assert late.results[0].data == told.results[0].data
    assert len(server.asked("POST", "/prompt")) == 1


@pytest.mark.feature("SRC-6")
async def test_a_submission_whose_acceptance_was_lost_is_found(comfy: Source, server: Fake, url: str) -> None:
    for old in (False, True):
        server.set(old=old, drop_connection_after_accept=True)
        async with connected(comfy, url=url) as connection:
            told = await run(connection, **QUICK)
        assert isinstance(told.ending, Done) and told.results
    assert len(server.asked("POST", "/prompt")) == 2, "sent twice"


@pytest.mark.feature("SRC-6")
async def test_find_after_a_crash_while_submitting(comfy: Source, server: Fake, url: str) -> None:
    for old, count in ((False, 1), (True, 2)):
        server.set(old=old)
        async with connected(comfy, url=url) as connection:
            plan = await planned(connection, ImageRequest(prompt="x", count=count, **QUICK))
            assert await comfy.find(connection, plan) is None
            job = await comfy.start(connection, plan)
            job.state["follower"].close()
        async with connected(source("comfyui"), url=url) as connection:
            found = await connection.source.find(connection, plan)
            assert found is not None
            assert len((await listen(found)).results) == count
    assert len(server.asked("POST", "/prompt")) == 3


async def test_find_completes_a_batch_that_was_submitted_in_part(comfy: Source, server: Fake, url: str) -> None:
    async with connected(comfy, url=url) as connection:
        plan = await planned(connection, ImageRequest(prompt="x", count=2, **QUICK))
        first = split_plan(plan)[0]
        (await comfy.start(connection, first)).state["follower"].close()
        found = await comfy.find(connection, plan)
        assert found is not None
        told = await listen(found)
    assert [one.index for one in told.results] == [0, 1]
    assert len(server.asked("POST", "/prompt")) == 2


async def test_find_turns_the_masks_of_what_it_completes(comfy: Source, server: Fake, url: str) -> None:
    flow, references = repainting()
    async with connected(comfy, url=url) as connection:
        request = ImageRequest(prompt="x", count=2, workflow=flow, references=references)
        plan = await planned(connection, request)
        (await comfy.start(connection, split_plan(plan)[0])).state["follower"].close()
        found = await comfy.find(connection, plan)
        assert found is not None
        await listen(found)
    assert len(server.asked("POST", "/prompt")) == 2
    assert shown_mask(server).getpixel((0, 0)) == 255


async def test_warnings_of_a_partly_valid_graph(comfy: Source, server: Fake, url: str) -> None:
    image = {"class_type": "EmptyImage", "inputs": {"width": 32, "height": 32, "batch_size": 1, "color": 1}}
    broken = {"class_type": "EmptyImage", "inputs": {"width": 0, "height": 32, "batch_size": 1, "color": 1}}

    def save(node: str) -> dict[str, Any]:
        return {"class_type": "SaveImage", "inputs": {"images": [node, 0], "filename_prefix": "x"}}

    preview = {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}
    async with connected(comfy, url=url) as connection:
        told = await run(connection, workflow=workflow(n1=dict(image), n2=dict(broken), n3=save("1"), n4=save("2")))
        assert told.results and "left out" in told.all(Log)[0].line
        with pytest.raises(Exception, match="too small"):
            await run(connection, workflow=workflow(n1=dict(image), n2=dict(broken), n3=preview, n4=save("2")))
