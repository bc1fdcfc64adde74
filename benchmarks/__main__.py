"""``python -m benchmarks [ROOM ...]``: measure the rooms named, or all of them."""

from __future__ import annotations

import importlib
import sys

ROOMS = ("startup", "languages", "scripts", "macros", "lore", "storage", "pictures")


def main(wanted: list[str]) -> int:
    """Print the table; the exit status is 1 when a budget slipped."""
    unknown = set(wanted) - set(ROOMS)
    if unknown:
        print(f"There is no room {', '.join(sorted(unknown))}; there are {', '.join(ROOMS)}.", file=sys.stderr)
        return 2
    slipped = 0
    print(f"{'what':58} {'median':>10}    {'budget':>9}")
    for room in wanted or ROOMS:
        for row in importlib.import_module(f"benchmarks.{room}").rows():
            print(row, flush=True)
            slipped += not row.kept
    print(f"{slipped} budgets slipped." if slipped else "Every budget is kept.")
    return 1 if slipped else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
