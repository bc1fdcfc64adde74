"""From a wish for a size to a size that the model can do (spec/sources/README.md 3.4).

Pure arithmetic, the same for every source. Shape comes before extent: a wrong ratio shows in every picture, a
somewhat smaller picture hardly at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor, inf, log, sqrt
from typing import Literal

from stcore.errors import Unsupported
from stcore.images.capabilities import SizeField, SizeSpec
from stcore.images.request import Auto, MatchReference, NamedSize, Pixels, Ratio, Size

MEGAPIXEL = 1024 * 1024
"""What vendors of pictures mean by a megapixel: the square their models were trained on."""

LARGEST_SIDE = 65536
COMMON_TIERS = {"512": 0.25, "1K": 1.0, "2K": 4.0, "4K": 16.0}
"""Megapixels of the usual tier names, for models that take pixels and not tiers."""

_ENOUGH = 0.8  # a tier with this share of the wished pixels is large enough
_PIXELS = re.compile(r"\s*(\d{1,5})\s*[x×*]\s*(\d{1,5})\s*", re.IGNORECASE)
_RATIO = re.compile(r"\s*(\d+(?:\.\d+)?)\s*:\s*(\d+(?:\.\d+)?)(?:\s+(\w+))?\s*")

Why = Literal["", "clamped", "snapped", "chosen", "dropped"]


@dataclass(frozen=True, slots=True)
class SizeChoice:
    """A size the model can do. ``pixels`` is what is to be expected, when that can be known; ``why`` is empty when the
    wish stands as it was."""

    size: Size
    pixels: tuple[int, int] | None = None
    why: Why = ""


@dataclass(frozen=True, slots=True)
class _Target:
    """A wish in numbers. ``exact`` when whole pixels were asked for."""

    ratio: float
    pixels: float
    exact: tuple[int, int] | None = None
    tier: str = ""


def resolve_size(wish: Size, field: SizeField, reference_sizes: Sequence[tuple[int, int]] = ()) -> SizeChoice:
    """The size nearest to ``wish`` among those that ``field`` allows.

    ``reference_sizes`` are width and height of the request's references in their order, for ``MatchReference``.
    A name that nobody knows gives the default of the model (``why="dropped"``). Raises :class:`Unsupported` when the
    limits of the model contradict each other.
    """
    specs = field.specs or (SizeSpec(kind="free"),)
    if isinstance(wish, Auto):
        return _default(field, specs)
    if isinstance(wish, MatchReference):
        if any(spec.kind == "from_reference" for spec in specs):
            return SizeChoice(wish, _nth(reference_sizes, wish.index))
        like = _nth(reference_sizes, wish.index)
        if like is None:
            return _default(field, specs, why="dropped")
        wish = Pixels(width=like[0], height=like[1])
    if isinstance(wish, NamedSize):
        named = _by_name(wish.name, specs)
        if named is not None:
            return named
        parsed = parse_size(wish.name)
        if isinstance(parsed, NamedSize | Auto):
            return _default(field, specs, why="dropped")
        wish = parsed
    target = _target(wish, field, specs)
    return min(((_error(fit, target), n, fit) for n, fit in enumerate(_fits(specs, target))), key=lambda x: x[:2])[2]


def parse_size(text: str) -> Pixels | Ratio | NamedSize | Auto:
    """``832x1216``, ``16:9``, ``16:9 2K``, ``auto`` or a vendor's own word."""
    if match := _PIXELS.fullmatch(text):
        width, height = int(match[1]), int(match[2])
        if 1 <= width <= LARGEST_SIDE and 1 <= height <= LARGEST_SIDE:
            return Pixels(width=width, height=height)
    elif (match := _RATIO.fullmatch(text)) and float(match[1]) and float(match[2]):
        return Ratio(width=float(match[1]), height=float(match[2]), tier=match[3])
    elif text.strip().lower() in ("", "auto"):
        return Auto()
    return NamedSize(name=text.strip())


def size_text(size: Size) -> str:
    """A size in a person's words; :func:`parse_size` reads it back (but for references)."""
    match size:
        case Pixels():
            return f"{size.width}x{size.height}"
        case Ratio():
            extent = size.tier or (f"{size.megapixels:g} MP" if size.megapixels else "")
            return f"{size.width:g}:{size.height:g} {extent}".strip()
        case NamedSize():
            return size.name
        case MatchReference():
            return f"as picture {size.index + 1}"
        case Auto():
            return "auto"


