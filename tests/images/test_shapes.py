"""Forced shapes, snapping and the nearest entry of a list (image-generation.md section 3)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from stcore.images.modes import BACKGROUND, FACE
from stcore.images.shapes import (
    KNOWN_RESOLUTIONS,
    Dimensions,
    Shape,
    closest_ratio,
    forced_shape,
    half_up,
    nearest_resolution,
    size_for,
    snapped,
    within_pixels,
)
from stcore.testing.conformance_images import observe_prompt

sizes = st.tuples(st.integers(1, 4096), st.integers(1, 4096))
slider_sizes = st.tuples(st.integers(1, 32), st.integers(1, 32)).map(lambda size: (size[0] * 64, size[1] * 64))
shapes: st.SearchStrategy[Shape] = st.sampled_from(["as set", "portrait", "wide"])
RATIOS = ("16:9", "1:1", "21:9", "2:3", "3:2", "9:19.5", "19.5:9")


@pytest.mark.parametrize(
    ("mode", "settings", "plain", "snap"),
    [
        (FACE, (576, 576), (576, 896), (512, 768)),
        (FACE, (640, 640), (640, 960), (512, 768)),
        (FACE, (704, 704), (704, 1088), (540, 960)),
        (FACE, (896, 896), (896, 1344), (720, 1280)),
        (FACE, (1152, 896), (1152, 1728), (832, 1216)),
        (FACE, (1984, 1984), (1984, 3008), (1056, 1568)),
        (FACE, (832, 1216), (832, 1216), (832, 1216)),
        (BACKGROUND, (640, 640), (1152, 640), (768, 512)),
        (BACKGROUND, (768, 768), (1408, 768), (960, 540)),
        (BACKGROUND, (896, 1152), (2048, 1152), (1344, 768)),
        (BACKGROUND, (1088, 1920), (3456, 1920), (1920, 1088)),
        (BACKGROUND, (1216, 832), (1216, 832), (1216, 832)),
    ],
)
def test_the_worked_examples(mode: object, settings: Dimensions, plain: Dimensions, snap: Dimensions) -> None:
    shape = mode.shape  # type: ignore[attr-defined]
    assert size_for(shape, settings) == plain
    assert size_for(shape, settings, snap=True) == snap


@given(sizes)
def test_a_portrait_is_taller_and_a_background_wider(size: Dimensions) -> None:
    width, height = forced_shape(size, "portrait")
    assert (width, height) == size if size[0] < size[1] else (width == size[0] and height > width)
    width, height = forced_shape(size, "wide")
    assert (width, height) == size if size[0] > size[1] else (height == size[1] and width > height)
    assert forced_shape(size, "as set") == size


@given(slider_sizes, shapes)
def test_a_forced_size_that_is_snapped_is_a_known_one(size: Dimensions, shape: Shape) -> None:
    chosen = size_for(shape, size, snap=True)
    assert chosen in KNOWN_RESOLUTIONS if forced_shape(size, shape) != size else chosen == size


@given(sizes, sizes)
def test_a_saved_size_stands_unless_the_letter_is_asked_for(settings: Dimensions, saved: Dimensions) -> None:
    assert size_for("portrait", settings, saved=saved, snap=True) == saved
    assert size_for("portrait", settings, saved=saved, snap_saved=True) == saved
    assert size_for("portrait", settings, saved=saved, snap=True, snap_saved=True) == snapped(saved, was=settings)


def test_thirty_resolutions_are_known() -> None:
    assert len(set(KNOWN_RESOLUTIONS)) == len(KNOWN_RESOLUTIONS) == 30


def test_a_side_never_rounds_to_nothing() -> None:
    assert forced_shape((14, 7), "portrait") == (14, 64)
    assert size_for("portrait", (14, 7), snap=True) in KNOWN_RESOLUTIONS


@given(sizes)
def test_the_same_pixel_count_is_not_snapped(size: Dimensions) -> None:
    assert snapped(size, was=(size[1], size[0])) == size


@given(sizes)
def test_the_nearest_resolution_has_the_least_error(size: Dimensions) -> None:
    def error(entry: Dimensions) -> Fraction:
        ratio, area = Fraction(*size), size[0] * size[1]
        return abs(Fraction(*entry) - ratio) / ratio + Fraction(abs(entry[0] * entry[1] - area), area)

    least = min(map(error, KNOWN_RESOLUTIONS))
    assert float(error(nearest_resolution(size))) == pytest.approx(float(least), rel=1e-9)


@pytest.mark.parametrize("size", KNOWN_RESOLUTIONS)
def test_a_known_resolution_is_nearest_to_itself(size: Dimensions) -> None:
    assert nearest_resolution(size) == size


def test_the_first_of_equals_is_taken() -> None:
    assert nearest_resolution((100, 100), [(200, 200), (100, 100), (100, 100)]) == (100, 100)
    assert nearest_resolution((512, 512), [(512, 256), (512, 768)]) == (512, 768)
    assert closest_ratio((3, 2), ("1:1", "2:1")) == "1:1"
    assert closest_ratio((3, 2), ("2:1", "1:1")) == "2:1"


@given(sizes)
def test_the_closest_ratio_has_the_least_difference(size: Dimensions) -> None:
    def difference(ratio: str) -> Fraction:
        width, height = map(Fraction, ratio.split(":"))
        return abs(width / height - Fraction(*size))

    least = min(map(difference, RATIOS))
    assert float(difference(closest_ratio(size, RATIOS))) == pytest.approx(float(least), rel=1e-9, abs=1e-12)


@given(sizes, st.sampled_from([8, 64]), st.integers(64 * 64, 4_000_000))
def test_a_size_within_a_pixel_limit(size: Dimensions, step: int, most: int) -> None:
    width, height = within_pixels(size, most, step)
    if size[0] * size[1] <= most:
        assert (width, height) == size
    else:
        assert width * height <= most
        assert width % step == 0 and height % step == 0


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1088, 1920), (768, 1344)),
        ((1024, 1024), (1024, 1024)),
        ((1088, 1024), (1024, 960)),
        ((2048, 2048), (1024, 1024)),
    ],
)
def test_worked_pixel_limits(size: Dimensions, expected: Dimensions) -> None:
    assert within_pixels(size, 1024 * 1024) == expected


@given(st.decimals(min_value=0, max_value=10_000, places=2))
def test_a_half_goes_up(number: Decimal) -> None:
    assert half_up(float(number)) == int(number.quantize(Decimal(1), ROUND_HALF_UP))


NOVELAI = {"steps": 60, "width": 832, "height": 1216, "novel_sm": True, "novel_sm_dyn": True}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, {"steps": 50, "sm": True, "sm_dyn": True, "scheduler": "karras"}),
        ({"novel_anlas_guard": True}, {"steps": 28, "width": 832, "height": 1216}),
        ({"novel_anlas_guard": True, "width": 1536, "height": 1024}, {"width": 1216, "height": 832}),
        ({"width": 1536, "height": 1024, "steps": 12}, {"steps": 12, "width": 1536, "height": 1024}),
        ({"sampler": "ddim", "scheduler": "native"}, {"sm": False, "sm_dyn": False, "scheduler": "native"}),
        (
            {"model": "nai-diffusion-4-full", "scheduler": "normal"},
            {"sm": False, "sm_dyn": False, "scheduler": "karras"},
        ),
    ],
)
def test_limits_of_a_source_through_the_runner(settings: dict[str, object], expected: dict[str, object]) -> None:
    observed = observe_prompt({"kind": "novelai_limits", "settings": {**NOVELAI, **settings}})
    assert expected.items() <= observed.items()


@pytest.mark.parametrize(
    ("family", "size", "expected"),
    [
        ("stability", (896, 1152), "4:5"),
        ("openrouter", (640, 1536), "9:21"),
        ("google", (1152, 896), "4:3"),
        ("xai", (640, 1536), "9:20"),
        ("zai", (1536, 1024), "16:9"),
        ("zai vidu", (1024, 1024), "1:1"),
    ],
)
def test_ratios_of_a_source_through_the_runner(family: str, size: Dimensions, expected: str) -> None:
    case = {"kind": "closest_ratio", "family": family, "settings": {"width": size[0], "height": size[1]}}
    assert observe_prompt(case) == expected


@pytest.mark.parametrize(
    ("mode", "saved", "expected"),
    [
        ("free", {"width": 1536, "height": 640}, (512, 512)),
        ("face", {"width": 512, "height": 512}, (512, 512)),
        ("face", {"width": 512}, (512, 768)),
        ("face", {"width": 640.5, "height": 640}, (512, 768)),
        ("face_multimodal", None, (512, 768)),
        ("multimodal face", None, (512, 768)),
        (10, None, (512, 768)),
        ("background", None, (512, 512)),  # so small that the area counts for more than the shape
    ],
)
def test_dimensions_through_the_runner(mode: object, saved: dict[str, object] | None, expected: Dimensions) -> None:
    settings = {"width": 512, "height": 512, "snap": True}
    observed = observe_prompt({"kind": "dimensions", "settings": settings, "mode": mode, "saved_size": saved})
    assert (observed["width"], observed["height"]) == expected
