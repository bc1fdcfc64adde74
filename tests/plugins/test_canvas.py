"""The painter of a fresh install: repeatable, obedient to words, stoppable, and honest about what it is."""

from __future__ import annotations

import asyncio
import re
from io import BytesIO
from statistics import fmean
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from PIL import Image, ImageChops, ImageStat

from stcore import CancelledEvent, Done, ImageRequest, Pixels, Reference, Unsupported
from stcore.images.sniff import decode_fully
from stcore.testing.clock import ManualClock
from tests.plugins.kit import Told, connected, listen, planned, run, source

pytestmark = pytest.mark.anyio

CANVAS = source("canvas")
LANDSCAPE = re.findall(
    r"\w[\w ]*",
    "apple tree, harbour, cat, castle, red fox, city, mountains, lighthouse, palm, poppies, aurora, cottage, village,"
    "rain, snow, fog, storm, balloon, knight, desert, portrait, hair, wizard, rainbow, pine forest, birds, moon, night,"
    "dawn, winter, autumn, neon, noir, boat, lake, blossom, queen, clouds, spring, sunset",
)
IN_A_PORTRAIT = ["glasses", "beard", "elf", "hat", "crown", "man"]
WORDS = [*LANDSCAPE, *IN_A_PORTRAIT, "stars", "sun"]


async def paint(prompt: str = "apple tree", seed: int = 7, side: int = 128, **wish: Any) -> Image.Image:
    return (await pictures(prompt, seed, side, **wish))[0]


