"""Regex scripts as SillyTavern exchanges them: JSON objects, single or in lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from uuid import uuid4

from stcore.chat.regexes.records import Place, RegexScript
from stcore.errors import UserError

PLACES: Mapping[int, Place] = {1: "user", 2: "reply", 3: "command", 5: "lore", 6: "thoughts"}
"""The numbers of places in files. 0 (older files: what is shown) stands for users and replies, only shown."""

_NUMBERS = {place: number for number, place in PLACES.items()}
_SUBSTITUTE: tuple[Literal["no", "raw", "escaped"], ...] = ("no", "raw", "escaped")
# fmt: off
_KNOWN = frozenset((
    "id", "scriptName", "findRegex", "replaceString", "trimStrings", "placement", "disabled", "markdownOnly",
    "promptOnly", "runOnEdit", "substituteRegex", "minDepth", "maxDepth",
))
# fmt: on
LONGEST = 200_000
"""Characters of one expression or replacement."""
_OLD_SHOWN, _OLD_COMMAND = 0, 4


def script_from_json(data: Any) -> RegexScript:
    """The script in a JSON object; one without an id gets one. Raises :class:`UserError` for anything else."""
    if not isinstance(data, Mapping) or not isinstance(data.get("findRegex"), str):
        raise UserError("This is no regex script: a JSON object with `findRegex` is expected.")
    name = str(data.get("scriptName") or "").strip()
    if not name:
        raise UserError("A regex script needs a name (`scriptName`).")
    find, put = data["findRegex"], str(data.get("replaceString") or "")
    if max(len(find), len(put)) > LONGEST:
        raise UserError(f"The regex script “{name}” is too long.", hint=f"At most {LONGEST:,} characters.")
    numbers = {number for number in data.get("placement") or () if isinstance(number, int)}
    shown_only = data.get("markdownOnly") is True or (_OLD_SHOWN in numbers)
    return RegexScript(
        id=str(data.get("id") or uuid4()),
        name=name[:256],
        find=find,
        replace=put,
        trim=tuple(str(text) for text in data.get("trimStrings") or () if text),
        places=_places(numbers),
        disabled=data.get("disabled") is True,
        shown_only=shown_only,
        prompt_only=data.get("promptOnly") is True,
        on_edit=data.get("runOnEdit") is True,
        substitute=_substitute(data.get("substituteRegex")),
        min_depth=_depth(data.get("minDepth")),
        max_depth=_depth(data.get("maxDepth")),
        extra={str(key): value for key, value in data.items() if key not in _KNOWN},
    )


def script_to_json(script: RegexScript) -> dict[str, Any]:
    """The script under the names of the format."""
    return {
        **script.extra,
        "id": script.id,
        "scriptName": script.name,
        "findRegex": script.find,
        "replaceString": script.replace,
        "trimStrings": list(script.trim),
        "placement": sorted(_NUMBERS[place] for place in script.places),
        "disabled": script.disabled,
        "markdownOnly": script.shown_only,
        "promptOnly": script.prompt_only,
        "runOnEdit": script.on_edit,
        "substituteRegex": _SUBSTITUTE.index(script.substitute),
        "minDepth": script.min_depth,
        "maxDepth": script.max_depth,
    }


def scripts_from_json(document: Any) -> list[RegexScript]:
    """The scripts of a file, which holds one or a list. Raises :class:`UserError`."""
    return [script_from_json(entry) for entry in (document if isinstance(document, list) else [document])]


def readable_scripts(stored: Any) -> list[RegexScript]:
    """The scripts that a card or a preset brings; what is none, or too long, is passed over."""
    entries = stored if isinstance(stored, list) else ()
    # Of a script without an id every reading has to give the same one.
    return [script_from_json({"id": entry["scriptName"], **entry}) for entry in entries if _is_readable(entry)]


def _is_readable(entry: Any) -> bool:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("findRegex"), str):
        return False
    texts = (entry["findRegex"], str(entry.get("replaceString") or ""))
    return bool(str(entry.get("scriptName") or "").strip()) and max(map(len, texts)) <= LONGEST


def _places(numbers: set[int]) -> frozenset[Place]:
    found = {PLACES[number] for number in numbers if number in PLACES}
    if _OLD_SHOWN in numbers:
        found |= {"user", "reply"}
    if _OLD_COMMAND in numbers:
        found.add("command")
    return frozenset(found)


def _substitute(value: Any) -> Literal["no", "raw", "escaped"]:
    number = int(value) if isinstance(value, bool | int) else 0
    return _SUBSTITUTE[number] if 0 <= number < len(_SUBSTITUTE) else "no"


def _depth(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
