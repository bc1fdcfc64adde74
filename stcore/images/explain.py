"""How a picture came to be, in words: where each piece of its prompt came from, and what was changed for its source.

Pure: everything is taken from the record that was written with the picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stcore.errors import NotFound

_WHY = {
    "clamped": "limited to {used}",
    "snapped": "rounded to {used}",
    "dropped": "left out, the source does not take it",
    "emulated": "done in another way",
    "renamed": "called {used}",
    "chosen": "chosen: {used}",
    "literal": "stays {used} in the workflow",
}
_ASKED = {
    "command": "a command",
    "interactive": "a wish in a message",
    "tool": "the text model",
    "button": "a button",
    "swipe": "an arrow or the paintbrush",
    "api": "a program",
    "script": "a script",
    "tag": "a picture tag in a reply",
    "phrase": "a phrase in a reply",
}
_FIELDS = {"hires": "second pass"}
_SETTINGS = (
    "steps",
    "guidance",
    "sampler",
    "scheduler",
    "vae",
    "clip_skip",
    "denoise",
    "quality",
    "style",
    "upscale",
    "face_fix",
    "workflow",
)


def explain(picture: Mapping[str, Any]) -> dict[str, Any]:
    """The making of a picture as data. Raises ``NotFound`` for one that was not made here.

    ``pieces`` stand in the order of joining, each with ``part`` (positive or negative), ``text`` and ``from``;
    ``adjustments`` are sentences; ``settings`` what was asked of the source, by name.
    """
    made = picture["generation"]
    if made is None:
        raise NotFound("How this picture was made is not known.", hint="It was sent or imported, not made here.")
    details: Mapping[str, Any] = made["details"]
    settings: dict[str, Any] = {name: details[name] for name in _SETTINGS if details.get(name)}
    settings |= {"seed": made["seed"], "size": f"{picture['width']}x{picture['height']}"}
    return {
        "asked_by": _ASKED.get(details.get("initiator", ""), details.get("initiator", "")),
        "mode": details.get("mode", ""),
        "asked_for": details.get("argument", ""),
        "style": details.get("preset", ""),
        "pieces": list(details.get("pieces", [])),
        "prompt": made["final_prompt"],
        "negative": made["negative_prompt"],
        "revised": details.get("revised_prompt", ""),
        "warning": details.get("warning", ""),
        "source": made["source"],
        "connection": made["connection"],
        "model": made["model"],
        "settings": {name: value for name, value in settings.items() if value is not None},
        "references": list(details.get("references", [])),
        "adjustments": [adjustment_text(one) for one in details.get("adjustments", ())],
        "seconds": made["seconds"],
    }


def adjustment_text(adjustment: Mapping[str, Any]) -> str:
    """One thing that was changed for a source, as a sentence.

    >>> adjustment_text({"field": "steps", "asked": 300, "used": 150, "why": "clamped"})
    'steps 300: limited to 150'
    >>> second = {"upscaler": "Latent", "scale": 1.5, "steps": 0}
    >>> adjustment_text({"field": "hires", "asked": second, "used": None, "why": "dropped"})
    'second pass (upscaler Latent, scale 1.5): left out, the source does not take it'
    """
    asked, used = _short(adjustment.get("asked")), _short(adjustment.get("used"))
    how = _WHY.get(adjustment["why"], adjustment["why"]).format(used=used)
    if adjustment["why"] == "dropped" and used:
        how = f"not known to the source, {used} instead"
    field = _FIELDS.get(adjustment["field"], adjustment["field"].replace("references.", "reference "))
    field = field.replace("_", " ").replace(".", " ")
    return f"{field} {asked}".strip() + f": {how}"


def explanation_text(told: Mapping[str, Any]) -> str:
    """The explanation in Markdown, for a terminal or a dialog."""
    heading = f"Asked for by {told['asked_by']}" + (f", mode {told['mode']}" if told["mode"] else "")
    lines = [f"{heading}: {told['asked_for']}" if told["asked_for"] else f"{heading}.", ""]
    for part, title in (("positive", "Prompt"), ("negative", "Kept out")):
        pieces = [piece for piece in told["pieces"] if piece["part"] == part]
        if pieces:
            lines += [f"**{title}**", *(f"- {_origin(piece)}: {piece['text']}" for piece in pieces), ""]
    lines += [f"**As it was sent:** {told['prompt']}"]
    if told["negative"]:
        lines += [f"**Kept out as sent:** {told['negative']}"]
    if told["revised"]:
        lines += [f"**Changed by the source to:** {told['revised']}"]
    settings = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in told["settings"].items())
    where = " ".join(filter(None, (told["connection"], told["model"])))
    lines += ["", f"**Source:** {where}", f"**Settings:** {settings}"]
    if told["adjustments"]:
        lines += ["", "**Changed to fit the source**", *(f"- {line}" for line in told["adjustments"])]
    if told["warning"]:
        lines += ["", told["warning"]]
    return "\n".join(lines)


def _origin(piece: Mapping[str, Any]) -> str:
    """Where a piece came from; what was asked to be kept out has no other name than the prompt itself."""
    return "asked for" if piece["from"] == "prompt" and piece["part"] == "negative" else str(piece["from"])


def _short(value: Any) -> str:
    if value is None or value == "" or value is True:
        return ""
    if isinstance(value, Mapping) and {"width", "height"} <= value.keys():
        return f"{value['width']}x{value['height']}"
    if isinstance(value, Mapping):
        return f"({', '.join(f'{name} {one}' for name, one in value.items() if one)})"
    text = str(value)
    return text if len(text) <= 80 else text[:77] + "..."
