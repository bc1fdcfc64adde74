"""``python -m stcore.testing run KIND CASES.jsonl [--check]``: the public test kit from the command line.

A sub-command is a function that gets the arguments behind its name; it is imported when it is used.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

SUBCOMMANDS: dict[str, str] = {
    "demo": "stcore.testing.demo:demo",
    "docs": "stcore.testing.docs:docs",
    "features": "stcore.testing.__main__:features",
    "run": "stcore.testing.__main__:run",
    "screenshot": "stcore.testing.screenshot:screenshot",
}
"""Name to ``module:function``; the function takes the remaining arguments and gives the exit status."""


def run(arguments: Sequence[str]) -> int:
    """Run conformance cases; 1 when ``--check`` found a mismatch."""
    from stcore.testing.conformance import KINDS, run_cases

    parser = argparse.ArgumentParser(prog="python -m stcore.testing run", description="Run conformance cases.")
    parser.add_argument("kind", choices=sorted(KINDS), metavar="KIND", help=", ".join(sorted(KINDS)))
    parser.add_argument("cases", type=Path, metavar="CASES.jsonl")
    parser.add_argument("--check", action="store_true", help="print only what differs from the file, and a count")
    chosen = parser.parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Half of a character (ECMAScript has such texts) has no UTF-8; its escape is what JSON writes for it.
        sys.stdout.reconfigure(errors="backslashreplace")
    return 1 if run_cases(chosen.kind, chosen.cases, check=chosen.check) else 0


def features(arguments: Sequence[str]) -> int:
    """Print which rows of the feature register no test proves yet."""
    from stcore.testing.features import report

    parser = argparse.ArgumentParser(prog="python -m stcore.testing features", description=features.__doc__)
    parser.add_argument("root", type=Path, nargs="?", default=Path.cwd(), help="a checkout of stcore")
    print(report(parser.parse_args(arguments).root))
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Hand over to the sub-command that was named."""
    parser = argparse.ArgumentParser(prog="python -m stcore.testing", description="The test kit of stcore.")
    parser.add_argument("command", choices=sorted(SUBCOMMANDS))
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    chosen = parser.parse_args(arguments)
    module, _, name = SUBCOMMANDS[chosen.command].partition(":")
    function: Callable[[Sequence[str]], int] = getattr(import_module(module), name)
    return function(chosen.arguments)


if __name__ == "__main__":
    sys.exit(main())
