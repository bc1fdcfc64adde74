"""Pictures made small enough to be shown to a text model."""

from __future__ import annotations

from io import BytesIO

LONGEST_SIDE = 2048
QUALITY = 88


def shrink_picture(data: bytes, *, longest: int = LONGEST_SIDE) -> tuple[str, bytes]:
    """The picture as (mime, bytes) of a JPEG of at most ``longest`` pixels a side, on white where it is transparent.

    A JPEG that is small enough stays as it is. Blocks: call it on a worker thread. Raises ``UnusablePicture``.
    """
    from PIL import Image, ImageOps

    from stcore.images.sniff import decode_fully, read_facts

    facts = read_facts(data)
    if facts.mime == "image/jpeg" and max(facts.width, facts.height) <= longest:
        return facts.mime, data
    _, decoded = decode_fully(data)
    picture = ImageOps.exif_transpose(decoded)
    picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    picture.thumbnail((longest, longest))
    if picture.mode == "RGBA":
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
    out = BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=True)
    return "image/jpeg", out.getvalue()
