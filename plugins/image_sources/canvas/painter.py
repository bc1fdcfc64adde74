"""The painter: layer upon layer with Pillow. What the layers are stands in the TOML files beside; here is how."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import ceil, cos, pi, sin
from random import Random
from typing import Any, NamedTuple

from PIL import Image, ImageChops, ImageFilter

from .easel import Easel, Layer, Shine
from .scene import KNOWN, RGB, WHITE, Scene, mix, read_data
from .sheet import Mark, Points, Sheet, marks_of

FILES = ("sky", "far", "ground", "things", "people", "abstract", "air")
LAYERS: list[Layer] = [layer for name in FILES for layer in read_data(name)["layers"]]
BILINEAR, MESH = Image.Resampling.BILINEAR, Image.Transform.MESH


class Spot(NamedTuple):
    """Where one thing of a layer stands, and how large it is."""

    x: float
    y: float
    unit: float
    number: int


class Painter(Easel):
    """Paints one picture. ``steps`` does the work, one layer at a time, and names what it has painted."""

    def __init__(self, scene: Scene, size: tuple[int, int], seed: int) -> None:
        super().__init__(scene, size, seed)
        self.layers = [layer for layer in LAYERS if scene.wants(layer)]
        self.alone = sum(layer.get("x") == "slot" for layer in self.layers) == 1
        shares = (0.11, -0.3) if self.alone else (0.16, -0.25, 0.37, -0.41)
        self.slots = [0.5 + self.side * share for share in shares]

    def steps(self) -> Iterator[str]:
        for layer in self.layers:
            getattr(self, layer.get("how", "scatter"))(layer)
            yield layer["name"]

    # -- air ---------------------------------------------------------------------------------------------------------

    def sky(self, layer: Layer) -> None:
        tones = [self.tone(tone, {}) for tone in layer["stops"].split()]
        bottom = int(self.horizon) + 2 if self.scene.kind == "land" else self.height
        self.image.paste(tones[-1], (0, 0, self.width, self.height))
        self.image.paste(self.gradient((self.width, bottom), *tones))

    def veil(self, layer: Layer) -> None:
        """Clouds, fog, northern lights: noise above a threshold, faded from top to bottom, perhaps swaying."""
        name: str = layer.get("like") or layer["name"]
        top, bottom = (int(self.down(y)) for y in layer["y"])
        size = (max(1, self.width // 2), max(1, (bottom - top) // 2))
        across = max(2, round(layer["cells"][0] * self.width / self.height))
        mask = self.noise(name, size, (across, layer["cells"][1]), layer["octaves"])
        start, gain = self.chance(name).uniform(*layer["start"]), layer["gain"]
        mask = mask.point(lambda v: int(min(255, max(0, (v - start) * gain))))
        if rise := layer.get("rise"):  # only what stands out when the whole is moved: edges in the light
            moved = mask.transform(size, Image.Transform.AFFINE, (1, 0, 0, 0, 1, size[1] * rise))
            mask = ImageChops.subtract(mask, moved).filter(ImageFilter.BoxBlur(size[1] * abs(rise) / 2))
        fade = self.gradient(size, *((value, value, value) for value in layer["fade"])).getchannel("R")
        mask = ImageChops.multiply(mask, fade).resize((self.width, max(1, bottom - top)), BILINEAR)
        if sway := layer.get("sway"):
            mask = _swayed(mask, sway * self.height, self.chance(layer["name"]).uniform(0, 6))
        colour = self.tone(layer["tone"], self.tones(layer, self.chance(layer["name"])))
        self.image.paste(Image.new("RGB", mask.size, colour), (0, top), mask)

    # -- land and water ----------------------------------------------------------------------------------------------

    def land(self, layer: Layer) -> None:
        """Ground below a skyline, as one sheet of paper: lit at its edge, with relief and snow where the layer says."""
        chance = self.chance(layer["name"])
        skyline = self.skyline(layer, chance)
        top = max(0, min(self.height - 1, int(min(y for _, y in skyline)) - 2))
        size = (self.width, self.height - top)
        own, depth = self.tones(layer, chance), layer.get("depth", 1.0)
        upper, lower = (self.tone(tone, own, depth) for tone in layer["stops"].split())
        fill = self.gradient(size, upper, mix(upper, lower, 0.7), lower, lower)
        if relief := layer.get("relief"):
            half = (max(1, size[0] // 2), max(1, size[1] // 2))
            grain = self.noise(f"{layer['name']} relief", half, (5, 5), 5).filter(ImageFilter.EMBOSS)
            grain = grain.point(lambda v: int(128 + (v - 128) * relief)).resize(size)
            fill = ImageChops.soft_light(fill, Image.merge("RGB", (grain, grain, grain)))
        sheet = Sheet(self.image.size, (0, top, self.width, self.height))
        sheet.fill(WHITE, [*skyline, (self.width, self.height), (0, self.height)])
        mask = sheet.mask()
        if drop := layer.get("drop"):  # the shadow on the sheet behind
            soft = mask.filter(ImageFilter.BoxBlur(self.unit * 0.02)).point(lambda v: int(v * drop))
            self.image.paste(self.palette["shadow"], (0, top - int(self.unit * 0.012)), soft)
        self.image.paste(fill, (0, top), mask)
        if "caps" in layer:
            self.snow(layer, skyline, chance)

    def skyline(self, layer: Layer, chance: Random, count: int = 128) -> Points:
        """One long wave, and roughness by halving."""
        phase, waves = chance.uniform(0, 2 * pi), chance.uniform(0.7, 1.6)
        rises, step = [0.0] * (count + 1), count
        while step > 1:
            for middle in range(step // 2, count, step):
                mean = (rises[middle - step // 2] + rises[middle + step // 2]) / 2
                rises[middle] = mean + chance.uniform(-1, 1) * layer.get("rough", 0.02) * step / count
            step //= 2
        bend, tilt = layer.get("bend", 0.03), layer.get("tilt", 0.0) * self.side
        for i in range(count + 1):
            rises[i] += tilt * (0.5 - i / count) + bend * sin(phase + waves * 2 * pi * i / count)
        base = self.down(layer["y"])
        return [(self.width * i / count, base - self.height * rise) for i, rise in enumerate(rises)]

    def snow(self, layer: Layer, skyline: Points, chance: Random) -> None:
        """Snow on the heights, deeper the higher they are."""
        base, foot = self.down(layer["y"]), []
        for x, y in reversed(skyline):
            share = (base - y) / self.height / 0.12 + chance.uniform(-0.3, 0.3)
            foot.append((x, y + self.height * layer["caps"] * max(0.0, min(1.0, share))))
        sheet = Sheet(self.image.size, (0, min(y for _, y in skyline), self.width, self.horizon))
        sheet.fill(self.tone("white", {}, layer.get("depth", 1.0)), [*skyline, *foot])
        self.lay(sheet, shade=0.25, rim=0, alpha=0.85)

    def water(self, layer: Layer) -> None:
        """What stands above the horizon, mirrored and broken by waves, with the path of the light."""
        top, low, middle, light = int(self.horizon), *(self.palette[name] for name in ("low", "middle", "light"))
        size = (self.width, self.height - top)
        above = self.image.crop((0, max(0, top - int(size[1] * 1.25)), self.width, top))
        mirror = above.transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize(size)
        mirror = mirror.transform(size, MESH, self.waves(size), BILINEAR)
        own = self.scene.colours.get("water") or mix(self.palette["top"], middle, 0.4)
        body = self.gradient(size, low, mix(own, middle, 0.3), own, mix(own, self.palette["shadow"], 0.45))
        mirror = Image.blend(mirror, body, 0.45)
        ripples = self.noise("ripples", size, (4, 30), 3).point(lambda v: max(0, min(255, (v - 138) * 5)))
        faint = Image.linear_gradient("L").point(lambda v: 30 + v // 8).resize(size)
        mirror.paste(mix(low, light, 0.4), mask=ImageChops.multiply(ripples, faint))
        path, across = Image.new("L", size), max(1, int(self.unit * 0.5))
        glitter = Image.radial_gradient("L").point(lambda v: max(0, 210 - v)).crop((0, 90, 256, 256))
        path.paste(glitter.resize((across, size[1])), (int(self.light_x - across / 2), 0))
        mirror.paste(light, mask=ImageChops.multiply(ripples, path))
        self.image.paste(mirror, (0, top))

    def waves(self, size: tuple[int, int]) -> list[Any]:
        """Strips of the mirror picture, each moved a little sideways, higher and further towards the viewer."""
        chance, y, strips, sway = self.chance("waves"), 0, [], self.unit * 0.02
        while y < size[1]:
            end = y + max(2, int(self.unit * 0.004 + y * 0.045))
            left = sway * (1 + chance.uniform(-1, 1) * (0.15 + 0.85 * y / size[1]))
            right = size[0] - 2 * sway + left
            strips.append(((0, y, size[0], end), (left, y, left, end, right, end, right, y)))
            y = end
        return strips

    # -- things ------------------------------------------------------------------------------------------------------

    def scatter(self, layer: Layer) -> None:
        """One thing or many: each with a place, a size by its distance, colours of its own; far ones first."""
        name = layer["name"]
        many = round(self.chance(name).uniform(*layer.get("count", (1, 1))))
        spots = sorted((self.spot(layer, number, many) for number in range(many)), key=lambda spot: spot.y)
        left, up, right, down = layer.get("reach", (1.2, 1.6, 1.2, 0.3))
        box = (
            min(spot.x - left * spot.unit for spot in spots),
            min(spot.y - up * spot.unit for spot in spots),
            max(spot.x + right * spot.unit for spot in spots),
            max(spot.y + down * spot.unit for spot in spots),
        )
        if "mirror" in layer:
            self.draw_all(layer, spots, box, stretch=-0.6, shade=0, rim=0, alpha=0.35)
        lighting = {"shade": layer.get("shade", 0.35), "rim": layer.get("rim", 0.4), "alpha": layer.get("alpha", 1.0)}
        for shine in self.draw_all(layer, spots, box, **lighting):
            self.glow(shine)

    def spot(self, layer: Layer, number: int, many: int) -> Spot:
        chance, across = self.chance(f"{layer['name']} place {number}"), layer.get("x", (0, 1))
        if across == "slot":
            x = self.slots.pop(0) if self.slots else chance.random()
        elif across == "light":
            x = self.light_x / self.width
        else:
            share = (number + chance.random()) / many if "even" in layer else chance.random()
            x = across[0] + (across[1] - across[0]) * share
        near = chance.random() ** layer.get("bias", 1.0)
        (low, high), (small, large), vary = layer["y"], layer["size"], layer.get("vary", 0.15)
        unit = self.unit * (small + (large - small) * near) * chance.uniform(1 - vary, 1 + vary)
        hero = 1.25 if across == "slot" and self.alone else 1.0
        return Spot(x * self.width, self.down(low + (high - low) * near), unit * hero, number)

    def draw_all(
        self, layer: Layer, spots: list[Spot], box: tuple[float, ...], stretch: float = 1.0, **lighting: float
    ) -> list[Shine]:
        sheet, later = Sheet(self.image.size, (box[0], box[1], box[2], box[3])), []
        for spot in spots:
            chance = self.chance(f"{layer['name']} {spot.number}")
            tall = stretch * chance.uniform(*layer.get("stretch", (1, 1)))
            flip = self.side if "subject" in layer else chance.choice((-1, 1))
            sheet.place(spot.x, spot.y, spot.unit, flip, tall)
            later += self.draw(sheet, layer, chance)
        self.lay(sheet, **lighting)
        return later

    def draw(self, sheet: Sheet, layer: Layer, chance: Random) -> list[Shine]:
        """One drawing where the sheet's pen stands; what shines over it is given back for later."""
        own, wild, depth = self.tones(layer, chance), layer.get("wild", 0.0), layer.get("depth", 1.0)
        facts = self.scene.facts | {chance.choice(words.split()) for words in layer.get("choose", ())}
        facts |= {"lit"} if self.dim > 0.1 else set()
        later = []
        for mark in marks_of(layer["draw"]):
            if not mark.fits(facts):
                continue
            colour, points = self.tone(mark.tone, own, depth), mark.points
            if wild:
                points = [(x + chance.uniform(-wild, wild), y + chance.uniform(-wild, wild)) for x, y in points]
            if mark.how in ("fill", "line"):
                getattr(sheet, mark.how)(colour, points, *mark.numbers)
            elif mark.how in ("glow", "shine"):
                radius, strength = mark.numbers
                shine = Shine(*sheet.in_picture(points[0]), radius * sheet.unit / 2, colour, strength)
                later.append(shine) if mark.how == "shine" else self.glow(shine)
            elif mark.how == "lights":
                self.lights(sheet, colour, points, mark, chance)
            else:
                for x, y in points:
                    self.ovals(sheet, colour, (x, y), mark, chance)
        return later

    def ovals(self, sheet: Sheet, colour: RGB, centre: tuple[float, float], mark: Mark, chance: Random) -> None:
        """One oval, many dots or balls round a point, or leaves: dark ones behind, lighter ones towards the light."""
        x, y = centre
        if mark.how == "oval":
            sheet.oval(colour, x, y, *mark.numbers)
            return
        (rx, ry, count, size), light = mark.numbers, self.palette["light"]
        towards = (1 if self.light_x > sheet.in_picture(centre)[0] else -1) * sheet.flip
        dark = mix(colour, self.palette["shadow"], 0.4)
        for layer, tone in enumerate((dark, colour, mix(colour, light, 0.3)) if mark.how == "leaves" else (colour,)):
            for _ in range(int(count)):
                turn, far = chance.uniform(0, 2 * pi), chance.random() ** 0.5 * (1 - 0.1 * layer)
                at = (x + rx * (far * cos(turn) + 0.14 * layer * towards), y + ry * (far * sin(turn) - 0.14 * layer))
                grain, radius = mix(tone, light, chance.uniform(0, 0.1)), size * chance.uniform(0.55, 1)
                if mark.how != "balls":
                    sheet.oval(grain, *at, radius * (1 - 0.27 * layer))
                    continue
                for share, part in ((1.0, dark), (0.84, grain), (0.22, mix(grain, WHITE, 0.6))):
                    move = radius * (1 - share) * 0.6
                    sheet.oval(part, at[0] + move * towards, at[1] - move, radius * share)

    def lights(self, sheet: Sheet, colour: RGB, points: Points, mark: Mark, chance: Random) -> None:
        """Windows between two corners, some of them lit."""
        ((left, top), (right, bottom)), (dx, dy, share) = points, mark.numbers
        lamps = KNOWN["lamps"].get(self.scene.time, KNOWN["lamps"]["usual"]).split()
        for column in range(int((right - left) / dx)):
            for row in range(int((bottom - top) / dy)):
                if chance.random() < share:
                    x, y = left + dx * (column + 0.22), top + dy * (row + 0.2)
                    tone = mix(colour, self.tone(chance.choice(lamps), {}), 0.75)
                    pane = [(x, y), (x + dx * 0.56, y), (x + dx * 0.56, y + dy * 0.6), (x, y + dy * 0.6)]
                    sheet.fill(tone, pane)

    def finish(self, layer: Layer) -> None:
        """Bloom, a darker rim, the grain of the paper."""
        size, columns, rows = self.image.size, ceil(self.width / 256), ceil(self.height / 256)
        bloom = self.image.resize((max(1, self.width // 8), max(1, self.height // 8)), Image.Resampling.BOX)
        bloom = bloom.filter(ImageFilter.GaussianBlur(self.unit / 160)).resize(size, BILINEAR)
        bloom = ImageChops.screen(self.image, bloom)
        self.image = Image.blend(self.image, bloom, 0.3 if self.dim > 0.5 else 0.16)
        rim = Image.radial_gradient("L").point(lambda v: int(max(0, v - 130) * 0.75)).resize(size)
        self.image.paste(mix(self.palette["shadow"], self.palette["top"], 0.3), mask=rim)
        grain = Image.frombytes("L", (256, 256), self.chance("grain").randbytes(65536)).filter(ImageFilter.BoxBlur(0.6))
        grain, paper = grain.point(lambda v: int(128 + (v - 128) * 0.2)), Image.new("L", size)
        for tile in range(columns * rows):
            paper.paste(grain, (tile % columns * 256, tile // columns * 256))
        self.image = ImageChops.soft_light(self.image, Image.merge("RGB", (paper, paper, paper)))
        if self.scene.time == "noir":
            self.image = self.image.convert("L").convert("RGB")


def _swayed(mask: Image.Image, sway: float, phase: float) -> Image.Image:
    """Columns moved up and down in waves, like a curtain."""
    width, height = mask.size
    columns = [(width * i // 48, sway * (sin(phase + i / 7) + 0.4 * sin(phase * 2 + i / 2.5))) for i in range(49)]
    mesh = []
    for (left, up), (right, to) in pairwise(columns):
        mesh.append(((left, 0, right, height), (left, up, left, height + up, right, height + to, right, to)))
    return mask.transform(mask.size, MESH, mesh, BILINEAR)