def allows(spec: SizeSpec, width: int, height: int) -> bool:
    """Whether a ``free`` spec takes exactly these pixels."""
    lowest, highest = _side_limits(spec)
    longer, shorter = max(width, height), min(width, height)
    return (
        width % spec.multiple_of == 0
        and height % spec.multiple_of == 0
        and lowest <= shorter
        and longer <= highest
        and width * height >= (spec.min_pixels or 1)
        and width * height <= (spec.max_pixels or inf)
        and longer <= shorter * (spec.max_ratio or inf)
    )


# -- the wish in numbers ---------------------------------------------------------------------------------------------


def _target(wish: Pixels | Ratio, field: SizeField, specs: tuple[SizeSpec, ...]) -> _Target:
    if isinstance(wish, Pixels):
        return _Target(wish.width / wish.height, wish.width * wish.height, exact=(wish.width, wish.height))
    tier = wish.tier or ""
    known = {name.lower(): size for spec in specs for name, size in spec.tiers.items()}
    megapixels = known.get(tier.lower()) or COMMON_TIERS.get(tier.upper()) or wish.megapixels
    pixels = megapixels * MEGAPIXEL if megapixels else _default_pixels(field, specs)
    return _Target(wish.width / wish.height, pixels, tier=tier)


def _default_pixels(field: SizeField, specs: tuple[SizeSpec, ...]) -> float:
    pixels = _default(field, specs).pixels
    return pixels[0] * pixels[1] if pixels else MEGAPIXEL


def _default(field: SizeField, specs: tuple[SizeSpec, ...], why: Why = "") -> SizeChoice:
    if isinstance(field.default, str):
        named = _by_name(field.default, specs) or SizeChoice(NamedSize(name=field.default))
        return replace(named, why=why)
    if field.default:
        width, height = field.default
        return SizeChoice(Pixels(width=width, height=height), (width, height), why)
    return SizeChoice(Auto(), None, why)


def _by_name(name: str, specs: Iterable[SizeSpec]) -> SizeChoice | None:
    for spec in specs:
        if name in spec.values:
            return SizeChoice(NamedSize(name=name), _pixels_of(spec, name))
        if name in spec.ratios and isinstance(ratio := parse_size(name), Ratio):
            return SizeChoice(ratio)
    return None


# -- one fit for every way to take a size ----------------------------------------------------------------------------


def _fits(specs: tuple[SizeSpec, ...], target: _Target) -> Iterable[SizeChoice]:
    for spec in specs:
        if spec.kind == "free":
            yield _fit_free(spec, target)
        elif spec.kind == "graph":
            width, height = target.exact or _scaled(target.ratio, target.pixels)
            yield SizeChoice(Pixels(width=width, height=height), (width, height), "" if target.exact else "chosen")
        elif spec.kind == "ratios" and spec.ratios:
            yield _fit_ratio(spec, target)
        elif spec.kind in ("list", "presets") and (named := _fit_named(spec, target)):
            yield named
        elif spec.kind == "from_reference":
            yield SizeChoice(MatchReference(), None, "dropped")
        else:
            yield SizeChoice(Auto(), None, "dropped")


def _fit_named(spec: SizeSpec, target: _Target) -> SizeChoice | None:
    """The entry with the nearest shape, among equals the nearest extent; entries without known pixels or ratio can
    only be chosen by name."""
    choices = []
    for name in spec.values:
        pixels = _pixels_of(spec, name)
        shape = parse_size(name)
        ratio = pixels[0] / pixels[1] if pixels else shape.width / shape.height if isinstance(shape, Ratio) else None
        if ratio:
            extent = _distance(pixels[0] * pixels[1], target.pixels) if pixels else 0.0
            choices.append(((round(_distance(ratio, target.ratio), 6), extent), name, pixels))
    if not choices:
        return None
    _, name, pixels = min(choices, key=lambda choice: choice[0])
    why: Why = "chosen" if not target.exact else "" if pixels == target.exact else "snapped"
    return SizeChoice(NamedSize(name=name), pixels, why)


def _fit_ratio(spec: SizeSpec, target: _Target) -> SizeChoice:
    shapes = [shape for shape in map(parse_size, spec.ratios) if isinstance(shape, Ratio)]
    if not shapes:
        raise Unsupported("The ratios of this model cannot be read.", hint="Ratios look like 16:9.")
    shape = min(shapes, key=lambda one: _distance(one.width / one.height, target.ratio))
    by_size = sorted(spec.tiers.items(), key=lambda entry: entry[1])
    asked = next((name for name, _ in by_size if name.lower() == target.tier.lower()), None)
    enough = (name for name, size in by_size if size * MEGAPIXEL >= _ENOUGH * target.pixels)
    tier = asked or next(enough, by_size[-1][0] if by_size else None)
    pixels = _scaled(shape.width / shape.height, spec.tiers[tier] * MEGAPIXEL) if tier else None
    why: Why = "" if tier in (None, asked) and not target.exact else "chosen"
    if _distance(shape.width / shape.height, target.ratio) > 1e-6:
        why = "snapped"
    return SizeChoice(Ratio(width=shape.width, height=shape.height, tier=tier), pixels, why)


