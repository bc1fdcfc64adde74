"""The story string of a context template: what a model that completes text is told before the chat.

Such templates are shared between programs. They know ``{{name}}``, ``{{#if name}} ... {{else}} ... {{/if}}`` and
``{{#unless name}} ... {{/unless}}`` for the parts of a prompt, and ``{{trim}}``, which takes the line breaks around it
away. Everything else in braces is a macro.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_TAG = re.compile(r"\{\{\s*(?:(?P<open>#if|#unless)\s+(?P<asked>\w+)|(?P<close>/if|/unless)|(?P<word>\w+))\s*\}\}")
_TRIMMED = re.compile("\n*\0\n*")


def render_story(template: str, slots: Mapping[str, str], expand: Callable[[str], str]) -> str:
    """The template with ``slots`` filled in; ``expand`` runs the macros of its own text, not of what is filled in.

    A block that is not closed ends with the template; a stray end is left out.
    """
    pieces: list[str] = []
    shown: list[bool] = []
    start = 0
    for tag in _TAG.finditer(template):
        if not (tag["open"] or tag["close"] or tag["word"] in slots or tag["word"] in ("else", "trim")):
            continue  # a macro: it belongs to the text around it
        if all(shown):
            pieces.append(expand(template[start : tag.start()]))
        start = tag.end()
        if tag["open"]:
            shown.append(bool(slots.get(tag["asked"], "").strip()) is (tag["open"] == "#if"))
        elif tag["close"] or tag["word"] == "else":
            _turn(shown, ends=bool(tag["close"]))
        elif all(shown):
            pieces.append("\0" if tag["word"] == "trim" else slots[tag["word"]])
    if all(shown):
        pieces.append(expand(template[start:]))
    return _TRIMMED.sub("", "".join(pieces)).strip()


def _turn(shown: list[bool], *, ends: bool) -> None:
    """The innermost block ends, or its other branch begins."""
    if shown:
        now = shown.pop()
        if not ends:
            shown.append(not now)
