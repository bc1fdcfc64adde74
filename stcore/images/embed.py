"""How a picture was made, written into the picture itself without touching a single pixel.

PNG text chunks are spliced in behind the header by hand: a re-encode would cost 100 ms and change the bytes that the
source delivered. Two texts go in: ``parameters`` in the form that A1111 and everything around it reads, and
``stcore``, the whole record as JSON. Other formats are left as they are.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER_END = len(_SIGNATURE) + 8 + 13 + 4  # the header chunk is always first and 13 bytes long


def is_png(data: bytes) -> bool:
    return data.startswith(_SIGNATURE)


def with_texts(png: bytes, texts: Mapping[str, str]) -> bytes:
    """The PNG with text chunks added; keys are Latin-1 words of 1-79 characters. Not a PNG: returned as it is."""
    if not texts or not is_png(png) or len(png) < _HEADER_END:
        return png
    return b"".join((png[:_HEADER_END], *(_text_chunk(key, text) for key, text in texts.items()), png[_HEADER_END:]))


def without_texts(png: bytes, unwanted: Callable[[str], bool]) -> bytes:
    """The PNG without the text chunks whose keys are ``unwanted``. Not a PNG: returned as it is."""
    if not is_png(png):
        return png
    kept, place, start = [], len(_SIGNATURE), 0
    for kind, content in _chunks(png):
        end = min(place + 12 + int.from_bytes(png[place : place + 4], "big"), len(png))
        if kind in _READERS and unwanted(content.partition(b"\0")[0].decode("latin-1")):
            kept.append(png[start:place])
            start = end
        place = end
    return b"".join((*kept, png[start:]))


def read_texts(png: bytes) -> dict[str, str]:
    """All readable text chunks of a PNG; damaged ones are skipped, anything else has none.

    Texts beyond :data:`TEXTS_LIMIT` together are not read.
    """
    texts: dict[str, str] = {}
    left = TEXTS_LIMIT
    for kind, content in _chunks(png):
        key, _, rest = content.partition(b"\0")
        text = _READERS[kind](rest) if kind in _READERS else None
        if text is None:
            continue
        left -= len(text)
        if left < 0:
            break
        texts.setdefault(key.decode("latin-1"), text)
    return texts


def is_intact(png: bytes) -> bool:
    """Whether every chunk of the PNG is what its maker wrote: a checksum over each, pixels among them, and the end.

    This takes a hundredth of the time of decoding and finds every fault that travel or storage can cause.
    """
    view, place, has_pixels = memoryview(png), len(_SIGNATURE), False
    while place + 12 <= len(png):
        length, kind = struct.unpack_from(">I4s", png, place)
        end = place + 8 + length
        if end + 4 > len(png) or view[end : end + 4] != zlib.crc32(view[place + 4 : end]).to_bytes(4, "big"):
            return False
        has_pixels = has_pixels or kind == b"IDAT"
        if kind == b"IEND":
            return has_pixels
        place = end + 4
    return False


def _text_chunk(key: str, text: str) -> bytes:
    name = key.encode("latin-1")
    text = text.replace("\0", "")
    try:
        kind, content = b"tEXt", name + b"\0" + text.encode("latin-1")
    except UnicodeEncodeError:
        # Key, not compressed, no language, no translated key.
        kind, content = b"iTXt", name + b"\0\0\0\0\0" + text.encode("utf-8", "replace")
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(_SIGNATURE)
    while is_png(png) and place + 8 <= len(png):
        length, kind = struct.unpack_from(">I4s", png, place)
        yield kind, png[place + 8 : place + 8 + length] if kind in _READERS else b""
        place += 12 + length


def _latin_text(rest: bytes) -> str:
    return rest.decode("latin-1")


def _compressed_text(rest: bytes) -> str | None:
    text = _inflated(rest[1:])
    return None if text is None else text.decode("latin-1")


def _international_text(rest: bytes) -> str | None:
    compressed, body = rest[:1] == b"\1", rest[2:].split(b"\0", 2)[-1]
    text = _inflated(body) if compressed else body
    return None if text is None else text.decode("utf-8", "replace")


_READERS = {b"tEXt": _latin_text, b"zTXt": _compressed_text, b"iTXt": _international_text}

_TEXT_LIMIT = 4 * 1024 * 1024
"""Bytes an inflated text may have: a few kilobytes of a file can declare gigabytes."""

TEXTS_LIMIT = 64 * 1024 * 1024
"""Characters that all texts of a file may have together."""


def _inflated(data: bytes) -> bytes | None:
    try:
        return zlib.decompressobj().decompress(data, _TEXT_LIMIT)
    except zlib.error:
        return None


# -- the two texts ---------------------------------------------------------------------------------------------------

_DETAILS = {
    "steps": "Steps",
    "sampler": "Sampler",
    "scheduler": "Schedule type",
    "guidance": "CFG scale",
    "seed": "Seed",
    "size": "Size",
    "model": "Model",
    "vae": "VAE",
    "denoise": "Denoising strength",
    "clip_skip": "Clip skip",
}
"""The last line's names, in the order in which A1111 writes them."""


def parameters_text(prompt: str, negative_prompt: str, values: Mapping[str, Any]) -> str:
    """The ``parameters`` text: prompt, ``Negative prompt:`` line when there is one, then ``Steps: 20, Seed: 7, ...``.

    ``values`` has the keys of the request (``steps``, ``sampler``, ``seed``, ``size`` as ``WxH``, ``model`` ...);
    empty ones are left out, values with commas or colons are quoted as A1111 does.
    """
    last = [f"{name}: {_quoted(values[key])}" for key, name in _DETAILS.items() if values.get(key) not in (None, "")]
    lines = [prompt.strip()]
    if negative_prompt.strip():
        lines.append(f"Negative prompt: {negative_prompt.strip()}")
    return "\n".join((*lines, ", ".join((*last, "Version: stcore"))))


def _quoted(value: Any) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return json.dumps(text, ensure_ascii=False) if any(sign in text for sign in ",:\n") else text
