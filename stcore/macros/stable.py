"""A choice that stays the same: the hash and the generator behind ``pick`` (spec/macros.md section 14.2)."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from functools import lru_cache

_MASK = 0xFFFFFFFF


def text_hash(text: str) -> int:
    """The public "cyrb53" hash with seed 0, over UTF-16 code units."""
    a, b = 0xDEADBEEF, 0x41C6CE57
    for unit in _units(text):
        a = ((a ^ unit) * 2654435761) & _MASK
        b = ((b ^ unit) * 1597334677) & _MASK
    a = ((a ^ a >> 16) * 2246822507) & _MASK ^ ((b ^ b >> 13) * 3266489909) & _MASK
    b = ((b ^ b >> 16) * 2246822507) & _MASK ^ ((a ^ a >> 13) * 3266489909) & _MASK
    return (b & 0x1FFFFF) << 32 | a


@lru_cache(maxsize=4096)
def seeded_fraction(seed: str) -> float:
    """The first output, 0 to 1, of the public ARC4 generator "seedrandom" for a seed."""
    stream = _arc4(_key(seed))
    for _ in range(256):
        next(stream)
    number, divisor, rest = 0.0, 2.0**48, 0
    for _ in range(6):
        number = number * 256 + next(stream)
    while number < 2.0**52:
        number = (number + rest) * 256
        divisor *= 256
        rest = next(stream)
    while number >= 2.0**53:
        number /= 2
        divisor /= 2
        rest >>= 1
    return (number + rest) / divisor


def _units(text: str) -> array[int]:
    """The UTF-16 code units of a text."""
    return array("H", text.encode("utf-16", "surrogatepass"))[1:]  # in the machine's own order, behind its mark


def _key(seed: str) -> list[int]:
    """The seed smeared over at most 256 bytes."""
    key: list[int] = []
    smear = 0
    for position, unit in enumerate(_units(seed)):
        index = position & 255
        smear ^= (key[index] if index < len(key) else 0) * 19
        value = (smear + unit) & 255
        if index < len(key):
            key[index] = value
        else:
            key.append(value)
    return key or [0]


def _arc4(key: list[int]) -> Iterator[int]:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) & 255
        state[i], state[j] = state[j], state[i]
    i = j = 0
    while True:
        i = (i + 1) & 255
        j = (j + state[i]) & 255
        state[i], state[j] = state[j], state[i]
        yield state[(state[i] + state[j]) & 255]
