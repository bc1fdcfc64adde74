"""What people bring along is taken by its content, within limits, and kept without what it tells of its maker."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageCms, ImageSequence, PngImagePlugin

from stcore.errors import UnusablePicture
from stcore.images.sniff import media_type
from stcore.images.uploads import UPLOAD_LIMIT, cleaned
from tests.images.pictures import picture

ORIENTATION, DESCRIPTION, GPS = 0x0112, 0x010E, 0x8825


def encoded(image: Image.Image, format: str, **how: Any) -> bytes:
    out = BytesIO()
    image.save(out, format, **how)
    return out.getvalue()


def decoded(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def exif(orientation: int = 1) -> Image.Exif:
    found = Image.Exif()
    found[ORIENTATION], found[DESCRIPTION] = orientation, "the secret place"
    found.get_ifd(GPS)[1] = "N"
    return found


@pytest.mark.feature("ATT-4")
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_turned_by_its_orientation_and_without_what_is_noted_in_it(format: str) -> None:
    image = Image.new("RGB", (40, 20), (250, 250, 250))
    image.paste((10, 10, 10), (0, 0, 20, 20))  # the left half is dark
    how = {"quality": 100} if format == "JPEG" else {"lossless": True} if format == "WEBP" else {}
    clean = decoded(cleaned(encoded(image, format, exif=exif(6), xmp=b"<x:xmpmeta/>", **how)))
    assert (clean.format, clean.size) == (format, (20, 40))
    above, below = [clean.crop(half).convert("L").tobytes() for half in ((0, 0, 20, 18), (0, 22, 20, 40))]
    assert max(above) < 60 < 200 < min(below)
    assert not clean.getexif()
    assert {"exif", "xmp", "icc_profile", "comment"}.isdisjoint(clean.info)


@pytest.mark.feature("ATT-4")
def test_texts_and_comments_are_left_behind() -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", "the secret name")
    texts.add_itxt("XML:com.adobe.xmp", "the secret name")
    image = Image.new("RGB", (9, 9))
    for data in (
        encoded(image, "PNG", pnginfo=texts),
        encoded(image, "JPEG", comment=b"the secret name"),
        encoded(image, "GIF", comment=b"the secret name"),
    ):
        assert b"secret" in data or b"zTXt" in data
        assert b"secret" not in cleaned(data)


def test_colours_become_those_of_srgb() -> None:
    grey = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    kept = decoded(cleaned(encoded(Image.new("RGBA", (4, 4), (10, 200, 30, 77)), "PNG", icc_profile=grey)))
    assert kept.getpixel((1, 1)) == (10, 200, 30, 77)
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    misfit = decoded(cleaned(encoded(Image.new("RGB", (4, 4), (9, 8, 7)), "PNG", icc_profile=lab)))
    assert misfit.getpixel((1, 1)) == (9, 8, 7)


@pytest.mark.parametrize(
    ("format", "mode"),
    [
        *(("JPEG", mode) for mode in ("L", "RGB", "CMYK")),
        *(("PNG", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
        *(("WEBP", mode) for mode in ("RGB", "RGBA")),
    ],
)
def test_every_kind_of_pixel_is_kept(format: str, mode: str) -> None:
    data = encoded(Image.new(mode, (30, 20)), format)
    clean = decoded(cleaned(data))
    assert (clean.format, clean.size) == (format, (30, 20))
    assert clean.has_transparency_data == decoded(data).has_transparency_data


def test_animations_of_gif_go_on_moving() -> None:
    frames = [Image.new("RGB", (30, 20), (60 * n, 0, 0)) for n in range(4)]
    times = [100, 200, 300, 400]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=times, loop=0)
    clean = decoded(cleaned(data))
    assert [frame.info["duration"] for frame in ImageSequence.Iterator(clean)] == times
    assert clean.info["loop"] == 0
    moving = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=100)
    assert getattr(decoded(cleaned(moving)), "n_frames", 1) == 1


@pytest.mark.feature("ATT-1", "ATT-5")
def test_a_file_may_have_just_so_many_bytes() -> None:
    small = picture(format="JPEG")
    largest = small + b"\0" * (UPLOAD_LIMIT - len(small))
    assert cleaned(largest) != largest
    with pytest.raises(UnusablePicture, match=r"boat\.jpg.*10\.0 MB") as caught:
        cleaned(largest + b"\0", "boat.jpg")
    assert caught.value.code == "too_big"


@pytest.mark.feature("ATT-2")
def test_the_content_counts_and_not_the_name() -> None:
    assert media_type(cleaned(picture(), "boat.webp")) == "image/png"
    for data, code in (
        (b"just words", "bad_type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "bad_type"),
        (picture(format="BMP"), "bad_type"),
        (picture(format="JPEG", noise=True)[:-500], "not_decodable"),
        (b"", "no_file"),
    ):
        with pytest.raises(UnusablePicture, match=r"boat\.png") as caught:
            cleaned(data, "boat.png")
        assert caught.value.code == code


def png_of(width: int, height: int) -> bytes:
    """A PNG that declares a size and holds nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.feature("ATT-3")
def test_too_many_pixels_are_refused_before_they_are_decoded() -> None:
    with pytest.raises(UnusablePicture) as caught:
        cleaned(png_of(9000, 9000))
    assert caught.value.code == "too_many_pixels"
    with pytest.raises(UnusablePicture) as caught:
        cleaned(png_of(8192, 8192))  # many, yet not too many: the file itself holds none
    assert caught.value.code == "not_decodable"


def test_too_many_pixels_in_all_frames() -> None:
    frames = [Image.new("L", (2000, 2000), n % 2 * 255) for n in range(18)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100)
    with pytest.raises(UnusablePicture, match="18 frames") as caught:
        cleaned(data)
    assert caught.value.code == "too_many_pixels"
