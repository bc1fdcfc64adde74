"""Reference pictures as people write them: ``"<picture>[:role[:strength]]"``.

``avatar:init:0.4`` starts from the picture that the character wears, ``0190…c3:style`` paints like a stored picture.
In this form they stand in settings, in the looks of characters and personas, and behind ``/imagine reference=``.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal, get_args

from stcore.errors import UserError
from stcore.images.request import Role
from stcore.storage.ids import is_id

BoundRole = Literal["subject", "style", "init", "background"]
ROLES: tuple[BoundRole, ...] = get_args(BoundRole)

AVATAR, PERSONA = "avatar", "persona"
WORN = (AVATAR, PERSONA)
"""Words for the pictures that the character and the persona of the chat wear."""

_AS_ASKED: dict[BoundRole, tuple[Role, str]] = {
    "subject": ("subject", ""),
    "style": ("style", ""),
    "init": ("init", ""),
    "background": ("control", "background"),
}
"""The role and the kind of control under which sources know them (spec/sources/README.md 3.3)."""

_ADDRESS = re.compile(r"/pictures/([0-9a-f]{32})(?:\.\w{1,5})?(?:\?.*)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_WORD = re.compile(r"[a-z_]{1,30}", re.ASCII | re.IGNORECASE)
_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class BoundReference:
    """One reference picture.

    ``picture`` is ``avatar``, ``persona``, the id of a stored picture, or (not yet resolved) whatever else names one:
    its file or a ``data:`` address. ``strength`` is the host's one scale: 0 keeps the picture, 1 ignores it.
    """

    picture: str
    role: BoundRole = "subject"
    strength: float | None = None

    @property
    def is_known(self) -> bool:
        """Whether the picture is named as it is kept: by one of the two words, or by its id."""
        return self.picture in WORN or is_id(self.picture)

    @property
    def wire_role(self) -> tuple[Role, str]:
        """The role of :class:`~stcore.images.request.Reference` and its kind of control."""
        return _AS_ASKED[self.role]

    def __str__(self) -> str:
        strength = "" if self.strength is None else f":{self.strength:g}"
        return f"{self.picture}:{self.role}{strength}"


def parse_reference(text: str) -> BoundReference:
    """The reference that a text means. Its parts are read from the end, since files and addresses hold colons too.

    Raises :class:`UserError` for a role or strength that cannot be, or when no picture is named.
    """
    rest, strength, role = text.strip(), None, ROLES[0]
    before, colon, last = rest.rpartition(":")
    if colon and _NUMBER.fullmatch(last.strip()):
        rest, strength = before, _strength(last, text)
        before, colon, last = rest.rpartition(":")
        if not colon or _role(last) is None:
            raise UserError(f"“{_short(text)}” names a strength, but no role.", hint="Write avatar:init:0.4.")
    if colon and (found := _role(last)) is not None:
        rest, role = before, found
    picture = _picture(rest)
    if not picture:
        raise UserError(f"“{_short(text)}” names no picture.", hint="avatar, persona, or the id of a picture.")
    reference = BoundReference(picture, role, strength)
    if not reference.is_known:
        _refuse_unknown_role(picture, text)
    return reference


def known_reference(text: str) -> str:
    """The text as it is kept. Raises :class:`UserError` where it names no stored picture."""
    reference = parse_reference(text)
    if not reference.is_known:
        raise UserError(
            f"“{_short(reference.picture)}” is not a picture of this host.",
            hint="Say avatar, persona, or the id or address of a picture; upload others first.",
        )
    return str(reference)


def _refuse_unknown_role(picture: str, text: str) -> None:
    """``avatar:pose`` names a picture and a role that there is not; a file with a colon in its name does not."""
    before, colon, last = picture.rpartition(":")
    if colon and _WORD.fullmatch(last.strip()) and BoundReference(_picture(before)).is_known:
        raise UserError(
            f"“{last.strip()}” in “{_short(text)}” is no role of a reference picture.",
            hint=f"There are: {', '.join(ROLES)}.",
        )


def _picture(text: str) -> str:
    text = text.strip()
    address = _ADDRESS.fullmatch(text)
    if address is not None:
        return address[1]
    return text.lower() if text.lower() in WORN or is_id(text.lower()) else text


def _role(text: str) -> BoundRole | None:
    word = text.strip().lower()
    return next((role for role in ROLES if role == word), None)


def _strength(text: str, whole: str) -> float:
    value = float(text)
    if not math.isfinite(value) or not 0 <= value <= 1:
        raise UserError(
            f"The strength in “{_short(whole)}” must be from 0 to 1.", hint="0 keeps the picture, 1 ignores it."
        )
    return round(value, _DECIMALS)


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}..."
