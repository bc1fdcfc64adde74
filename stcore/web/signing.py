"""Signed addresses of pictures: short-lived proofs that this host itself handed an address out (studio.md, GAL-4).

A signature covers the path of the picture, the size and the time of expiry. The key lies in the data folder, readable
by its owner only, and is made at first use; all processes of one data folder share it, so any of them serves what
another signed, and a restart breaks no page that is open.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import secrets
from typing import Any

from itsdangerous import Signer

from stcore.clock import Clock
from stcore.config import replacing
from stcore.errors import Forbidden, StorageError
from stcore.images.library import ImageSize, page_address
from stcore.paths import DataFolder

LIFETIME = 3600
"""Seconds that an address works."""

KEY_BYTES = 32


class PictureSigner:
    """Makes the addresses of pictures and checks them again."""

    def __init__(self, key: bytes, clock: Clock) -> None:
        self._signer = Signer(key, salt="stcore.picture", digest_method=hashlib.sha256)
        self._clock = clock

    def addresses(self, asset_id: str, media_type: str) -> dict[str, Any]:
        """``url``, ``medium``, ``thumb`` and ``download`` of a picture; ``expires`` in milliseconds since 1970."""
        path = page_address(asset_id, media_type)
        expires = self._expiry()
        full = self._address(path, "full", expires)
        return {
            "url": full,
            "medium": self._address(path, "medium", expires),
            "thumb": self._address(path, "thumb", expires),
            "download": f"{full}&download=1",
            "expires": expires * 1000,
        }

    def address(self, path: str, size: ImageSize = "full") -> str:
        """The signed form of ``/pictures/<asset id>.<ending>``."""
        return self._address(path, size, self._expiry())

    def check(self, path: str, size: str, expires: str, signature: str) -> None:
        """Raise :class:`Forbidden` unless this host signed exactly this and the hour is not over.

        The parts are compared as they stand in the address: what reads the same in another spelling is refused too.
        """
        hint = "Ask for a fresh address; the page does so by itself."
        expected = self._signature(path, size, expires)
        if not hmac.compare_digest(expected.encode(), signature.encode()):
            raise Forbidden("This address of a picture is not one that stcore handed out.", hint=hint)
        if self._clock.now().timestamp() >= int(expires) + 1:
            raise Forbidden("This address of a picture has expired.", hint=hint)

    def _expiry(self) -> int:
        return math.floor(self._clock.now().timestamp()) + LIFETIME

    def _address(self, path: str, size: ImageSize, expires: int) -> str:
        return f"{path}?size={size}&e={expires}&s={self._signature(path, size, str(expires))}"

    def _signature(self, path: str, size: str, expires: str) -> str:
        return self._signer.get_signature("\n".join((path, size, expires))).decode()


def load_key(folder: DataFolder) -> bytes:
    """The key of the data folder, made if there is none. Two programs starting at once get the same. Blocking."""
    path = folder / "signing.key"
    with folder.lock("signing"):
        if not path.exists():
            with replacing(path, private=True) as file:
                file.write_bytes(secrets.token_bytes(KEY_BYTES))
        try:
            key = path.read_bytes()
        except OSError as error:
            raise StorageError(
                f"The key file {path} cannot be read: {error.strerror}.", hint="Give this user the right to read it."
            ) from error
    if len(key) != KEY_BYTES:
        raise StorageError(f"The key file {path} is damaged.", hint="Delete it; a new one is made at the next start.")
    return key
