"""The workflow of one picture, with the values of one's own placeholders and the avatars it asks for (16.3)."""

from __future__ import annotations

import asyncio
import io
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stcore.errors import Misconfigured, NotFound, StcoreError, UserError
from stcore.images.filling import mentioned, picture_text
from stcore.images.placeholders import value_of
from stcore.images.references import AVATAR, PERSONA, WORN, parse_reference
from stcore.images.request import Workflow
from stcore.images.settings import ImageSettings, Placeholder

if TYPE_CHECKING:
    from stcore.host import Host
    from stcore.images.source import Connection

log = logging.getLogger("stcore.images")

Value = str | int | float

_PLACEHOLDER = re.compile(r"%[^\"%\\\r\n]+%")


@dataclass(frozen=True, slots=True)
class Faces:
    """Whose pictures workflows may show, as ids of stored ones."""

    char_avatar: str | None = None
    user_avatar: str | None = None


async def workflow_for(
    host: Host,
    settings: ImageSettings,
    connection: Connection,
    *,
    expand: Callable[[str], str],
    char_avatar: str | None = None,
    user_avatar: str | None = None,
) -> Workflow | None:
    """The workflow that a picture is made with, ``None`` for a source that works without one.

    It is the one of the settings, else that of the connection; one that is gone is ``NotFound`` naming those there are.
    ``expand`` expands macros; the avatars are ids of stored pictures, read only when the workflow asks for them.
    """
    if not connection.source.needs_workflow:
        return None
    name = settings.workflow or str(getattr(connection.options, "workflow", "") or "")
    if not name:
        raise Misconfigured("No workflow is chosen.", hint="Choose one in the settings of pictures.")
    name = await asyncio.to_thread(host.workflows.find, name)
    text = await asyncio.to_thread(host.workflows.load, name)
    faces = Faces(char_avatar, user_avatar)
    custom = await custom_values(host, settings.placeholders, text, expand=expand, faces=faces)
    wanted = mentioned(text).union(*(_named_by(value) for _, value in custom))
    return Workflow(
        name=name,
        text=text,
        custom=custom,
        char_avatar=await _avatar(host, char_avatar) if "char_avatar" in wanted else None,
        user_avatar=await _avatar(host, user_avatar) if "user_avatar" in wanted else None,
    )


async def custom_values(
    host: Host, given: tuple[Placeholder, ...], text: str, *, expand: Callable[[str], str], faces: Faces
) -> tuple[tuple[str, Value], ...]:
    """The values of one's own placeholders in their order, macros expanded: what the workflow ``text`` can use of them.

    The macros of all are expanded, since one may set what another reads. Raises ``UserError`` for a value that does
    not fit its kind, and ``NotFound`` for a picture that is gone.
    """
    wanted, values = set(mentioned(text)), list[tuple[str, Value]]()
    for one in given:
        expanded = expand(one.replace)
        if one.find not in wanted:
            continue
        if one.kind == "picture":
            value: Value = picture_text(await _picture(host, one, expanded.strip(), faces))
        else:
            value = value_of(one, expanded)
        values.append((one.find, value))
        wanted |= _named_by(value)
    return tuple(values)


def _named_by(value: Value) -> set[str]:
    """A value may itself be a placeholder, which later steps fill (16.3)."""
    return {value[1:-1]} if isinstance(value, str) and _PLACEHOLDER.fullmatch(value) else set()


async def _picture(host: Host, placeholder: Placeholder, value: str, faces: Faces) -> bytes | None:
    """The picture that a value means: an avatar, which may be missing, or a stored one by its id or address."""
    if value in WORN:
        return await _avatar(host, faces.char_avatar if value == AVATAR else faces.user_avatar)
    if not value:
        raise UserError(f"%{placeholder.find}% has no picture yet.", hint="Give it one among the placeholders.")
    named = parse_reference(await host.library.canonical(value)).picture
    try:
        data, _ = await host.library.read(named)
    except NotFound:
        raise NotFound(
            f"The picture that %{placeholder.find}% names is not here (any more).",
            hint=f"Choose another, or write “{AVATAR}” or “{PERSONA}” for the picture of whoever is there.",
        ) from None
    return data


async def _avatar(host: Host, asset_id: str | None) -> bytes | None:
    """An avatar as PNG; ``None`` when there is none or it cannot be read, which must not stop the picture."""
    if asset_id is None:
        return None
    try:
        data, media_type = await host.library.read(asset_id)
        return data if media_type == "image/png" else await asyncio.to_thread(_as_png, data)
    except (StcoreError, OSError) as error:
        log.warning("An avatar cannot be given to the workflow: %s", error)
        return None


def _as_png(data: bytes) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    with Image.open(io.BytesIO(data)) as picture:
        picture.convert("RGBA" if picture.has_transparency_data else "RGB").save(out, "PNG")
    return out.getvalue()
