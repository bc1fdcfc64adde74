"""The AUTOMATIC1111 source against the fake server, in the three dialects that it speaks."""

from __future__ import annotations

import asyncio
import base64
import io
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image

from stcore.errors import BadInputImage, Misconfigured
from stcore.images.capabilities import EnumField
from stcore.images.events import Adjusted, CancelledEvent, Done
from stcore.images.request import Hires, ImageRequest, Lora, Pixels, Reference
from stcore.images.source import ImageSource
from stcore.testing.clock import ManualClock
from stcore.testing.servers.automatic1111 import FakeAutomatic1111
from stcore.testing.servers.serve import serve
from tests.images.pictures import picture
from tests.plugins.kit import connected, listen, planned, run, source, until

pytestmark = pytest.mark.anyio
Fake, Source = FakeAutomatic1111, ImageSource

SIZE = Pixels(width=64, height=72)
QUICK: dict[str, Any] = {"size": SIZE, "steps": 6}
DIALECTS = pytest.mark.parametrize("dialect", ["a1111", "forge", "sdnext"])
ATTRIBUTION = pytest.mark.parametrize("internal", [True, False], ids=["exact", "guessed"])


@pytest.fixture
def server() -> Fake:
    return FakeAutomatic1111(step_seconds=0.005)


@pytest.fixture
def url(server: Fake) -> Iterator[str]:
    with serve(server) as address:
        yield address


@pytest.fixture
def web_ui() -> Source:
    return source("automatic1111")


def sent(server: Fake, route: str = "txt2img", number: int = -1) -> dict[str, Any]:
    body: dict[str, Any] = server.asked("POST", f"/sdapi/v1/{route}")[number].json
    return body


# -- looking around --------------------------------------------------------------------------------------------------


@pytest.mark.feature("SRC-10")
@pytest.mark.parametrize(("dialect", "name"), [("a1111", "AUTOMATIC1111"), ("forge", "Forge"), ("sdnext", "SD.Next")])
async def test_check_tells_the_dialect(web_ui: Source, server: Fake, url: str, dialect: str, name: str) -> None:
    server.set(dialect=dialect)
    async with connected(web_ui, url=f"{url}/sdapi/v1/") as connection:
        health = await web_ui.check(connection)
    assert (health.state, health.version) == ("ok", name)
    assert "dreamlike.safetensors" in health.text
    assert all(request.method == "GET" for request in server.requests)


@pytest.mark.feature("SRC-5")
async def test_check_tells_what_is_wrong(web_ui: Source, server: Fake, url: str) -> None:
    with serve(FakeAutomatic1111()) as dead:
        pass
    async with connected(web_ui, url=dead) as connection:
        assert (await web_ui.check(connection)).state == "unreachable"
    server.set(api=False)
    async with connected(web_ui, url=url) as connection:
        health = await web_ui.check(connection)
        assert health.state == "misconfigured" and "--api" in health.text
        server.set(api=True, login="me:secret-word")
        assert (await web_ui.check(connection)).state == "bad_credentials"
        server.set(login="", html_error_page=True)
        assert (await web_ui.check(connection)).state == "unreachable"
    server.set(login="me:secret-word", html_error_page=False)
    async with connected(web_ui, url=url, username="me", password="secret-word") as connection:
        assert (await web_ui.check(connection)).state == "ok"
    async with connected(web_ui, url=url, username="me", password="wrong-word") as connection:
        health = await web_ui.check(connection)
        assert health.state == "bad_credentials" and "wrong-word" not in health.text


@DIALECTS
async def test_lists(web_ui: Source, server: Fake, url: str, dialect: str) -> None:
    server.set(dialect=dialect)
    async with connected(web_ui, url=url) as connection:
        models = {one.id: one.label for one in (await web_ui.models(connection)).models}
        assert models["dreamlike.safetensors [abcdef1234]"] == "dreamlike"
        assert [one.label for one in (await web_ui.models(connection, "REAL")).models] == ["realistic"]
        assert "Euler a" in await web_ui.choices(connection, "samplers")
        assert "Karras" in await web_ui.choices(connection, "schedulers")
        assert {"Latent", "R-ESRGAN 4x+"} <= set(await web_ui.choices(connection, "upscalers"))
        vae = "ae.safetensors" if dialect == "forge" else "vae-ft-mse.safetensors"
        assert vae in await web_ui.choices(connection, "vaes")
    assert len(server.asked("GET", "/sdapi/v1/sd-models")) == 1, "the lists are kept for a minute"


