"""Pictures in a terminal: the kitty protocol, iTerm2's, half blocks in colour, or just the path.

What a terminal can do is read from the environment; it is never asked by escape sequences, whose answers would end up
among what the person types.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from PIL import Image

Manner = Literal["kitty", "iterm", "blocks", "path"]
Depth = Literal["true", "256"]

_KITTY_TERMS = ("xterm-kitty", "xterm-ghostty")
_ITERM_PROGRAMS = ("iTerm.app", "WezTerm", "mintty", "Tabby")
_TRUE_COLOUR_PROGRAMS = ("vscode", "Hyper", "rio")
_CHUNK = 4096
_CELL_WIDTH = 10
"""Pixels that a cell is taken to be wide when a picture is sent as a file; its height is twice that."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """What the terminal can show."""

    manner: Manner
    depth: Depth = "true"
    colours: bool = True


def detect(environ: Mapping[str, str], *, is_tty: bool, wanted: str = "auto") -> Terminal:
    """By ``TERM``, ``TERM_PROGRAM``, ``KITTY_WINDOW_ID``, ``COLORTERM`` and ``NO_COLOR``.

    ``wanted`` other than ``auto`` is the person's own choice of manner and wins.
    """
    term, program = environ.get("TERM", ""), environ.get("TERM_PROGRAM", "")
    colours = is_tty and term not in ("", "dumb") and not environ.get("NO_COLOR")
    true = environ.get("COLORTERM", "").lower() in ("truecolor", "24bit") or term.endswith("-direct")
    depth: Depth = "true" if true or program in (*_TRUE_COLOUR_PROGRAMS, *_ITERM_PROGRAMS) else "256"
    if wanted != "auto":
        manners: dict[str, Manner] = {"kitty": "kitty", "iterm": "iterm", "blocks": "blocks"}
        return Terminal(manners.get(wanted, "path"), depth, colours)
    if not colours:
        return Terminal("path", depth, colours)
    inside_multiplexer = "TMUX" in environ or term.startswith(("screen", "tmux"))
    if not inside_multiplexer:
        if "KITTY_WINDOW_ID" in environ or term in _KITTY_TERMS or program == "ghostty":
            return Terminal("kitty", "true", colours)
        if program in _ITERM_PROGRAMS or environ.get("LC_TERMINAL") == "iTerm2":
            return Terminal("iterm", "true", colours)
    # The console of Linux has 16 colours and no half blocks that fit; everything else of today has 256.
    return Terminal("path" if term in ("linux", "vt100", "vt220", "ansi") else "blocks", depth, colours)


def render(data: bytes, terminal: Terminal, columns: int, rows: int) -> str:
    """The picture as text to print, at most ``columns`` by ``rows`` cells; empty when only the path can be shown.

    Blocks: call it on a worker thread. Raises ``UnusablePicture``.
    """
    if terminal.manner == "path" or columns < 2 or rows < 1:
        return ""
    from stcore.images.sniff import decode_fully

    _, picture = decode_fully(data)
    if terminal.manner == "blocks":
        return half_blocks(picture, columns, rows, terminal.depth)
    wide, high = cells(picture.size, columns, rows)
    png = _as_png(picture, wide * _CELL_WIDTH, high * 2 * _CELL_WIDTH)
    return _kitty(png, wide, high) if terminal.manner == "kitty" else _iterm(png, wide, high)


def cells(size: tuple[int, int], columns: int, rows: int) -> tuple[int, int]:
    """How many cells a picture takes that keeps its shape and fits; a cell is twice as high as wide."""
    width, height = size
    scale = min(columns / width, rows * 2 / height)
    return max(1, round(width * scale)), max(1, round(height * scale / 2))


# -- half blocks -----------------------------------------------------------------------------------------------------


def half_blocks(picture: Image.Image, columns: int, rows: int, depth: Depth) -> str:
    """Two pixels in every cell: the upper one is the colour of the block, the lower one that behind it."""
    from PIL import Image

    wide, high = cells(picture.size, columns, rows)
    small = picture.convert("RGBA").resize((wide, high * 2), Image.Resampling.LANCZOS, reducing_gap=2.0)
    pixels = list(_rows(small))
    lines = [_line(pixels[top], pixels[top + 1], depth) for top in range(0, high * 2, 2)]
    return "\n".join(lines)


_Pixel = tuple[int, int, int, int]


def _rows(picture: Image.Image) -> list[list[_Pixel]]:
    raw, width = picture.tobytes(), picture.width * 4
    return [
        [(raw[at], raw[at + 1], raw[at + 2], raw[at + 3]) for at in range(start, start + width, 4)]
        for start in range(0, len(raw), width)
    ]


def _line(upper: list[_Pixel], lower: list[_Pixel], depth: Depth) -> str:
    parts: list[str] = []
    front = back = ""
    for above, below in zip(upper, lower, strict=True):
        block, ink, paper = _cell(above, below, depth)
        if ink and ink != front:
            parts.append(f"\x1b[38;{ink}m")
            front = ink
        if paper != back:
            parts.append(f"\x1b[48;{paper}m" if paper else "\x1b[49m")
            back = paper
        parts.append(block)
    return "".join(parts) + "\x1b[0m"


def _cell(above: _Pixel, below: _Pixel, depth: Depth) -> tuple[str, str, str]:
    """Block, colour of the block, colour behind it; transparent pixels leave the terminal's own background."""
    top, bottom = above[3] >= 128, below[3] >= 128
    if top and bottom:
        return "▀", _colour(above, depth), _colour(below, depth)
    if top:
        return "▀", _colour(above, depth), ""
    return ("▄", _colour(below, depth), "") if bottom else (" ", "", "")


