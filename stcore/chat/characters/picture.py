"""The picture a card travels in. Pillow is imported when a picture has to be made or changed."""

from __future__ import annotations

import colorsys
import zlib
from io import BytesIO
from typing import TYPE_CHECKING

from stcore.images.embed import is_png
from stcore.images.sniff import decode_fully

if TYPE_CHECKING:
    from PIL import Image

SIZE = (400, 600)


def as_png(picture: bytes) -> bytes:
    """The picture as a PNG; one that is a PNG already stays as it is. Raises ``UnusablePicture``."""
    if is_png(picture):
        return picture
    _, image = decode_fully(picture)
    if image.mode not in ("RGB", "RGBA", "L", "LA"):
        image = image.convert("RGBA" if "transparency" in image.info or "A" in image.mode else "RGB")
    return _saved(image)


def plain_picture(name: str) -> bytes:
    """For a character without a picture: its initial on a colour of its own, always the same for a name."""
    from PIL import Image, ImageDraw, ImageFont

    hue = zlib.crc32(name.encode("utf-8", "replace")) % 360 / 360
    image = Image.new("RGB", SIZE, _colour(hue, 0.35))
    initial = next((sign for sign in name if sign.isalnum() and sign.isascii()), "?").upper()
    middle = (SIZE[0] / 2, SIZE[1] / 2)
    ImageDraw.Draw(image).text(middle, initial, _colour(hue, 0.85), ImageFont.load_default(SIZE[0] / 2), anchor="mm")
    return _saved(image)


def _colour(hue: float, lightness: float) -> tuple[int, int, int]:
    red, green, blue = (round(part * 255) for part in colorsys.hls_to_rgb(hue, lightness, 0.4))
    return red, green, blue


def _saved(image: Image.Image) -> bytes:
    target = BytesIO()
    image.save(target, "PNG")
    return target.getvalue()