# -- a picture -------------------------------------------------------------------------------------------------------


@pytest.mark.feature("F210", "SRC-1")
async def test_the_request_is_that_of_the_sheet(web_ui: Source, server: Fake, url: str) -> None:
    server.set(internal=False)
    async with connected(web_ui, url=url) as connection:
        told = await run(
            connection,
            prompt="a red fox, watercolour",
            negative_prompt="blurry",
            steps=20,
            guidance=7,
            size=Pixels(width=512, height=512),
            sampler="Euler a",
            scheduler="automatic",
            seed=1234567,
        )
    assert sent(server) == {
        "prompt": "a red fox, watercolour",
        "negative_prompt": "blurry",
        "steps": 20,
        "cfg_scale": 7,
        "width": 512,
        "height": 512,
        "sampler_name": "Euler a",
        "scheduler": "automatic",
        "seed": 1234567,
        "batch_size": 1,
        "send_images": True,
        "save_images": False,
    }
    [result] = told.results
    assert (result.width, result.height, result.seed, result.seed_origin) == (512, 512, 1234567, "echoed")
    assert "Seed: 1234567" in result.meta["infotext"]
    assert isinstance(told.ending, Done)


@pytest.mark.feature("F210")
@DIALECTS
@ATTRIBUTION
async def test_progress_and_previews(web_ui: Source, server: Fake, url: str, dialect: str, internal: bool) -> None:
    server.set(dialect=dialect, internal=internal, step_seconds=0.03)
    async with connected(web_ui, url=url) as connection:
        told = await run(connection, size=SIZE, steps=24)
    assert isinstance(told.ending, Done)
    fractions = [one.fraction for one in told.running if one.fraction is not None]
    assert len(fractions) >= 3 and fractions == sorted(fractions) and 0 < fractions[0] < 1
    assert {one.steps for one in told.running} <= {24, None}
    assert max(one.step or 0 for one in told.running) > 12
    assert told.previews and all(one.mime == "image/jpeg" for one in told.previews)
    assert ("force_task_id" in sent(server)) is internal


async def test_several_pictures_in_one_call(web_ui: Source, server: Fake, url: str) -> None:
    async with connected(web_ui, url=url) as connection:
        told = await run(connection, seed=10, count=3, **QUICK)
    assert [(one.index, one.seed) for one in told.results] == [(0, 10), (1, 11), (2, 12)]
    assert (sent(server)["n_iter"], sent(server)["batch_size"]) == (3, 1)
    assert len(server.asked("POST", "/sdapi/v1/txt2img")) == 1


async def test_random_seeds_are_the_servers(web_ui: Source, server: Fake, url: str) -> None:
    async with connected(web_ui, url=url) as connection:
        first, second = await run(connection, **QUICK), await run(connection, **QUICK)
    assert "seed" not in sent(server)
    assert first.results[0].seed != second.results[0].seed
    assert first.results[0].seed_origin == "echoed"


@pytest.mark.feature("SRC-3", "SRC-11")
@pytest.mark.parametrize(
    "switches",
    [
        {"packaging": "data_url"},
        {"samples_format": "jpg"},
        {"grid": True},
        {"extra_pictures": 2},
        {"no_info": True},
        {"extra_fields": False},
    ],
    ids=str,
)
async def test_every_packaging_gives_the_same_pictures(web_ui: Source, server: Fake, url: str, switches: Any) -> None:
    server.set(**switches)
    async with connected(web_ui, url=url, save_images=True) as connection:
        told = await run(connection, seed=5, count=2, **QUICK)
    assert [(one.index, one.seed, one.width, one.height) for one in told.results] == [(0, 5, 64, 72), (1, 6, 64, 72)]
    assert told.results[0].mime == ("image/jpeg" if "samples_format" in switches else "image/png")
    assert told.results[0].data != told.results[1].data


