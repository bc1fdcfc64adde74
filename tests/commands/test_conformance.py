"""The conformance runner prints what it observed, and judges only what a case carries."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from stcore.testing.__main__ import main
from stcore.testing.conformance import mismatches, observe_script, run_cases


def case(script: str, **fields: Any) -> dict[str, Any]:
    return {"id": "one", "script": script, "flags": {"STRICT_ESCAPING": True}, "setup": [], **fields}


def test_all_result_fields_are_observed() -> None:
    observed = observe_script(case("/setvar key=a 1 | /send hi | /echo done", setup=["/setglobalvar key=g x"]))
    assert observed == {
        "pipe": "done",
        "error": False,
        "aborted": False,
        "locals": {"a": "1"},
        "globals": {"g": "x"},
        "toasts": [{"type": "info", "text": "done", "title": None}],
        "messages": [{"name": "User", "text": "hi", "is_user": True, "is_system": False}],
    }


def test_positions_count_utf16_units() -> None:
    observed = observe_script(case("/pass 𝄞 |\n/pass 𝄞𝄞 | /nope"))
    assert observed["error_kind"] == "parse"
    assert (observed["error_index"], observed["error_line"], observed["error_column"]) == (25, 1, 14)


def test_an_execution_error_names_its_command() -> None:
    observed = observe_script(case("/run {: /var x :}"))
    assert (observed["error_kind"], observed["error_command"], observed["pipe"]) == ("execution", "run", None)


def test_a_closure_in_the_pipe_is_its_source() -> None:
    assert observe_script(case("/pass {: /upper a :}"))["pipe"] == {"closure": " /upper a "}


def test_only_carried_fields_are_judged() -> None:
    observed = {"pipe": "a", "locals": {"n": 3}, "error_message": "other words", "error": False}
    assert mismatches(case("x", pipe="a", locals={"n": 3.0}, error_message="words", note="-"), observed) == []
    assert mismatches(case("x", pipe="b", error=0), observed) == ["pipe", "error"]


def test_check_prints_the_mismatches_and_a_count(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    cases = [case("/pass a", pipe="a"), case("/pass a", pipe="b") | {"id": "two"}]
    path.write_text("\n".join(map(json.dumps, cases)), encoding="utf-8")
    out = io.StringIO()
    assert run_cases("stscript", path, check=True, out=out) == 1
    lines = out.getvalue().splitlines()
    assert json.loads(lines[0]) == {"id": "two", "expected": {"pipe": "b"}, "observed": {"pipe": "a"}}
    assert lines[-1] == "1 passed, 1 failed"


def test_without_check_every_case_is_one_line_without_a_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text(json.dumps(case("/pass a", pipe="b")) + "\n", encoding="utf-8")
    assert main(["run", "stscript", str(path)]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["observed"]["pipe"] == "a"
    assert "expected" not in line
