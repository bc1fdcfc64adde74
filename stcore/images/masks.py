"""Masks of references, turned the way backends expect them."""

from __future__ import annotations

import asyncio
from io import BytesIO

from stcore.images.request import ImageRequest, Reference


async def white_masks(request: ImageRequest) -> ImageRequest:
    """The request with every mask turned so that white is what is repainted; pictures are decoded on worker threads."""
    if not any(_must_turn(reference) for reference in request.references):
        return request
    turned = [
        await asyncio.to_thread(_turned, reference) if _must_turn(reference) else reference
        for reference in request.references
    ]
    return request.model_copy(update={"references": tuple(turned)})


def _must_turn(reference: Reference) -> bool:
    return reference.role == "mask" and reference.polarity == "transparent_repaint"


def _turned(mask: Reference) -> Reference:
    from PIL import Image, ImageChops

    with Image.open(BytesIO(mask.data)) as picture:
        alpha = picture.convert("RGBA").getchannel("A")
    out = BytesIO()
    ImageChops.invert(alpha).save(out, "PNG")
    return mask.model_copy(update={"data": out.getvalue(), "mime": "image/png", "polarity": "white_repaint"})
