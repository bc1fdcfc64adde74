"""Files that a page sends: the request is the file itself, with ``Content-Type: application/octet-stream``.

No form around it: nothing has to be taken apart, and no page of another site can send it unasked.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from stcore.errors import UserError
from stcore.web.security import UPLOAD


async def _uploaded(request: Request) -> bytes:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != UPLOAD:
        raise UserError("A file is sent as it is.", hint=f"Send its bytes with the header `Content-Type: {UPLOAD}`.")
    data = await request.body()
    if not data:
        raise UserError("The file is empty.")
    return data


UploadDep = Annotated[bytes, Depends(_uploaded)]
"""The bytes of the file that was sent, at most ``UPLOAD_LIMIT``."""

UPLOAD_BODY = {
    "requestBody": {"required": True, "content": {UPLOAD: {"schema": {"type": "string", "format": "binary"}}}}
}
"""For ``openapi_extra`` of a route with :data:`UploadDep`."""
