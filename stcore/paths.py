"""The data folder: where everything of one installation lies."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from stcore.errors import StorageError

USER = "User"
CHARACTER = "Assistant"
"""Who talks to whom on a fresh install."""


class DataFolder:
    """The folder named by ``--data``, else by ``STCORE_DATA``, else the usual place of the system.

    Nothing is made on disk before :meth:`prepare`.
    """

    def __init__(self, root: Path | str | None = None) -> None:
        self.root = Path(root).expanduser() if root else _usual_place()

    def __truediv__(self, name: str) -> Path:
        return self.root / name

    @property
    def settings(self) -> Path:
        return self.root / "settings.toml"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets.toml"

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.root / 'stcore.db'}"

    @property
    def pictures(self) -> Path:
        return self.root / "pictures"

    def cache(self) -> Path:
        """A folder whose files may vanish at any time. Where it cannot be made, whoever uses it goes without."""
        folder = self.root / "cache"
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def prepare(self) -> None:
        """Make the folder and its rooms, or say clearly why that cannot be."""
        hint = "Give this user the right to write there, or name another folder with --data or STCORE_DATA."
        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            for room in ("pictures", "backgrounds", "plugins", "workflows", "styles", "templates", "run", "cache"):
                (self.root / room).mkdir(exist_ok=True)
            if not os.access(self.root, os.W_OK | os.X_OK):
                raise PermissionError(13, "Permission denied")
        except OSError as error:
            reason = error.strerror or str(error)
            raise StorageError(f"The data folder {self.root} cannot be used: {reason}.", hint=hint) from error

    @contextlib.contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold a lock that other programs on the same folder respect, for the length of the block. Blocking."""
        import fcntl

        self.prepare()
        with (self.root / "run" / f"{name}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _usual_place() -> Path:
    if named := os.environ.get("STCORE_DATA"):
        return Path(named).expanduser()
    import platformdirs

    return Path(platformdirs.user_data_dir("stcore", appauthor=False))