async def pictures(prompt: str, seed: int = 7, side: int = 128, **wish: Any) -> list[Image.Image]:
    async with connected(CANVAS) as connection:
        told = await run(connection, prompt=prompt, seed=seed, size=Pixels(width=side, height=side), **wish)
    assert isinstance(told.ending, Done), told.ending
    return [decode_fully(result.data)[1].convert("RGB") for result in told.results]


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of two pictures, 0 to 255."""
    return fmean(ImageStat.Stat(ImageChops.difference(one, other)).mean)


def colour(picture: Image.Image, box: tuple[float, float, float, float] = (0, 0, 1, 1)) -> tuple[float, float, float]:
    """The mean colour of a part, given in shares of the width and height."""
    width, height = picture.size
    part = picture.crop((int(box[0] * width), int(box[1] * height), int(box[2] * width), int(box[3] * height)))
    red, green, blue = ImageStat.Stat(part).mean
    return red, green, blue


async def test_it_says_what_it_is_and_is_always_there() -> None:
    async with connected(CANVAS) as connection:
        health = await CANVAS.check(connection)
        assert health.state == "ok"
    assert "no AI" in CANVAS.describe().summary and "no AI" in health.text
    assert CANVAS.describe().where == "local"
    assert CANVAS.describe().secrets == ()


async def test_the_same_wish_gives_the_same_bytes_and_another_seed_another_picture() -> None:
    async with connected(CANVAS) as connection:
        wish = {"prompt": "harbour at dawn", "size": Pixels(width=192, height=128)}
        first, again, other = [await run(connection, **wish, seed=seed) for seed in (3, 3, 4)]
    assert first.results[0].data == again.results[0].data
    assert first.results[0].data != other.results[0].data
    assert (first.results[0].seed, first.results[0].seed_origin) == (3, "sent")


async def test_without_a_seed_the_picture_follows_from_the_id_and_tells_its_seed() -> None:
    async with connected(CANVAS) as connection:
        request = ImageRequest(prompt="a cat", size=Pixels(width=64, height=64))
        plan = await planned(connection, request)
        first = await listen(await CANVAS.start(connection, plan))
        job = await CANVAS.start(connection, plan)
        resumed = await listen(await CANVAS.resume(connection, job.token, plan))
        told = first.results[0]
        repeated = await run(connection, prompt="a cat", size=request.size, seed=told.seed)
    assert told.seed_origin == "echoed"
    assert told.data == resumed.results[0].data == repeated.results[0].data
    assert await CANVAS.find(connection, plan) is None, "nothing of it survives the program, and it knows that"


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sampled_from(WORDS) | st.text(max_size=12), max_size=8),
    st.lists(st.sampled_from(WORDS), max_size=3),
    st.integers(0, 2**64 - 1),
    st.integers(8, 48),
    st.integers(8, 48),
)
def test_whatever_the_words_and_the_size_there_is_a_picture(
    words: list[str], negative: list[str], seed: int, width: int, height: int
) -> None:
    async def once() -> Told:
        async with connected(CANVAS) as connection:
            size = Pixels(width=width * 8, height=height * 8)
            return await run(
                connection, prompt=", ".join(words), negative_prompt=" ".join(negative), seed=seed, size=size
            )

    told = asyncio.run(once())
    assert isinstance(told.ending, Done), told.ending
    assert (told.results[0].width, told.results[0].height) == (width * 8, height * 8)


@pytest.mark.parametrize("word", LANDSCAPE)
async def test_every_word_is_painted(word: str) -> None:
    plain, with_word = await paint("hills, day"), await paint(f"hills, day, {word}")
    assert difference(plain, with_word) > 0.15


@pytest.mark.parametrize("word", IN_A_PORTRAIT)
async def test_every_word_of_a_portrait_is_painted(word: str) -> None:
    plain, with_word = await paint("portrait, day"), await paint(f"portrait, day, {word}")
    assert difference(plain, with_word) > 0.1


async def test_light_and_colour_follow_the_words() -> None:
    day, night = colour(await paint("hills, day")), colour(await paint("hills, night"))
    assert sum(night) < sum(day) * 0.6
    red, green, blue = colour(await paint("hills, noir"))
    assert max(red, green, blue) - min(red, green, blue) <= 1
    foot = (0.0, 0.8, 1.0, 1.0)
    summer, winter = colour(await paint("hills, day, summer"), foot), colour(await paint("hills, day, winter"), foot)
    assert summer[1] > summer[2] and winter[2] > winter[1], "grass is green, snow is blue in its shadows"


async def test_a_colour_named_for_a_thing_wins() -> None:
    red, blue = await paint("red fox, day"), await paint("blue fox, day")
    assert colour(red)[0] > colour(blue)[0] + 3
    assert colour(blue)[2] > colour(red)[2] + 3
    sky = (0.0, 0.0, 1.0, 0.3)
    plain, tinted = colour(await paint("hills, day"), sky), colour(await paint("hills, day, green"), sky)
    assert tinted[1] - tinted[2] > plain[1] - plain[2] + 20, "a colour that stands alone tints the sky"


@pytest.mark.parametrize(("prompt", "negative"), [("hills, fog", "fog"), ("hills, no fog", ""), ("hills", "castle")])
async def test_what_is_not_wanted_is_left_out(prompt: str, negative: str) -> None:
    assert difference(await paint("hills"), await paint(prompt, negative_prompt=negative)) == 0


async def test_unknown_words_become_an_abstract_and_never_an_error() -> None:
    drawn = await paint("xyzzy plugh")
    colours = drawn.resize((16, 16)).getcolors()
    assert colours and len(colours) > 20, "there is something on the paper"


async def test_several_at_once_have_seeds_of_their_own() -> None:
    async with connected(CANVAS) as connection:
        small = Pixels(width=64, height=64)
        four = await run(connection, prompt="a cat", seed=10, count=4, size=small)
        six = await run(connection, prompt="a cat", seed=10, count=6, size=small)
        plan = await planned(connection, ImageRequest(prompt="a cat", count=6))
    assert [(one.index, one.seed) for one in four.results] == [(0, 10), (1, 11), (2, 12), (3, 13)]
    assert [one.data for one in six.results[:4]] == [one.data for one in four.results]
    assert [one.seed for one in six.results] == [10, 11, 12, 13, 14, 15]
    assert plan.calls == 2


async def test_progress_is_told_layer_by_layer_with_previews() -> None:
    async with connected(CANVAS) as connection:
        told = await run(connection, prompt="apple tree")
        silent = await run(connection, prompt="apple tree", preview=False)
    fractions = [event.fraction for event in told.running]
    assert fractions == sorted(fractions) and fractions[-1] == 1
    assert told.running[0].stage == "sky"
    assert {event.steps for event in told.running} == {len(told.running)}
    assert 1 <= len(told.previews) <= 2 and not silent.previews
    assert max(Image.open(BytesIO(told.previews[0].data)).size) <= 320
    assert (told.results[0].width, told.results[0].height) == (768, 768)


@pytest.mark.feature("SRC-7")
async def test_stopping_between_two_layers() -> None:
    clock = ManualClock()
    async with connected(CANVAS, clock=clock, delay=5.0) as connection:
        plan = await planned(connection, ImageRequest(prompt="apple tree", size=Pixels(width=64, height=64)))
        job, told = await CANVAS.start(connection, plan), Told()
        listening = asyncio.create_task(listen(job, told))
        while not told.running:
            await asyncio.sleep(0.005)
        assert await CANVAS.cancel(job) == "stopped"
        while not clock.sleepers:
            await asyncio.sleep(0.005)
        while not listening.done():
            await clock.advance(5)
            await asyncio.sleep(0.005)
    assert told.ending == CancelledEvent("stopped")
    assert not told.results


@pytest.mark.parametrize("file_type", ["png", "jpeg", "webp"])
async def test_file_types(file_type: str) -> None:
    async with connected(CANVAS) as connection:
        told = await run(connection, output_format=file_type, size=Pixels(width=64, height=64))
    assert told.results[0].mime == f"image/{file_type}"


async def test_sizes_are_fitted_and_the_set_up_names_the_usual_one() -> None:
    async with connected(CANVAS, width=320, height=192) as connection:
        usual = await planned(connection, ImageRequest(prompt="x"))
        odd = await planned(connection, ImageRequest(prompt="x", size=Pixels(width=5000, height=30), steps=9))
        with pytest.raises(Unsupported):
            await planned(
                connection, ImageRequest(prompt="x", references=(Reference(data=b"x", mime="", role="edit"),))
            )
    assert usual.request.size == Pixels(width=320, height=192)
    assert odd.request.size == Pixels(width=2048, height=64)
    assert {one.field for one in odd.adjustments} == {"size", "steps"}


async def test_the_loop_goes_on_while_a_layer_is_painted() -> None:
    """Painting is work for a thread: another task has many turns during each layer, not one between two."""
    turns, painting = 0, True

    async def count() -> None:
        nonlocal turns
        while painting:
            await asyncio.sleep(0.001)
            turns += 1

    counting = asyncio.create_task(count())
    async with connected(CANVAS) as connection:
        told = await run(connection, prompt="apple tree, meadow", size=Pixels(width=768, height=768))
    painting = False
    await counting
    assert turns > 2 * len(told.running)
