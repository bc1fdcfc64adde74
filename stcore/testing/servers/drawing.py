"""Pictures of the fake servers: quick, and different for every prompt and seed, so that a demonstration looks alive."""

from __future__ import annotations

import colorsys
import random
import struct
import zlib
from io import BytesIO

from PIL import Image, ImageDraw, ImageFilter, PngImagePlugin


def draw(prompt: str, seed: int, width: int, height: int, *, done: float = 1.0) -> Image.Image:
    """A small landscape of the prompt's colours; ``done`` below 1 is how it looks half denoised."""
    dice = random.Random(f"{seed}/{prompt}")
    mood = random.Random(prompt).random()
    scale = min(1.0, 384 / max(width, height))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    above, below = _colour(mood + 0.55, 0.6, 0.55), _colour(mood, 0.35, 1.0)
    shade = Image.linear_gradient("L").resize(size)
    picture = Image.composite(Image.new("RGB", size, below), Image.new("RGB", size, above), shade)
    pen = ImageDraw.Draw(picture)
    radius = size[1] * dice.uniform(0.05, 0.14)
    x, y = dice.uniform(0.15, 0.85) * size[0], dice.uniform(0.1, 0.4) * size[1]
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=_colour(mood + 0.1, 0.15, 1.0))
    for ridge in range(4):
        _hills(pen, dice, size, 0.45 + 0.14 * ridge, _colour(mood + 0.3 + 0.05 * ridge, 0.5, 0.75 - 0.15 * ridge))
    if done < 1:
        noise = Image.effect_noise(size, 120).convert("RGB")
        picture = Image.blend(picture.filter(ImageFilter.GaussianBlur(6 * (1 - done))), noise, 0.7 * (1 - done))
    return picture.resize((width, height), Image.Resampling.BICUBIC)


def encode(picture: Image.Image, format: str = "PNG", texts: dict[str, str] | None = None) -> bytes:
    """The picture as a file; ``texts`` become tEXt chunks of a PNG."""
    out = BytesIO()
    if format == "PNG":
        chunks = PngImagePlugin.PngInfo()
        for key, value in (texts or {}).items():
            chunks.add_text(key, value)
        picture.save(out, "PNG", pnginfo=chunks, compress_level=1)
    else:
        picture.save(out, format, quality=80)
    return out.getvalue()


def declare_size(png: bytes, width: int, height: int) -> bytes:
    """The same PNG with another size in its header: a decompression bomb."""
    header = b"IHDR" + struct.pack(">II", width, height) + png[24:29]
    return png[:12] + header + struct.pack(">I", zlib.crc32(header)) + png[33:]


def _hills(
    pen: ImageDraw.ImageDraw, dice: random.Random, size: tuple[int, int], level: float, colour: tuple[int, int, int]
) -> None:
    width, height = size
    steps = dice.randint(3, 7)
    points = [(width * i / steps, height * (level + dice.uniform(-0.08, 0.08))) for i in range(steps + 1)]
    pen.polygon([(0, height), *points, (width, height)], fill=colour)


def _colour(hue: float, saturation: float, value: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return int(red * 255), int(green * 255), int(blue * 255)
