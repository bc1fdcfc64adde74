"""What every layer of a picture needs: the colours of the hour, chances, noise, light."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple

from PIL import Image

from .scene import COLOURS, KNOWN, RGB, WHITE, Scene, mix, rgb
from .sheet import Sheet

Layer = dict[str, Any]


class Shine(NamedTuple):
    x: float
    y: float
    radius: float
    colour: RGB
    strength: float


class Easel:
    """One picture in the making: its scene, size and seed, its palette, where the light stands and the horizon lies."""

    def __init__(self, scene: Scene, size: tuple[int, int], seed: int) -> None:
        self.scene, self.seed, self.unit = scene, seed, min(size)
        self.width, self.height = size
        *hour, dim = KNOWN["times"][scene.time].split()
        self.dim = float(dim) * (0.3 if scene.kind == "portrait" else 1.0)
        tones = [rgb(code) for code in (*hour, *KNOWN["lands"][scene.season].split())]
        if scene.tint:
            tones[:3] = [mix(tone, scene.tint, 0.45) for tone in tones[:3]]
        names = ("top", "middle", "low", "light", "shadow", "far", "near")
        self.palette: dict[str, RGB] = dict(zip(names, tones, strict=True))
        layout = self.chance("layout")
        self.side = layout.choice((-1, 1))
        self.light_x = self.width * (0.5 - self.side * layout.uniform(0.12, 0.3))
        self.horizon = self.height * layout.uniform(0.56, 0.64)
        self.image = Image.new("RGB", size)

    def chance(self, name: str) -> Random:
        """A generator for each name of its own: the same seed keeps its layout when the words change."""
        return Random(f"{self.seed}/{name}")

    def down(self, y: float) -> float:
        """A height in pixels: 0 is the top, 1 the horizon, 2 the bottom."""
        return y * self.horizon if y < 1 else self.horizon + (y - 1) * (self.height - self.horizon)

    def tone(self, text: str, own: dict[str, RGB], depth: float = 1.0) -> RGB:
        """``[!]name[+n|-n]``: a colour by name or code, n tenths lighter or darker.

        It is dimmed by the hour and faded into the air with distance (``depth`` 0), unless it shines by itself (``!``)
        or is a colour of the hour anyway.
        """
        shining, name, sign, tenths = _tone_parts(text)
        colour = own.get(name) or self.palette.get(name) or COLOURS.get(name) or rgb(name)
        if tenths:
            colour = mix(colour, WHITE if sign == "+" else self.palette["shadow"], tenths / 10)
        if shining or (name in self.palette and name not in ("far", "near")):
            return colour
        air = mix(self.palette["low"], self.palette["far"], 0.5)
        return mix(air, mix(colour, self.palette["shadow"], self.dim), 0.2 + 0.8 * depth)

    def tones(self, layer: Layer, chance: Random) -> dict[str, RGB]:
        """The colours of one thing: those that the words gave it, else one of its usual ones."""
        leaves: str = KNOWN["foliage"].get(self.scene.season, KNOWN["foliage"]["summer"])
        choices = {"leaf": leaves, **layer.get("tones", {})}
        said, own = self.scene.colours, {}
        for name, codes in choices.items():
            code = chance.choice(codes.split())
            own[name] = said.get(name) or COLOURS.get(code) or self.palette.get(code) or rgb(code)
        return own | ({"main": said[layer["name"]]} if layer["name"] in said else {})

    def noise(self, name: str, size: tuple[int, int], cells: Sequence[int], octaves: int) -> Image.Image:
        chance, total = self.chance(name), Image.new("L", size, 128)
        for octave in range(octaves):
            across, down = cells[0] << octave, cells[1] << octave if cells[1] > 1 else 1
            grid = Image.frombytes("L", (across, down), chance.randbytes(across * down))
            total = Image.blend(total, grid.resize(size, Image.Resampling.BICUBIC), 1 / (2 ** (octave + 1) - 1))
        return total

    def gradient(self, size: tuple[int, int], *colours: RGB) -> Image.Image:
        strip = Image.new("RGB", (1, len(colours)))
        for row, colour in enumerate(colours):
            strip.putpixel((0, row), colour)
        return strip.resize((1, size[1]), Image.Resampling.BICUBIC).resize(size)

    def glow(self, shine: Shine) -> None:
        side = max(2, int(2 * shine.radius))
        mask = Image.radial_gradient("L").point(lambda v: int(max(0, 180 - v) ** 2 / 127 * shine.strength))
        colour = Image.new("RGB", (side, side), shine.colour)
        self.image.paste(colour, (int(shine.x - shine.radius), int(shine.y - shine.radius)), mask.resize((side, side)))

    def lay(self, sheet: Sheet, *, shade: float, rim: float, alpha: float) -> None:
        light, shadow = self.palette["light"], self.palette["shadow"]
        sheet.lay(self.image, self.light_x, light, shadow, shade=shade, rim=rim, alpha=alpha)


@lru_cache(512)
def _tone_parts(text: str) -> tuple[bool, str, str, int]:
    match = re.fullmatch(r"(!?)(\w+?)(?:([+-])(\d))?", text)
    if match is None:
        raise ValueError(f"{text!r} is no tone")
    return bool(match[1]), match[2], match[3] or "", int(match[4] or 0)
