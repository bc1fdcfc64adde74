"""``stcore check`` and ``stcore fmt``."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Program


def test_check_shows_the_place_and_what_to_do(stcore: Program, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.st", tmp_path / "bad.st"
    good.write_text("/echo hi")
    bad.write_text("/pass a |\n/uper b")
    assert stcore("check", str(good)).status == 0
    done = stcore("check", str(good), str(bad))
    assert done.status == 1
    assert f"{bad}:2:2: error: There is no command /uper." in done.out
    assert "    /uper b\n     ^^^^" in done.out
    assert "Did you mean /upper" in done.out
    assert "2 scripts: 1 error, 0 warnings." in done.err


def test_check_for_programs(stcore: Program) -> None:
    done = stcore("check", "--json", "-c", "/echo severity=wrn {{usr}}")
    assert done.status == 1
    found = [(problem["severity"], problem["where"]["line"], problem["where"]["column"]) for problem in done.json]
    assert found == [("warning", 0, 15), ("error", 0, 21)]
    assert stcore("check", "--json", "-", stdin="/echo severity=wrn hi").status == 0, "a warning is no error"


def test_check_runs_nothing(stcore: Program) -> None:
    stcore("check", "-c", "/setglobalvar key=g 1")
    assert not stcore.data.exists() or not (stcore.data / "stcore.db").exists()


def test_fmt_changes_files_in_place(stcore: Program, tmp_path: Path) -> None:
    script = tmp_path / "a.st"
    script.write_text("/pass a|/upper")
    assert stcore("fmt", "--check", str(script)).status == 1
    difference = stcore("fmt", "--diff", str(script))
    assert (difference.status, "+/upper" in difference.out) == (1, True)
    assert script.read_text() == "/pass a|/upper"
    assert stcore("fmt", str(script)).status == 0
    assert script.read_text() == "/pass a |\n/upper\n"
    assert stcore("fmt", "--check", str(script)).status == 0
    assert stcore("fmt", "-", stdin="/pass  a").out == "/pass a\n"


def test_fmt_leaves_what_it_cannot_read(stcore: Program, tmp_path: Path) -> None:
    script = tmp_path / "a.st"
    script.write_text("/pass a|\n/nosuch")
    done = stcore("fmt", str(script))
    assert done.status == 1
    assert "line 2: There is no command /nosuch." in done.err
    assert script.read_text() == "/pass a|\n/nosuch"
