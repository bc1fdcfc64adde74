"""The size resolver (spec/sources/README.md 3.4)."""

from __future__ import annotations

from math import log

import pytest
from hypothesis import given, settings, strategies as st

from stcore import Auto, MatchReference, NamedSize, Pixels, Ratio, SizeField, SizeSpec, Unsupported
from stcore.images.size import allows, parse_size, resolve_size, size_text

FREE = SizeSpec(kind="free", min_side=64, max_side=2048, multiple_of=8)
FLUX = SizeSpec(kind="free", min_side=64, max_side=4096, multiple_of=16, min_pixels=64 * 64, max_pixels=4_194_304)
GPT = SizeSpec(kind="free", max_side=3840, multiple_of=16, min_pixels=655_360, max_pixels=8_294_400, max_ratio=3)
LIST = SizeSpec(kind="list", values={"1024x1024": (1024, 1024), "1024x1536": (1024, 1536), "1536x1024": None})
RATIOS = SizeSpec(
    kind="ratios", ratios=("1:1", "2:3", "3:2", "9:16", "16:9", "21:9"), tiers={"1K": 1, "2K": 4, "4K": 16}
)

SHAPES = [(1, 1), (16, 9), (9, 16), (21, 9), (1, 8)]
ABSURD = [Pixels(width=1, height=65536), Pixels(width=65536, height=65536), Pixels(width=1, height=1)]


def field(*specs: SizeSpec, default: tuple[int, int] | str | None = None) -> SizeField:
    return SizeField(specs=specs, default=default)


@pytest.mark.feature("SRC-14")
@pytest.mark.parametrize("spec", [FREE, FLUX, GPT])
@pytest.mark.parametrize(
    "wish",
    [
        *(Ratio(width=w, height=h) for w, h in SHAPES),
        *(Pixels(width=w * 100, height=h * 100) for w, h in SHAPES),
        *ABSURD,
    ],
)
def test_the_chosen_size_satisfies_the_limits(spec: SizeSpec, wish: Pixels | Ratio) -> None:
    choice = resolve_size(wish, field(spec))
    assert choice.pixels is not None
    assert allows(spec, *choice.pixels)


limits = st.builds(
    SizeSpec,
    kind=st.just("free"),
    min_side=st.none() | st.integers(1, 512),
    max_side=st.none() | st.integers(512, 4096),
    multiple_of=st.sampled_from([1, 8, 16, 32, 64]),
    min_pixels=st.none() | st.integers(1, 512 * 512),
    max_pixels=st.none() | st.integers(400_000, 10_000_000),
    max_ratio=st.none() | st.floats(1.0, 8.0),
)
sides = st.integers(1, 65536)


@pytest.mark.feature("SRC-14")
@settings(max_examples=300, deadline=None)
@given(limits, st.builds(Pixels, width=sides, height=sides))
def test_whatever_the_limits_and_the_wish(spec: SizeSpec, wish: Pixels) -> None:
    choice = resolve_size(wish, field(spec))  # 512x512 always satisfies these limits, so there is an answer
    assert choice.pixels and allows(spec, *choice.pixels)
    assert (choice.why == "") == (choice.size == wish)
    if allows(spec, wish.width, wish.height):
        assert choice.size == wish


@given(st.sampled_from(SHAPES), st.integers(40, 240))
def test_the_shape_is_kept_within_the_rounding(shape: tuple[int, int], unit: int) -> None:
    width, height = shape[0] * unit, shape[1] * unit
    choice = resolve_size(Pixels(width=width, height=height), field(FREE))
    assert choice.pixels
    # Each side may move by half a step of the grid.
    slack = sum(-log(1 - FREE.multiple_of / 2 / side) for side in (width, height))
    assert abs(log(choice.pixels[0] / choice.pixels[1]) - log(width / height)) <= slack


