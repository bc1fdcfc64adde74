"""Cards as files: read from PNG, JSON and CHARX, and written as each of them. Blocking; call it on a worker thread.

Whatever a card brings beside its texts is kept apart from it, by the path in ``embeded://PATH`` (the format spells it
so): a CHARX file has it in its archive, a PNG in chunks of its own, JSON as ``data:`` addresses.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from stcore.chat.characters import charx
from stcore.chat.characters.card import Card, read_card, write_v2, write_v3
from stcore.chat.characters.picture import as_png, plain_picture
from stcore.errors import TooLarge, UnusableCard
from stcore.images.embed import is_png, read_texts, with_texts, without_texts
from stcore.images.sniff import EXTENSIONS, media_type

Format = Literal["png", "json", "charx"]

MEDIA_TYPES: dict[Format, str] = {"png": "image/png", "json": "application/json", "charx": "application/zip"}

FILE_LIMIT = 64 * 1024 * 1024
TEXT_LIMIT = 16 * 1024 * 1024
"""Bytes a card may have as JSON."""

EMBEDDED = "embeded://"
_DEFAULT = "ccdefault:"
_CHUNKED = "__asset:"
_ASSET_KEY = "chara-ext-asset_"
_DATA = re.compile(r"data:[\w.+/-]{0,100};base64,", re.ASCII)
_ONLY_AVATAR = [{"type": "icon", "uri": _DEFAULT, "name": "main", "ext": "png"}]


@dataclass(frozen=True, slots=True)
class CardFile:
    """A card with its picture and the other pictures that belong to it; ``left_out`` names what is no picture."""

    card: Card
    avatar: bytes | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


def read_card_file(data: bytes) -> CardFile:
    """A card from the bytes of a file of any format. Raises :class:`UnusableCard` or :class:`TooLarge`.

    The pictures are only looked at by their first bytes; who stores them checks them.
    """
    if len(data) > FILE_LIMIT:
        raise TooLarge(f"The file is larger than {FILE_LIMIT // 1024 // 1024} MB.")
    if is_png(data):
        return _read_png(data)
    if data.startswith(b"PK\x03\x04"):
        return _sorted_out(*charx.read(data, _parsed))
    if media_type(data) is not None:
        raise UnusableCard(
            "This picture holds no character card.", hint="Cards are in PNG pictures, JSON or CHARX files."
        )
    return _sorted_out(read_card(_parsed(data)), {})


def write_card_file(card_file: CardFile, format: Format) -> bytes:
    """The card as a file: PNG with V2 and V3 inside, JSON (V2, which every reader takes), or CHARX (V3)."""
    if format == "charx":
        card = _with_assets(card_file.card, lambda path, _: EMBEDDED + path, card_file.files)
        return charx.write(write_v3(card), _png_of(card_file), card_file.files)
    if format == "json":
        card = _with_assets(card_file.card, _as_data, card_file.files)
        return json.dumps(write_v2(card), ensure_ascii=False, indent=2).encode()
    numbers = {path: number for number, path in enumerate(card_file.files)}
    card = _with_assets(card_file.card, lambda path, _: f"{_CHUNKED}{numbers[path]}", card_file.files)
    texts = {"chara": _encoded(write_v2(card)), "ccv3": _encoded(write_v3(card))}
    for path, content in card_file.files.items():
        texts[f"{_ASSET_KEY}:{numbers[path]}"] = base64.b64encode(content).decode()
    return with_texts(without_texts(_png_of(card_file), _is_ours), texts)


# -- PNG -------------------------------------------------------------------------------------------------------------


def _read_png(data: bytes) -> CardFile:
    texts = {key.lower(): text for key, text in reversed(read_texts(data).items())}
    # V3 first: a program that writes it may leave an older V2 beside it.
    found = [texts[key] for key in ("ccv3", "chara") if key in texts]
    if not found:
        raise UnusableCard("This PNG picture holds no character card.", hint="It may be only the portrait of one.")
    card = read_card(_parsed(_decoded(found[0])))
    chunks = {key.removeprefix(_ASSET_KEY).lstrip(":"): text for key, text in texts.items() if _is_asset(key)}
    embedded = {f"{_CHUNKED}{number}": _decoded(text) for number, text in chunks.items()}
    kept = _sorted_out(card, embedded)
    return CardFile(kept.card, without_texts(data, _is_ours), kept.files, kept.left_out)


def _is_asset(key: str) -> bool:
    return key.lower().startswith(_ASSET_KEY)


def _is_ours(key: str) -> bool:
    return key.lower() in ("chara", "ccv3") or _is_asset(key)


def _encoded(card: Card) -> str:
    return base64.b64encode(json.dumps(card, ensure_ascii=False).encode()).decode()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except ValueError as error:
        raise UnusableCard("The character card in this file is damaged: it is no base64 text.") from error


def _png_of(card_file: CardFile) -> bytes:
    if card_file.avatar is None:
        return plain_picture(card_file.card["data"]["name"])
    return as_png(card_file.avatar)


# -- JSON ------------------------------------------------------------------------------------------------------------


def _parsed(data: bytes) -> Any:
    if len(data) > TEXT_LIMIT:
        raise TooLarge(f"The card's text is larger than {TEXT_LIMIT // 1024 // 1024} MB.")
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UnusableCard(
            "This is not a character card: its text is no JSON.", hint="PNG, JSON and CHARX files are taken."
        ) from error


# -- what belongs to a card ------------------------------------------------------------------------------------------


def _sorted_out(card: Card, embedded: Mapping[str, bytes]) -> CardFile:
    """The card with its assets in one shape: the main icon is the avatar, other pictures are files of their own.

    ``embedded`` are the bytes by the address that the card uses for them.
    """
    avatar, assets = None, []
    files: dict[str, bytes] = {}
    left_out: list[str] = []
    for entry in _assets_of(card):
        uri = str(entry.get("uri", ""))
        content = embedded.get(uri) if uri in embedded else _from_data(uri)
        if content is None:
            assets.append(entry)
        elif media_type(content) is None:
            left_out.append(str(entry.get("name") or uri)[:200])
        elif entry.get("type") == "icon" and avatar is None and _is_main(entry, card):
            avatar = content
            assets.append({**entry, "uri": _DEFAULT})
        else:
            path = _path(entry, len(files), content)
            files[path] = content
            assets.append({**entry, "uri": EMBEDDED + path})
    data = {**card["data"], "assets": assets}
    if not assets or assets == _ONLY_AVATAR:
        del data["assets"]
    return CardFile({**card, "data": data}, avatar, files, tuple(left_out))


def _assets_of(card: Card) -> list[dict[str, Any]]:
    assets = card["data"].get("assets")
    return [entry for entry in assets if isinstance(entry, dict)] if isinstance(assets, list) else []


def _is_main(entry: Mapping[str, Any], card: Card) -> bool:
    icons = [other for other in _assets_of(card) if other.get("type") == "icon"]
    return entry.get("name") == "main" or not any(other.get("name") == "main" for other in icons)


def _path(entry: Mapping[str, Any], number: int, content: bytes) -> str:
    """A path of our own making, so that nothing of the file's reaches the outside."""
    kind = re.sub(r"\W+", "", str(entry.get("type", "")), flags=re.ASCII)[:32] or "other"
    return f"assets/{kind}/images/{number}.{EXTENSIONS[media_type(content) or 'image/png']}"


def _from_data(uri: str) -> bytes | None:
    """The bytes of a ``data:`` address, none for a damaged one; ``None`` for any other address."""
    start = _DATA.match(uri)
    if start is None:
        return None
    try:
        return base64.b64decode(uri[start.end() :])
    except ValueError:
        return b""


def _with_assets(card: Card, address: Callable[[str, bytes], str], files: Mapping[str, bytes]) -> Card:
    """The card with the addresses that its files get in some format; entries whose file is gone are left out."""
    if "assets" not in card["data"]:
        return card
    assets = []
    for entry in _assets_of(card):
        uri = str(entry.get("uri", ""))
        path = uri.removeprefix(EMBEDDED)
        if path == uri:
            assets.append(entry)
        elif path in files:
            assets.append({**entry, "uri": address(path, files[path])})
    return {**card, "data": {**card["data"], "assets": assets}}


def _as_data(path: str, content: bytes) -> str:
    return f"data:{media_type(content)};base64,{base64.b64encode(content).decode()}"