def _fit_free(spec: SizeSpec, target: _Target) -> SizeChoice:
    if target.exact and allows(spec, *target.exact):
        return SizeChoice(Pixels(width=target.exact[0], height=target.exact[1]), target.exact)
    width, height = _rounded(spec, target)
    if not allows(spec, width, height):
        width, height = _searched(spec, target)
    why: Why = "chosen" if not target.exact else "snapped" if _within_limits(spec, *target.exact) else "clamped"
    return SizeChoice(Pixels(width=width, height=height), (width, height), why)


def _rounded(spec: SizeSpec, target: _Target) -> tuple[int, int]:
    """Scale to the limits keeping the shape, then round both sides to the multiple."""
    lowest, highest = _side_limits(spec)
    ratio = _clamp(target.ratio, 1 / (spec.max_ratio or inf), spec.max_ratio or inf)
    pixels = _clamp(target.pixels, spec.min_pixels or 1, spec.max_pixels or inf)
    width, height = sqrt(pixels * ratio), sqrt(pixels / ratio)
    scale = min(1.0, highest / max(width, height))
    scale = max(scale, lowest / min(width, height)) if scale == 1.0 else scale
    sides = (round(side * scale / spec.multiple_of) * spec.multiple_of for side in (width, height))
    width, height = (int(_clamp(side, lowest, highest)) for side in sides)
    return width, height


def _searched(spec: SizeSpec, target: _Target) -> tuple[int, int]:
    """The best of all allowed sizes, for limits that plain rounding does not meet: for every width one height."""
    lowest, highest = _side_limits(spec)
    step, steepest = spec.multiple_of, spec.max_ratio or inf
    best, found = inf, (0, 0)
    for width in range(lowest, highest + 1, step):
        low = max(lowest, _up((spec.min_pixels or 1) / width, step), _up(width / steepest, step))
        high = min(highest, _down((spec.max_pixels or inf) / width, step), _down(width * steepest, step))
        height = int(_clamp(round(width / target.ratio / step) * step, low, high))
        if low > high or not allows(spec, width, height):
            continue
        cost = 2 * _distance(width / height, target.ratio) + _distance(width * height, target.pixels)
        if cost < best:
            best, found = cost, (width, height)
    if best == inf:
        raise Unsupported("The size limits of this model contradict each other.", field="size")
    return found


# -- small arithmetic ------------------------------------------------------------------------------------------------


def _error(fit: SizeChoice, target: _Target) -> float:
    """How far a fit is from the wish, to choose between the ways in which one model takes sizes."""
    if fit.pixels:
        width, height = fit.pixels
        return _distance(width / height, target.ratio) + _distance(width * height, target.pixels)
    if isinstance(fit.size, Ratio):
        return _distance(fit.size.width / fit.size.height, target.ratio)
    return {"match": 1e6, "auto": 1e7}.get(fit.size.kind, 1e3)


def _side_limits(spec: SizeSpec) -> tuple[int, int]:
    step = spec.multiple_of
    return max(step, _up(spec.min_side or 1, step)), _down(min(spec.max_side or LARGEST_SIDE, LARGEST_SIDE), step)


def _within_limits(spec: SizeSpec, width: int, height: int) -> bool:
    """Whether only the multiple stands against these pixels."""
    return allows(spec.model_copy(update={"multiple_of": 1}), width, height)


def _pixels_of(spec: SizeSpec, name: str) -> tuple[int, int] | None:
    if pixels := spec.values.get(name):
        return pixels
    parsed = parse_size(name)
    return (parsed.width, parsed.height) if isinstance(parsed, Pixels) else None


def _scaled(ratio: float, pixels: float) -> tuple[int, int]:
    sides = (round(sqrt(pixels * ratio)), round(sqrt(pixels / ratio)))
    width, height = (int(_clamp(side, 1, LARGEST_SIDE)) for side in sides)
    return width, height


def _nth(sizes: Sequence[tuple[int, int]], index: int) -> tuple[int, int] | None:
    return sizes[index] if 0 <= index < len(sizes) else None


def _distance(one: float, other: float) -> float:
    return abs(log(one / other))


def _clamp(value: float, low: float, high: float) -> float:
    return max(low, min(value, high))


def _up(value: float, step: int) -> int:
    return ceil(value / step) * step


def _down(value: float, step: int) -> int:
    return LARGEST_SIDE // step * step if value == inf else floor(value / step) * step
