"""The real program in a process of its own, on a data folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from . import nursery

SECONDS = 50


@dataclass(frozen=True)
class Ended:
    """How a call ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Program:
    """Calls ``stcore`` with ``STCORE_DATA`` set to ``data``."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("STCORE")}
        return {**kept, "STCORE_DATA": str(self.data), "COLUMNS": "100", **more}

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-c", "import sys; from stcore.cli import main; sys.exit(main())", *words]

    def __call__(self, *words: str, stdin: str = "", **environ: str) -> Ended:
        """Call the program in a process that has imported it beforehand, where the system can fork one."""
        if not nursery.available:
            return self.fresh(*words, stdin=stdin, **environ)
        return _ended(*nursery.nursery().run([*words], self.environment(**environ), stdin, SECONDS))

    def fresh(self, *words: str, stdin: str = "", **environ: str) -> Ended:
        """Call the program as a shell does, in a process that has imported nothing yet."""
        done = subprocess.run(
            self.command(*words),
            input=stdin,
            capture_output=True,
            text=True,
            env=self.environment(**environ),
            timeout=SECONDS,
            check=False,
        )
        return _ended(done.returncode, done.stdout, done.stderr)


def _ended(status: int, out: str, err: str) -> Ended:
    assert "Traceback" not in err, err
    return Ended(status, out, err)


@pytest.fixture
def stcore(tmp_path: Path) -> Program:
    return Program(tmp_path / "data")
