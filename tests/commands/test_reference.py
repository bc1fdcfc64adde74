"""The reference of commands: made from the declarations, complete, current, searchable."""

from __future__ import annotations

from pathlib import Path

from stcore.commands import standard_registry
from stcore.commands.reference import GROUPS, by_group, documentation, search

REGISTRY = standard_registry()


def test_the_page_is_current() -> None:
    page = Path(__file__).parents[2] / "docs" / "commands.md"
    assert page.read_text(encoding="utf-8") == documentation(REGISTRY), "run `make docs`"


def test_the_page_names_every_command_once_with_its_aliases_and_arguments() -> None:
    page = documentation(REGISTRY)
    for command in REGISTRY:
        assert page.count(f"</a>/{command.name}\n") == 1
        assert all(f"`/{alias}`" in page for alias in command.aliases)
        assert all(f"- `{argument.name}=` " in page for argument in command.named)


def test_every_command_belongs_to_a_group_with_a_title() -> None:
    assert {command.group for command in REGISTRY} <= set(GROUPS)
    assert sum(len(commands) for _, commands in by_group(REGISTRY)) == len(list(REGISTRY))


def test_a_search_looks_at_names_arguments_and_help_names_first() -> None:
    assert search(REGISTRY, "upper")[0].name == "upper"
    assert "echo" in [command.name for command in search(REGISTRY, "severity")]
    assert search(REGISTRY, "no such thing anywhere") == []
