"""The kinds ``interactive`` and ``prompts`` of the conformance runner: what the pure rules of pictures make of a case.

The cases say what 1.18 did. Where the rules offer both its letter and the mended way (image-generation.md section 19:
Q1, Q8, Q10), the letter is asked for here. Dollar patterns in a prompt (Q11) are always taken literally.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from stcore.errors import Misconfigured
from stcore.images import modes, shapes
from stcore.images.cleaning import clean, cleaning_minimal, cleaning_standard
from stcore.images.filling import PICTURES, PLACEHOLDERS, fill_workflow
from stcore.images.interactive import capture, is_listening
from stcore.images.prompt import Person, assemble
from stcore.images.request import Workflow
from stcore.macros import Card, Chat, Environment, MacroEngine, Message
from stcore.macros.text import is_blank, trim

Fields = Mapping[str, Any]


# -- interactive -----------------------------------------------------------------------------------------------------

_WITHOUT_TOOLS = re.compile(
    r"\b(?:no|not|without|cannot|can't|unable|unavailable|unsupported|lacks?|lacking|text[- ]completion)\b"
)
_BY_OTHERS = re.compile(r"\b(?:by|of|from|is) (?:the |a )?(?:char|character|assistant|bot|narrator)\b|\bcharacter's\b")


def observe_interactive(case: Fields) -> dict[str, Any]:
    """Whether the message of a case calls for a picture, in which mode, and of what."""
    options: Fields = case.get("options") or {}
    circumstance = (case.get("circumstance") or "").lower()
    message, by_user = _last_message(case, circumstance)
    heard = is_listening(
        message,
        by_user=by_user,
        interactive=options.get("interactive_mode", True),
        quiet="quiet" in (circumstance + str(options.get("type", ""))) or bool(options.get("quiet")),
        function_tool=options.get("function_tool", False),
        model_uses_tools=_model_uses_tools(options, circumstance),
    )
    captured = capture(message) if heard else None
    if captured is None:
        return {"triggered": False, "mode": None, "subject": None}
    mode = _mode_of(captured.argument, options)
    return {"triggered": True, "mode": mode.name, "subject": captured.subject}


def _last_message(case: Fields, circumstance: str) -> tuple[str, bool]:
    """The last message that is not hidden, and whether it is the user's. A chat that lacks the message precedes it;
    without a chat the circumstance may say that the message is another's, or hidden."""
    message = case.get("message") or ""
    entries = [entry for entry in case.get("chat") or () if isinstance(entry, Mapping)]
    if not entries:
        circumstance = f"{circumstance} {case.get('chat') or ''}".lower()
        return "" if "hidden" in circumstance else message, not _BY_OTHERS.search(circumstance)
    if message and message not in map(_text_of, entries):
        return message, True
    shown = [entry for entry in entries if not (entry.get("hidden") or entry.get("is_system"))]
    return (_text_of(shown[-1]), _is_user(shown[-1])) if shown else ("", False)


def _text_of(entry: Fields) -> str:
    """The text of a message or action, which may hold the message as a map of its own."""
    text = next((entry[key] for key in ("text", "mes", "message", "content") if entry.get(key)), "")
    return _text_of(text) if isinstance(text, Mapping) else str(text)


def _is_user(entry: Fields) -> bool:
    return bool(entry.get("is_user")) or entry.get("role") == "user"


def _model_uses_tools(options: Fields, circumstance: str) -> bool:
    """What the options say of the model; if nothing, what the words of the circumstance do not deny."""
    told = {name.lower(): value for name, value in options.items() if name != "function_tool"}
    said = [bool(value) for name, value in told.items() if "tool" in name or "function" in name]
    return all(said) if said else not _WITHOUT_TOOLS.search(circumstance)


def _mode_of(argument: str, settings: Fields) -> modes.Mode:
    multimodal, extend = settings.get("multimodal_captioning", False), settings.get("free_extend", False)
    return modes.mode_of(argument, multimodal=multimodal, extend=extend)


# -- prompts ---------------------------------------------------------------------------------------------------------


def observe_prompt(case: Fields) -> Any:
    """The value that a case asks for, in the shape of its ``expected``."""
    return _PROMPTS[case["kind"]](case)


@cache
def _engine() -> MacroEngine:
    return MacroEngine()


_SAID = re.compile(r'\b(description|scenario|message|user name)(?: is|:)? "([^"]*)"')
_LACKING = re.compile(r"\b(?:no|empty|without(?: a)?) (description|scenario)\b")
_BY_USER = re.compile(r"\b(?:by|from|of) (?:the )?user\b|\buser(?:'s)? (?:message|spoke|wrote)\b")


_REPLIES = ("text_model_reply", "captioner_reply", "caption")


