"""Picture files by the hash of their content: in a folder, in memory, or in S3, all behind :class:`BlobStore`.

A key is ``ab/abcdef....png``: two digits, the whole sha256, an ending. Nothing else is taken, so no text from outside
can become a path that leaves the store (STO-5). A write is whole or not there (STO-6), writing the same twice is
harmless, and nothing is ever changed in place.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from stcore.errors import NotFound, StorageError, UserError

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_KEY = re.compile(r"([0-9a-f]{2})/\1[0-9a-f]{62}(\.[a-z]{1,10}){0,2}\Z")

S3_RETRIES = 2
S3_TIMEOUT = "30s"
"""obstore's own defaults retry for minutes; a person is waiting."""


def digest(data: bytes) -> str:
    """The content hash as it appears in keys and asset records."""
    return sha256(data).hexdigest()


def key_of(sha256_hex: str, ending: str) -> str:
    """The key of a file; ``ending`` without a leading dot (``png``, ``thumb.webp``)."""
    return checked(f"{sha256_hex[:2]}/{sha256_hex}.{ending}")


def checked(key: str) -> str:
    """The key itself, or :class:`UserError` when it has not the form of one."""
    if not _KEY.match(key):
        raise UserError("This is not the name of a stored picture.")
    return key


class BlobStore(Protocol):
    """Where picture files are. The ``_now`` methods block and are for code inside a database transaction."""

    async def put(self, key: str, data: bytes) -> bool:
        """Store whole or not at all; ``False`` when it was there already. :class:`StorageError` when it cannot be."""
        ...

    async def get(self, key: str) -> bytes:
        """The content, or :class:`NotFound`."""
        ...

    async def exists(self, key: str) -> bool: ...

    async def delete(self, key: str) -> None:
        """Remove it; a key that is not there is fine."""
        ...

    def exists_now(self, key: str) -> bool: ...

    def delete_now(self, key: str) -> None: ...

    def path(self, key: str) -> Path | None:
        """The file on this machine, ``None`` when the store is elsewhere."""
        ...


class ObstoreBlobs:
    """A :class:`BlobStore` on obstore. ``url``: a folder's path, ``file://``, ``memory://`` or ``s3://bucket/prefix``.

    Nothing is touched before the first use. S3 credentials and region come from the usual ``AWS_*`` variables.
    """

    def __init__(self, url: str | Path) -> None:
        text = str(url)
        self.url = text
        self.folder: Path | None = None
        if text.startswith("file://"):
            self.folder = Path(text.removeprefix("file://"))
        elif "://" not in text:
            self.folder = Path(text).absolute()

    @cached_property
    def _store(self) -> ObjectStore:
        # Imported on first use: a run that stores no picture should not pay for it.
        from obstore.store import LocalStore, MemoryStore, from_url

        if self.folder is not None:
            return LocalStore(self.folder, mkdir=True)
        if self.url.startswith("memory:"):
            return MemoryStore()
        return from_url(self.url, client_options={"timeout": S3_TIMEOUT}, retry_config={"max_retries": S3_RETRIES})

    async def put(self, key: str, data: bytes) -> bool:
        checked(key)
        with self._plain_errors():
            import obstore
            from obstore.exceptions import AlreadyExistsError

            try:
                await obstore.put_async(self._store, key, data, mode="create", use_multipart=False)
            except AlreadyExistsError:
                # The same name is the same content, unless a power cut left an empty file behind.
                if (await obstore.head_async(self._store, key))["size"] == len(data):
                    return False
                await obstore.put_async(self._store, key, data, use_multipart=False)
        return True

    async def get(self, key: str) -> bytes:
        checked(key)
        with self._plain_errors():
            import obstore

            return bytes(await (await obstore.get_async(self._store, key)).bytes_async())

    async def exists(self, key: str) -> bool:
        checked(key)
        with self._plain_errors():
            import obstore

            try:
                await obstore.head_async(self._store, key)
            except FileNotFoundError:
                return False
        return True

    async def delete(self, key: str) -> None:
        checked(key)
        with self._plain_errors():
            import obstore

            try:
                await obstore.delete_async(self._store, key)
            except FileNotFoundError:
                return

    def exists_now(self, key: str) -> bool:
        checked(key)
        if self.folder is not None:
            return (self.folder / key).is_file()
        with self._plain_errors():
            try:
                self._store.head(key)
            except FileNotFoundError:
                return False
        return True

    def delete_now(self, key: str) -> None:
        checked(key)
        with self._plain_errors():
            try:
                self._store.delete(key)
            except FileNotFoundError:
                return

    def path(self, key: str) -> Path | None:
        checked(key)
        return None if self.folder is None else self.folder / key

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        from obstore.exceptions import BaseError

        try:
            yield
        except FileNotFoundError as error:
            raise NotFound("The picture's file is gone.", hint="Restore the pictures folder from a copy.") from error
        except (BaseError, OSError, ValueError) as error:
            raise _storage_error(error, self.url) from error


_CAUSES = {
    errno.ENOSPC: ("the disk is full", "Free some space on the disk and try again; nothing stored before is lost."),
    errno.EDQUOT: ("the disk quota is used up", "Free some space and try again; nothing stored before is lost."),
    errno.EFBIG: ("the file is larger than the system allows", "Raise the limit on file sizes for this program."),
    errno.EACCES: ("this user may not write there", "Give the right to write, or name another folder with --data."),
    errno.EROFS: ("the disk is read-only", "Make it writable, or name another folder with --data or STCORE_DATA."),
}


def _storage_error(error: Exception, where: str) -> StorageError:
    """What obstore says, in plain words. It prints the system's error number as ``(os error 28)``."""
    text = str(error)
    number = re.search(r"\(os error (\d+)\)", text)
    code = int(number.group(1)) if number else getattr(error, "errno", None)
    if code in _CAUSES:
        cause, hint = _CAUSES[code]
    else:
        cause, hint = text.split("\n", 1)[0], ""
    return StorageError(f"The pictures ({where}) cannot be stored or read: {cause}.", hint=hint)
