"""``python -m stcore.testing docs``: write the pages of ``docs/`` that are made from declarations."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path


def _macros() -> str:
    from stcore.macros import MacroEngine
    from stcore.macros.reference import documentation

    return documentation(MacroEngine().registry)


def _commands() -> str:
    from stcore.commands import standard_registry
    from stcore.commands.reference import documentation

    return documentation(standard_registry())


PAGES: dict[str, Callable[[], str]] = {"macros.md": _macros, "commands.md": _commands}
"""The page's file below ``docs/``, and what makes its text. A test of each page checks that it is current."""


def docs(arguments: Sequence[str]) -> int:
    """Write every generated page that is not as it should be."""
    parser = argparse.ArgumentParser(prog="python -m stcore.testing docs", description=docs.__doc__)
    parser.add_argument("root", type=Path, nargs="?", default=Path.cwd(), help="a checkout of stcore")
    folder = parser.parse_args(arguments).root / "docs"
    folder.mkdir(exist_ok=True)
    for name, make in PAGES.items():
        page, text = folder / name, make()
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")
            print(f"wrote {page}")
    return 0
