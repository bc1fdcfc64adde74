"""One line of a chat file and what it says. Pure: text in, records out, and back.

Whatever a file holds comes out again when it is written: what this host has no place for is kept beside the message
(:data:`KEPT`) or beside the one of its texts that it belongs to (:data:`KEPT_TEXT`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from stcore.chat.characters.card import clean
from stcore.chat.records import Role, split_extra
from stcore.errors import StcoreError
from stcore.macros.moment import read_sent_at

KEPT, KEPT_TEXT = "jsonl", "jsonl_text"
"""Where what only the file knows is kept in the extra of a message, and of one of its texts."""

UNREADABLE = "unreadable"
"""Marks a note that holds a line as it was, because it could not be read."""

_FIELDS = frozenset(("name", "is_user", "is_system", "send_date", "mes", "extra", "swipes", "swipe_id", "swipe_info"))
_OF_SWIPES = ("swipes", "swipe_id", "swipe_info")


class BadLine(Exception):
    """A line that cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Text:
    """One of the texts of a message: what it says, when it was made (milliseconds), what is stored with it."""

    text: str
    created: int
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """A message of a file. ``extra`` is what is stored with the message itself, apart from its texts."""

    role: Role
    name: str
    hidden: bool
    created: int
    shown: int
    texts: tuple[Text, ...]
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a file. ``rest`` are the fields that are neither names nor ``metadata``."""

    user_name: str = ""
    character_name: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    rest: dict[str, Any] = field(default_factory=dict)


# -- reading ---------------------------------------------------------------------------------------------------------


def load(raw: bytes) -> tuple[str, Any]:
    """A line as text and as JSON. Raises :class:`BadLine`."""
    try:
        text = raw.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise BadLine(f"it is not UTF-8 text (byte {error.start + 1})") from error
    try:
        return text, clean(json.loads(text))
    except ValueError as error:
        raise BadLine(f"it is no JSON: {error}") from error
    except (RecursionError, StcoreError) as error:
        raise BadLine("it is nested too deeply") from error


def read_header(data: Any) -> Header | None:
    """The header of a file; ``None`` when its first line is a message already."""
    if not isinstance(data, dict) or "mes" in data or not ("chat_metadata" in data or "user_name" in data):
        return None
    metadata = data.get("chat_metadata")
    known = {"user_name", "character_name", "chat_metadata"}
    return Header(
        user_name=_word(data.get("user_name")),
        character_name=_word(data.get("character_name")),
        metadata=metadata if isinstance(metadata, dict) else {},
        rest={key: value for key, value in data.items() if key not in known},
    )


def read_line(data: Any, *, now: int) -> Line:
    """A message. ``now`` is its time (milliseconds) when it tells none. Raises :class:`BadLine`."""
    if not isinstance(data, dict):
        raise BadLine("it is no message")
    if not isinstance(data.get("mes"), str):
        raise BadLine("it has no text (“mes”)")
    raw_extra = data.get("extra")
    extra = raw_extra if isinstance(raw_extra, dict) else {}
    created = _moment(data.get("send_date"), now)
    texts, shown = _read_texts(data, extra, created)
    of_message, _ = split_extra(extra)
    kept = _kept(data, created)
    return Line(
        role=_role(data, extra),
        name=_word(data.get("name")),
        hidden=data.get("is_system") is True,
        created=created,
        shown=shown,
        texts=texts,
        extra={**of_message, KEPT: kept} if kept else of_message,
    )


def _role(data: Mapping[str, Any], extra: Mapping[str, Any]) -> Role:
    if data.get("is_user") is True:
        return "user"
    return "system" if extra.get("type") in ("narrator", "comment") else "assistant"


def _kept(data: Mapping[str, Any], created: int) -> dict[str, Any]:
    """What :func:`write_line` would not give back by itself."""
    kept: dict[str, Any] = {}
    rest = {key: value for key, value in data.items() if key not in _FIELDS}
    if "send_date" in data and data["send_date"] != iso(created):
        rest["send_date"] = data["send_date"]
    for key, kind in (("extra", dict), ("name", str), ("is_user", bool), ("is_system", bool)):
        if key in data and not isinstance(data[key], kind):
            rest[key] = data[key]
    if rest:
        kept["fields"] = rest
    absent = [key for key in sorted(_FIELDS) if key not in data]
    if absent:
        kept["absent"] = absent
    infos, swipes = data.get("swipe_info"), data.get("swipes")
    if isinstance(infos, list) and isinstance(swipes, list) and len(infos) > len(swipes):
        kept["more_info"] = infos[len(swipes) :]
    return kept


def _read_texts(data: Mapping[str, Any], extra: dict[str, Any], created: int) -> tuple[tuple[Text, ...], int]:
    """The texts of a message and which is shown. The message's own text counts where the two differ."""
    given = data.get("swipes")
    swipes = given if isinstance(given, list) and given and all(isinstance(text, str) for text in given) else []
    shown = data.get("swipe_id")
    if isinstance(shown, bool) or not isinstance(shown, int) or not 0 <= shown < len(swipes):
        shown = swipes.index(data["mes"]) if data["mes"] in swipes else len(swipes)
    elif swipes[shown] != data["mes"]:
        # An edit that did not reach the list, say. Neither of the two is lost.
        shown = len(swipes)
    infos = data.get("swipe_info")
    infos = infos if isinstance(infos, list) else []
    whole = [*swipes, data["mes"]] if shown == len(swipes) else swipes
    texts = [
        _read_text(text, infos[number : number + 1], created, extra if number == shown else None)
        for number, text in enumerate(whole)
    ]
    return tuple(texts), shown


