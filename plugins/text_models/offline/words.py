"""A little knowledge of English: which words carry a sentence, which can be seen, and how to turn a sentence round."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_STOP = _words("""
    ah aye bye hello hey hi oh ok okay welcome says asks asked answers answered replies replied tells told
    a about after again all also am an and any are as at be because been before being both but by can can't
    could did didn't do does doesn't doing don't down during each even ever every few for from further get go
    going got had has have having he he's her here hers him his how i i'd i'll i'm i've if in into is isn't it
    it's its itself just know let let's lets like made make makes many me mean more most much must my myself no
    nor not now of off on once one only or other our out over own please put quite really said same say see she
    she's should so some still such take tell than thank thanks that that's the their them then there there's
    these they they're thing things think this those through to today too under until up upon us use very want
    wants was wasn't way we we're well went were what when where which while who whom whose why will with would
    yes yet you you're your yours
""")
_MARKS = _words("a an the my your his her our their this that these those")
_TURN = {
    "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "am": "are", "i'm": "you are",
    "i've": "you have", "i'd": "you would", "i'll": "you will", "you": "I", "your": "my", "yours": "mine",
    "was": "were",
}  # fmt: skip

LOOKS = _words("""
    hair eyes eye face skin lips smile freckles beard moustache scar tattoo ears horns wings tail fur glasses
    braid braids ponytail curls build figure hands voice
""")
CLOTHES = _words("""
    dress coat jacket shirt blouse skirt trousers jeans boots shoes hat cap hood cloak robe armor armour uniform
    scarf gloves sweater apron suit tie kimono cape belt crown mask ring necklace jewellery
""")
PEOPLE = _words("""
    woman man girl boy lady gentleman child elf dwarf witch wizard knight pirate robot android dragon fox cat
    wolf vampire angel demon fairy goblin orc soldier sailor detective nurse doctor teacher student barista
    farmer fisherman traveller merchant baker smith singer dancer musician monk nun pilot engineer maid butler
    guard bard keeper queen king prince princess hunter thief priest scientist captain
""")
PLACES = _words("""
    forest wood woods harbour harbor sea ocean beach shore island river lake waterfall mountain mountains hill
    hills valley desert cave castle tower lighthouse village city town street alley market square house cottage
    cabin room kitchen bedroom library tavern inn bar cafe café church temple garden park field fields meadow
    bridge ship boat train station school office spaceship moon planet ruins swamp cliff windmill orchard
    rooftop balcony
""")
TIMES = _words("""
    dawn sunrise morning noon afternoon sunset dusk twilight evening night midnight spring summer autumn winter
    rain storm snow fog mist wind clouds stars moonlight sunlight candlelight lamplight firelight
""")
DARK = _words("""
    dawn sunrise sunset dusk twilight evening night midnight storm fog mist stars moonlight candlelight lamplight
    firelight
""")
"""Times without clear daylight."""

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+")


def key_phrases(text: str) -> list[str]:
    """Runs of words that carry meaning: first what an article or ``my`` marks as a thing, then the longest."""
    things: dict[str, None] = {}
    others: dict[str, None] = {}
    for sentence in re.split(r"[.,;:!?\n*\"“”()]+", text):
        run: list[str] = []
        marked = False
        for word in [*_WORD.findall(sentence), ""]:
            small = word.lower().replace("’", "'")
            if word and small not in _STOP and small not in _MARKS and len(word) > 2:
                run.append(word)
                continue
            if len(run) > 1 and small in _MARKS:
                run.pop()  # what stands right before a marked thing is a verb: "the storm broke the window"
            if run:
                (things if marked else others)[" ".join(run[:3])] = None
            run, marked = [], small in _MARKS
    return [*sorted(things, key=len, reverse=True), *sorted(others, key=len, reverse=True)]


def turned_round(text: str) -> str:
    """The first sentence seen from the other side: ``I lost my hat.`` becomes ``you lost your hat``."""
    sentence = re.split(r"(?<=[.!?])\s|\n", text.strip())[0].rstrip(".!?… ")
    words = [_TURN.get(word.lower().replace("’", "'"), word) for word in sentence.split()[:16]]
    return " ".join(words)


def seen(text: str, nouns: Iterable[str]) -> list[str]:
    """Phrases that end with one of ``nouns``, with up to two describing words, in the order of the text."""
    wanted = frozenset(nouns)
    found: dict[str, None] = {}
    for sentence in re.split(r"[.,;:!?\n*\"“”()]+|\band\b|\bwith\b", text):
        words = _WORD.findall(sentence)
        for place, word in enumerate(words):
            following = words[place + 1].lower() if place + 1 < len(words) else ""
            if word.lower() not in wanted or (following in PEOPLE and following not in wanted):
                continue  # a lighthouse keeper is no lighthouse
            phrase = [word.lower()]
            for before in reversed(words[max(0, place - 2) : place]):
                if before.lower() in _STOP or before[0].isupper():
                    break
                phrase.insert(0, before.lower())
            found[" ".join(phrase)] = None
    return list(found)


def frequent(text: str, count: int) -> list[str]:
    """The words that come up most."""
    words = (word.lower() for word in _WORD.findall(text))
    return [word for word, _ in Counter(w for w in words if w not in _STOP and len(w) > 3).most_common(count)]


_SHE = re.compile(
    r"\b(?:she|her|hers|herself|woman|girl|lady|queen|princess|witch|mother|sister|wife)\b", re.IGNORECASE
)
_HE = re.compile(
    r"\b(?:he|him|his|himself|man|boy|gentleman|king|prince|wizard|father|brother|husband)\b", re.IGNORECASE
)


def sex(text: str) -> str:
    """``woman`` or ``man``, as most words of a description say; empty when they say nothing."""
    she, he = len(_SHE.findall(text)), len(_HE.findall(text))
    return "woman" if she > he else "man" if he > she else ""


_YEARS = re.compile(r"\b(\d{1,4})[ -]years?[ -]old\b|\bAge:? *(\d{1,4})\b", re.IGNORECASE)
_AGES = re.compile(r"\b(teenage|middle-aged|elderly|ageless|ancient)\b", re.IGNORECASE)


def age(text: str) -> list[str]:
    """How old somebody is said to be, as one phrase."""
    if years := _YEARS.search(text):
        return [f"{years[1] or years[2]} years old"]
    return [found[1].lower()] if (found := _AGES.search(text)) else []


_VERBS = _words("""
    sit stand walk run dance read cook fight sleep lean fly swim play sing write hold lie pour drink eat look smile
    laugh point kneel climb ride jump wave hug kiss carry open paint draw work wait bow crawl dig row sail throw reach
    embrace light lift raise push pull cross follow gaze stare nod whisper shout pick hand offer take lift
