"""The register and the marks of the tests fit together."""

from __future__ import annotations

from pathlib import Path

from stcore.testing import features

ROOT = Path(__file__).parents[2]


def test_every_claim_is_in_the_register() -> None:
    assert "not in the register" not in features.report(ROOT)


def test_marks_are_found_whether_one_or_several(tmp_path: Path) -> None:
    (tmp_path / "test_x.py").write_text(
        "import pytest\npytestmark = pytest.mark.feature('F002')\n"
        "@pytest.mark.feature('F001', 'REC-1')\ndef test_a(): ...\n"
    )
    assert features.claimed(tmp_path) == {"F001", "REC-1", "F002"}
