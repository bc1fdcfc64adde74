"""Which rows of the feature register a test proves, and which none does yet.

The register is ``tests/features.csv``; a test claims a row with ``@pytest.mark.feature("F027")``. The tests are read,
not run: whether they pass is what ``make test`` says.
"""

from __future__ import annotations

import ast
import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from stcore.errors import UserError


def claimed(tests: Path) -> set[str]:
    """The ids that the tests below a folder claim to prove."""
    found: set[str] = set()
    for path in sorted(tests.rglob("test_*.py")):
        found.update(_marks(ast.parse(path.read_text(encoding="utf-8"))))
    return found


def _marks(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "feature":
            yield from (str(arg.value) for arg in node.args if isinstance(arg, ast.Constant))


def report(root: Path) -> str:
    """The rows that are not proven yet, by group, and a closing count."""
    register = root / "tests" / "features.csv"
    if not register.is_file():
        raise UserError(f"There is no feature register at {register}.", hint="Run it from a checkout of stcore.")
    with register.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    proven = claimed(root / "tests")
    unknown = sorted(proven - {row["id"] for row in rows})
    open_rows = [row for row in rows if row["id"] not in proven]
    lines = [f"{row['id']:8} {row['group']:16} {row['feature']}" for row in open_rows]
    lines += [f"claimed by a test, but not in the register: {name}" for name in unknown]
    by_group = Counter(row["group"] for row in open_rows)
    lines.append("open by group: " + ", ".join(f"{group} {count}" for group, count in by_group.most_common()))
    lines.append(f"{len(rows) - len(open_rows)} of {len(rows)} rows are proven by a test.")
    return "\n".join(lines)
