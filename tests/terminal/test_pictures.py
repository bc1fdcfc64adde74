"""Pictures in the terminal: what it can do is read from the environment, what is printed shows the right pixels."""

from __future__ import annotations

import base64
import re
from io import BytesIO

import pytest
from hypothesis import given, strategies as st
from PIL import Image

from stcore.errors import UnusablePicture
from stcore.terminal.pictures import Terminal, cells, detect, nearest_of_256, render

XTERM = {"TERM": "xterm-256color"}


@pytest.mark.parametrize(
    ("environ", "manner", "depth"),
    [
        ({}, "path", "256"),
        ({"TERM": "dumb"}, "path", "256"),
        ({"TERM": "linux"}, "path", "256"),
        (XTERM, "blocks", "256"),
        ({**XTERM, "COLORTERM": "truecolor"}, "blocks", "true"),
        ({**XTERM, "COLORTERM": "truecolor", "NO_COLOR": "1"}, "path", "true"),
        ({"TERM": "xterm-kitty"}, "kitty", "true"),
        ({**XTERM, "KITTY_WINDOW_ID": "1"}, "kitty", "true"),
        ({**XTERM, "TERM_PROGRAM": "ghostty"}, "kitty", "true"),
        ({**XTERM, "TERM_PROGRAM": "iTerm.app"}, "iterm", "true"),
        ({**XTERM, "TERM_PROGRAM": "WezTerm"}, "iterm", "true"),
        ({**XTERM, "LC_TERMINAL": "iTerm2"}, "iterm", "true"),
        ({"TERM": "screen-256color", "KITTY_WINDOW_ID": "1", "TMUX": "x"}, "blocks", "256"),
        ({"TERM": "tmux-256color", "TERM_PROGRAM": "iTerm.app", "COLORTERM": "truecolor"}, "blocks", "true"),
    ],
)
def test_the_environment_tells(environ: dict[str, str], manner: str, depth: str) -> None:
    found = detect(environ, is_tty=True)
    assert (found.manner, found.depth) == (manner, depth)
    assert detect(environ, is_tty=False).manner == "path"
    assert detect(environ, is_tty=False, wanted="blocks").manner == "blocks", "the person's word wins"


@given(st.integers(1, 5000), st.integers(1, 5000), st.integers(2, 300), st.integers(1, 100))
def test_a_picture_fits_and_keeps_its_shape(width: int, height: int, columns: int, rows: int) -> None:
    wide, high = cells((width, height), columns, rows)
    assert 1 <= wide <= columns
    assert 1 <= high <= rows
    if wide > 4 and high > 4:
        assert (wide / (2 * high)) == pytest.approx(width / height, rel=0.25)


def png(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def pixels_of(text: str) -> Image.Image:
    """The picture that a terminal draws from half blocks in 24-bit colour."""
    rows: list[list[tuple[int, int, int]]] = []
    for line in text.split("\n"):
        upper, lower = [], []
        front = back = (0, 0, 0)
        for escape, block in re.findall(r"\x1b\[([\d;]*)m|([▀▄ ])", line):
            if block:
                upper.append(front if block == "▀" else back)
                lower.append(front if block == "▄" else back)
                continue
            kind, *numbers = escape.split(";")
            colour = tuple(map(int, numbers[1:])) or (0, 0, 0)
            front, back = (colour, back) if kind == "38" else (front, colour)  # type: ignore[assignment]
        rows += [upper, lower]
    picture = Image.new("RGB", (len(rows[0]), len(rows)))
    picture.putdata([pixel for row in rows for pixel in row])
    return picture


def test_half_blocks_show_the_picture() -> None:
    source = Image.new("RGB", (64, 64), (200, 30, 30))
    source.paste((20, 40, 220), (0, 32, 64, 64))
    source.paste((10, 200, 10), (32, 0, 64, 32))
    text = render(png(source), Terminal("blocks"), 32, 40)
    assert len(text.split("\n")) == 16
    assert all(line.endswith("\x1b[0m") for line in text.split("\n"))
    seen = pixels_of(text)
    assert seen.size == (32, 32)
    assert [seen.getpixel(at) for at in ((4, 4), (28, 4), (4, 28))] == [(200, 30, 30), (10, 200, 10), (20, 40, 220)]


def test_256_colours() -> None:
    text = render(png(Image.new("RGB", (8, 8), (255, 0, 0))), Terminal("blocks", "256"), 8, 8)
    assert "\x1b[38;5;196m\x1b[48;5;196m▀▀▀▀▀▀▀▀\x1b[0m" in text
    assert "38;2;" not in text


def test_what_is_transparent_stays_the_terminals_own() -> None:
    source = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    source.paste((255, 255, 255, 255), (0, 4, 8, 8))
    lines = render(png(source), Terminal("blocks"), 8, 8).split("\n")
    assert lines[0] == " " * 8 + "\x1b[0m"
    assert "48;2" not in lines[0]


@pytest.mark.parametrize(("colour", "number"), [((0, 0, 0), 16), ((255, 255, 255), 231), ((128, 128, 128), 244)])
def test_nearest_colours(colour: tuple[int, int, int], number: int) -> None:
    assert nearest_of_256(*colour) == number


def test_kitty_gets_a_png_in_chunks() -> None:
    noise = Image.effect_noise((400, 400), 90)
    text = render(png(noise), Terminal("kitty"), 40, 20)
    chunks = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", text)
    assert chunks[0][0] == "a=T,f=100,q=2,c=40,r=20,m=1"
    assert [head for head, _ in chunks[1:]] == ["m=1"] * (len(chunks) - 2) + ["m=0"]
    assert all(len(data) <= 4096 for _, data in chunks)
    sent = Image.open(BytesIO(base64.b64decode("".join(data for _, data in chunks))))
    assert sent.format == "PNG"
    assert sent.size == (400, 400)


def test_iterm_gets_a_file() -> None:
    text = render(png(Image.new("RGB", (3000, 1500), "navy")), Terminal("iterm"), 60, 40)
    head, _, data = text.removeprefix("\x1b]1337;File=inline=1;").removesuffix("\x07").partition(":")
    content = base64.b64decode(data)
    assert head == f"size={len(content)};width=60;height=15;preserveAspectRatio=1"
    assert Image.open(BytesIO(content)).size == (600, 300), "no more pixels than the cells can show"


def test_a_path_needs_no_picture() -> None:
    assert render(b"", Terminal("path"), 80, 24) == ""
    with pytest.raises(UnusablePicture):
        render(b"no picture", Terminal("blocks"), 80, 24)