class _Moss:
    """The chat that cases happen in: one-to-one with Moss, a group that Moss spoke in last, or none with a character.

    ``known`` tells whether the last message is of a character whose card is known (5.2).
    """

    def __init__(self, case: Fields) -> None:
        self.settings: Fields = case.get("settings") or {}
        self.reply: str = next((case[name] for name in _REPLIES if case.get(name)), "")
        words = str(case.get("chat", "one-to-one"))
        said = {**dict(_SAID.findall(words)), **dict.fromkeys(_LACKING.findall(words), "")}
        self.one_to_one = words.startswith("one-to-one")
        self.known = self.one_to_one or not _BY_USER.search(words)
        has_character = self.one_to_one or "group" in words
        self.prefix: str = (has_character and self.settings.get("char_prefix")) or ""
        self.negative: str = (has_character and self.settings.get("char_negative")) or ""
        self.card = Card(
            description=said.get("description", "green"),
            scenario=said.get("scenario", "garden"),
            greeting=said.get("message", "Hi I am Moss"),
            # The macros of the prefixes are empty in a group; the markers of a free prompt are not (7.6).
            image_prefix=self.prefix if self.one_to_one else "",
            image_negative_prefix=self.negative if self.one_to_one else "",
        )
        user, chat = said.get("user name", "User"), Chat([Message(self.card.greeting)])
        self.environment = Environment(user=user, char="Moss", card=self.card, chat=chat)

    def expand(self, text: str) -> str:
        return _engine().expand(text, self.environment)

    def command(self, text: str, named: Fields) -> dict[str, Any] | None:
        """``/imagine``: macros are expanded before the command sees its argument."""
        self.settings = {**self.settings, **_overrides(named)}
        return self.generate(self.expand(text), self.expand(str(named.get("negative", ""))))

    def generate(self, argument: str, extra_negative: str = "") -> dict[str, Any] | None:
        """A new generation; ``None`` when there is nothing to draw."""
        if is_blank(argument):
            return None
        mode = _mode_of(argument, self.settings)
        words = self._words(mode, argument)
        if not words:
            return None
        if mode in (modes.FREE, modes.FREE_EXTENDED):
            marked = modes.expand_markers(words, self.prefix, self.negative, extra_negative, tight=True)
            words, extra_negative = marked.text, marked.extra_negative
        return self._request(mode, words, extra_negative)

    def draw_again(self, attachment: Fields) -> dict[str, Any]:
        """A swipe or the paintbrush: the attachment's own texts, and its size if it has one."""
        mode = modes.by_number(attachment.get("generation_type"))
        title, negative = attachment.get("title") or "", attachment.get("negative") or ""
        return self._request(mode, title, negative, again=True, saved=_saved_size(attachment))

    def _words(self, mode: modes.Mode, argument: str) -> str:
        if mode.writer == "captioner":
            return trim(self.reply)
        if mode.writer == "text model":
            return self._clean(self.reply)
        if mode is modes.RAW_LAST:
            card = self.card
            if not self.known:
                return self._clean(card.greeting)
            return modes.raw_last_text(card.greeting, card.scenario, card.description, self._clean)
        return trim(argument)

    def _clean(self, text: str) -> str:
        minimal = self.settings.get("minimal_prompt_processing", False)
        return clean(text, "minimal" if minimal else "standard", accents="gap")

    def _request(
        self,
        mode: modes.Mode,
        words: str,
        extra_negative: str,
        *,
        again: bool = False,
        saved: shapes.Dimensions | None = None,
    ) -> dict[str, Any]:
        prefixed = modes.takes_prefixes(mode, one_to_one=self.one_to_one, again=again)
        texts = assemble(
            words,
            prefix=self.settings.get("prompt_prefix") or "",
            negative=self.settings.get("negative_prompt") or "",
            extra_negative=extra_negative,
            people=[Person("Moss", self.prefix, self.negative)] if prefixed else [],
            expand=self.expand,
        )
        size = _size(mode, self.settings, saved)
        return {"prompt": texts.positive, "negative_prompt": texts.negative, **size}


def _assembly(case: Fields) -> dict[str, Any] | None:
    moss, action = _Moss(case), case["action"]
    if "attachment" in action:
        return moss.draw_again(action["attachment"])
    match action["via"]:
        case "command":
            return moss.command(action.get("text") or "", _named(action))
        case "tool":
            return moss.generate(action.get("text") or "")
        case _:  # the button of a message without pictures
            return moss.draw_again({"title": _text_of(action) or moss.card.greeting})


def _named(action: Fields) -> dict[str, Any]:
    """The named arguments of a command, whether they stand beside its text or in a map of their own."""
    inner = [value for value in action.values() if isinstance(value, Mapping)]
    return {name: value for part in (action, *inner) for name, value in part.items()}


def _overrides(named: Fields) -> dict[str, Any]:
    """The settings that named arguments of ``/imagine`` replace (4.1)."""
    changed: dict[str, Any] = {name: int(float(named[name])) for name in ("width", "height") if name in named}
    for word, setting in (("extend", "free_extend"), ("multimodal", "multimodal_captioning")):
        if word in named:
            changed[setting] = str(named[word]).strip().lower() not in ("off", "false", "0")
    processing = str(named.get("processing", "")).lower()
    if "minimal" in processing or "standard" in processing:
        changed["minimal_prompt_processing"] = "minimal" in processing
    return changed


