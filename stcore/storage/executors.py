"""Which programs are running on this data folder, known for certain.

Every program that runs jobs takes a fresh name and holds a lock on ``run/<name>.lock`` while it lives. The system
drops the lock when the process ends, however it ends, so a name whose lock can be taken belongs to the dead; there is
no heartbeat to miss and nothing to wait for.
"""

from __future__ import annotations

import os
import platform
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from stcore.errors import StorageError

_NAME = re.compile(r"[A-Za-z0-9.-]{1,64}\Z")


class Executors:
    """This program's name (``own``), and whether another one still runs.

    ``folder`` is ``run/`` of the data folder, ``None`` for a database in memory that nobody shares. ``one_machine``
    says that all programs use this very folder (SQLite); otherwise a name without a lock file may run elsewhere.
    """

    def __init__(self, folder: Path | None, *, one_machine: bool = True) -> None:
        self._folder, self._one_machine = folder, one_machine
        machine = re.sub(r"[^A-Za-z0-9.-]", "-", platform.node())[:32] or "local"
        self._machine = f"{machine}-"
        self.own = f"{self._machine}{os.getpid()}-{os.urandom(6).hex()}"
        self._lock: BinaryIO | None = None

    def hold(self) -> None:
        """Take the lock. Call before the name is written anywhere."""
        if self._folder is None or self._lock is not None:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = self._path(self.own).open("xb+")
        except OSError as error:
            raise StorageError(
                f"The data folder ({self._folder}) cannot be written: {error.strerror}.",
                hint="Give this user the right to write there, or name another folder with --data or STCORE_DATA.",
            ) from error
        _take(lock)
        self._lock = lock

    def release(self) -> None:
        """Give the lock up and remove its file."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None
            self.forget(self.own)

    def is_alive(self, name: str) -> bool:
        """Whether the program of that name runs. A name of no known form is nobody's."""
        if name == self.own:
            return True
        if self._folder is None or not _NAME.match(name):
            return False
        try:
            with self._path(name).open("rb+") as lock:
                return not _take(lock, shared=True)
        except FileNotFoundError:
            return not (self._one_machine or name.startswith(self._machine))

    def forget(self, name: str) -> None:
        """Remove the lock file of a program that is known to be dead."""
        if self._folder is not None and _NAME.match(name):
            with suppress(OSError):  # another program may be doing the same, and the file itself says nothing
                self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        assert self._folder is not None
        return self._folder / f"{name}.lock"


if sys.platform == "win32":
    import msvcrt

    def _take(lock: BinaryIO, *, shared: bool = False) -> bool:
        """Lock the file for as long as it is open; ``False`` when another program holds it."""
        try:
            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _take(lock: BinaryIO, *, shared: bool = False) -> bool:
        """Lock the file for as long as it is open; ``False`` when another program holds it.

        Those who only look lock it ``shared``, so that two of them do not take each other for the owner.
        """
        try:
            fcntl.flock(lock, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
