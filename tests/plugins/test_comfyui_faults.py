"""The ComfyUI source against a fake server that misbehaves."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from stcore.errors import (
    BadInputImage,
    BadRequest,
    BadResponse,
    Misconfigured,
    ModelUnavailable,
    NetworkError,
    PermissionRefused,
    ProviderError,
    ServerError,
    UnknownOutcome,
)
from stcore.images.events import Done, Log
from stcore.images.request import ImageRequest, Pixels, Workflow
from stcore.images.source import ImageSource
from stcore.testing.clock import ManualClock
from stcore.testing.servers.comfyui import FakeComfyUI
from stcore.testing.servers.serve import serve
from tests.plugins.kit import Told, connected, listen, planned, run, source, until

pytestmark = pytest.mark.anyio
Fake, Source = FakeComfyUI, ImageSource

QUICK: dict[str, Any] = {"size": Pixels(width=64, height=48), "steps": 6}


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


async def outcome(comfy: Source, url: str, **wish: Any) -> Told | ProviderError:
    """What a person gets: events, or the error of a submission."""
    async with connected(comfy, url=url) as connection:
        try:
            return await run(connection, **{**QUICK, **wish})
        except ProviderError as error:
            return error


async def refused(comfy: Source, server: Fake, url: str, edit: dict[str, dict[str, Any]], **wish: Any) -> ProviderError:
    """The error of the default workflow with some inputs changed."""
    async with connected(comfy, url=url) as connection:
        graph = json.loads(connection.workflows.load("Default_Comfy_Workflow"))
        for node, changes in edit.items():
            node_inputs = graph.setdefault(node, {"class_type": changes.pop("class_type", ""), "inputs": {}})["inputs"]
            for name, value in changes.items():
                if value is ...:
                    node_inputs.pop(name)
                else:
                    node_inputs[name] = value
        workflow = Workflow(name="edited.json", text=json.dumps(graph))
        with pytest.raises(ProviderError) as caught:
            await run(connection, **{**QUICK, **wish}, workflow=workflow)
    assert len(server.asked("POST", "/prompt")) == 1, "a refused graph must not be sent again"
    return caught.value


# -- refused graphs --------------------------------------------------------------------------------------------------


@pytest.mark.feature("F199")
@pytest.mark.parametrize(
    ("edit", "kind", "words", "field"),
    [
        (
            {"1": {"ckpt_name": "gone.safetensors"}},
            ModelUnavailable,
            "gone.safetensors is not on the server",
            "ckpt_name",
        ),
        ({"5": {"sampler_name": "magic"}}, BadRequest, "“Sample” does not know sampler_name “magic”", "sampler_name"),
        ({"5": {"steps": 0}}, BadRequest, "steps 0 is too small", "steps"),
        ({"5": {"cfg": 1000}}, BadRequest, "cfg 1000 is too large", "cfg"),
        ({"5": {"steps": "many"}}, Misconfigured, "could not be converted", "steps"),
        ({"5": {"latent_image": ...}}, Misconfigured, "lacks its input latent_image", "latent_image"),
        ({"6": {"samples": ["99", 0]}}, Misconfigured, "refused “Decode”", "samples"),
        ({"20": {"class_type": "FancyNode"}}, Misconfigured, "“FancyNode” that the server does not have", ""),
        (
            {"8": {"class_type": "LoadImage", "image": "nope.png"}, "7": {"images": ["8", 0]}},
            BadInputImage,
            "Invalid image file: nope.png",
            "image",
        ),
    ],
)
async def test_why_a_graph_was_refused(
    comfy: Source, server: Fake, url: str, edit: Any, kind: type[ProviderError], words: str, field: str
) -> None:
    error = await refused(comfy, server, url, edit)
    assert type(error) is kind
    assert words in error.message
    assert error.field == field


@pytest.mark.feature("F270")
async def test_a_model_of_another_kind_than_the_loader_takes(comfy: Source, server: Fake, url: str) -> None:
    for model, kind in (("flux1-dev.safetensors", "a UNet."), ("flux1-dev-Q4_K_S.gguf", "a UNet in GGUF.")):
        server.requests.clear()
        error = await refused(comfy, server, url, {}, model=model)
        assert type(error) is ModelUnavailable
        assert error.message.endswith(f"“Load model” of the workflow cannot load {model}: on the server that is {kind}")
        assert error.suggestions == ("dreamlike_v1.safetensors", "sd_xl_base_1.0.safetensors", "sub/other_model.ckpt")
        assert "ckpt_name" in error.vendor and "not in" in error.vendor, "the server's own words"


async def test_a_graph_that_saves_nothing(comfy: Source, url: str) -> None:
    image = {"class_type": "EmptyImage", "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": 1}}
    error = await outcome(comfy, url, workflow=Workflow(name="w", text=json.dumps({"1": image})))
    assert isinstance(error, Misconfigured) and "no node that saves" in error.message


@pytest.mark.feature("F270")
async def test_failed_runs_say_where_and_why(comfy: Source, server: Fake, url: str) -> None:
    server.set(execution_error="oom")
    told = await outcome(comfy, url)
    assert isinstance(told, Told) and isinstance(told.error, ServerError)
    assert "out of memory at “Sample”" in told.error.message and "smaller size" in told.error.hint
    server.set(execution_error="mat1 and mat2 shapes cannot be multiplied (77x2048 and 768x320)")
    told = await outcome(comfy, url)
    assert isinstance(told, Told)
    assert "“Sample” (KSampler, node 5) failed: RuntimeError: mat1 and mat2" in told.error.message
    server.set(execution_error="", loader_error="ERROR: Could not detect model type of: flux1-dev.safetensors")
    told = await outcome(comfy, url)
    assert isinstance(told, Told)
    assert "“Load model” (CheckpointLoaderSimple, node 1) failed" in told.error.message
    assert "Could not detect model type" in told.error.message and "this kind of model" in told.error.hint


@pytest.mark.feature("F270")
async def test_every_fault_of_a_graph_is_told(comfy: Source, server: Fake, url: str) -> None:
    error = await refused(comfy, server, url, {"1": {"ckpt_name": "gone"}, "5": {"steps": 0, "cfg": 1000}})
    assert "gone is not on the server" in error.message and error.message.endswith("(And 2 more.)")
    lines = error.vendor.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "“Load model” (CheckpointLoaderSimple, node 1)",
        "“Sample” (KSampler, node 5)",
        "“Sample” (KSampler, node 5)",
    ]


@pytest.mark.feature("SRC-9")
async def test_one_failed_run_does_not_cost_the_other_pictures(comfy: Source, server: Fake, url: str) -> None:
    server.set(execution_error="this one broke", fail_runs=1)
    told = await outcome(comfy, url, count=3)
    assert isinstance(told, Told)
    assert [one.index for one in told.results] == [1, 2]
    assert "this one broke" in told.error.message


# -- statuses --------------------------------------------------------------------------------------------------------


@pytest.mark.feature("CAP-6")
@pytest.mark.parametrize(
    ("switch", "kind"),
    [
        ("server", ServerError),
        ("gateway", ServerError),
        ("permission", PermissionRefused),
        ("too_large", BadInputImage),
        ("nonsense", BadResponse),
    ],
)
async def test_statuses_of_a_submission(comfy: Source, server: Fake, url: str, switch: str, kind: type) -> None:
    server.set(fail_with=switch, fail_on="/prompt")
    error = await outcome(comfy, url)
    assert type(error) is kind
    assert len(server.asked("POST", "/prompt")) == 1


async def test_polling_survives_a_bad_moment(comfy: Source, server: Fake, url: str) -> None:
    server.set(no_socket=True, fail_with="gateway", fail_on="/history", fail_times=3)
    told = await outcome(comfy, url)
    assert isinstance(told, Told) and isinstance(told.ending, Done)


async def test_a_dead_server_is_named(comfy: Source) -> None:
    with serve(FakeComfyUI()) as dead:
        pass
    error = await outcome(comfy, dead)
    assert isinstance(error, NetworkError) and "running" in error.hint


# -- the socket ------------------------------------------------------------------------------------------------------


@pytest.mark.feature("SRC-11")
@pytest.mark.parametrize(
    "switches",
    [
        {"no_socket": True},
        {"mute_socket": True},
        {"drop_socket_after": 6},
        {"socket_nonsense": True},
        {"old": True},
        {"old": True, "no_socket": True},
        {"extra_fields": False},
    ],
    ids=str,
)
async def test_a_picture_whatever_the_socket_does(comfy: Source, server: Fake, url: str, switches: Any) -> None:
    server.set(**switches)
    told = await outcome(comfy, url, steps=10)
    assert isinstance(told, Told) and isinstance(told.ending, Done), told
    assert len(told.results) == 1
    assert len(server.asked("POST", "/prompt")) == 1
    if switches.get("no_socket"):
        assert any("No live progress" in line.line for line in told.all(Log))


async def test_a_dropped_socket_is_opened_again_and_progress_goes_on(comfy: Source, server: Fake, url: str) -> None:
    server.set(drop_socket_after=8, step_seconds=0.05)
    told = await outcome(comfy, url, steps=50)
    assert isinstance(told, Told) and isinstance(told.ending, Done)
    assert len(server.asked("WEBSOCKET", "/ws")) == 2
    assert (told.running[-1].step or 0) > 25
    fractions = [one.fraction or 0 for one in told.running]
    assert fractions == sorted(fractions)


async def test_a_server_that_forgets_its_history(comfy: Source, server: Fake, url: str) -> None:
    server.set(forget_history=True)
    told = await outcome(comfy, url)
    assert isinstance(told, Told) and isinstance(told.ending, Done) and told.results


# -- results ---------------------------------------------------------------------------------------------------------


async def test_a_video_is_not_called_no_picture(comfy: Source, server: Fake, url: str) -> None:
    graph: dict[str, Any] = {
        "1": {"class_type": "EmptyImage", "inputs": {"width": 32, "height": 32, "batch_size": 1, "color": 1}},
        "2": {"class_type": "SaveVideo", "inputs": {"video": ["1", 0]}},
    }
    told = await outcome(comfy, url, workflow=Workflow(name="clip", text=json.dumps(graph)))
    assert isinstance(told, Told) and told.error.kind == "no_image"
    assert "made a video (clip_00001_.mp4), which stcore cannot show yet" in told.error.message
    assert not server.asked("GET", "/view")
    graph["3"] = {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}
    told = await outcome(comfy, url, workflow=Workflow(name="clip", text=json.dumps(graph)))
    assert isinstance(told, Told) and len(told.results) == 1, "a picture beside it is one"


@pytest.mark.feature("SRC-3")
async def test_the_type_of_a_picture_is_read_from_its_bytes(comfy: Source, server: Fake, url: str) -> None:
    server.set(wrong_mime=True)
    told = await outcome(comfy, url)
    assert isinstance(told, Told)
    assert (told.results[0].mime, told.results[0].width) == ("image/png", 64)


@pytest.mark.parametrize(
    ("switches", "kind", "words"),
    [
        ({"truncate": True}, "bad_response", "damaged"),
        ({"not_an_image": True}, "bad_response", "not a picture"),
        ({"bomb": True}, "bad_response", "pixels"),
        ({"huge_image": True}, "bad_response", "larger than 64 MB"),
        ({"cut_body": 9}, "bad_response", "broke off"),
        ({"expire_result": True}, "job_lost", "no longer has the picture"),
        ({"fail_with": "server", "fail_on": "/view"}, "server", "500"),
    ],
    ids=str,
)
async def test_pictures_that_are_none(
    comfy: Source, server: Fake, url: str, switches: Any, kind: str, words: str
) -> None:
    server.set(**switches)
    told = await outcome(comfy, url)
    assert isinstance(told, Told)
    assert told.error.kind == kind
    assert words in told.error.message
    assert not told.results


async def test_a_delivery_that_breaks_off_is_tried_again(comfy: Source, server: Fake, url: str) -> None:
    server.set(cut_body=2)
    told = await outcome(comfy, url)
    assert isinstance(told, Told) and len(told.results) == 1
    assert len(server.asked("GET", "/view")) == 3


# -- runs that get lost ----------------------------------------------------------------------------------------------


@pytest.mark.feature("SRC-6")
async def test_lost_answer_and_lost_run_are_an_unknown_outcome(comfy: Source, server: Fake, url: str) -> None:
    server.set(drop_connection_after_accept=True, restart_on_submit=True)
    error = await outcome(comfy, url)
    assert isinstance(error, UnknownOutcome)
    assert len(server.asked("POST", "/prompt")) == 1


async def test_a_server_that_was_restarted(comfy: Source, server: Fake, url: str) -> None:
    server.set(restart_on_submit=True)
    told = await outcome(comfy, url)
    assert isinstance(told, Told)
    assert told.error.kind == "job_lost" and "restarted" in told.error.hint


async def test_a_server_that_does_not_answer_a_submission(comfy: Source, server: Fake, url: str) -> None:
    server.set(hang_on="/prompt")
    async with connected(comfy, url=url, timeout=0.3) as connection:
        with pytest.raises(UnknownOutcome):
            await run(connection, **QUICK)


async def test_a_run_that_hangs_is_given_up(comfy: Source, server: Fake, url: str) -> None:
    server.set(hang=True)
    clock = ManualClock()
    async with connected(comfy, url=url, clock=clock) as connection:
        job = await comfy.start(connection, await planned(connection, ImageRequest(prompt="x", **QUICK)))
        listening = asyncio.create_task(listen(job))
        await until(lambda: server.running)
        start = time.monotonic()
        while not listening.done() and time.monotonic() - start < 10:
            await clock.advance(60)
            await asyncio.sleep(0.02)
        told = await listening
    assert told.error.kind == "timeout"
    assert "600 seconds" in told.error.message