@pytest.mark.parametrize(
    ("wish", "spec", "size", "why"),
    [
        (Pixels(width=832, height=1216), GPT, Pixels(width=832, height=1216), ""),
        (Pixels(width=830, height=1210), GPT, Pixels(width=832, height=1216), "snapped"),
        (Pixels(width=4096, height=2048), FREE, Pixels(width=2048, height=1024), "clamped"),
        (Ratio(width=16, height=9), FREE, Pixels(width=1368, height=768), "chosen"),
        (Ratio(width=1, height=1, tier="2K"), FREE, Pixels(width=2048, height=2048), "chosen"),
        (Pixels(width=832, height=1216), LIST, NamedSize(name="1024x1536"), "snapped"),
        (Pixels(width=1536, height=1024), LIST, NamedSize(name="1536x1024"), ""),
        (Pixels(width=832, height=1216), RATIOS, Ratio(width=2, height=3, tier="1K"), "snapped"),
        (Pixels(width=1920, height=1080), RATIOS, Ratio(width=16, height=9, tier="2K"), "chosen"),
        (Ratio(width=16, height=9, tier="4K"), RATIOS, Ratio(width=16, height=9, tier="4K"), ""),
        (Pixels(width=9000, height=9000), RATIOS, Ratio(width=1, height=1, tier="4K"), "chosen"),
        (Pixels(width=512, height=512), SizeSpec(kind="fixed"), Auto(), "dropped"),
        (Pixels(width=512, height=512), SizeSpec(kind="from_reference"), MatchReference(), "dropped"),
        (Pixels(width=513, height=7), SizeSpec(kind="graph"), Pixels(width=513, height=7), ""),
    ],
)
def test_known_choices(wish: Pixels | Ratio, spec: SizeSpec, size: object, why: str) -> None:
    choice = resolve_size(wish, field(spec))
    assert (choice.size, choice.why) == (size, why)


def test_a_tier_is_large_enough_with_four_fifths_of_the_wish() -> None:
    just = int((MEGA := 1024 * 1024) / 0.8)
    side = int(just**0.5)
    assert resolve_size(Pixels(width=side, height=side), field(RATIOS)).size == Ratio(width=1, height=1, tier="1K")
    side = int((MEGA / 0.79) ** 0.5)
    assert resolve_size(Pixels(width=side, height=side), field(RATIOS)).size == Ratio(width=1, height=1, tier="2K")


def test_of_two_ways_the_nearer_is_taken() -> None:
    both = field(SizeSpec(kind="presets", values={"square_hd": (1024, 1024)}), SizeSpec(kind="free", multiple_of=8))
    assert resolve_size(Pixels(width=1024, height=1024), both).size == NamedSize(name="square_hd")
    assert resolve_size(Pixels(width=832, height=1216), both).size == Pixels(width=832, height=1216)
    assert resolve_size(NamedSize(name="square_hd"), both).size == NamedSize(name="square_hd")


def test_words_that_only_another_source_knows_give_the_default() -> None:
    choice = resolve_size(NamedSize(name="landscape_4_3"), field(FREE, default=(768, 512)))
    assert (choice.size, choice.why) == (Pixels(width=768, height=512), "dropped")
    assert resolve_size(NamedSize(name="640x480"), field(FREE)).size == Pixels(width=640, height=480)


def test_as_large_as_a_reference() -> None:
    assert resolve_size(MatchReference(index=1), field(FREE), [(8, 8), (640, 360)]).pixels == (640, 360)
    kept = resolve_size(MatchReference(), field(SizeSpec(kind="from_reference")), [(640, 360)])
    assert (kept.size, kept.pixels, kept.why) == (MatchReference(), (640, 360), "")
    assert resolve_size(MatchReference(index=5), field(FREE, default=(512, 512))).why == "dropped"


def test_contradicting_limits_are_said() -> None:
    with pytest.raises(Unsupported, match="contradict"):
        resolve_size(Ratio(width=1, height=1), field(SizeSpec(kind="free", max_side=64, min_pixels=10_000)))


@given(
    st.builds(Pixels, width=sides, height=sides) | st.builds(Ratio, width=st.integers(1, 99), height=st.integers(1, 99))
)
def test_sizes_read_back(size: Pixels | Ratio) -> None:
    assert parse_size(size_text(size)) == size
