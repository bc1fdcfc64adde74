"""Forced shapes and known resolutions: the worked examples of image-generation.md 3.2 and its rules."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from stcore.images.shapes import KNOWN_RESOLUTIONS, closest_ratio, forced_shape, nearest_known, shaped

EXAMPLES = """
face 576x576 576x896 512x768
face 640x640 640x960 512x768
face 704x704 704x1088 540x960
face 896x896 896x1344 720x1280
face 1152x896 1152x1728 832x1216
face 1984x1984 1984x3008 1056x1568
face 832x1216 832x1216 832x1216
background 640x640 1152x640 768x512
background 768x768 1408x768 960x540
background 896x1152 2048x1152 1344x768
background 1088x1920 3456x1920 1920x1088
background 1216x832 1216x832 1216x832
"""


def pair(text: str) -> tuple[int, int]:
    width, height = map(int, text.split("x"))
    return width, height


@pytest.mark.parametrize("example", EXAMPLES.strip().splitlines())
def test_the_worked_examples(example: str) -> None:
    mode, settings, plain, snapped = example.split()
    assert shaped(pair(settings), mode) == pair(plain)
    assert shaped(pair(settings), mode, snap=True) == pair(snapped)


def test_a_saved_size_is_forced_into_no_shape_but_snaps() -> None:
    assert shaped((512, 512), "face", saved=(640, 640)) == (640, 640)
    assert shaped((512, 512), "free", snap=True, saved=(1536, 640)) == (512, 512)


sides = st.integers(64, 4096)


@given(sides, sides, st.sampled_from(["face", "background", "free", "you"]))
def test_shapes(width: int, height: int, mode: str) -> None:
    across, down = forced_shape(width, height, mode)
    if mode == "face":
        assert down > across or (width, height) == (64, 64)
    elif mode == "background":
        assert across > down
    else:
        assert (across, down) == (width, height)
    snapped = shaped((width, height), mode, snap=True)
    assert snapped in KNOWN_RESOLUTIONS or snapped == (width, height)


def test_thirty_known_resolutions_are_nearest_to_themselves() -> None:
    assert len(set(KNOWN_RESOLUTIONS)) == 30
    assert all(nearest_known(*known) == known for known in KNOWN_RESOLUTIONS)


def test_the_closest_ratio_and_the_earlier_of_two() -> None:
    stability = ("16:9", "1:1", "21:9", "2:3", "3:2", "4:5", "5:4", "9:16", "9:21")
    assert closest_ratio(896, 1152, stability) == "4:5"
    assert closest_ratio(1920, 1088, ("1:1", "16:9", "9:16")) == "16:9"
    assert closest_ratio(3, 2, ("1:1", "2:1")) == "1:1"