def _read_text(text: str, infos: list[Any], created: int, extra: dict[str, Any] | None) -> Text:
    """One text with its info, if there is one; ``extra`` is that of the message for the text that is shown."""
    _, own = split_extra(extra or {})
    info = infos[0] if infos else None
    if not isinstance(info, dict):
        return Text(text, created, {**own, KEPT_TEXT: {"raw": info} if infos else {"bare": True}})
    moment, raw = _moment(info.get("send_date"), created), info.get("extra")
    kept = {key: value for key, value in info.items() if key not in ("send_date", "extra")}
    if info.get("send_date") != iso(moment):
        kept["send_date"] = info.get("send_date")
    if not isinstance(raw, dict) or (extra is not None and raw != extra):
        kept["extra"] = raw
    if extra is None and isinstance(raw, dict):
        own = dict(raw)
    return Text(text, moment, {**own, KEPT_TEXT: {"info": kept, "keys": sorted(info)}})


def _moment(stored: Any, otherwise: int) -> int:
    if isinstance(stored, bool) or not isinstance(stored, str | int | float):
        return otherwise
    try:
        when = read_sent_at(stored, UTC)
        milliseconds = otherwise if when is None else round(when.timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        return otherwise
    return milliseconds if 0 <= milliseconds < 2**53 else otherwise


def _word(value: Any) -> str:
    return value if isinstance(value, str) else ""


# -- writing ---------------------------------------------------------------------------------------------------------


def dump(data: Any) -> bytes:
    """One line of a file."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def iso(milliseconds: int) -> str:
    """A time as files write it."""
    when = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def write_header(header: Header) -> dict[str, Any]:
    return {
        "user_name": header.user_name,
        "character_name": header.character_name,
        **header.rest,
        "chat_metadata": header.metadata,
    }


def write_line(line: Line) -> dict[str, Any]:
    """A message as SillyTavern stores it."""
    kept = line.extra.get(KEPT) or {}
    shown = line.texts[line.shown]
    of_text = {key: value for key, value in shown.extra.items() if key != KEPT_TEXT}
    extra = {**{key: value for key, value in line.extra.items() if key != KEPT}, **of_text}
    data: dict[str, Any] = {
        "name": line.name,
        "is_user": line.role == "user",
        "is_system": line.hidden,
        "send_date": iso(line.created),
        "mes": shown.text,
        "extra": extra,
        **kept.get("fields", {}),
    }
    if extra:
        data["extra"] = extra
    absent = kept.get("absent", ())
    if not ("swipes" in absent and len(line.texts) == 1):
        data["swipes"] = [text.text for text in line.texts]
        data["swipe_id"] = line.shown
        data["swipe_info"] = _write_infos(line, extra)
    for key in absent:
        if key in _OF_SWIPES:
            removable = len(line.texts) == 1 or (key == "swipe_info" and not data[key])
        else:
            removable = key == "send_date" or not data[key]
        if removable:
            data.pop(key, None)
    return data


def _write_infos(line: Line, extra: Mapping[str, Any]) -> list[Any]:
    infos: list[Any] = []
    for number, text in enumerate(line.texts):
        kept = text.extra.get(KEPT_TEXT) or {}
        if kept.get("bare"):
            break  # its file told nothing of it, nor of those behind it
        if "raw" in kept:
            infos.append(kept["raw"])
            continue
        own = {key: value for key, value in text.extra.items() if key != KEPT_TEXT}
        info = {"send_date": iso(text.created), "extra": dict(extra) if number == line.shown else own}
        info |= kept.get("info", {})
        infos.append({key: value for key, value in info.items() if key in kept.get("keys", info)})
    return [*infos, *(line.extra.get(KEPT) or {}).get("more_info", ())]
