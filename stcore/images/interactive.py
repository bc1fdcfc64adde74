"""Is a message a wish for a picture, and of what? The rules of interactive mode (image-generation.md section 9). Pure.

The words are data: :data:`ENGLISH` holds those of 1.18, and a plugin adds its own as further :class:`Triggers`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from stcore.macros.text import SPACE_CLASS, is_blank, trim

_SPACE = f"[{SPACE_CLASS}]"
_ANY = "[^\n\r\u2028\u2029]"
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Triggers:
    """The words that ask for a picture, in lower case: a verb, at most ``gap`` characters, a noun, the subject.

    ``links`` and ``articles`` in front of the subject are left out of it. ``subjects`` are pairs of a subject and the
    mode word it stands for. ``a + b`` joins the words of both, for another language or more words.
    """

    verbs: tuple[str, ...] = ()
    nouns: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    subjects: tuple[tuple[str, str], ...] = ()
    gap: int = 10

    def __add__(self, other: Triggers) -> Triggers:
        return Triggers(
            verbs=self.verbs + other.verbs,
            nouns=self.nouns + other.nouns,
            links=self.links + other.links,
            articles=self.articles + other.articles,
            subjects=self.subjects + other.subjects,
            gap=max(self.gap, other.gap),
        )


ENGLISH = Triggers(
    verbs=("send", "mail", "imagine", "generate", "make", "create", "draw", "paint", "render", "show"),
    nouns=("pic", "picture", "image", "drawing", "painting", "photo", "photograph"),
    links=("of",),
    articles=("a", "an", "the", "this", "that", "those", "your"),
    subjects=(
        *((subject, "you") for subject in ("you", "yourself")),
        *((subject, "me") for subject in ("me", "myself")),
        *((subject, "scene") for subject in ("story", "scenario", "whole story")),
        ("last message", "last"),
        *((subject, "face") for subject in ("face", "portrait", "selfie")),
        # The word scene means the surroundings here, while the command's mode word means the story (9.3).
        *(
            (subject, "background")
            for subject in ("background", "scene background", "scene", "scenery", "surroundings", "environment")
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Captured:
    """What a message asked for. ``subject`` is as it was said, in lower case; ``argument`` is what to generate: the
    mode word of a special subject, else the subject. It goes through :func:`stcore.images.modes.mode_of` as the
    argument of a command does."""

    subject: str
    argument: str


def is_listening(
    last_message: str,
    *,
    by_user: bool = True,
    interactive: bool = True,
    quiet: bool = False,
    function_tool: bool = False,
    model_uses_tools: bool = False,
) -> bool:
    """Whether a message is looked at before a text reply is generated (9.1).

    ``last_message`` and ``by_user`` are of the last message that is not hidden; no message is empty text. ``quiet`` is
    a generation that posts nothing. The function tool, where the model can call it, decides instead.
    """
    return interactive and not quiet and by_user and last_message != "" and not (function_tool and model_uses_tools)


def capture(message: str, triggers: Triggers = ENGLISH) -> Captured | None:
    """The wish for a picture in ``message``, or ``None`` (9.2, 9.3). Only the leftmost place that matches counts.

    >>> capture("Draw us a picture of an apple orchard")
    Captured(subject='apple orchard', argument='apple orchard')
    >>> capture("show me a picture of yourself")
    Captured(subject='yourself', argument='you')
    """
    found = _pattern(triggers).search(_in_units(message.lower()))
    if found is None or is_blank(found["subject"]):
        return None
    subject = _in_characters(trim(found["subject"]))
    return Captured(subject, dict(triggers.subjects).get(subject, subject))


@cache
def _pattern(triggers: Triggers) -> re.Pattern[str]:
    """The rules of 9.2 from left to right. A part in ``(?:...)?`` is taken whenever the rest still matches."""
    return re.compile(
        f"{_whole_word(triggers.verbs)}{_ANY}{{0,{triggers.gap}}}{_whole_word(triggers.nouns)}"
        f"(?:{_SPACE}+{_one_of(triggers.links)})?"
        f"(?:{_SPACE}+{_one_of(triggers.articles)}{_SPACE}+)?"
        f"(?P<subject>{_ANY}+)"
    )


def _one_of(words: Iterable[str]) -> str:
    """Any of ``words``; without words nothing, which never matches."""
    return f"(?:{'|'.join(map(re.escape, words)) or '(?!)'})"


def _whole_word(words: tuple[str, ...]) -> str:
    """Any of ``words`` between word ends. Around a word in ASCII only ASCII letters, digits and ``_`` continue it, so
    that an accented letter next to it does not; words of other scripts end where any letter ends."""
    ascii_words = [word for word in words if word.isascii()]
    others = [word for word in words if not word.isascii()]
    plain = rf"(?<![0-9a-z_]){_one_of(ascii_words)}(?![0-9a-z_])"
    return rf"(?:{plain}|(?<!\w){_one_of(others)}(?!\w))"


# The gap is counted in units of UTF-16, as positions are in all of the host's languages: one emoji takes two of them.


def _in_units(text: str) -> str:
    return _ASTRAL.sub(lambda sign: "".join(_surrogates(ord(sign[0]) - 0x10000)), text)


def _surrogates(offset: int) -> tuple[str, str]:
    return chr(0xD800 + (offset >> 10)), chr(0xDC00 + (offset & 0x3FF))


def _in_characters(units: str) -> str:
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
