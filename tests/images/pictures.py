"""Small pictures for tests."""

from __future__ import annotations

import random
from io import BytesIO

from PIL import Image


def picture(
    width: int = 48, height: int = 32, *, seed: int = 1, format: str = "PNG", mode: str = "RGB", noise: bool = False
) -> bytes:
    """A picture that differs by ``seed``; with ``noise`` it hardly compresses."""
    dice = random.Random(seed)
    if noise:
        image = Image.frombytes(mode, (width, height), dice.randbytes(width * height * len(mode)))
    else:
        image = Image.new(mode, (width, height), tuple(dice.randrange(256) for _ in mode))
    out = BytesIO()
    image.save(out, format)
    return out.getvalue()
