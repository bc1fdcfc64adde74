"""Rules of the house that a program can check."""

from __future__ import annotations

import ast
import functools
import importlib
import re
import tokenize
from pathlib import Path

import pytest

import stcore

ROOT = Path(__file__).parents[2]
PLUGINS = sorted((ROOT / "plugins").rglob("*.py"))
# The test kit plays the far side of the wire, so it may name what it plays.
CORE = [path for path in sorted((ROOT / "stcore").rglob("*.py")) if "testing" not in path.parts]


def source_names() -> list[str]:
    from stcore.plugins import PluginHost

    return sorted(PluginHost().sources | PluginHost().texts)


@functools.cache
def code_words(path: Path) -> str:
    """The code of a file without comments and docstrings, which may name a source as an example."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        node.body[0].value.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and ast.get_docstring(node)
    }
    with tokenize.open(path) as file:
        tokens = tokenize.generate_tokens(file.readline)
        return " ".join(t.string for t in tokens if t.type != tokenize.COMMENT and t.start[0] not in docstrings)


def test_no_source_is_named_outside_plugins() -> None:
    names = [name for name in source_names() if name not in ("offline",)]
    pattern = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in names), re.IGNORECASE)
    # `/imagine-comfy-workflow` is a word of the slash language, not a source.
    found = [f"{path.relative_to(ROOT)}: {match[0]}" for path in CORE if (match := pattern.search(code_words(path)))]
    assert not found


@pytest.mark.parametrize("path", PLUGINS, ids=lambda path: path.stem)
def test_a_plugin_imports_stcore_itself_and_no_room_of_it(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        modules = [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
        modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        assert not [module for module in modules if module.startswith("stcore.")], f"line {node.lineno}"


def test_the_public_surface_exists_and_its_two_lists_agree() -> None:
    for name in stcore.__all__:
        assert getattr(stcore, name) is not None
    tree = ast.parse((ROOT / "stcore/__init__.py").read_text(encoding="utf-8"))
    typed = {
        alias.asname
        for node in tree.body
        if isinstance(node, ast.If)
        for statement in node.body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }
    assert typed == set(stcore.__all__) - {"__version__"}


def test_every_hook_is_called() -> None:
    text = (ROOT / "stcore/hookspecs.py").read_text(encoding="utf-8")
    declared = re.findall(r"^def (stcore_\w+)", text, re.MULTILINE)
    code = " ".join(code_words(path) for path in CORE)
    assert declared and [hook for hook in declared if f'"{hook}"' not in code] == []


def test_importing_stcore_costs_nothing() -> None:
    assert "pydantic" not in (ROOT / "stcore/__init__.py").read_text(encoding="utf-8")
    assert importlib.import_module("stcore").__version__


@pytest.mark.parametrize("path", CORE + PLUGINS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_has_one_subject(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 450
