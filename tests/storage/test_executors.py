"""Who is alive on this data folder: known from locks that the system drops, not from heartbeats."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from stcore.storage.executors import Executors

HOLDS = """
import sys
from pathlib import Path
from stcore.storage.executors import Executors
executors = Executors(Path(sys.argv[1]))
executors.hold()
print(executors.own, flush=True)
sys.stdin.readline()
"""


def other(folder: Path) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def test_a_program_is_alive_until_it_is_killed(tmp_path: Path) -> None:
    executors = Executors(tmp_path)
    executors.hold()
    process, name = other(tmp_path)
    assert name != executors.own
    assert executors.is_alive(executors.own)
    assert executors.is_alive(name)
    assert Executors(tmp_path).is_alive(name)  # looking is no owning
    process.kill()
    process.wait(10)
    assert not executors.is_alive(name)
    assert executors.is_alive(executors.own)
    executors.forget(name)
    assert [path.stem for path in tmp_path.iterdir()] == [executors.own]
    executors.release()
    assert list(tmp_path.iterdir()) == []
    assert process.stdin and process.stdout
    process.stdin.close()
    process.stdout.close()


def test_names_are_fresh_and_strange_ones_nobodys(tmp_path: Path) -> None:
    executors = Executors(tmp_path)
    assert executors.own != Executors(tmp_path).own
    for name in ("", "../../etc/passwd", "a/b", "x" * 65, "unknown"):
        assert not executors.is_alive(name)
        executors.forget(name)


def test_where_programs_share_no_folder_an_unknown_name_may_run_elsewhere(tmp_path: Path) -> None:
    executors = Executors(tmp_path, one_machine=False)
    assert executors.is_alive("elsewhere-1-abc")
    assert not executors.is_alive(executors.own[:-1] + "!")
    assert not executors.is_alive(Executors(tmp_path).own)  # of this machine, and it holds nothing


@pytest.mark.parametrize("act", ["hold", "release"])
def test_a_database_in_memory_needs_no_locks(act: str) -> None:
    executors = Executors(None)
    getattr(executors, act)()
    assert executors.is_alive(executors.own)
    assert not executors.is_alive("other")
