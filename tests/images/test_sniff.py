"""What a picture is, by its bytes (REC-2; the facts ATT-2 and ATT-3 of studio.md as far as bytes go)."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from io import BytesIO

import pytest
from hypothesis import given, strategies as st
from PIL import Image

from stcore.errors import UnusablePicture
from stcore.images.sniff import EXTENSIONS, decode_fully, media_type, read_facts

FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif", "BMP": "image/bmp"}


def picture(kind: str, size: tuple[int, int] = (640, 360), mode: str = "RGB", **options: object) -> bytes:
    noise = Image.effect_noise((size[0], size[1]), 60).convert(mode)
    out = BytesIO()
    noise.save(out, kind, **options)
    return out.getvalue()


def declared_png(width: int, height: int) -> bytes:
    """A whole little PNG whose header claims any size."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.feature("REC-2")
@pytest.mark.parametrize(("kind", "mime"), FORMATS.items())
def test_type_and_size_come_from_the_bytes(kind: str, mime: str) -> None:
    facts = read_facts(picture(kind))
    assert (facts.mime, facts.width, facts.height) == (mime, 640, 360)
    assert mime in EXTENSIONS


@pytest.mark.parametrize(
    "options",
    [
        {"kind": "WEBP", "lossless": True},
        {"kind": "WEBP", "mode": "RGBA"},
        {"kind": "JPEG", "progressive": True},
        {"kind": "JPEG", "exif": b"Exif\0\0" + b"II*\0\x08\0\0\0\0\0\0\0\0\0"},
        {"kind": "AVIF", "speed": 10},
        {"kind": "AVIF", "speed": 10, "mode": "RGBA"},
    ],
)
def test_the_variants_of_a_format_agree_with_the_decoder(options: dict[str, object]) -> None:
    data = picture(**options)  # type: ignore[arg-type]
    facts, decoded = decode_fully(data)
    assert read_facts(data) == facts
    assert decoded.size == (640, 360)


@pytest.mark.feature("ATT-3")
def test_a_bomb_is_refused_by_its_header() -> None:
    with pytest.raises(UnusablePicture) as caught:
        decode_fully(declared_png(9000, 9000))
    assert caught.value.code == "too_many_pixels"
    assert "9000 x 9000" in caught.value.message
    assert read_facts(declared_png(8192, 8192)).width == 8192


@pytest.mark.feature("ATT-2")
@pytest.mark.parametrize(
    ("data", "code", "word"),
    [
        (b"", "no_file", "empty"),
        (b"just some words", "bad_type", "something else"),
        (b"<!DOCTYPE html><html><body>502</body></html>", "bad_type", "web page"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "bad_type", "SVG"),
        (b'{"error": "no credit"}', "bad_type", "JSON"),
        (b"\0\0\0\x18ftypmp42", "bad_type", "video"),
        (b"\x89PNG\r\n\x1a\n", "not_decodable", "damaged"),
    ],
)
def test_what_is_no_picture_is_said_to_be_none(data: bytes, code: str, word: str) -> None:
    with pytest.raises(UnusablePicture, match=word) as caught:
        read_facts(data)
    assert caught.value.code == code
    assert caught.value.to_dict()["code"] == code


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.99])
def test_a_picture_that_was_cut_off_is_found_without_decoding(kind: str, share: float) -> None:
    data = picture(kind)
    with pytest.raises(UnusablePicture) as caught:
        read_facts(data[: int(len(data) * share)])
    assert caught.value.code == "not_decodable"


def test_rotten_pixels_are_found_by_decoding() -> None:
    data = picture("PNG")
    middle = len(data) // 2
    with pytest.raises(UnusablePicture) as caught:
        decode_fully(data[:middle] + bytes(64) + data[middle + 64 :])
    assert caught.value.code == "not_decodable"


def test_the_byte_limit() -> None:
    data = picture("PNG")
    assert read_facts(data, byte_limit=len(data)).width == 640
    with pytest.raises(UnusablePicture) as caught:
        read_facts(data, byte_limit=len(data) - 1)
    assert caught.value.code == "too_big"


STARTS = [picture(kind, (16, 16)) for kind in FORMATS]


@given(st.sampled_from(STARTS), st.integers(0, 400), st.binary(max_size=8))
def test_no_bytes_make_it_stumble(data: bytes, place: int, noise: bytes) -> None:
    broken = data[:place] + noise + data[place + len(noise) :]
    try:
        facts = read_facts(broken)
    except UnusablePicture:
        return
    assert media_type(broken) == facts.mime
    assert facts.width > 0 and facts.height > 0


def test_reading_facts_loads_no_decoder() -> None:
    program = "import sys, stcore.images.sniff as s; s.media_type(b'x'); sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
