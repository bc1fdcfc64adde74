"""ComfyUI on RunPod against the fake endpoint: pictures, cancelling, resuming, and everything that goes wrong."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import logging
import random
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, strategies as st
from PIL import Image
from pydantic import ValidationError

from stcore.clock import SystemClock
from stcore.errors import (
    AuthError,
    BadInputImage,
    BadResponse,
    JobLost,
    Misconfigured,
    NetworkError,
    PermissionRefused,
    ProviderError,
    QuotaError,
    RateLimited,
    ServerError,
    UnknownOutcome,
)
from stcore.images.events import Accepted, CancelledEvent, Done, Log
from stcore.images.request import ImageRequest, Pixels, Reference, Workflow
from stcore.images.source import Connection, ImageSource, SourceJob
from stcore.net import retry
from stcore.testing.servers.runpod import ENDPOINT, KEY, FakeRunPod
from stcore.testing.servers.serve import serve
from tests.images.pictures import picture
from tests.plugins.kit import Told, connected, listen, planned, run, source, until

pytestmark = pytest.mark.anyio
Fake, Source = FakeRunPod, ImageSource

SIZE = Pixels(width=64, height=48)
BASE = f"/v2/{ENDPOINT}"


class HastyClock(SystemClock):
    """A clock on which everything takes a fiftieth of its time."""

    def monotonic(self) -> float:
        return time.monotonic() * 50

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 50)


@pytest.fixture
def server() -> Fake:
    return FakeRunPod()


@pytest.fixture
def url(server: Fake) -> Iterator[str]:
    with serve(server) as address:
        yield f"{address}{BASE}"


@pytest.fixture
def runpod() -> Source:
    return source("runpod-comfyui")


def workflow(nodes: dict[str, tuple[str, dict[str, Any]]], **parts: Any) -> Workflow:
    graph = {name: {"class_type": kind, "inputs": inputs} for name, (kind, inputs) in nodes.items()}
    return Workflow(name="test.json", text=json.dumps(graph), **parts)


def portrait(**changes: Any) -> Workflow:
    """A whole graph with model, sampler and scheduler written into it, as this source wants."""
    sampling = {"seed": "%seed%", "steps": "%steps%", "cfg": "%scale%", "sampler_name": "euler", "scheduler": "karras"}
    links = {"model": ["1", 0], "positive": ["2", 0], "negative": ["3", 0], "latent_image": ["4", 0]}
    return workflow(
        {
            "1": ("CheckpointLoaderSimple", {"ckpt_name": "dreamlike_v1.safetensors"}),
            "2": ("CLIPTextEncode", {"text": "%prompt%", "clip": ["1", 1]}),
            "3": ("CLIPTextEncode", {"text": "%negative_prompt%", "clip": ["1", 1]}),
            "4": ("EmptyLatentImage", {"width": "%width%", "height": "%height%", "batch_size": 1}),
            "5": ("KSampler", {**sampling, **links, "denoise": "%denoise%", **changes}),
            "6": ("VAEDecode", {"samples": ["5", 0], "vae": ["1", 2]}),
            "7": ("SaveImage", {"images": ["6", 0], "filename_prefix": "stcore"}),
        }
    )


QUICK: dict[str, Any] = {"workflow": portrait(), "size": SIZE, "steps": 4}


async def outcome(found: Source, url: str, *, options: dict[str, Any] | None = None, **wish: Any) -> Any:
    """What a person gets: events, or the error of a submission."""
    async with connected(found, url=url, **{"api_key": KEY, **(options or {})}) as connection:
        try:
            return await run(connection, **{**QUICK, **wish})
        except ProviderError as error:
            return error


async def begun(connection: Connection, **wish: Any) -> tuple[SourceJob, asyncio.Task[Told]]:
    plan = await planned(connection, ImageRequest(**{"prompt": "x", **QUICK, **wish}))
    job = await connection.source.start(connection, plan)
    return job, asyncio.create_task(listen(job))


# -- looking around --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("abc123def456gh", "https://api.runpod.ai/v2/abc123def456gh"),
        (" https://api.runpod.ai/v2/abc123/ ", "https://api.runpod.ai/v2/abc123"),
        ("api.runpod.ai/v2/abc123/runsync", "https://api.runpod.ai/v2/abc123"),
        ("http://api.runpod.ai/v2/abc123/health", "https://api.runpod.ai/v2/abc123"),
        ("http://127.0.0.1:8189/v2/fake/status/123-e1", "http://127.0.0.1:8189/v2/fake"),
    ],
)
def test_the_address_out_of_what_people_paste(runpod: Source, typed: str, address: str) -> None:
    assert runpod.endpoint(runpod.Options(url=typed)).url == address


def test_an_id_and_every_address_of_it_are_the_same(runpod: Source) -> None:
    @given(
        name=st.from_regex(r"[a-z0-9]{8,20}", fullmatch=True), end=st.sampled_from(["", "/", "/run", "/cancel/9-u1"])
    )
    def same(name: str, end: str) -> None:
        typed = (name, f"https://api.runpod.ai/v2/{name}{end}")
        addresses = {runpod.endpoint(runpod.Options(url=text)).url for text in typed}
        assert addresses == {f"https://api.runpod.ai/v2/{name}"}

    same()


@pytest.mark.parametrize("typed", ["", "https://api.runpod.ai", "https://api.runpod.ai/v2/", "api.runpod.ai/v2"])
def test_an_address_without_an_endpoint_is_refused(runpod: Source, typed: str) -> None:
    with pytest.raises(ValidationError):
        runpod.Options(url=typed)


@pytest.mark.feature("F262", "SRC-10")
async def test_check_costs_nothing_and_needs_no_worker(runpod: Source, server: Fake, url: str) -> None:
    async with connected(runpod, url=url, api_key=KEY) as connection:
        health = await runpod.check(connection)
        assert health.state == "ok" and "No worker is up, which is normal" in health.text
        assert "%model%" in health.text, "the default workflow cannot run as it is"
        server.set(workers={"ready": 2, "idle": 1})
        assert "2 are ready" in (await runpod.check(connection)).text
        server.set(workers={"throttled": 1, "unhealthy": 1})
        text = (await runpod.check(connection)).text
        assert "none free" in text and "One is unhealthy" in text
    assert {(one.method, one.path) for one in server.requests} == {("GET", f"{BASE}/health")}
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.feature("SRC-5", "SRC-10")
async def test_check_tells_what_is_wrong(runpod: Source, server: Fake, url: str) -> None:
    async def state(address: str = url, **switches: Any) -> tuple[str, str]:
        server.set(**switches)
        async with connected(runpod, url=address, api_key=KEY) as connection:
            health = await runpod.check(connection)
        return health.state, health.text

    assert (await state(key="another"))[0] == "bad_credentials"
    assert (await state(key=KEY, fail_with="quota"))[0] == "no_credit"
    assert (await state(fail_with="no_funds"))[0] == "no_credit"
    assert (await state(fail_with="list"))[0] == "misconfigured"
    assert (await state(fail_with="server"))[0] == "unreachable"
    found, text = await state(url.replace(ENDPOINT, "gone"), fail_with="")
    assert found == "misconfigured" and "no such endpoint" in text
    with serve(FakeRunPod()) as dead:
        pass
    assert (await state(f"{dead}{BASE}"))[0] == "unreachable"
    async with connected(runpod, url=url) as connection:
        assert (await runpod.check(connection)).state == "bad_credentials", "no key at all"
    async with connected(runpod, url=url, api_key=KEY, workflow="gone") as connection:
        assert (await runpod.check(connection)).state == "misconfigured"


async def test_there_are_no_lists_but_the_workflows(runpod: Source, url: str) -> None:
    async with connected(runpod, url=url, api_key=KEY) as connection:
        assert "Default_Comfy_Workflow.json" in await runpod.choices(connection, "workflows")
        assert await runpod.choices(connection, "samplers") == []
        assert (await runpod.models(connection)).models == ()
        capabilities = await runpod.capabilities(connection, "")
    assert not {"model", "vae", "sampler", "scheduler"} & set(capabilities.fields)
    assert capabilities.resumable and capabilities.cold_start and capabilities.cancel == "stop"


# -- a picture -------------------------------------------------------------------------------------------------------


@pytest.mark.feature("F199", "F268", "F272", "F273", "SRC-1")
async def test_a_picture_and_the_exact_requests(runpod: Source, server: Fake, url: str) -> None:
    prompt = 'a "red" fox\n%seed% \\ $&'
    async with connected(runpod, url=url, api_key=KEY) as connection:
        wish = {**QUICK, "prompt": prompt, "negative_prompt": "blur", "seed": 42, "guidance": 5.5, "denoise": 0.5}
        plan = await planned(connection, ImageRequest(**wish))
        job = await runpod.start(connection, plan)
        told = await listen(job)
    assert isinstance(told.ending, Done) and told.ending.cost is None
    [result] = told.results
    assert (result.width, result.height, result.mime) == (64, 48, "image/png")
    assert (result.seed, result.seed_origin) == (42, "sent")
    assert result.meta["worked_seconds"] >= 0
    assert json.loads(Image.open(io.BytesIO(result.data)).info["prompt"])["5"]["inputs"]["seed"] == 42

    submission, *questions = server.requests
    assert (submission.method, submission.path) == ("POST", f"{BASE}/run")
    graph = json.loads(portrait().text)
    graph["2"]["inputs"]["text"], graph["3"]["inputs"]["text"] = prompt, "blur"
    graph["4"]["inputs"] |= {"width": 64, "height": 48}
    graph["5"]["inputs"] |= {"seed": 42, "steps": 4, "cfg": 5.5, "denoise": 0.5}
    assert submission.json == {"input": {"workflow": graph}}
    assert {(one.method, one.path) for one in questions} == {("GET", f"{BASE}/status/{job.token}")}
    assert {one.headers["authorization"] for one in server.requests} == {f"Bearer {KEY}"}
    assert told.events[0] == Accepted(job.token, job.token)


@pytest.mark.feature("F275")
async def test_a_seed_is_drawn_anew_for_every_picture(runpod: Source, server: Fake, url: str) -> None:
    first, second = [await outcome(runpod, url) for _ in range(2)]
    seeds = [body["input"]["workflow"]["5"]["inputs"]["seed"] for body in server.posted]
    assert len(set(seeds)) == 2 and max(seeds) < 2**53
    assert [first.results[0].seed, second.results[0].seed] == seeds


async def test_several_pictures_are_several_jobs_side_by_side(runpod: Source, server: Fake, url: str) -> None:
    server.set(queue_seconds=0.5)
    told = await outcome(runpod, url, seed=10, count=3)
    jobs = server.jobs.values()
    assert max(job.created for job in jobs) < min(job.begun for job in jobs), "they wait for their workers together"
    assert [(one.index, one.seed) for one in told.results] == [(0, 10), (1, 11), (2, 12)]
    assert len({one.data for one in told.results}) == 3
    assert isinstance(told.ending, Done) and len(told.ending.ids) == 3


async def test_a_job_with_several_pictures_gives_all_of_them(runpod: Source, url: str) -> None:
    inputs = {"width": 32, "height": 32, "batch_size": 3, "color": 1}
    save = {"images": ["1", 0], "filename_prefix": "x"}
    both = {"1": ("EmptyImage", inputs), "2": ("SaveImage", save), "3": ("PreviewImage", {"images": ["1", 0]})}
    told = await outcome(runpod, url, workflow=workflow(both), count=2)
    assert [one.index for one in told.results] == list(range(6))


@pytest.mark.feature("SRC-2")
async def test_lists_are_not_filled_and_the_plan_says_so(runpod: Source, server: Fake, url: str) -> None:
    async with connected(runpod, url=url, api_key=KEY) as connection:
        lists = {"model": "sdxl", "vae": "v", "scheduler": "simple"}
        told = await planned(connection, ImageRequest(prompt="x", steps=9, **lists))
        assert {(one.field, one.asked, one.used, one.why) for one in told.adjustments} == {
            ("model", "sdxl", "%model%", "literal"),
            ("sampler", None, "%sampler%", "literal"),
            ("scheduler", "simple", "%scheduler%", "literal"),
            ("vae", "v", None, "dropped"),
        }
        assert told.request.model == "", "no model is recorded that did not make the picture"
        fixed = await planned(connection, ImageRequest(prompt="x", **QUICK))
        assert not fixed.adjustments
        failed = await listen(await runpod.start(connection, told))
    sent = server.posted[0]["input"]["workflow"]
    assert (sent["1"]["inputs"]["ckpt_name"], sent["5"]["inputs"]["sampler_name"]) == ("%model%", "%sampler%")
    assert isinstance(failed.error, Misconfigured)
    assert "ckpt_name: '%model%' not in" in failed.error.message and "Write the values" in failed.error.hint


async def test_a_placeholder_of_ones_own_may_name_the_model(runpod: Source, server: Fake, url: str) -> None:
    own = portrait().model_copy(
        update={
            "text": portrait().text.replace("dreamlike_v1.safetensors", "%model%"),
            "custom": (("model", "sd_xl_base_1.0.safetensors"),),
        }
    )
    async with connected(runpod, url=url, api_key=KEY) as connection:
        assert not (await planned(connection, ImageRequest(prompt="x", **{**QUICK, "workflow": own}))).adjustments
    assert (await outcome(runpod, url, workflow=own)).results
    assert server.posted[0]["input"]["workflow"]["1"]["inputs"]["ckpt_name"] == "sd_xl_base_1.0.safetensors"


async def test_a_workflow_that_is_the_whole_input_is_sent_as_it_is(runpod: Source, server: Fake, url: str) -> None:
    graph = json.loads(portrait().text)
    whole = {"input": {"workflow": graph, "api_key_comfy_org": "key"}, "policy": {"ttl": 60000}}
    wrapped = Workflow(name="whole.json", text=json.dumps(whole))
    assert (await outcome(runpod, url, workflow=wrapped, seed=5, guidance=3, denoise=1)).results
    graph["2"]["inputs"]["text"], graph["3"]["inputs"]["text"] = "a red fox", ""
    graph["4"]["inputs"] |= {"width": 64, "height": 48}
    graph["5"]["inputs"] |= {"seed": 5, "steps": 4, "cfg": 3, "denoise": 1}
    assert server.posted == [whole]


@pytest.mark.feature("F271", "F274", "F276")
async def test_avatars_travel_in_the_graph_or_beside_it(runpod: Source, server: Fake, url: str) -> None:
    user, character = picture(30, 20, seed=1), picture(20, 30, seed=2, format="JPEG")
    flow = workflow(
        {
            "1": ("ETN_LoadImageBase64", {"image": "%user_avatar%"}),
            "2": ("LoadImage", {"image": "%char_avatar%"}),
            "3": ("LoadImage", {"image": "%char_avatar%"}),
            "4": ("SaveImage", {"images": ["1", 0], "filename_prefix": "%folder%", "clip": "%clip_skip%"}),
            "5": ("SaveImage", {"images": ["2", 0], "filename_prefix": "b", "other": ["3", 0]}),
        },
        user_avatar=user,
        char_avatar=character,
        custom=(("folder", "pics"),),
    )
    assert (await outcome(runpod, url, workflow=flow, clip_skip=2)).results
    [body] = server.posted
    sent, [beside] = body["input"]["workflow"], body["input"]["images"]
    assert base64.b64decode(sent["1"]["inputs"]["image"]) == user
    assert base64.b64decode(beside["image"]) == character and beside["name"].endswith(".jpg")
    assert [sent[node]["inputs"]["image"] for node in "23"] == [beside["name"]] * 2
    assert sent["4"]["inputs"] == {"images": ["1", 0], "filename_prefix": "pics", "clip": -2}


async def test_references_and_masks_travel_beside_the_graph(runpod: Source, server: Fake, url: str) -> None:
    flow = workflow(
        {
            "1": ("LoadImage", {"image": "%init_image%", "d": "%denoise%"}),
            "2": ("LoadImage", {"image": "%mask_image%"}),
            "3": ("SaveImage", {"images": ["1", 0], "mask": ["2", 0], "filename_prefix": "x"}),
        }
    )
    mask = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(mask, "PNG")
    references = (
        Reference(data=picture(30, 20), mime="image/png", role="init", strength=0.3),
        Reference(data=mask.getvalue(), mime="image/png", role="mask", polarity="transparent_repaint"),
    )
    assert (await outcome(runpod, url, workflow=flow, references=references)).results
    sent = server.posted[0]["input"]
    images = {one["name"]: base64.b64decode(one["image"]) for one in sent["images"]}
    assert images[sent["workflow"]["1"]["inputs"]["image"]] == references[0].data
    shown = Image.open(io.BytesIO(images[sent["workflow"]["2"]["inputs"]["image"]])).convert("L")
    assert shown.getpixel((0, 0)) == 255, "white is repainted"
    assert sent["workflow"]["1"]["inputs"]["d"] == 0.3


async def test_what_is_too_large_is_refused_before_it_is_sent(runpod: Source, server: Fake, url: str) -> None:
    large = random.Random(1).randbytes(8 * 2**20)
    flow = workflow({"1": ("ETN_LoadImageBase64", {"image": "%char_avatar%"})}, char_avatar=large)
    error = await outcome(runpod, url, workflow=flow)
    assert isinstance(error, BadInputImage) and "10 MB" in error.message
    assert not server.posted


async def test_workflows_that_cannot_run_are_refused_while_planning(runpod: Source, server: Fake, url: str) -> None:
    for text, word in (('{"nodes": [], "links": []}', "editor"), ("{broken", "line 1"), ('{"1": {}}', "no node")):
        error = await outcome(runpod, url, workflow=Workflow(name="w", text=text))
        assert isinstance(error, Misconfigured) and word in error.message
    assert not server.requests


# -- packagings ------------------------------------------------------------------------------------------------------


@pytest.mark.feature("SRC-3", "SRC-11")
@pytest.mark.parametrize("extra", [True, False])
@pytest.mark.parametrize("packaging", ["base64", "data_url", "s3_url", "message", "message_url", "list", "text"])
async def test_every_packaging_is_the_same_picture(
    runpod: Source, server: Fake, url: str, packaging: str, extra: bool
) -> None:
    server.set(packaging=packaging, extra_fields=extra, wrong_mime=True)
    told = await outcome(runpod, url, seed=3)
    [result] = told.results
    assert (result.mime, result.width, result.height) == ("image/png", 64, 48)
    assert "authorization" not in {key for one in server.asked("GET", "/bucket") for key in one.headers}


@pytest.mark.feature("SRC-12")
async def test_an_address_that_has_expired(runpod: Source, server: Fake, url: str) -> None:
    server.set(packaging="s3_url", expire_result=True)
    async with connected(runpod, url=url, api_key=KEY, clock=HastyClock()) as connection:
        told = await run(connection, **QUICK)
    assert isinstance(told.error, JobLost) and "no longer at the address" in told.error.message


@pytest.mark.parametrize(
    ("switches", "kind", "words"),
    [
        ({"truncate": True}, "bad_response", "damaged"),
        ({"not_an_image": True}, "bad_response", "not a picture"),
        ({"bomb": True}, "bad_response", "pixels"),
        ({"bad_base64": True}, "bad_response", "damaged"),
        ({"huge_image": True, "packaging": "s3_url"}, "bad_response", "larger than 64 MB"),
        ({"no_images": True}, "no_image", "without a picture"),
        ({"no_images": True, "warnings": ["No outputs found"]}, "server", "No outputs found"),
        ({"file": "clip.mp4"}, "no_image", "made a video (clip.mp4), which stcore cannot show yet"),
        ({"file": "clip.webm", "packaging": "s3_url"}, "no_image", "made a video (clip.webm)"),
    ],
    ids=str,
)
async def test_pictures_that_are_none(
    runpod: Source, server: Fake, url: str, switches: Any, kind: str, words: str
) -> None:
    server.set(**switches)
    told = await outcome(runpod, url)
    assert told.error.kind == kind
    assert words in told.error.message
    assert not told.results


async def test_an_answer_that_is_too_large_is_not_read_to_the_end(runpod: Source, server: Fake, url: str) -> None:
    server.set(huge_image=True)
    told = await outcome(runpod, url)
    assert told.error.kind == "no_image" and "larger than 64 MB" in told.error.message


async def test_warnings_of_the_worker_are_told(runpod: Source, server: Fake, url: str) -> None:
    server.set(warnings=["Node 9 produced unhandled output keys"])
    told = await outcome(runpod, url)
    assert told.results and [one.line for one in told.all(Log)] == ["Node 9 produced unhandled output keys"]


# -- while it works --------------------------------------------------------------------------------------------------


async def test_progress_that_newer_workers_forward(runpod: Source, server: Fake, url: str) -> None:
    server.set(progress=True, step_seconds=0.03)
    told = await outcome(runpod, url, steps=20)
    fractions = [one.fraction for one in told.running if one.fraction is not None]
    assert len(fractions) > 2 and fractions == sorted(fractions) and fractions[-1] <= 1
    assert {one.steps for one in told.running if one.steps} == {20}
    assert len(told.results) == 1, "the output of an unfinished job is no picture"


async def test_a_cold_start_says_for_what_it_waits(runpod: Source, server: Fake, url: str) -> None:
    server.set(stuck=True)
    async with connected(runpod, url=url, api_key=KEY, clock=HastyClock(), wait=86400) as connection:
        job, listening = await begun(connection)
        told = Told()
        listening.cancel()
        listening = asyncio.create_task(listen(await runpod.resume(connection, job.token, job.plan), told))
        for workers, words in (
            ({"initializing": 1}, "waiting for a worker: one is starting"),
            ({"running": 3}, "waiting for a worker: 3 are busy"),
            ({"throttled": 2}, "waiting for a worker: RunPod has none free for this endpoint just now"),
            ({"unhealthy": 1}, "waiting for a worker: one is unhealthy, see the endpoint's log at RunPod"),
            ({"ready": 0}, "waiting for a worker: none has been started yet"),
        ):
            server.set(workers=workers)
            await until(lambda words=words: told.queued and told.queued[-1].stage == words)  # type: ignore[misc]
        server.set(fail_with="gateway", fail_on=f"{BASE}/health")
        await until(lambda: told.queued[-1].stage == "waiting for a worker")
        server.set(stuck=False)
        await listening
    assert told.queued[0].stage == "waiting for a worker"
    assert len(told.queued) == 7, "the same is not told twice"
    assert told.results


@pytest.mark.feature("SRC-11")
async def test_a_state_of_the_future_is_no_end(runpod: Source, server: Fake, url: str) -> None:
    server.set(word="CONTEMPLATING", step_seconds=0.05)
    told = await outcome(runpod, url)
    assert told.results and told.running


async def test_polling_survives_bad_moments(runpod: Source, server: Fake, url: str) -> None:
    async with connected(runpod, url=url, api_key=KEY, clock=HastyClock()) as connection:
        for switches in (
            {"fail_with": "server", "fail_times": 3},
            {"fail_with": "gateway", "fail_times": 2},
            {"fail_with": "nonsense", "fail_times": 2},
            {"fail_with": "list", "fail_times": 1},
            {"fail_with": "rate_limited", "fail_times": 2, "retry_after": "2"},
            {"fail_with": "", "cut_body": 2},
            {"not_known_yet": 1},
        ):
            server.set(fail_on=f"{BASE}/status", retry_after="")
            server.set(**switches)
            told = await run(connection, **QUICK)
            assert isinstance(told.ending, Done), (switches, told.ending)
    assert len(server.posted) == 7, "a submission is never repeated"


# -- jobs that fail --------------------------------------------------------------------------------------------------


@pytest.mark.feature("F270", "CAP-6")
@pytest.mark.parametrize("form", ["text", "json", "details", "completed"])
async def test_a_failed_job_ends_at_once_with_its_reason(runpod: Source, server: Fake, url: str, form: str) -> None:
    server.set(job_error="ERROR: Could not detect model type of: flux1-dev.safetensors", error_form=form)
    told = await outcome(runpod, url)
    assert isinstance(told.error, ServerError)
    assert "Could not detect model type of: flux1-dev.safetensors" in told.error.message
    assert "Traceback" not in told.error.message and "log at RunPod" in told.error.hint


async def test_a_failed_job_without_a_reason_and_one_without_memory(runpod: Source, server: Fake, url: str) -> None:
    server.set(job_error="x", error_form="none")
    assert "gives no reason" in (await outcome(runpod, url)).error.message
    server.set(job_error="Allocation on device: torch.OutOfMemoryError", error_form="text")
    error = (await outcome(runpod, url)).error
    assert "out of memory" in error.message and "smaller size" in error.hint


async def test_a_graph_that_breaks_on_the_worker_names_its_node(runpod: Source, server: Fake, url: str) -> None:
    told = await outcome(runpod, url, workflow=portrait(sampler_name="magic"))
    assert isinstance(told.error, Misconfigured)
    assert "sampler_name: 'magic' not in" in told.error.message and "Node 5" in told.error.vendor


async def test_runpod_ends_a_job_by_itself(runpod: Source, server: Fake, url: str) -> None:
    server.set(ending="TIMED_OUT")
    error = (await outcome(runpod, url)).error
    assert error.kind == "timeout" and "execution timeout" in error.hint and error.billed
    server.set(ending="CANCELLED")
    error = (await outcome(runpod, url)).error
    assert error.kind == "cancelled" and "Somebody" in error.message


@pytest.mark.feature("SRC-9")
async def test_one_failed_job_does_not_cost_the_other_pictures(runpod: Source, server: Fake, url: str) -> None:
    server.set(job_error="this one broke", fail_jobs=1)
    async with connected(runpod, url=url, api_key=KEY) as connection:
        job, listening = await begun(connection, count=3)
        told = await listening
    assert len(told.results) == 2
    assert "this one broke" in told.error.message
    assert all(one.over for one in server.jobs.values()) and job.token.count("/") == 2


async def test_nobody_waits_for_ever_and_nothing_runs_on(runpod: Source, server: Fake, url: str) -> None:
    server.set(stuck=True)
    told = await outcome(runpod, url, options={"wait": 0.2}, count=2)
    assert told.error.kind == "timeout" and "0.2 seconds; the job was cancelled" in told.error.message
    assert [one.status for one in server.jobs.values()] == ["CANCELLED", "CANCELLED"]
    server.set(cancel_ignored=True)
    told = await outcome(runpod, url, options={"wait": 0.2})
    assert "could not be cancelled" in told.error.message


# -- refusals of a submission ----------------------------------------------------------------------------------------


@pytest.mark.feature("SRC-5", "CAP-6")
@pytest.mark.parametrize(
    ("failure", "kind", "words"),
    [
        ("auth", AuthError, "refused the API key"),
        ("quota", QuotaError, "insufficient balance"),
        ("no_funds", QuotaError, "your balance is too low"),
        ("permission", PermissionRefused, "may only read"),
        ("rate_limited", RateLimited, "too many requests"),
        ("too_large", BadInputImage, "10 MB"),
        ("server", ServerError, "500"),
        ("gateway", ServerError, "502"),
        ("nonsense", BadResponse, "this is not json"),
        ("list", BadResponse, "the id of the job"),
    ],
)
async def test_why_a_job_was_not_taken(
    runpod: Source, server: Fake, url: str, failure: str, kind: type[ProviderError], words: str
) -> None:
    server.set(fail_with=failure, fail_on=f"{BASE}/run")
    error = await outcome(runpod, url)
    assert type(error) is kind
    assert words in error.message
    assert len(server.posted) == 1, "the host decides whether it is sent again"


async def test_a_rate_limit_and_a_bad_moment_are_waited_out(runpod: Source, server: Fake, url: str) -> None:
    server.set(fail_with="rate_limited", fail_on=f"{BASE}/run", retry_after="7")
    error = await outcome(runpod, url)
    assert isinstance(error, RateLimited) and error.retry_after == 7
    for failure in ("rate_limited", "server"):
        server.set(fail_with=failure, fail_times=2)
        clock = HastyClock()
        async with connected(runpod, url=url, api_key=KEY, clock=clock) as connection:
            plan = await planned(connection, ImageRequest(prompt="x", **QUICK))
            before = clock.monotonic()
            job = await retry(lambda: runpod.start(connection, plan), clock=clock, random=random.Random(1))  # noqa: B023
            assert clock.monotonic() - before >= 14
            assert (await listen(job)).results
    assert len(server.jobs) == 2


async def test_a_reply_without_an_id(runpod: Source, server: Fake, url: str) -> None:
    for wrong in (None, "../run", "..", "a/b", 7):
        server.set(job_id=wrong)
        assert isinstance(await outcome(runpod, url), BadResponse)
    assert not server.asked("GET", "/"), "what is no id becomes no path"


async def test_a_batch_that_is_refused_in_part_does_not_run_on(runpod: Source, server: Fake, url: str) -> None:
    server.set(queue_seconds=5, take_jobs=2)
    assert isinstance(await outcome(runpod, url, count=3), QuotaError)
    assert [one.status for one in server.jobs.values()] == ["CANCELLED", "CANCELLED"]


@pytest.mark.feature("SRC-6")
async def test_a_submission_whose_answer_was_lost_is_not_repeated(runpod: Source, server: Fake, url: str) -> None:
    server.set(drop_connection_after_accept=True)
    assert isinstance(await outcome(runpod, url), UnknownOutcome)
    server.set(drop_connection_after_accept=False, hang_on=f"{BASE}/run")
    assert isinstance(await outcome(runpod, url, options={"timeout": 0.2}), UnknownOutcome)
    assert len(server.posted) == 2


async def test_a_dead_address_is_named(runpod: Source) -> None:
    with serve(FakeRunPod()) as dead:
        pass
    assert isinstance(await outcome(runpod, f"{dead}{BASE}"), NetworkError)


# -- cancelling ------------------------------------------------------------------------------------------------------


@pytest.mark.feature("SRC-7")
async def test_cancel_while_waiting_and_while_running(runpod: Source, server: Fake, url: str) -> None:
    async with connected(runpod, url=url, api_key=KEY) as connection:
        for switches, state, expected in (
            ({"stuck": True}, "IN_QUEUE", "will_not_start"),
            ({"stuck": False, "hang": True}, "IN_PROGRESS", "stopped"),
        ):
            server.set(**switches)
            job, listening = await begun(connection)
            await until(lambda state=state, job=job: server.jobs[job.token].status == state)  # type: ignore[misc]
            assert await runpod.cancel(job) == expected
            told = await listening
            assert told.ending == CancelledEvent(expected) and not told.results
            assert server.jobs[job.token].status == "CANCELLED"
            assert await runpod.cancel(job) == "too_late"


@pytest.mark.feature("SRC-7")
async def test_cancel_touches_no_other_run(runpod: Source, server: Fake, url: str) -> None:
    server.set(step_seconds=0.05)
    async with connected(runpod, url=url, api_key=KEY) as connection:
        stopped, first = await begun(connection, count=2, steps=50)
        _, second = await begun(connection)
        assert await runpod.cancel(stopped) in ("stopped", "will_not_start")
        assert isinstance((await first).ending, CancelledEvent)
        assert isinstance((await second).ending, Done)
    assert [one.status for one in server.jobs.values()] == ["CANCELLED", "CANCELLED", "COMPLETED"]


@pytest.mark.feature("SRC-7")
async def test_cancel_too_late_and_cancel_in_vain(runpod: Source, server: Fake, url: str) -> None:
    async with connected(runpod, url=url, api_key=KEY) as connection:
        job, listening = await begun(connection)
        await until(lambda: server.jobs[job.token].over)
        assert await runpod.cancel(job) == "too_late"
        assert isinstance((await listening).ending, Done), "what is paid for is delivered"
        server.set(cancel_ignored=True, hang=True)
        job, listening = await begun(connection)
        assert await runpod.cancel(job) == "requested"
        assert (await listening).ending == CancelledEvent("requested")
        server.set(cancel_ignored=False, forget_jobs=True, hang=False)
        job, listening = await begun(connection)
        assert await runpod.cancel(job) == "too_late"
        listening.cancel()


# -- after a restart -------------------------------------------------------------------------------------------------


@pytest.mark.feature("SRC-6")
async def test_jobs_are_taken_up_again_by_their_ids(runpod: Source, server: Fake, url: str) -> None:
    server.set(step_seconds=0.02)
    async with connected(runpod, url=url, api_key=KEY) as connection:
        job, listening = await begun(connection, seed=3, count=2, steps=20)
        await until(lambda: server.jobs)
        listening.cancel()
    assert KEY not in job.token
    again = source("runpod-comfyui")
    stored = type(job.plan).model_validate_json(job.plan.model_dump_json())
    async with connected(again, url=url, api_key=KEY) as connection:
        told = await listen(await again.resume(connection, job.token, stored))
        assert [(one.index, one.seed) for one in told.results] == [(0, 3), (1, 4)]
        late = await listen(await again.resume(connection, job.token, stored))
        assert [one.data for one in late.results] == [one.data for one in told.results]
        first = job.token.partition("/")[0]
        made = server.jobs.pop(first)
        partly = await listen(await again.resume(connection, job.token, stored))
        assert [one.index for one in partly.results] == [1] and isinstance(partly.error, JobLost)
        server.jobs[first] = made
        server.set(forget_jobs=True)
        lost = await listen(await again.resume(connection, job.token, stored))
        assert isinstance(lost.error, JobLost) and "half an hour" in lost.error.hint
        for token in (job.token + "/more", "../run/x", ""):
            with pytest.raises(JobLost):
                await again.resume(connection, token, stored)
    assert len(server.posted) == 2, "nothing is paid for twice"


async def test_cancel_after_a_restart(runpod: Source, server: Fake, url: str) -> None:
    server.set(hang=True)
    async with connected(runpod, url=url, api_key=KEY) as connection:
        job, listening = await begun(connection)
        listening.cancel()
        taken_up = await runpod.resume(connection, job.token, job.plan)
        listening = asyncio.create_task(listen(taken_up))
        await until(lambda: server.jobs[job.token].status == "IN_PROGRESS")
        assert await runpod.cancel(taken_up) == "stopped"
        assert (await listening).ending == CancelledEvent("stopped")


# -- secrets ---------------------------------------------------------------------------------------------------------


@pytest.mark.feature("SRC-8")
async def test_the_key_goes_nowhere_else(
    runpod: Source, server: Fake, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    foreign = FakeRunPod(key="nobody")
    with serve(foreign) as elsewhere:
        server.set(redirect_to=f"{elsewhere}{BASE}/status/1")
        told = await outcome(runpod, url)
        assert isinstance(told.error, AuthError), "the other address does not get the key"
        server.set(redirect_to="", packaging="s3_url", redirect_result_to=f"{elsewhere}/bucket/x")
        async with connected(runpod, url=url, api_key=KEY, clock=HastyClock()) as connection:
            assert isinstance((await run(connection, **QUICK)).error, JobLost)
    assert foreign.requests and not any("authorization" in one.headers for one in foreign.requests)
    server.set(redirect_result_to="", packaging="base64", job_error=f"login with {KEY} failed")
    told = await outcome(runpod, url)
    assert "login with *** failed" in told.error.message
    assert KEY not in json.dumps(told.error.to_dict()) + caplog.text + repr(told.events)


@pytest.mark.feature("SRC-8")
async def test_a_picture_of_the_cloud_is_not_fetched_from_a_private_address(
    runpod: Source, server: Fake, url: str
) -> None:
    server.set(packaging="s3_url", redirect_result_to="http://169.254.169.254/latest")
    async with connected(runpod, url=url, api_key=KEY, local=False) as connection:
        told = await run(connection, **QUICK)
    assert isinstance(told.error, PermissionRefused) and "not fetched" in told.error.message
