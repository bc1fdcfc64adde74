"""The modes: what is wanted, who writes the text, which size and prefixes it takes (image-generation.md sections 2, 5).

Pure: data and functions of texts. The words a person types are exactly those of :data:`WORDS`; all other text is a
free prompt.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from stcore.images.prompt import join, shave
from stcore.images.shapes import Shape
from stcore.macros.text import SPACE_CLASS, WHITESPACE, trim

Writer = Literal["text model", "captioner", "nobody"]


@dataclass(frozen=True, slots=True)
class Mode:
    """One row of the table in 2.1. ``number`` is what chats store (1.3); modes of one's own store that of free ones.

    ``writer`` makes the prompt's text; with ``nobody`` it is taken as it stands. ``prefixed`` modes get the character's
    prefixes in a new generation. ``style`` is drawn in whatever style is chosen otherwise. ``title`` is what menus say.
    Of one with ``words`` (in lower case) what stands behind one of them is the subject; others take none.
    """

    name: str
    number: int
    writer: Writer
    prefixed: bool
    shape: Shape = "as set"
    title: str = ""
    style: str = ""
    words: tuple[str, ...] = ()


YOU = Mode("you", 0, "text model", prefixed=True, title="Yourself")
ME = Mode("me", 1, "text model", prefixed=False, title="Me")
SCENE = Mode("scene", 2, "text model", prefixed=True, title="The whole story")
RAW_LAST = Mode("raw_last", 3, "nobody", prefixed=True, title="The last message, word for word")
LAST = Mode("last", 4, "text model", prefixed=True, title="The last message")
FACE = Mode("face", 5, "text model", prefixed=True, shape="portrait", title="Your face")
FREE = Mode("free", 6, "nobody", prefixed=False)
BACKGROUND = Mode("background", 7, "text model", prefixed=False, shape="wide", title="Background")
YOU_MULTIMODAL = Mode("you_multimodal", 8, "captioner", prefixed=True)
ME_MULTIMODAL = Mode("me_multimodal", 9, "captioner", prefixed=False)
FACE_MULTIMODAL = Mode("face_multimodal", 10, "captioner", prefixed=True, shape="portrait")
FREE_EXTENDED = Mode("free_extended", 11, "text model", prefixed=False)

MODES = (
    YOU,
    ME,
    SCENE,
    RAW_LAST,
    LAST,
    FACE,
    FREE,
    BACKGROUND,
    YOU_MULTIMODAL,
    ME_MULTIMODAL,
    FACE_MULTIMODAL,
    FREE_EXTENDED,
)
"""Every mode, at the place of its number."""

WORDS = {mode.name: mode for mode in (YOU, ME, SCENE, RAW_LAST, LAST, FACE, BACKGROUND)}
"""The words that choose a mode, beside those of modes of one's own (2.1)."""

MENU = (YOU, FACE, ME, SCENE, LAST, RAW_LAST, BACKGROUND)
"""What menus offer, in their order (1.1)."""

_MULTIMODAL = {YOU: YOU_MULTIMODAL, ME: ME_MULTIMODAL, FACE: FACE_MULTIMODAL}


def mode_of(
    argument: str, *, multimodal: bool = False, extend: bool = False, own: Mapping[str, Mode] | None = None
) -> Mode:
    """The mode an argument asks for (2.2): one of the words, whatever its case, and nothing beside it; else free.

    ``multimodal``: portraits are described from the avatar. ``extend``: the text model enlarges a free prompt. ``own``
    are modes of one's own by their words in lower case; they come after those of :data:`WORDS`, and those that take a
    subject may have one behind the word.
    """
    word, own = trim(argument).lower(), own or {}
    mode = WORDS.get(word) or own.get(word) or _with_subject(word, own) or FREE
    if multimodal:
        mode = _MULTIMODAL.get(mode, mode)
    return FREE_EXTENDED if extend and mode is FREE else mode


