"""Reading the words: which motifs, hour, season and colours a prompt asks for (the vocabulary is ``words.toml``)."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from random import Random
from typing import Any

RGB = tuple[int, int, int]
WHITE: RGB = (255, 255, 255)


def read_data(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text("utf-8"))


def rgb(code: str) -> RGB:
    """A colour from six hexadecimal digits."""
    return int(code[:2], 16), int(code[2:4], 16), int(code[4:6], 16)


def mix(one: RGB, other: RGB, share: float) -> RGB:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


KNOWN = read_data("words")
COLOURS: dict[str, RGB] = {name: rgb(code) for name, code in KNOWN["colours"].items()}
MEANINGS: dict[str, list[str]] = {}
for _motif, _words in KNOWN["words"].items():
    for _word in _words.split():
        MEANINGS.setdefault(_word, []).append(_motif)


class Scene:
    """What the words ask for.

    ``facts`` are all words by which layers and marks are chosen: motifs, their groups, hour, season, kind of picture.
    ``colours`` are those that the words gave to a motif ("red fox"), ``tint`` one that stands alone ("golden hour").
    """

    def __init__(self, prompt: str, negative: str, chance: Random) -> None:
        self.motifs: list[str] = []
        self.colours: dict[str, RGB] = {}
        self.tint: RGB | None = None
        unwanted = {motif for word in _words_of(negative) for motif in MEANINGS.get(word, ())}
        unwanted |= self._read(_words_of(prompt))
        self.motifs = [motif for motif in dict.fromkeys(self.motifs) if motif not in unwanted]
        self.facts = {"always", *self.motifs}
        self.facts |= {group for group, words in KNOWN["groups"].items() if self.facts & set(words.split())}
        self.kind: str = "land" if self.motifs else chance.choice(KNOWN["abstracts"])
        if "person" in self.facts:
            self.kind = "portrait"
        self.time = self._first("times") or chance.choice(self._usual_times().split())
        self.season = self._first("lands") or (self.time if self.time in KNOWN["lands"] else "summer")
        self.facts |= {self.kind, self.time, self.season} - unwanted

    def wants(self, layer: dict[str, Any]) -> bool:
        when, unless = layer.get("when", layer["name"]).split(), layer.get("unless", "").split()
        right_kind = self.kind in layer.get("kind", "land").split()
        return right_kind and not self.facts.isdisjoint(when) and self.facts.isdisjoint(unless)

    def _read(self, words: list[str]) -> set[str]:
        """Collect motifs and colours; give back the motifs that the prompt itself rules out ("no clouds")."""
        colour, negated, unwanted = None, False, set[str]()
        for word in words:
            if word in COLOURS or word == ",":
                self.tint, colour = colour or self.tint, COLOURS.get(word)
            meanings = MEANINGS.get(word, [])
            if negated:
                unwanted.update(meanings)
            own = colour or COLOURS.get(KNOWN["natural"].get(word, ""))
            self.motifs += meanings
            self.colours.update({motif: own for motif in meanings if own})
            colour = None if meanings else colour
            negated = word in ("no", "without")
        self.tint = colour or self.tint
        return unwanted

    def _first(self, table: str) -> str | None:
        return next((motif for motif in self.motifs if motif in KNOWN[table]), None)

    def _usual_times(self) -> str:
        usual: dict[str, str] = KNOWN["usual_times"]
        return next(
            (times for fact, times in usual.items() if fact in self.facts or fact == self.kind), usual["always"]
        )


def _words_of(text: str) -> list[str]:
    """The words in lower case and in the singular, commas between the parts; tags such as ``<lora:x>`` are left out."""
    text = re.sub(r"<[^>]*>", " ", text.lower()).replace("black and white", "monochrome")
    words = (word if word.isalnum() else "," for word in re.findall(r"\d*[a-z]+|[,.;]", text))
    return [word if word in MEANINGS or word in COLOURS else word.removesuffix("s") for word in words]
