"""The reference pictures of one wish: named in settings, looks and commands, read and made ready for a source.

Order is meaningful to sources ("image 1"), and where one takes only a few the first ones count: those of the wish come
first, then those of who is drawn, then those of the settings. What a source does not take is dropped when the request
is planned, and reported there (``stcore/images/planning.py``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from stcore.chat.imagine.looks import Looks
from stcore.chat.ports.pictures import picture_bytes, picture_id
from stcore.errors import NotFound, UnusablePicture, UserError
from stcore.images.references import AVATAR, PERSONA, BoundReference, known_reference, parse_reference
from stcore.images.request import Reference
from stcore.images.settings import ImageSettings
from stcore.images.sniff import decode_fully, read_facts

if TYPE_CHECKING:
    from PIL import Image

    from stcore.host import Host

__all__ = [
    "BoundReference",
    "Found",
    "known_reference",
    "parse_reference",
    "recorded_reference",
    "reference_of",
    "references_for",
    "without_likeness",
]

LONGEST_SIDE = 1536
"""Pixels; larger pictures are made smaller: no source looks at more, and the request is kept with the job."""

LARGEST = 4 * 1024 * 1024
"""Bytes up to which a picture stays as it is."""

_UNDERSTOOD = ("image/png", "image/jpeg", "image/webp")
"""What sources take; anything else is sent as one of these."""

_QUALITY = 92

_TOLD = ("role", "strength", "control", "label")
"""What the record of a picture tells of its references."""


@dataclass(frozen=True, slots=True)
class Found:
    """``left_out`` names the pictures that are bound to something and are gone."""

    references: tuple[Reference, ...] = ()
    left_out: tuple[str, ...] = ()


async def references_for(
    host: Host,
    settings: ImageSettings,
    looks: Sequence[Looks],
    *,
    char_avatar: str | None,
    user_avatar: str | None,
    extra: Sequence[str] = (),
) -> Found:
    """The pictures to give to a source. ``extra`` are those of the wish itself.

    Each picture counts once per role, as it is named first. ``avatar`` and ``persona`` in settings and looks mean
    nothing where nobody wears a picture. Raises :class:`UserError` for a text that names no picture, and for a picture
    of the wish that is gone or not worn; bound ones that are gone are told in the result.
    """
    worn = {AVATAR: char_avatar, PERSONA: user_avatar}
    named = [(text, worn) for text in extra]
    named += [(text, {**worn, AVATAR: one.avatar_id or char_avatar}) for one in looks for text in one.references]
    named += [(text, worn) for text in settings.references]
    references: dict[tuple[str, str], Reference] = {}
    left_out: list[str] = []
    for number, (text, faces) in enumerate(named):
        is_wish, meant = number < len(extra), parse_reference(text)
        reference = replace(meant, picture=faces.get(meant.picture) or meant.picture)
        key = (reference.picture, reference.role)
        if key in references or (reference.picture in faces and not is_wish):
            continue
        try:
            references[key] = await reference_of(host, reference, label=_label(meant))
        except (NotFound, UnusablePicture) as error:
            if is_wish:
                raise _gone(reference) from error
            left_out.append(str(reference))
    return Found(tuple(references.values()), tuple(dict.fromkeys(left_out)))


async def reference_of(host: Host, reference: BoundReference, *, label: str = "") -> Reference:
    """The picture itself, small enough to be sent; ``label`` is what people call it.

    Raises ``NotFound``, ``UnusablePicture`` or :class:`UserError`.
    """
    if reference.picture in (AVATAR, PERSONA):
        raise NotFound("Nobody wears a picture.")
    is_data = reference.picture.startswith("data:")
    asset_id = "" if is_data else await picture_id(host, reference.picture)
    whole = await picture_bytes(host, reference.picture) if is_data else (await host.library.read(asset_id))[0]
    data, mime = await asyncio.to_thread(sendable, whole)
    role, control = reference.wire_role
    return Reference(
        data=data,
        mime=mime,
        role=role,
        control=control,
        strength=reference.strength,
        label=label or _label(reference),
        asset_id=asset_id,
    )


async def recorded_reference(host: Host, told: Mapping[str, Any]) -> Reference:
    """A reference picture as the record of a picture tells it. Raises ``NotFound`` and ``UnusablePicture``."""
    data, _ = await host.library.read(told["picture"])
    data, mime = await asyncio.to_thread(sendable, data)
    return Reference(
        data=data, mime=mime, asset_id=told["picture"], **{name: told[name] for name in _TOLD if name in told}
    )


def without_likeness(looks: Looks) -> Looks:
    """Only what does not show who it is: pictures for the manner of drawing and for the surroundings."""
    kept = (text for text in looks.references if parse_reference(text).role in ("style", "background"))
    return replace(looks, references=tuple(kept))


def sendable(data: bytes) -> tuple[bytes, str]:
    """The picture and its type, unchanged where sources can take it so. Blocks: call it on a worker thread."""
    facts = read_facts(data)
    fits = max(facts.width, facts.height) <= LONGEST_SIDE and len(data) <= LARGEST
    if fits and facts.mime in _UNDERSTOOD:
        return data, facts.mime
    _, picture = decode_fully(data)
    return _encoded(picture)


def _encoded(picture: Image.Image) -> tuple[bytes, str]:
    """As JPEG, or as PNG where something is transparent."""
    from io import BytesIO

    from PIL import ImageOps

    picture = ImageOps.exif_transpose(picture)
    transparent = "A" in picture.mode or "transparency" in picture.info
    picture = picture.convert("RGBA" if transparent else "RGB")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    target = BytesIO()
    if transparent:
        picture.save(target, "PNG")
        return target.getvalue(), "image/png"
    picture.save(target, "JPEG", quality=_QUALITY)
    return target.getvalue(), "image/jpeg"


def _label(reference: BoundReference) -> str:
    whose = {AVATAR: "the character's picture", PERSONA: "your picture"}.get(reference.picture, "a picture")
    return f"{whose} as {reference.role}"


def _gone(reference: BoundReference) -> UserError:
    if reference.picture == AVATAR:
        return UserError(
            "Nobody in this chat wears a picture that could be a reference.", hint="Give the character one."
        )
    if reference.picture == PERSONA:
        return UserError("Your persona wears no picture that could be a reference.", hint="Give it one.")
    return UserError("A reference picture of this wish is gone or damaged.", hint="Choose another one.")