""")
_DOUBLED = _words("sit run swim hug dig row nod")
_PAST = {
    "sat": "sit", "stood": "stand", "ran": "run", "fought": "fight", "slept": "sleep", "flew": "fly", "swam": "swim",
    "sang": "sing", "wrote": "write", "held": "hold", "lay": "lie", "drank": "drink", "ate": "eat", "rode": "ride",
    "drew": "draw", "threw": "throw", "knelt": "kneel", "lit": "light", "took": "take",
}  # fmt: skip


def _gerund(verb: str) -> str:
    if verb == "lie":
        return "lying"
    if verb in _DOUBLED - {"row"}:
        return f"{verb}{verb[-1]}ing"
    return f"{verb[:-1] if verb.endswith('e') else verb}ing"


def _forms() -> dict[str, str]:
    """What a verb looks like in a story, and what it looks like in a prompt."""
    forms = dict(_PAST)
    for verb in _VERBS:
        ending = "es" if verb.endswith(("ss", "sh", "ch", "x")) else "s"
        third = f"{verb[:-1]}ies" if verb[-1] == "y" and verb[-2] not in "aeiou" else verb + ending
        forms |= dict.fromkeys((verb, third, _gerund(verb)), verb)
        past = f"{verb}{verb[-1]}ed" if verb in _DOUBLED else f"{verb}d" if verb.endswith("e") else f"{verb}ed"
        forms.setdefault(past, verb)
    return {form: _gerund(verb) for form, verb in forms.items()}


_FORMS = _forms()
_SUBJECTS = _words("i he she they we it who and then")
_HANDLING = frozenset(map(_gerund, _words(
    "hold pick lift raise push pull throw carry open pour take offer cross follow reach light embrace hug"
)))  # fmt: skip
"""What is done to something: without the thing there is nothing to see."""
_BETWEEN = _words("up down out open")
"""What may stand between such a verb and the thing: ``holds up her lantern``."""


def acts(text: str) -> list[str]:
    """What is done in a text, as ``pouring hot tea``: a verb and the words behind it that carry meaning."""
    found: dict[str, None] = {}
    for sentence in re.split(r"[.,;:!?\n*\"“”()]+", text):
        words = _WORD.findall(sentence)
        for place, word in enumerate(words):
            gerund = _FORMS.get(word.lower())
            if gerund is None or not _is_verb(words, place, gerund):
                continue
            things = _done_to(words[place + 1 :], gerund)
            if things or gerund not in _HANDLING:
                found[" ".join([gerund, *things])] = None
    return list(found)


def _done_to(words: list[str], gerund: str) -> list[str]:
    """The words behind a verb that carry meaning, with what stands between."""
    between = words[0].lower() if words and gerund in _HANDLING else ""
    particle = [between] if between in _BETWEEN else []
    things: list[str] = []
    for word in words[len(particle) : 5]:
        small = word.lower()
        if small in _MARKS and not things:
            continue
        if small in _STOP or small in _MARKS or len(things) == 3 or word[0].isupper():
            break
        things.append(small)
    return [*particle, *things] if things else []


def is_act(phrase: str) -> bool:
    """Whether a phrase says only what is done: ``smile``, ``pours hot tea``."""
    first, *others = phrase.lower().split()
    return first in _FORMS and (not others or first not in _VERBS)


def _is_verb(words: list[str], place: int, gerund: str) -> bool:
    """``light`` and ``hand`` are things, too: a verb stands first, behind who acts, or already is a gerund."""
    if words[place].lower() == gerund or place == 0:
        return True
    before = words[place - 1]
    return before.lower() in _SUBJECTS or before[0].isupper() or before.lower().endswith("ly")
