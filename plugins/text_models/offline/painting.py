"""Picture prompts by rules: what can be seen in the card and the chat, put in the order that picture models like."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .asking import Asked, read_request
from .words import CLOTHES, DARK, LOOKS, PEOPLE, PLACES, TIMES, acts, age, frequent, is_act, key_phrases, seen, sex

if TYPE_CHECKING:
    from .talk import Scene

_LIGHT = ("soft light", "golden light", "warm lamplight", "clear daylight", "dramatic light")
_EXPRESSIONS = {
    r"\b(smil|laugh|grin|happy|glad|joy)": "smiling",
    r"\b(sad|cry|tears|weep)": "sad look",
    r"\b(angry|furious|glare|rage)": "angry look",
    r"\b(shy|blush)": "shy smile",
    r"\b(afraid|fear|scared)": "frightened look",
}
_FIGURES = {"woman": "woman", "man": "man", "": "person"}
_REMEMBERED = 8
"""Messages of the chat that are looked at."""


def picture_prompt(scene: Scene, rng: random.Random) -> str:
    """A comma-separated prompt for what the request asks: a figure, a face, a place, a thing, or what happens."""
    asked = read_request(scene.asked, char=scene.char, user=scene.user)
    match asked.motif:
        case "echo":
            return scene.last
        case "background":
            parts = [asked.opening or "background", *_place(scene, rng), *_furnishings(scene), "no people"]
        case "thing":
            parts = [*_thing(scene, asked), *_place(scene, rng)[-1:], "fine details", "sharp focus"]
        case "last":
            parts = [asked.opening, *_moment(scene, rng)]
        case "story":
            parts = [asked.opening, *_story(scene, rng)]
        case _:
            parts = _portrait(scene, asked, rng)
    return _joined(*parts)


# -- what is drawn ---------------------------------------------------------------------------------------------------


def _portrait(scene: Scene, asked: Asked, rng: random.Random) -> list[str]:
    """Name, kind, sex, age, what is worn, work, looks; a face without what is below the neck."""
    is_face = asked.motif == "face"
    opening = asked.opening or ("close-up facial portrait" if is_face else "full body portrait")
    person = _person(scene, of_user=asked.of_user)
    place = _place(scene, rng)
    if is_face:
        return [opening, person.name, *person.kind, *person.looks, person.mood, *place[-1:]]
    return [opening, person.name, *person.kind, *person.clothes, *person.looks, person.mood, *person.acts, *place]


def _moment(scene: Scene, rng: random.Random) -> list[str]:
    """What the last message shows, without names: place, heads, point of view, acts, looks of both."""
    here, there = _person(scene), _person(scene, of_user=True)
    place = _place(scene, rng)
    things = _things(scene, scene.last)[:3]
    told_by_user = scene.before[-1][0] == "user" if scene.before else False
    done = acts(_visible(scene.last))
    doing, answer = (here.acts, done) if told_by_user else (done, there.acts)
    looks = [*here.kind[:1], *here.looks, here.mood, *here.clothes]
    return [
        *place[:1],
        _heads(here.sex, there.sex),
        "POV from the side",
        *doing[:1],
        *looks,
        *doing[1:],
        *answer,
        *there.looks[:2],
        *there.clothes[:2],
        *things,
        *place[1:],
    ]


def _story(scene: Scene, rng: random.Random) -> list[str]:
    """What happened of late, newest last; who is there; where that is."""
    person, place = _person(scene), _place(scene, rng)
    events: list[str] = []
    for _, text in scene.before[-_REMEMBERED:]:
        events += [*acts(_visible(text))[-2:], *_things(scene, text)[:2]]
    return [*place[:2], *events[-10:], person.name, *person.kind, *person.looks, *person.clothes, *place[2:]]


def _thing(scene: Scene, asked: Asked) -> list[str]:
    """The subject with what the card says of it, where it says something."""
    is_own = _names(scene, asked.subject) or asked.subject.lower() == "char"
    if not is_own:
        return [asked.opening, asked.subject, *_details(scene, asked.subject)]
    person = _person(scene)
    return ["{{charPrefix}}" if asked.marker else "", asked.subject, *person.kind, *person.looks, *person.clothes]


def _details(scene: Scene, subject: str) -> list[str]:
    """Phrases of the chat that go with a word of the subject."""
    words = {word.lower() for word in re.findall(r"[^\W\d_]{4,}", subject)}
    phrases = _things(scene, scene.told)
    return [one for one in phrases if words & set(one.lower().split()) and one.lower() not in subject.lower()][:3]


# -- who is there ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Person:
    """What is known of how somebody looks. ``kind`` are species, age and work; ``sex`` is woman, man or unknown."""

    name: str
    sex: str
    kind: list[str]
    looks: list[str]
    clothes: list[str]
    mood: str
    acts: list[str]


def _person(scene: Scene, *, of_user: bool = False) -> _Person:
    name = scene.user if of_user else scene.char
    card, said = scene.about(name), _said(scene, "user" if of_user else "assistant")
    kinds, looks, clothes = seen(card, PEOPLE)[:2], seen(card, LOOKS), seen(card, CLOTHES)
    which = sex(card) or sex(said)
    if which and not any(which in kind.split() for kind in kinds):
        kinds = [*kinds[:1], which, *kinds[1:]]
    if not looks and not clothes:
        looks, clothes = seen(said, LOOKS)[:3], seen(said, CLOTHES)[:2]
    words = [] if kinds or looks or clothes else frequent(card, 4)
    mood = next((word for pattern, word in _EXPRESSIONS.items() if re.search(pattern, said[-600:], re.IGNORECASE)), "")
    return _Person(
        name="" if name == "you" else name,
        sex=which,
        kind=[*kinds, *age(card)],
        looks=[*looks[:6], *words],
        clothes=clothes[:5],
        mood=mood,
        acts=acts(said)[-2:],
    )


def _heads(*sexes: str) -> str:
    """``1 woman, 1 man``."""
    figures = [_FIGURES[which] for which in sexes]
    plural = {"woman": "women", "man": "men", "person": "people"}
    counts = {figure: figures.count(figure) for figure in dict.fromkeys(figures)}
    return ", ".join(f"{count} {figure if count == 1 else plural[figure]}" for figure, count in counts.items())


def _said(scene: Scene, role: str) -> str:
    """The last message of one side."""
    return next((_visible(text) for whose, text in reversed(scene.before) if whose == role), "")


def _names(scene: Scene, phrase: str) -> bool:
    """Whether one of both is named in a phrase."""
    known = [re.escape(name) for name in (scene.char, scene.user) if name not in ("", "you")]
    return bool(known) and re.search(rf"\b(?:{'|'.join(known)})\b", phrase, re.IGNORECASE) is not None


# -- where that is ---------------------------------------------------------------------------------------------------


def _place(scene: Scene, rng: random.Random) -> list[str]:
    """Where and in which light: the latest that was mentioned."""
    text = f"{scene.part('The situation')}\n{scene.told}"
    places, times = seen(text, PLACES)[-2:], seen(text, TIMES)[-2:]
    if not places and not times:
        places, times = seen(scene.about(scene.char), PLACES)[-1:], []
    is_dark = any(DARK & set(time.split()) for time in times)
    light = rng.choice([one for one in _LIGHT if not (is_dark and one == "clear daylight")])
    return [*reversed(places), *reversed(times), light]


def _furnishings(scene: Scene) -> list[str]:
    """Things that were mentioned and are nobody's body or clothes."""
    phrases = _things(scene, f"{scene.part('The situation')}\n{scene.told}")
    bodies = PEOPLE | LOOKS | CLOTHES
    fitting = [one for one in phrases if not bodies & set(one.lower().split())]
    return [one for one in fitting if not any(one in other for other in fitting if other != one)][:3]


def _things(scene: Scene, text: str) -> list[str]:
    """Phrases of a text that are no names and nothing that is done."""
    return [one for one in key_phrases(_visible(text)) if not _names(scene, one) and not is_act(one)]


def _visible(text: str) -> str:
    """A message without what is only said in it."""
    return re.sub(r"[\"“][^\"”]*[\"”]", " ", text)


def _joined(*parts: str) -> str:
    """The parts as one line, none twice."""
    kept = dict.fromkeys(" ".join(part.split()) for part in parts)
    return ", ".join(part for part in kept if part)
