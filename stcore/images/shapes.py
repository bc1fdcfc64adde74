"""Shapes that a mode forces, and the resolutions people know (image-generation.md section 3). Pure arithmetic.

This is what the settings ask for; what a model can do of it is the business of :mod:`stcore.images.size`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, sqrt

Pair = tuple[int, int]

KNOWN_RESOLUTIONS: tuple[Pair, ...] = (
    (512, 512),
    (600, 600),
    (512, 768),
    (768, 512),
    (960, 540),
    (540, 960),
    (1920, 1088),
    (1088, 1920),
    (1280, 720),
    (720, 1280),
    (1024, 1024),
    (1152, 896),
    (896, 1152),
    (1216, 832),
    (832, 1216),
    (1344, 768),
    (768, 1344),
    (1536, 640),
    (640, 1536),
    (1536, 1024),
    (1024, 1536),
    (1024, 1792),
    (1792, 1024),
    (1280, 1280),
    (1568, 1056),
    (1056, 1568),
    (1472, 1088),
    (1088, 1472),
    (1728, 960),
    (960, 1728),
)
"""In the order of the list: of two that fit as well, the earlier is taken."""

STEP = 64
PORTRAIT, LANDSCAPE = 1.5, 1.8


def forced_shape(width: int, height: int, mode: str) -> Pair:
    """Upright for ``face``, wide for ``background``; a picture that lies that way already is left alone (3.1)."""
    if mode == "face" and width >= height:
        return width, _stepped(width * PORTRAIT)
    if mode == "background" and width <= height:
        return _stepped(height * LANDSCAPE), height
    return width, height


def nearest_known(width: float, height: float) -> Pair:
    """The known resolution with the least sum of relative errors in shape and in area (3.2)."""
    ratio, area = width / height, width * height

    def score(known: Pair) -> float:
        across, down = known
        return abs(across / down - ratio) / ratio + abs(across * down - area) / area

    return min(KNOWN_RESOLUTIONS, key=score)


def shaped(settings: Pair, mode: str, *, snap: bool = False, saved: Pair | None = None) -> Pair:
    """The size a picture of this mode is asked for.

    ``settings`` are width and height of the settings; ``saved`` those of an attachment that is made again, which are
    forced into no shape. With ``snap`` a size of another area than the settings' is scaled back to their area and
    exchanged for the nearest known resolution.
    """
    width, height = saved or forced_shape(*settings, mode)
    before, after = settings[0] * settings[1], width * height
    if not snap or before == after:
        return width, height
    scale = sqrt(before / after)
    # A very long picture may round to nothing; one step is the least a side can be.
    return nearest_known(max(STEP, _stepped(width * scale)), max(STEP, _stepped(height * scale)))


def closest_ratio(width: float, height: float, ratios: Sequence[str]) -> str:
    """The entry such as ``16:9`` whose width/height differs least; the first of those that differ as little (17.3)."""

    def difference(ratio: str) -> float:
        across, _, down = ratio.partition(":")
        return abs(float(across) / float(down) - width / height)

    return min(ratios, key=difference)


def _stepped(side: float) -> int:
    return floor(side / STEP + 0.5) * STEP
