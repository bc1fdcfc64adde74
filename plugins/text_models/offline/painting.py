"""Picture prompts by rules: what can be seen in the card and the chat, put in the order that picture models like."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

from .words import CLOTHES, LOOKS, PEOPLE, PLACES, TIMES, frequent, key_phrases, seen

if TYPE_CHECKING:
    from .talk import Scene

_ASKS = re.compile(
    r"\bcomma\b|\bcomma-|\bkeywords?\b|\b(?:list of tags|tags|tag list)\b"
    r"|\b(?:picture|image|drawing)[ -](?:generation )?prompt"
    r"|\bprompt for (?:a|an|the) (?:picture|image|drawing|portrait)",
    re.IGNORECASE,
)
_FACE = re.compile(r"close-?up|\bfac(?:e|ial)\b", re.IGNORECASE)
_BACKGROUND = re.compile(r"\bbackground\b|surroundings|no people|without people", re.IGNORECASE)
_MOMENT = re.compile(r"last (?:chat )?message|\bscene\b|recap|recent|happen|moment", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“]([^\"”]{2,300})[\"”]")
_LIGHT = ("soft light", "golden light", "warm lamplight", "clear daylight", "dramatic light")
_EXPRESSIONS = {
    r"\b(smil|laugh|grin|happy|glad|joy)": "smiling",
    r"\b(sad|cry|tears|weep)": "sad look",
    r"\b(angry|furious|glare|rage)": "angry look",
    r"\b(shy|blush)": "shy smile",
    r"\b(afraid|fear|scared)": "frightened look",
}
_ACTS = re.compile(r"\b((?:sit|stand|walk|runn|danc|read|cook|fight|sleep|lean|fly|swimm|play|sing|writ|hold|ly)ing)\b")


def asks_for_prompt(text: str) -> bool:
    """Whether a request wants a list of what can be seen, as the writer of picture prompts asks for it."""
    return _ASKS.search(text) is not None


def picture_prompt(scene: Scene, rng: random.Random) -> str:
    """A comma-separated prompt for what the request asks: a figure, a face, a place, or the present moment."""
    asked = scene.asked
    told = "\n".join(text for _, text in scene.before[-8:])
    place = _place(f"{scene.part('The situation')}\n{told}", rng)
    if _BACKGROUND.search(asked):
        return _joined("background", *place, "no people")
    if subject := _QUOTED.search(asked):
        return _joined(subject[1], *place, "detailed")
    if _FACE.search(asked):
        return _joined("close-up facial portrait", *_person(scene, asked, told, clothes=False), place[-1])
    if _MOMENT.search(asked):
        last = scene.before[-1][1] if scene.before else told
        things = key_phrases(last)[:3]
        return _joined(*place[:1], *_acts(last), *_person(scene, asked, told), *things, *place[1:])
    return _joined("full body portrait", *_person(scene, asked, told), *_acts(told), *place)


def _person(scene: Scene, asked: str, told: str, *, clothes: bool = True) -> list[str]:
    """Who is on the picture: the character, or the person themselves when the request is about them."""
    about_user = scene.user in asked and scene.char not in asked
    name = scene.user if about_user else scene.char
    card = scene.part(f"About {name}")
    person = seen(card, PEOPLE) or seen(told, PEOPLE)
    looks = seen(card, LOOKS) + (seen(card, CLOTHES) if clothes else [])
    if not looks:
        looks = seen(told, LOOKS)[:3]
    words = [] if person or looks else frequent(card, 4)
    mood = [word for pattern, word in _EXPRESSIONS.items() if re.search(pattern, told[-600:], re.IGNORECASE)][:1]
    return [*person[:1], *looks[:6], *words, *mood]


def _place(text: str, rng: random.Random) -> list[str]:
    """Where and in which light: the latest that was mentioned."""
    places, times = seen(text, PLACES)[-2:], seen(text, TIMES)[-2:]
    return [*reversed(places), *reversed(times), rng.choice(_LIGHT)]


def _acts(text: str) -> list[str]:
    return [found.lower() for found in _ACTS.findall(text)][-1:]


def _joined(*parts: str) -> str:
    kept = dict.fromkeys(" ".join(part.split()) for part in parts)
    return ", ".join(part for part in kept if part)
