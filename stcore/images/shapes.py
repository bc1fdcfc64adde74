"""The size of a picture as its mode wants it: forced shapes, snapping, nearest entries (image-generation.md section 3).

Pure arithmetic that knows no model; what a model can do is fitted later (:mod:`stcore.images.size`). Numbers are
rounded half up, as everywhere in that section: ``round()`` is half to even and gives other sizes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import floor, sqrt
from typing import Literal

Dimensions = tuple[int, int]
"""Width and height in pixels, both above zero."""

Shape = Literal["as set", "portrait", "wide"]

STEP = 64
"""Forced and snapped sides are multiples of this."""

KNOWN_RESOLUTIONS: tuple[Dimensions, ...] = (
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
"""What the drop-down offers and snapping chooses from; the order decides between equals (3.2)."""


_USES = {
    (512, 512): "icons, SD 1.5",
    (600, 600): "icons",
    (512, 768): "character card, SD 1.5",
    (768, 512): "card on its side, SD 1.5",
    (960, 540): "small wallpaper",
    (540, 960): "small wallpaper of a phone",
    (1920, 1088): "wallpaper",
    (1088, 1920): "wallpaper of a phone",
    (1280, 720): "HD",
    (720, 1280): "HD, upright",
    (1024, 1024): "SDXL",
    (1152, 896): "SDXL",
    (896, 1152): "SDXL",
    (1216, 832): "SDXL",
    (832, 1216): "SDXL",
    (1344, 768): "SDXL",
    (768, 1344): "SDXL",
    (1536, 640): "SDXL",
    (640, 1536): "SDXL",
    (1536, 1024): "GPT image",
    (1024, 1536): "GPT image",
    (1024, 1792): "DALL-E 3",
    (1792, 1024): "DALL-E 3",
    (1280, 1280): "Z.AI",
    (1568, 1056): "Z.AI",
    (1056, 1568): "Z.AI",
    (1472, 1088): "Z.AI",
    (1088, 1472): "Z.AI",
    (1728, 960): "Z.AI",
    (960, 1728): "Z.AI",
}
_RATIO_NAMES = (
    (1, 1),
    (2, 3),
    (3, 2),
    (3, 4),
    (4, 3),
    (4, 7),
    (7, 4),
    (9, 7),
    (7, 9),
    (5, 12),
    (12, 5),
    (16, 9),
    (9, 16),
)


def known_sizes() -> list[dict[str, int | str]]:
    """:data:`KNOWN_RESOLUTIONS` for a list to choose from, each with its shape and what it is mostly used for (3.3)."""
    return [{"width": width, "height": height, "label": _label(width, height)} for width, height in KNOWN_RESOLUTIONS]


def _label(width: int, height: int) -> str:
    a, b = min(_RATIO_NAMES, key=lambda ratio: abs(width / height - ratio[0] / ratio[1]))
    use = _USES.get((width, height), "")
    return f"{width} x {height} ({a}:{b}{f', {use}' if use else ''})"


def size_for(
    shape: Shape,
    settings: Dimensions,
    *,
    saved: Dimensions | None = None,
    snap: bool = False,
    snap_saved: bool = False,
) -> Dimensions:
    """The size of a generation: the one ``saved`` with a picture, else the settings in ``shape``, snapped if asked.

    A saved size is used as it is; ``snap_saved`` snaps it too, to the letter as 1.18 does (Q1).
    """
    size = saved or forced_shape(settings, shape)
    return snapped(size, was=settings) if snap and (snap_saved or not saved) else size


def forced_shape(size: Dimensions, shape: Shape) -> Dimensions:
    """``size`` made taller (the width stays) or wider (the height stays), unless it has that orientation already (3.1).

    >>> forced_shape((576, 576), "portrait"), forced_shape((832, 1216), "portrait")
    ((576, 896), (832, 1216))
    """
    width, height = size
    if shape == "portrait" and width >= height:
        return width, _to_step(width * 1.5)
    if shape == "wide" and width <= height:
        return _to_step(height * 1.8), height
    return size


def snapped(size: Dimensions, *, was: Dimensions) -> Dimensions:
    """``size`` scaled to the pixel count it had before, then the nearest known resolution (3.2).

    A size with as many pixels as ``was`` is left alone.

    >>> snapped((576, 896), was=(576, 576))
    (512, 768)
    """
    (width, height), (old_width, old_height) = size, was
    if width * height == old_width * old_height:
        return size
    scale = sqrt(old_width * old_height / (width * height))
    return nearest_resolution((_to_step(width * scale), _to_step(height * scale)))


def nearest_resolution(size: Dimensions, resolutions: Sequence[Dimensions] = KNOWN_RESOLUTIONS) -> Dimensions:
    """The entry with the least error of ratio and area taken together; the first of equals."""
    ratio, area = size[0] / size[1], size[0] * size[1]

    def error(entry: Dimensions) -> float:
        width, height = entry
        return abs(width / height - ratio) / ratio + abs(width * height - area) / area

    return min(resolutions, key=error)


def closest_ratio(size: Dimensions, ratios: Iterable[str]) -> str:
    """The one of ``ratios`` (``"16:9"``, ``"9:19.5"``) with the least difference of width/height; the first of equals.

    >>> closest_ratio((1920, 1088), ("1:1", "16:9", "9:16"))
    '16:9'
    """
    wanted = size[0] / size[1]

    def difference(ratio: str) -> float:
        width, _, height = ratio.partition(":")
        return abs(float(width) / float(height) - wanted)

    return min(ratios, key=difference)


def within_pixels(size: Dimensions, most: int, step: int = STEP) -> Dimensions:
    """``size`` scaled down to at most ``most`` pixels, both sides multiples of ``step``; a size that fits stays (17.3).

    For services that draw up to some pixel count for less, or for nothing. A side never falls below one ``step``.
    """
    width, height = size
    if width * height <= most:
        return size
    scale = sqrt(most / (width * height))
    width, height = (max(step, half_up(side * scale) // step * step) for side in size)
    while width * height > most and max(width, height) > step:
        if width > height:
            width -= step
        else:
            height -= step
    return width, height


def half_up(number: float) -> int:
    """The nearest whole number, a half upwards.

    >>> half_up(4.5), half_up(5.5), half_up(-0.5)
    (5, 6, 0)
    """
    whole = floor(number)
    return whole + (number - whole >= 0.5)


def _to_step(side: float) -> int:
    """``side`` rounded to a multiple of ``STEP``, and never to nothing."""
    return max(STEP, half_up(side / STEP) * STEP)
