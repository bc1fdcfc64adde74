"""What a picture is, read from its bytes and from nothing else (REC-2): type, width, height, whether it is whole.

:func:`read_facts` looks at headers only: microseconds, no decoder, nothing allocated for the pixels, so that a tiny
file that declares a huge picture is refused before anything is decoded (ATT-3). :func:`decode_fully` decodes every
pixel and belongs on a worker thread. Only raster pictures count: SVG and HTML are text that can carry scripts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from stcore.errors import UnusablePicture

if TYPE_CHECKING:
    from PIL import Image

BYTE_LIMIT = 64 * 1024 * 1024
PIXEL_LIMIT = 67_108_864
"""8192 x 8192."""

EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "image/gif": "gif",
    "image/bmp": "bmp",
    "image/avif": "avif",
}
"""The types that count as pictures, and the usual ending of each."""


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """Type and size in stored pixels (an EXIF orientation is not applied)."""

    mime: str
    width: int
    height: int


def media_type(data: bytes) -> str | None:
    """The type by the first bytes, ``None`` when it is no picture we take."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    if data[4:8] == b"ftyp" and data[8:12] in (b"avif", b"avis"):
        return "image/avif"
    if data[:2] == b"BM" and data[6:10] == b"\0\0\0\0":
        return "image/bmp"
    return None


def read_facts(data: bytes, *, byte_limit: int = BYTE_LIMIT, pixel_limit: int = PIXEL_LIMIT) -> PictureFacts:
    """Type, width and height from the header; raises :class:`UnusablePicture` (codes ``no_file``, ``bad_type``,
    ``too_big``, ``too_many_pixels``, ``not_decodable``). A file that was cut off is found here in nearly all cases."""
    if not data:
        raise UnusablePicture("The picture is empty.", code="no_file")
    if len(data) > byte_limit:
        raise UnusablePicture(
            f"The picture has {_megabytes(len(data))}; the limit is {_megabytes(byte_limit)}.", code="too_big"
        )
    mime = media_type(data)
    if mime is None:
        raise UnusablePicture(
            f"This is not a picture but {_looks_like(data)}.",
            code="bad_type",
            hint="PNG, JPEG, WebP, GIF, AVIF and BMP are taken.",
        )
    try:
        width, height = _SIZES[mime](data)
    except (IndexError, ValueError) as error:
        raise UnusablePicture(f"The picture ({mime}) is damaged or was cut off.", code="not_decodable") from error
    if width * height > pixel_limit:
        raise UnusablePicture(
            f"The picture has {width} x {height} pixels; {pixel_limit:,} are the limit.", code="too_many_pixels"
        )
    return PictureFacts(mime, width, height)


def decode_fully(
    data: bytes, *, byte_limit: int = BYTE_LIMIT, pixel_limit: int = PIXEL_LIMIT
) -> tuple[PictureFacts, Image.Image]:
    """Facts and the decoded picture (of an animation the first frame). Blocks: call it on a worker thread.

    Raises :class:`UnusablePicture` as :func:`read_facts` does, and when any of the pixels cannot be decoded.
    """
    facts = read_facts(data, byte_limit=byte_limit, pixel_limit=pixel_limit)
    from PIL import Image

    try:
        picture = Image.open(BytesIO(data), formats=[facts.mime.removeprefix("image/").upper()])
        picture.load()
    except Exception as error:  # decoders raise whatever they stumble on; all of it means "damaged"
        raise UnusablePicture(f"The picture ({facts.mime}) is damaged: {error}", code="not_decodable") from error
    return PictureFacts(facts.mime, *picture.size), picture


# -- headers ---------------------------------------------------------------------------------------------------------
# Each reader returns width and height, and raises IndexError or ValueError for a header or an end that is missing.


def _size_of_png(data: bytes) -> tuple[int, int]:
    if data[12:16] != b"IHDR":
        raise ValueError("no header")
    place = 8
    while data[place + 4 : place + 8] != b"IEND":
        if place + 12 > len(data):
            raise ValueError("no end")
        place += 12 + _big(data, place, 4)
    return _real(_big(data, 16, 4), _big(data, 20, 4))


def _size_of_jpeg(data: bytes) -> tuple[int, int]:
    place, size = 2, (0, 0)
    while True:
        while data[place] != 0xFF or data[place + 1] in (0x00, 0xFF):
            place += 1
        marker = data[place + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            size = (_big(data, place + 7, 2), _big(data, place + 5, 2))
        if marker == 0xDA:
            # Inside the scan data 0xFF is always followed by a stuffed zero or a restart, so this is the real end.
            data.index(b"\xff\xd9", place)
            return _real(*size)
        place += 2 + (0 if marker == 0x01 or 0xD0 <= marker <= 0xD8 else _big(data, place + 2, 2))


def _size_of_gif(data: bytes) -> tuple[int, int]:
    return _real(_little(data, 6, 2), _little(data, 8, 2))


def _size_of_bmp(data: bytes) -> tuple[int, int]:
    if _little(data, 14, 4) == 12:
        return _real(_little(data, 18, 2), _little(data, 20, 2))
    height = int.from_bytes(data[22:26], "little", signed=True)  # negative: stored from the top down
    return _real(_little(data, 18, 4), abs(height))


def _size_of_webp(data: bytes) -> tuple[int, int]:
    if _little(data, 4, 4) + 8 > len(data) + 1:
        raise ValueError("cut off")
    kind = data[12:16]
    if kind == b"VP8X":
        return _real(_little(data, 24, 3) + 1, _little(data, 27, 3) + 1)
    if kind == b"VP8L" and data[20] == 0x2F:
        bits = _little(data, 21, 4)
        return _real((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        return _real(_little(data, 26, 2) & 0x3FFF, _little(data, 28, 2) & 0x3FFF)
    raise ValueError("unknown chunk")


def _size_of_avif(data: bytes) -> tuple[int, int]:
    """The largest image extents of the file: tiles, previews and alpha planes are never larger than the picture."""
    sizes, place = [], data.find(b"ispe")
    while place >= 0:
        sizes.append((_big(data, place + 8, 4), _big(data, place + 12, 4)))
        place = data.find(b"ispe", place + 4, 65536)
    return _real(*max(sizes, key=lambda size: size[0] * size[1]))


_SIZES: dict[str, Callable[[bytes], tuple[int, int]]] = {
    "image/png": _size_of_png,
    "image/jpeg": _size_of_jpeg,
    "image/webp": _size_of_webp,
    "image/gif": _size_of_gif,
    "image/bmp": _size_of_bmp,
    "image/avif": _size_of_avif,
}


def _big(data: bytes, place: int, length: int) -> int:
    if place + length > len(data):
        raise IndexError(place)
    return int.from_bytes(data[place : place + length], "big")


def _little(data: bytes, place: int, length: int) -> int:
    if place + length > len(data):
        raise IndexError(place)
    return int.from_bytes(data[place : place + length], "little")


def _real(width: int, height: int) -> tuple[int, int]:
    if width <= 0 or height <= 0:
        raise ValueError("no pixels")
    return width, height


def _looks_like(data: bytes) -> str:
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    if b"<svg" in start:
        return "an SVG drawing"
    if start.startswith((b"{", b"[")):
        return "JSON text"
    if data[4:8] == b"ftyp":
        return "a video"
    return "something else"


def _megabytes(count: int) -> str:
    return f"{count / 1024 / 1024:.1f} MB"
