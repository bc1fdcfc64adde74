"""``stcore replies``: sets as lists and files, switched and run from the command line."""

from __future__ import annotations

import json
from pathlib import Path

from .conftest import Program

MAKE = (
    '/qr-set-create Trip | /qr-create set=Trip label=ask "/echo Where to? | /pass \\{\\{arg::who\\}\\}"'
    " | /qr-create set=Trip label=bad /nope"
)


def test_replies_from_a_script_to_a_file_and_back(stcore: Program, tmp_path: Path) -> None:
    assert stcore("run", "-c", MAKE).status == 0
    assert stcore("replies", "list", "--json").json == [{"name": "Trip", "replies": 2, "everywhere": False}]
    assert "ask" in stcore("replies", "list", "Trip").out
    file = tmp_path / "trip.json"
    assert stcore("replies", "export", "Trip", "--to", str(file)).status == 0
    shared = json.loads(file.read_text(encoding="utf-8"))
    assert stcore("replies", "list", "Trip", "--json").json == shared
    refused = stcore("replies", "import", str(file))
    assert (refused.status, "already" in refused.err) == (1, True)
    assert stcore("replies", "import", str(file), "--name", "Two", "--on").status == 0
    assert stcore("replies", "list", "--json").json[1] == {"name": "Two", "replies": 2, "everywhere": True}
    broken = tmp_path / "broken.json"
    broken.write_text('{"qrList": ', encoding="utf-8")
    refused = stcore("replies", "import", str(broken))
    assert (refused.status, "broken.json" in refused.err) == (1, True)


def test_replies_are_found_and_run_as_scripts_find_them(stcore: Program) -> None:
    stcore("run", "-c", MAKE)
    ran = stcore("replies", "run", "Trip.ask", "--arg", "who=Ann")
    assert (ran.status, ran.out, "Where to?" in ran.err) == (0, "Ann\n", True)
    assert stcore("replies", "run", "ask").status == 1
    assert stcore("replies", "on", "Trip").status == 0
    assert stcore("replies", "run", "ask").status == 0
    failed = stcore("replies", "run", "bad")
    assert (failed.status, "Trip.bad" in failed.err) == (1, True)
    assert stcore("replies", "off", "Trip").status == 0
    assert stcore("replies", "run", "ask").status == 1