@DIALECTS
async def test_model_vae_and_clip_skip(web_ui: Source, server: Fake, url: str, dialect: str) -> None:
    server.set(dialect=dialect)
    wish = {"model": "realistic.safetensors [1234abcdef]", "vae": "vae-ft-mse.safetensors", "clip_skip": 2, **QUICK}
    async with connected(web_ui, url=url, modules="ae.safetensors, clip_l.safetensors") as connection:
        told = await run(connection, **wish)
        again = await run(connection, **wish)
    assert told.results[0].meta["model"] == again.results[0].meta["model"] == "realistic"
    body = sent(server)
    settings = body["override_settings"]
    assert settings["sd_vae"] == "vae-ft-mse.safetensors"
    assert settings["CLIP_stop_at_last_layers"] == 2
    assert body["override_settings_restore_afterwards"] is False
    switched = server.asked("POST", "/sdapi/v1/options")
    if dialect == "forge":
        assert [one.json for one in switched] == [{"sd_model_checkpoint": wish["model"]}]
        assert settings["forge_additional_modules"] == ["ae.safetensors", "clip_l.safetensors"]
    else:
        assert not switched and settings["sd_model_checkpoint"] == wish["model"]
    assert body.get("clip_skip") == (2 if dialect == "sdnext" else None)


@pytest.mark.feature("SRC-13")
async def test_a_model_that_was_silently_not_used_is_told(web_ui: Source, server: Fake, url: str) -> None:
    async with connected(web_ui, url=url) as connection:
        told = await run(connection, model="no such", **QUICK)
    [adjusted] = told.all(Adjusted)
    assert (adjusted.adjustments[0].field, adjusted.adjustments[0].used) == ("model", "dreamlike")
    server.set(dialect="forge")
    async with connected(web_ui, url=url) as connection:
        told = await run(connection, model="no such", **QUICK)
    assert told.error.kind == "model_unavailable" and "no such" in told.error.message


async def test_second_pass_faces_loras_and_extensions(web_ui: Source, server: Fake, url: str) -> None:
    async with connected(web_ui, url=url, restore_faces=True, adetailer=True) as connection:
        told = await run(
            connection,
            hires=Hires(scale=2, steps=5, denoise=0.4, upscaler="R-ESRGAN 4x+"),
            loras=(Lora(name="ink", weight=0.8),),
            extra={
                "subseed": 3,
                "styles": ["mine"],
                "nonsense": 1,
                "override_settings": {"eta_noise_seed_delta": 9},
            },
            **QUICK,
        )
    assert (told.results[0].width, told.results[0].height) == (128, 144)
    body = sent(server)
    wanted = {
        "enable_hr": True,
        "hr_scale": 2,
        "hr_upscaler": "R-ESRGAN 4x+",
        "hr_second_pass_steps": 5,
        "denoising_strength": 0.4,
        "hr_additional_modules": [],
        "restore_faces": True,
        "subseed": 3,
        "styles": ["mine"],
        "override_settings": {"eta_noise_seed_delta": 9},
    }
    assert {name: body[name] for name in wanted} == wanted
    assert body["prompt"] == "a red fox <lora:ink:0.8>"
    assert body["alwayson_scripts"]["ADetailer"]["args"][2] == {"ad_model": "face_yolov8n.pt"}
    assert "nonsense" not in body and "nonsense" not in str(body)


@pytest.mark.feature("SRC-2")
async def test_what_the_server_cannot_do_never_reaches_it(web_ui: Source, server: Fake, url: str) -> None:
    async with connected(web_ui, url=url) as connection:
        request = ImageRequest(prompt="x", quality="hd", style="vivid", safety="strict", sampler="Magic", **QUICK)
        plan = await planned(connection, request)
        await listen(await web_ui.start(connection, plan))
    assert {one.field for one in plan.adjustments} >= {"quality", "style", "safety", "sampler"}
    assert not {"quality", "style", "safety"} & set(sent(server))
    assert sent(server)["sampler_name"] == "Euler a"


# -- from a picture --------------------------------------------------------------------------------------------------


async def test_a_picture_from_a_picture(web_ui: Source, server: Fake, url: str) -> None:
    init = picture(64, 72)
    mask = io.BytesIO()
    Image.new("RGBA", (8, 8), (9, 9, 9, 0)).save(mask, "PNG")
    references = (
        Reference(data=init, mime="image/png", role="edit", strength=0.3),
        Reference(data=mask.getvalue(), mime="image/png", role="mask", polarity="transparent_repaint"),
    )
    async with connected(web_ui, url=url) as connection:
        plan = await planned(connection, ImageRequest(prompt="x", references=references, **QUICK))
        assert [(one.asked, one.used) for one in plan.adjustments] == [("edit", "init")]
        told = await listen(await web_ui.start(connection, plan))
    assert isinstance(told.ending, Done)
    body = sent(server, "img2img")
    assert base64.b64decode(body["init_images"][0]) == init
    assert body["denoising_strength"] == 0.3
    turned = Image.open(io.BytesIO(base64.b64decode(body["mask"])))
    assert turned.convert("L").getpixel((0, 0)) == 255
    assert "enable_hr" not in body


