"""What a request for a picture prompt asks for, read out of its words: of whom or what, and how it is to begin.

The words are those of stcore's own templates, of templates people bring along, and of whatever people made of them:
several hints are weighed against each other, and none of them is needed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Motif = Literal["figure", "face", "background", "last", "story", "thing", "echo"]

_LIST = re.compile(
    r"\bcomma[- ](?:separated|delimited)|\b(?:separated|delimited|divided) (?:by|with) commas?|\bkeywords?\b"
    r"|\btag list\b|\b(?:list of |as )tags\b"
    r"|\b(?:picture|image|drawing|illustration)[ -](?:generation )?prompt"
    r"|\bprompt for (?:a|an|the) (?:picture|image|drawing|illustration|photo|portrait|painting|artist)",
    re.IGNORECASE | re.DOTALL,
)
_RECAP = re.compile(r"\brecap\b", re.IGNORECASE)
_VISIBLE = re.compile(
    r"\b(?:illustrat\w+|pictures?|images?|photos?|paint\w*|draw\w*|appearance|looks? like|surroundings|visual\w*)\b",
    re.IGNORECASE,
)
_ORDERS = re.compile(
    r"\b(?:describe|list|write|give|provide|recap|summari[sz]e|repeat)\b.*\b(?:portrait|picture|image|photo|painting|"
    r"drawing|illustration|stable diffusion|paints?|draws?)\b",
    re.IGNORECASE | re.DOTALL,
)
_ECHO = re.compile(r"\bword for word\b|\bverbatim\b", re.IGNORECASE)

_OPENING = re.compile(
    r"\b(?:begin|start|open)(?:s|ning|ing)?\b[^.\n\"“'‘]{0,40}?[\"“'‘](?P<words>[^\"”'’\n]{2,60})[\"”'’]", re.IGNORECASE
)
_MARKER = re.compile(r"\{\{charPrefix\}\}", re.IGNORECASE)
_SUBJECT = re.compile(
    r"\b(?:of|for|about|depicts?|depicting|shows?|showing|describ\w+|subject(?: is)?)[\s:]+(?:the |an? )?"
    r"[\"“](?P<words>[^\"”\n]{1,400})[\"”]",
    re.IGNORECASE,
)

_HINTS: dict[Motif, dict[str, int]] = {
    "echo": {r"\bword for word\b|\bverbatim\b": 9},
    "story": {
        r"\brecap\b": 4,
        r"\b(?:whole|entire) (?:story|chat)\b|\bstory so far\b": 3,
        r"\brecent events\b|\bhappened (?:recently|so far)\b": 2,
    },
    "last": {
        r"\b(?:last|latest|most recent|previous) (?:chat )?(?:message|reply|post)\b": 5,
        r"\bPOV\b|point of view": 1,
        r"\bmoment\b|\bhappens?\b|\bscene\b": 1,
    },
    "background": {
        r"\bbackground\b|\bbackdrop\b|\bscenery\b": 3,
        r"\b(?:no|without|not? any) (?:people|persons?|characters|figures)\b": 3,
        r"\bsurroundings\b|\btime of (?:the )?day\b|\bweather\b": 1,
    },
    "face": {
        r"\bclose-?up\b": 3,
        r"\bfacial portrait\b|\bbelow the neck\b|\bheadshot\b|\bselfie\b": 2,
        r"\bface\b|\bfacial\b": 1,
    },
    "figure": {
        r"\bfull[- ]body\b|\bhead to (?:foot|toe)\b": 3,
        r"\bcloth(?:es|ing)\b|\boutfit\b|\boccupation\b|\bspecies\b": 1,
        r"\bportrait\b|\bappearance\b|\blooks\b": 1,
    },
}
_OPENINGS: dict[Motif, str] = {
    "face": "close-up|closeup|facial|face|head",
    "figure": "full|body|portrait",
    "background": "background|backdrop|scenery",
}
_DECISIVE = 6


@dataclass(frozen=True, slots=True)
class Asked:
    """``opening`` are words that the prompt has to begin with, ``subject`` is a thing that was named in quotation
    marks, ``of_user`` tells that a portrait is of the person and not of the character."""

    motif: Motif
    opening: str = ""
    subject: str = ""
    of_user: bool = False
    marker: bool = False


def asks_for_prompt(text: str, *, by_program: bool = False) -> bool:
    """Whether a request wants what can be seen, as the writer of picture prompts asks for it.

    ``by_program``: it came as an instruction behind the chat, not as somebody's message.
    """
    if _LIST.search(text) or (_RECAP.search(text) and _VISIBLE.search(text)):
        return True
    return by_program and bool(_ORDERS.search(text) or _ECHO.search(text))


def read_request(text: str, *, char: str, user: str) -> Asked:
    """What a request for a prompt asks for."""
    opening, subject = _opening(text), _subject(text)
    scores: dict[Motif, int] = {
        motif: sum(weight for hint, weight in hints.items() if re.search(hint, text, re.IGNORECASE))
        for motif, hints in _HINTS.items()
    }
    for motif, pattern in _OPENINGS.items():
        if re.search(rf"\b(?:{pattern})\b", opening, re.IGNORECASE):
            scores[motif] += _DECISIVE
    if subject:
        scores["thing"] = _DECISIVE + 1 if not opening else _DECISIVE
    scores["figure"] += 1  # what is asked for when nothing else is said
    best = max(scores, key=lambda motif: scores[motif])
    portrait = best in ("figure", "face")
    return Asked(
        best,
        opening,
        subject if best == "thing" else "",
        of_user=portrait and _is_of_user(text, char, user),
        marker=bool(_MARKER.search(text)),
    )


def _opening(text: str) -> str:
    found = _OPENING.search(text)
    return " ".join(found["words"].split()).strip(" ,.") if found else ""


def _subject(text: str) -> str:
    found = _SUBJECT.search(text)
    return " ".join(found["words"].split()).strip(" ,") if found else ""


def _is_of_user(text: str, char: str, user: str) -> bool:
    """Whose portrait it is: of the one who is named more often; of both, of the one who is named first."""
    counts = [len(re.findall(rf"\b{re.escape(name)}\b", text)) if name else 0 for name in (user, char)]
    if counts[0] == counts[1] and counts[0]:
        return text.find(user) < text.find(char)
    return counts[0] > counts[1]
