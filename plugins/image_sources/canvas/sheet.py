"""Drawings and the transparent sheets they are drawn on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from .scene import RGB

Points = Sequence[tuple[float, float]]
Box = tuple[float, float, float, float]


class Mark(NamedTuple):
    """One line of a drawing: ``[?fact ...] how tone numbers : points``.

    ``how`` is ``fill`` (rounds of smoothing), ``line`` (width, smoothing), ``oval`` (radii), ``dots``, ``balls`` and
    ``leaves`` (radii of the spread, count, size), ``lights`` (spacing across and down, share that is lit), ``glow``
    and ``shine`` (radius, strength; ``shine`` lies over the drawing). A 2 after it draws the mark mirrored as well.
    ``?fact`` wants a fact of the scene, ``?!fact`` its absence.
    """

    facts: tuple[str, ...]
    how: str
    tone: str
    numbers: list[float]
    points: Points

    def fits(self, facts: set[str]) -> bool:
        return all(fact[1:] not in facts if fact[0] == "!" else fact in facts for fact in self.facts)


@lru_cache(256)
def marks_of(drawing: str) -> list[Mark]:
    marks = []
    for line in drawing.strip().splitlines():
        head, _, tail = line.partition(":")
        facts = tuple(word[1:] for word in head.split() if word[0] == "?")
        how, tone, *numbers = (word for word in head.split() if word[0] != "?")
        points = [(float(x), float(y)) for x, y in (pair.split(",") for pair in tail.split())]
        marks.append(Mark(facts, how.removesuffix("2"), tone, [float(number) for number in numbers], points))
        if how.endswith("2"):
            marks.append(marks[-1]._replace(points=[(-x, y) for x, y in points]))
    return marks


def smooth(points: Points, rounds: float, closed: bool = True) -> Points:
    """Chaikin's corner cutting: a few points become a curve."""
    for _ in range(int(rounds)):
        cut = []
        for (ax, ay), (bx, by) in pairwise([*points, points[0]] if closed else points):
            cut += [(ax * 0.75 + bx * 0.25, ay * 0.75 + by * 0.25), (ax * 0.25 + bx * 0.75, ay * 0.25 + by * 0.75)]
        points = cut if closed else [points[0], *cut, points[-1]]
    return points


class Sheet:
    """A transparent sheet over the part ``box`` of a picture, drawn at twice its size for smooth edges.

    ``place`` sets the pen on a spot of the picture: everything after it is in units of the thing drawn there.
    """

    def __init__(self, size: tuple[int, int], box: Box) -> None:
        left, top = min(max(0, int(box[0])), size[0] - 1), min(max(0, int(box[1])), size[1] - 1)
        right, bottom = max(left + 1, min(size[0], int(box[2]) + 1)), max(top + 1, min(size[1], int(box[3]) + 1))
        self.box = (left, top, right, bottom)
        self.image = Image.new("RGBA", (2 * (right - left), 2 * (bottom - top)))
        self.pen = ImageDraw.Draw(self.image)
        self.place(0, 0, 1)

    def place(self, x: float, y: float, unit: float, flip: int = 1, stretch: float = 1.0) -> None:
        self.x, self.y, self.unit = 2 * (x - self.box[0]), 2 * (y - self.box[1]), 2 * unit
        self.flip, self.stretch = flip, stretch

    def at(self, points: Points) -> list[tuple[float, float]]:
        across, down = self.unit * self.flip, self.unit * self.stretch
        return [(self.x + x * across, self.y + y * down) for x, y in points]

    def in_picture(self, point: tuple[float, float]) -> tuple[float, float]:
        (x, y), (left, top, _, _) = self.at([point])[0], self.box
        return x / 2 + left, y / 2 + top

    def fill(self, colour: RGB, points: Points, soft: float = 0) -> None:
        self.pen.polygon(self.at(smooth(points, soft)), colour)

    def line(self, colour: RGB, points: Points, width: float, soft: float = 0) -> None:
        self.pen.line(self.at(smooth(points, soft, closed=False)), colour, max(1, round(width * self.unit)), "curve")

    def oval(self, colour: RGB, x: float, y: float, rx: float, ry: float = 0) -> None:
        (ax, ay), (bx, by) = self.at([(x - rx, y - (ry or rx)), (x + rx, y + (ry or rx))])
        self.pen.ellipse((min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)), colour)

    def mask(self) -> Image.Image:
        return self.image.getchannel("A").reduce(2)

    def lay(
        self, picture: Image.Image, light_x: float, light: RGB, shadow: RGB, *, shade: float, rim: float, alpha: float
    ) -> None:
        """Put the sheet on the picture: darker away from the light (``shade``), a bright edge towards it (``rim``)."""
        drawn = self.image.getbbox()
        if drawn is None:
            return
        left, top, right, bottom = drawn[0] // 2, drawn[1] // 2, (drawn[2] + 1) // 2, (drawn[3] + 1) // 2
        image = self.image.crop((2 * left, 2 * top, 2 * right, 2 * bottom)).reduce(2)
        mask, colours = image.getchannel("A"), image.convert("RGB")
        way = 1 if light_x > (self.box[0] + self.box[2]) / 2 else -1
        if shade:
            fall = Image.linear_gradient("L").rotate(35 * way).crop((48, 48, 208, 208)).resize(image.size)
            colours.paste(shadow, mask=ImageChops.multiply(mask, fall.point(lambda value: int(value * shade))))
        if rim:
            edge = max(1.0, self.unit * 0.006)
            moved = mask.transform(mask.size, Image.Transform.AFFINE, (1, 0, edge * way, 0, 1, -edge))
            bright = ImageChops.subtract(mask, moved).filter(ImageFilter.BoxBlur(edge / 2))
            bright = ImageChops.multiply(bright, mask).point(lambda value: int(value * rim))
            colours.paste(light, mask=bright)
        picture.paste(colours, (self.box[0] + left, self.box[1] + top), mask.point(lambda value: int(value * alpha)))