@DIALECTS
async def test_a_reference_that_is_no_picture(web_ui: Source, server: Fake, url: str, dialect: str) -> None:
    server.set(dialect=dialect)
    async with connected(web_ui, url=url) as connection:
        told = await run(connection, references=(Reference(data=b"words", mime="image/png"),), **QUICK)
    assert isinstance(told.error, BadInputImage)


# -- samplers over the versions --------------------------------------------------------------------------------------


async def test_before_1_9_the_scheduler_is_a_part_of_the_samplers_name(web_ui: Source, server: Fake, url: str) -> None:
    server.set(old=True)
    async with connected(web_ui, url=url) as connection:
        told = await run(connection, sampler="DPM++ 2M", scheduler="Karras", **QUICK)
    assert isinstance(told.ending, Done)
    assert sent(server)["sampler_name"] == "DPM++ 2M Karras"
    assert "scheduler" not in sent(server)


async def test_an_alias_is_sent_by_its_name(web_ui: Source, server: Fake, url: str) -> None:
    async with connected(web_ui, url=url) as connection:
        await run(connection, sampler="k_dpmpp_2m", **QUICK)
        fields = (await web_ui.capabilities(connection, "")).fields
    assert sent(server)["sampler_name"] == "DPM++ 2M"
    assert isinstance(fields["sampler"], EnumField)


@DIALECTS
async def test_sampler_not_found_is_tried_once_more_by_the_joined_name(
    web_ui: Source, server: Fake, url: str, dialect: str
) -> None:
    server.set(dialect=dialect, sampler_missing=True)
    async with connected(web_ui, url=url) as connection:
        told = await run(connection, sampler="Euler", scheduler="Karras", **QUICK)
    posted = server.asked("POST", "/sdapi/v1/txt2img")
    assert [one.json["sampler_name"] for one in posted] == ["Euler", "Euler Karras"]
    assert "scheduler" not in posted[1].json
    # This server lists no joined names, so the second attempt fails as well, and there is no third.
    assert told.error.kind == "bad_request" and told.error.field == "sampler"


# -- waiting and cancelling ------------------------------------------------------------------------------------------


@pytest.mark.feature("SRC-7")
@DIALECTS
@ATTRIBUTION
async def test_cancel_while_running_drops_the_half_picture(
    web_ui: Source, server: Fake, url: str, dialect: str, internal: bool
) -> None:
    server.set(dialect=dialect, internal=internal, step_seconds=0.02)
    async with connected(web_ui, url=url) as connection:
        job = await web_ui.start(connection, await planned(connection, ImageRequest(prompt="x", size=SIZE, steps=150)))
        listening = asyncio.create_task(listen(job))
        await until(lambda: server.active and server.active.step > 2)
        assert await web_ui.cancel(job) == "stopped"
        told = await listening
        assert told.ending == CancelledEvent("stopped")
        assert not told.results
        assert await web_ui.cancel(job) == "too_late"
    assert len(server.asked("POST", "/sdapi/v1/interrupt")) == 1


@pytest.mark.feature("SRC-7")
@ATTRIBUTION
async def test_cancel_while_waiting_never_stops_somebody_else(
    web_ui: Source, server: Fake, url: str, internal: bool
) -> None:
    server.set(internal=internal, step_seconds=0.01)
    async with connected(web_ui, url=url) as connection:
        theirs = asyncio.create_task(
            connection.http.post("/sdapi/v1/txt2img", json={"prompt": "theirs", "steps": 60, "width": 64, "height": 64})
        )
        await until(lambda: server.active)
        job = await web_ui.start(connection, await planned(connection, ImageRequest(prompt="ours", **QUICK)))
        listening = asyncio.create_task(listen(job))
        await until(lambda: len(server.tasks) == 2)
        assert await web_ui.cancel(job) == "detached"
        told = await listening
        assert (await theirs).ok
    assert told.ending == CancelledEvent("detached")
    assert not told.running, "their progress was shown as ours"
    assert not server.asked("POST", "/sdapi/v1/interrupt")
    assert not server.tasks[0].interrupted


@pytest.mark.feature("SRC-7")
async def test_cancel_before_anything_was_sent(web_ui: Source, server: Fake, url: str) -> None:
    async with connected(web_ui, url=url) as connection:
        job = await web_ui.start(connection, await planned(connection, ImageRequest(prompt="x", **QUICK)))
        assert await web_ui.cancel(job) == "will_not_start"
        assert (await listen(job)).ending == CancelledEvent("will_not_start")
    assert not server.tasks


