"""Pictures that scripts hand over as text: an address of ours, or the bytes themselves."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

from stcore.errors import UserError
from stcore.storage.ids import is_id

if TYPE_CHECKING:
    from stcore.host import Host

_ADDRESS = re.compile(r"/pictures/([0-9a-f]{32})(?:\.\w{1,5})?(?:\?.*)?\Z", re.ASCII)
_DATA = re.compile(r"data:image/[\w.+-]{1,60};base64,", re.ASCII)


async def picture_bytes(host: Host, text: str) -> bytes:
    """The bytes of the picture that ``text`` means: what ``/imagine`` gave (an address on the page, or the file), the
    id of a picture, or a ``data:`` address. Nothing is fetched from elsewhere. Raises :class:`UserError`."""
    text = text.strip()
    data = _DATA.match(text)
    if data is not None:
        try:
            return base64.b64decode(text[data.end() :], validate=True)
        except ValueError as error:
            raise UserError("The data: address of the picture is damaged.") from error
    return (await host.library.read(await picture_id(host, text)))[0]


async def picture_id(host: Host, text: str) -> str:
    """The id of the stored picture that ``text`` means, by its address, its file or its id. :class:`UserError` when it
    means none; whether the picture is still there is not asked."""
    text = text.strip()
    if text.startswith(("http:", "https:", "//")):
        raise UserError("Pictures are not fetched from other servers.", hint="Upload the picture, or make one.")
    address = _ADDRESS.match(await host.library.canonical(text))
    found = address[1] if address else text
    if not is_id(found):
        raise UserError(f"“{text[:80]}” is not a picture of this host.", hint="Take the result of /imagine.")
    return found
