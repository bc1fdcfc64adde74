"""What the fake chat server says by itself: small talk, prompts for pictures, and a call of the picture function.

Nothing is understood. A few words of the request decide, so that a demonstration shows what a real model would do.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Any

PICTURE_FUNCTION = "GenerateImage"

_OPENINGS = (
    "You say",
    "I have been turning this over:",
    "Let me repeat it, because I like the sound:",
    "Somebody wrote on the harbour wall:",
)
_TURNS = (
    "- and the lamps along the quay go on, one after the other, as if they agreed.",
    "- well, then we had better take a coat and a lantern and go and look.",
    "- and what would you do if the door were open? I am asking for a friend.",
    "- I only pretend to think, I am a fake server, but I pretend with all my heart.",
)
_HAIR = ("red hair", "dark curls", "a silver braid", "short brown hair")
_FACES = ("green eyes", "grey eyes", "freckles", "a kind face")
_CLOTHES = ("a blue wool coat", "a white shirt", "a long scarf", "leather boots", "a straw hat")
_PLACES = ("a harbour", "a lighthouse", "a garden", "a snowy street", "a forest", "a small kitchen")
_LIGHT = ("at dusk", "in the morning light", "in the rain", "under the stars", "by lamplight")
_ACTS = ("holding a lantern", "looking at the sea", "pouring tea", "reading a letter")

_IS_PROMPT = re.compile(r"\b(?:keywords|tags), separated by commas|\brecap of the story for an illustrator")
_BEGINS = re.compile(r'\bbegin with the words? "([^"]+)"')
_SUBJECT = re.compile(r'\bpicture of "([^"]+)"')
_WISH = re.compile(r"\b(?:draw|paint|show|send|imagine|generate)\b(?:.*?\bof|.*?\b(?:me|us))\b\s+(.+)", re.IGNORECASE)


def small_talk(asked: str, rng: random.Random) -> str:
    """An answer that takes up the words of the question."""
    return f"{rng.choice(_OPENINGS)} “{' '.join(asked.split())[:120]}” {rng.choice(_TURNS)}"


def picture_prompt(request: str, rng: random.Random) -> str:
    """The prompt that a request asks for; empty when it asks for something else."""
    if not _IS_PROMPT.search(request):
        return ""
    begins, subject = _BEGINS.search(request), _SUBJECT.search(request)
    place, light = rng.choice(_PLACES), rng.choice(_LIGHT)
    parts = [begins[1] if begins else "", subject[1] if subject else ""]
    if parts[0] == "background":
        parts += [place, light, "lanterns", "mist"]
    elif subject:
        parts += [place, light, "fine details"]
    else:
        parts += [rng.choice(_HAIR), rng.choice(_FACES), *rng.sample(_CLOTHES, 2), rng.choice(_ACTS), place, light]
    return ", ".join(part for part in parts if part)


def picture_call(messages: Sequence[dict[str, Any]], tools: Sequence[dict[str, Any]]) -> dict[str, str] | None:
    """The arguments of a call of the picture function, where it is offered and the person asks for a picture."""
    names = [tool.get("function", {}).get("name") for tool in tools]
    if PICTURE_FUNCTION not in names or not messages or messages[-1]["role"] != "user":
        return None
    wish = _WISH.search(str(messages[-1]["content"]))
    return {"prompt": wish[1].strip(" .!?")} if wish else None


def after_call(result: str) -> str:
    """What is said when a function has answered."""
    if result.startswith("Error"):
        return f"That did not work out: {result.removeprefix('Error:').strip()}"
    return "There it is. I drew it with my eyes closed."