async def test_position_behind_others(web_ui: Source, server: Fake, url: str) -> None:
    server.set(step_seconds=0.02)
    async with connected(web_ui, url=url) as connection:
        body = {"prompt": "theirs", "steps": 20, "width": 64, "height": 64}
        theirs = asyncio.create_task(connection.http.post("/sdapi/v1/txt2img", json=body))
        await until(lambda: server.active)
        told = await run(connection, **QUICK)
        await theirs
    assert told.queued[0].position == 1
    assert isinstance(told.ending, Done)
    assert {one.steps for one in told.running} <= {6, None}, "their progress was shown as ours"


# -- what goes wrong -------------------------------------------------------------------------------------------------


@pytest.mark.feature("CAP-6")
@DIALECTS
@pytest.mark.parametrize(
    ("switches", "kind", "words"),
    [
        ({"run_error": "oom"}, "server", "out of memory"),
        ({"run_error": "it broke"}, "server", "it broke"),
        ({"fail_with": "server", "fail_on": "/sdapi/v1/txt2img"}, "server", "something broke"),
        ({"fail_with": "plain_server", "fail_on": "/sdapi/v1/txt2img"}, "server", "Internal Server Error"),
        ({"fail_with": "gateway", "fail_on": "/sdapi/v1/txt2img"}, "server", "502"),
        ({"fail_with": "rate_limited", "fail_on": "/sdapi/v1/txt2img"}, "rate_limited", "too many"),
        ({"fail_with": "auth", "fail_on": "/sdapi/v1/txt2img"}, "auth", "refused"),
        ({"fail_with": "nonsense", "fail_on": "/sdapi/v1/txt2img"}, "bad_response", "not json"),
        ({"drop_connection_after_accept": True}, "unknown_outcome", "broke off"),
        ({"empty_image": True}, "no_image", "without a picture"),
        ({"bad_base64": True}, "bad_response", "damaged"),
        ({"truncate": True}, "bad_response", "damaged"),
        ({"not_an_image": True}, "bad_response", "not a picture"),
        ({"bomb": True}, "bad_response", "pixels"),
    ],
    ids=str,
)
async def test_faults(
    web_ui: Source, server: Fake, url: str, dialect: str, switches: Any, kind: str, words: str
) -> None:
    async with connected(web_ui, url=url) as connection:
        server.set(dialect=dialect, **switches)
        told = await run(connection, **QUICK)
    assert told.error.kind == kind, told.error
    assert words in told.error.message
    assert not told.results
    assert len(server.asked("POST", "/sdapi/v1/txt2img")) == 1, "a picture must not be asked for twice"


async def test_a_missing_extension_is_named(web_ui: Source, server: Fake, url: str) -> None:
    server.set(adetailer=False)
    async with connected(web_ui, url=url, adetailer=True) as connection:
        told = await run(connection, **QUICK)
    assert isinstance(told.error, Misconfigured) and "ADetailer" in told.error.message


@pytest.mark.feature("SRC-8")
async def test_the_password_is_in_no_error(web_ui: Source, server: Fake, url: str) -> None:
    server.set(login="me:very-secret", run_error="the password is very-secret, bWU6dmVyeS1zZWNyZXQ=")
    async with connected(web_ui, url=url, username="me", password="very-secret") as connection:
        told = await run(connection, **QUICK)
    shown = str(told.error.to_dict())
    assert "very-secret" not in shown and "bWU6dmVyeS1zZWNyZXQ" not in shown


async def test_a_server_that_says_nothing_is_given_up(web_ui: Source, server: Fake, url: str) -> None:
    clock = ManualClock()
    async with connected(web_ui, url=url, clock=clock) as connection:
        plan = await planned(connection, ImageRequest(prompt="x", **QUICK))
        server.set(hang_on="/sdapi/v1/txt2img")
        listening = asyncio.create_task(listen(await web_ui.start(connection, plan)))
        await until(lambda: server.asked("POST", "/sdapi/v1/txt2img"))
        for _ in range(100):
            await clock.advance(60)
            await asyncio.sleep(0.02)
            if listening.done():
                break
        told = await listening
    assert told.error.kind == "timeout"
    assert len(server.asked("POST", "/sdapi/v1/txt2img")) == 1