def subject_of(argument: str, mode: Mode) -> str:
    """What a mode is to draw: the argument, without the word that chose a mode that takes a subject.

    >>> subject_of("Tarot: a fox", Mode("tarot", 6, "nobody", prefixed=False, words=("tarot",)))
    'a fox'
    """
    argument = trim(argument)
    word = _leading_word(argument.lower(), mode.words)
    return argument[len(word) :].lstrip(f"{WHITESPACE}:,") if word else argument


def _with_subject(text: str, own: Mapping[str, Mode]) -> Mode | None:
    word = _leading_word(text, [word for word, mode in own.items() if mode.words])
    return own[word] if word else None


def _leading_word(text: str, words: Sequence[str]) -> str:
    """The longest of ``words`` with which a text begins, and which ends there; empty when there is none."""
    found = [word for word in words if text.startswith(word) and text[len(word) :][:1] in ("", ":", ",", *WHITESPACE)]
    return max(found, key=len, default="")


def by_number(number: object) -> Mode:
    """The mode a chat stores as ``number``; free for anything else, an upload for instance (13.2)."""
    return next((mode for mode in MODES if mode.number == number), FREE)


def takes_prefixes(mode: Mode, *, one_to_one: bool, again: bool = False) -> bool:
    """Whether the open character's prefixes are joined without being asked for (7.3).

    ``one_to_one``: a chat with one character is open. ``again``: a swipe or the paintbrush, which always take them.
    """
    return one_to_one and (again or mode.prefixed)


# -- texts that nobody writes ----------------------------------------------------------------------------------------


def raw_last_text(message: str, scenario: str, description: str, clean: Callable[[str], str]) -> str:
    """The prompt of mode ``raw_last`` when the character of the message is known (5.2).

    >>> raw_last_text("Hello!", "", "tall", lambda text: text.strip("!"))
    '((Hello)), (:0.7), (tall:0.5)'
    """
    return f"(({clean(message)})), ({clean(scenario)}:0.7), ({clean(description)}:0.5)"


# -- the character's prefix at a place of one's choosing -------------------------------------------------------------

_MARKERS = re.compile(rf"\Achar(?P<end>[{SPACE_CLASS},])|\{{\{{charPrefix\}}\}}", re.IGNORECASE | re.ASCII)


def has_marker(text: str) -> bool:
    """Whether a free prompt wants the character's prefix (5.4).

    >>> has_marker("char on a raft"), has_marker("chart of a raft")
    (True, False)
    """
    return _MARKERS.search(trim(text)) is not None


@dataclass(frozen=True, slots=True)
class Marked:
    """A text whose markers were expanded, and the extra negative with what they brought."""

    text: str
    extra_negative: str


def expand_markers(
    text: str, prefix: str, negative: str = "", extra_negative: str = "", *, tight: bool = False
) -> Marked:
    """Put a character's ``prefix`` where a free prompt wants it, and its ``negative`` to the extra negative (5.4).

    Markers are the word ``char`` before a comma or white space at the very start, and ``{{charPrefix}}`` anywhere, in
    any case; each merges the negative once. Without a prefix the markers vanish. ``tight`` loses the space of
    ``char on a raft``, to the letter as 1.18 does (Q8).

    >>> expand_markers("char on a raft", "blue scarf", "gloves", "fog")
    Marked(text='blue scarf, on a raft', extra_negative='fog, gloves')
    """
    prefix, negative = trim(prefix), trim(negative)
    merged = extra_negative

    def put(marker: re.Match[str]) -> str:
        nonlocal merged
        merged = join(merged, negative)
        if not marker["end"]:
            return prefix
        if not shave(prefix):
            return ""
        has_space = trim(marker.string[marker.end() :][:1]) == ""
        return shave(prefix) + ("," if tight or has_space else ", ")

    return Marked(_MARKERS.sub(put, trim(text)), merged)
