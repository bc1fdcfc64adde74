"""Pictures that people bring along, made fit to be kept (studio.md section 3).

What a file is, is read from its content. It is decoded and written again by a clean encoder, so nothing of where and
how it was taken survives: no EXIF, no place, no comments, no thumbnails. Its orientation is applied to the pixels, its
colours become sRGB, its format stays. Of animations only those of GIF are kept.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from stcore.errors import UnusablePicture
from stcore.images.sniff import PIXEL_LIMIT, decode_fully, read_facts

if TYPE_CHECKING:
    from PIL import Image

UPLOAD_LIMIT = 10 * 1024 * 1024
"""Bytes of a file, inclusive."""

KINDS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WebP", "image/gif": "GIF"}
"""What is taken, and how people call it."""

_SAVING: dict[str, dict[str, Any]] = {
    "image/jpeg": {"quality": 92, "subsampling": 0, "optimize": True},
    "image/png": {"optimize": False, "compress_level": 6},
    "image/webp": {"quality": 90, "method": 4},
}


def cleaned(data: bytes, name: str = "") -> bytes:
    """The picture as it is kept. ``name`` is the person's own for the file, for errors.

    Blocks: call it on a worker thread. Raises :class:`UnusablePicture` (codes ``no_file``, ``bad_type``, ``too_big``,
    ``too_many_pixels``, ``not_decodable``).
    """
    try:
        return _cleaned(data)
    except UnusablePicture as error:
        if not name:
            raise
        raise UnusablePicture(f"{name}: {error.message}", code=error.code, hint=error.hint) from error


def _cleaned(data: bytes) -> bytes:
    facts = read_facts(data, byte_limit=UPLOAD_LIMIT)
    if facts.mime not in KINDS:
        raise UnusablePicture(
            f"The picture is {facts.mime.removeprefix('image/').upper()}.",
            code="bad_type",
            hint=f"{', '.join(KINDS.values())} are taken.",
        )
    if facts.mime == "image/gif":
        return _clean_gif(data)
    _, picture = decode_fully(data, byte_limit=UPLOAD_LIMIT)
    return _saved(_upright(picture), facts.mime, lossless=b"VP8L" in data[:64])


def _upright(picture: Image.Image) -> Image.Image:
    """Turned as it should be seen, with the colours of sRGB."""
    from PIL import ImageCms, ImageOps

    profile = picture.info.get("icc_profile")
    picture = ImageOps.exif_transpose(picture)
    if not profile:
        return picture
    if picture.mode == "P":
        picture = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
    try:
        own, common = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
        mode = "RGBA" if picture.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(picture, own, common, outputMode=mode) or picture
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture  # a profile that is damaged, or of another kind of colours than the picture, says nothing


def _saved(picture: Image.Image, mime: str, *, lossless: bool) -> bytes:
    """Written anew, without what the decoder noted beside the pixels."""
    if mime == "image/jpeg" and picture.mode not in ("RGB", "L"):
        picture = picture.convert("RGB")
    if mime == "image/webp" and picture.mode not in ("RGB", "RGBA"):
        picture = picture.convert("RGBA" if "A" in picture.mode else "RGB")
    # In a PNG, one colour may stand for "nothing here": that belongs to the pixels.
    kept = ("transparency",) if mime == "image/png" else ()
    picture.info = {name: picture.info[name] for name in kept if name in picture.info}
    options = _SAVING[mime] | ({"lossless": lossless} if mime == "image/webp" else {})
    out = BytesIO()
    picture.save(out, mime.removeprefix("image/").upper(), **options)
    return out.getvalue()


def _clean_gif(data: bytes) -> bytes:
    """All frames with their times, without comments."""
    from PIL import ImageSequence

    facts, picture = decode_fully(data, byte_limit=UPLOAD_LIMIT)
    frames = getattr(picture, "n_frames", 1)
    if frames * facts.width * facts.height > PIXEL_LIMIT:
        raise UnusablePicture(
            f"The animation has {frames} frames of {facts.width} x {facts.height} pixels; {PIXEL_LIMIT:,} in all are "
            "the limit.",
            code="too_many_pixels",
        )
    try:
        copies = [frame.copy() for frame in ImageSequence.Iterator(picture)]
    except (OSError, SyntaxError, ValueError) as error:
        raise UnusablePicture(f"The animation is damaged: {error}", code="not_decodable") from error
    times, loop = [int(frame.info.get("duration", 0)) for frame in copies], picture.info.get("loop")
    for frame in copies:
        frame.info = {name: frame.info[name] for name in ("transparency",) if name in frame.info}
    further: dict[str, Any] = {} if loop is None else {"loop": loop}
    if len(copies) > 1:
        # Each frame stands alone: what of the one before shows through was drawn into it by the decoder.
        further |= {"save_all": True, "append_images": copies[1:], "duration": times, "disposal": 2}
    out = BytesIO()
    copies[0].save(out, "GIF", **further)
    return out.getvalue()