# -- sizes -----------------------------------------------------------------------------------------------------------

_RATIOS = {
    "google": "1:1 16:9 9:16 4:3 3:4",
    "openrouter": "16:9 1:1 21:9 2:3 3:2 4:5 5:4 9:16 9:21",
    "stability": "16:9 1:1 21:9 2:3 3:2 4:5 5:4 9:16 9:21",
    "xai": "1:1 3:4 4:3 9:16 16:9 2:3 3:2 9:19.5 19.5:9 9:20 20:9 1:2 2:1",
    "zai": "1:1 16:9 9:16",
}
_NOVELAI_SCHEDULERS = ("karras", "native", "exponential", "polyexponential")
_NOVELAI_WITHOUT_SMEA = ("nai-diffusion-4-full", "nai-diffusion-4-curated-preview")
_NOVELAI_FREE_PIXELS = 1024 * 1024


def _size(mode: modes.Mode, settings: Fields, saved: shapes.Dimensions | None) -> dict[str, int]:
    snap = settings.get("snap", False)
    width, height = shapes.size_for(mode.shape, _set_size(settings), saved=saved, snap=snap, snap_saved=True)
    return {"width": width, "height": height}


def _set_size(settings: Fields) -> shapes.Dimensions:
    return settings.get("width", 512), settings.get("height", 512)


def _saved_size(holder: Fields) -> shapes.Dimensions | None:
    """The size kept with a picture, if both sides are whole numbers."""
    sides = [holder.get("width"), holder.get("height")]
    width, height = (int(side) if isinstance(side, int | float) and side == int(side) else 0 for side in sides)
    return (width, height) if width and height else None


def _dimensions(case: Fields) -> dict[str, int]:
    wanted = case["mode"]
    names = wanted.replace("-", "_").split() if isinstance(wanted, str) else ()
    mode = next((mode for mode in modes.MODES if mode.name in names), modes.by_number(wanted))
    return _size(mode, case["settings"], _saved_size(case.get("saved_size") or {}))


def _nearest(case: Fields) -> dict[str, int]:
    width, height = shapes.nearest_resolution(_set_size(case["settings"]))
    return {"width": width, "height": height}


def _closest_ratio(case: Fields) -> str:
    family = next(name for name in _RATIOS if name in case["family"].lower())
    return shapes.closest_ratio(_set_size(case["settings"]), _RATIOS[family].split())


def _novelai_limits(case: Fields) -> dict[str, Any]:
    """The values that this vendor takes, and with the guard only those that cost nothing (17.3)."""
    settings = case["settings"]
    guarded = settings.get("novel_anlas_guard", False)
    size = _set_size(settings)
    width, height = shapes.within_pixels(size, _NOVELAI_FREE_PIXELS) if guarded else size
    smooth = settings.get("sampler") != "ddim" and settings.get("model") not in _NOVELAI_WITHOUT_SMEA
    scheduler = settings.get("scheduler")
    return {
        "steps": min(settings.get("steps", 20), 28 if guarded else 50),
        "width": width,
        "height": height,
        "sm": smooth and settings.get("novel_sm", False),
        "sm_dyn": smooth and settings.get("novel_sm_dyn", False),
        "scheduler": scheduler if scheduler in _NOVELAI_SCHEDULERS else "karras",
    }


# -- workflows -------------------------------------------------------------------------------------------------------

_LISTED_ONLY = ("model", "vae", "sampler", "scheduler")  # a server without lists leaves these placeholders alone
_HIGHEST_SEED = 2**53 - 1


def _comfy_placeholders(case: Fields) -> dict[str, Any] | None:
    """The workflow as the server would get it; ``None`` when it is no graph."""
    moss, settings = _Moss(case), case.get("settings") or {}
    custom = tuple((entry["find"], moss.expand(entry["replace"])) for entry in case.get("custom_placeholders") or ())
    seed = settings.get("seed", -1)
    values = {
        **settings,
        "prompt": case.get("prompt", ""),
        "negative_prompt": case.get("negative_prompt", ""),
        "denoise": settings.get("denoising_strength"),
        "seed": seed if seed >= 0 else random.randint(0, _HIGHEST_SEED),
    }
    has_lists = case.get("server", "standard") == "standard"
    names = [name for name in PLACEHOLDERS if name not in PICTURES and (has_lists or name not in _LISTED_ONLY)]
    given = case["workflow"]
    text = given if isinstance(given, str) else json.dumps(given)
    try:
        return fill_workflow(Workflow(name="case", text=text, custom=custom), values, names=names)
    except Misconfigured:
        return None


_PROMPTS: dict[str, Callable[[Fields], Any]] = {
    "assembly": _assembly,
    "dimensions": _dimensions,
    "nearest_known_resolution": _nearest,
    "closest_ratio": _closest_ratio,
    "novelai_limits": _novelai_limits,
    "cleaning_standard": lambda case: cleaning_standard(case["input"], accents="gap"),
    "cleaning_minimal": lambda case: cleaning_minimal(case["input"]),
    "comfy_placeholders": _comfy_placeholders,
}