def _colour(pixel: _Pixel, depth: Depth) -> str:
    red, green, blue, _ = pixel
    return f"2;{red};{green};{blue}" if depth == "true" else f"5;{nearest_of_256(red, green, blue)}"


_STEPS = (0, 95, 135, 175, 215, 255)


def nearest_of_256(red: int, green: int, blue: int) -> int:
    """The number of the nearest colour among the 6x6x6 cube and the 24 greys of xterm."""
    levels = [min(range(6), key=lambda step: abs(_STEPS[step] - value)) for value in (red, green, blue)]
    cube = (16 + 36 * levels[0] + 6 * levels[1] + levels[2], *(_STEPS[level] for level in levels))
    grey = min(23, max(0, round((red + green + blue) / 3 - 8) // 10))
    shade = 8 + 10 * grey
    grey_error = sum((value - shade) ** 2 for value in (red, green, blue))
    cube_error = sum((value - near) ** 2 for value, near in zip((red, green, blue), cube[1:], strict=True))
    return 232 + grey if grey_error < cube_error else cube[0]


# -- real pictures ---------------------------------------------------------------------------------------------------


def _as_png(picture: Image.Image, width: int, height: int) -> bytes:
    """A PNG of at most that many pixels: what lies beyond the cells would only be sent in vain."""
    picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    picture.thumbnail((width, height))
    out = BytesIO()
    picture.save(out, "PNG", compress_level=1)
    return out.getvalue()


def _kitty(png: bytes, columns: int, rows: int) -> str:
    text = base64.b64encode(png).decode()
    chunks = [text[at : at + _CHUNK] for at in range(0, len(text), _CHUNK)]
    parts = []
    for number, chunk in enumerate(chunks):
        more = int(number < len(chunks) - 1)
        # a=T: show at once; f=100: PNG; q=2: the terminal answers nothing.
        head = f"a=T,f=100,q=2,c={columns},r={rows},m={more}" if number == 0 else f"m={more}"
        parts.append(f"\x1b_G{head};{chunk}\x1b\\")
    return "".join(parts)


def _iterm(png: bytes, columns: int, rows: int) -> str:
    text = base64.b64encode(png).decode()
    size = f"size={len(png)};width={columns};height={rows};preserveAspectRatio=1"
    return f"\x1b]1337;File=inline=1;{size}:{text}\x07"
