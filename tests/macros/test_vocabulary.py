"""Every macro's own examples run, and every macro explains itself."""

from __future__ import annotations

import ast
import inspect
import sys
from pathlib import Path

import pytest

from stcore.macros import Environment, Macro, MacroEngine
from stcore.macros.builtin import builtin_macros
from stcore.macros.reference import GROUPS, SYNTAX, Lesson, documentation, example_scene

MACROS = list(builtin_macros())


@pytest.mark.parametrize(
    ("text", "result"),
    [pytest.param(*example, id=f"{macro.name}: {example[0]}") for macro in MACROS for example in macro.examples],
)
def test_an_example_of_a_macro(text: str, result: str) -> None:
    assert MacroEngine().expand(text, example_scene()) == result


@pytest.mark.parametrize("lesson", SYNTAX, ids=lambda lesson: lesson.text)
def test_an_example_of_the_overview(lesson: Lesson) -> None:
    assert MacroEngine().expand(lesson.text, example_scene()) == lesson.result


@pytest.mark.parametrize("macro", MACROS, ids=lambda macro: macro.name)
def test_a_macro_explains_itself(macro: Macro) -> None:
    assert macro.summary.endswith((".", "..."))
    assert macro.returns.endswith(".")
    assert all(argument.summary for argument in macro.arguments)
    assert macro.examples
    assert macro.group in GROUPS


CATALOGUE = """
space [count:integer] | newline [count:integer] | noop | trim [content] | if condition content | else | input
reverse value | // comment ... (lenient) =comment- | banned word | outlet key
random ... | pick ... | roll formula
user | char | group =charIfNotGroup- | groupNotMuted | notChar
charDescription =description | charPersonality =personality | charScenario =scenario | persona | charPrompt
charInstruction | charDepthPrompt | charCreatorNotes =creatorNotes | charVersion =version =char_version-
charFirstMessage [index:integer] =greeting | mesExamplesRaw | mesExamples | original
lastMessage | lastMessageId | lastUserMessage | lastCharMessage | firstIncludedMessageId | firstDisplayedMessageId
lastSwipeId | currentSwipeId | allChatRange | summary
time [offset] | date | weekday | isotime | isodate | datetimeformat format | idleDuration =idle_duration-
timeDiff left right
setvar name value:string/number | addvar name value:string/number | incvar name | decvar name | getvar name
hasvar name =varexists | deletevar name =flushvar
setglobalvar name value:string/number | addglobalvar name value:string/number | incglobalvar name | decglobalvar name
getglobalvar name | hasglobalvar name =globalvarexists | deleteglobalvar name =flushglobalvar
maxPrompt =maxPromptTokens | maxContext =maxContextTokens | maxResponse =maxResponseTokens | model | isMobile
lastGenerationType | hasExtension name
instructStoryStringPrefix | instructStoryStringSuffix | instructUserPrefix =instructInput | instructUserSuffix
instructAssistantPrefix =instructOutput | instructAssistantSuffix =instructSeparator | instructSystemPrefix
instructSystemSuffix | instructFirstAssistantPrefix =instructFirstOutputPrefix
instructLastAssistantPrefix =instructLastOutputPrefix | instructFirstUserPrefix =instructFirstInput
instructLastUserPrefix =instructLastInput | instructStop | instructUserFiller | instructSystemInstructionPrefix
defaultSystemPrompt =instructSystem =instructSystemPrompt | systemPrompt | exampleSeparator =chatSeparator | chatStart
authorsNote | charAuthorsNote | defaultAuthorsNote | reasoningPrefix | reasoningSuffix | reasoningSeparator
charPrefix | charNegativePrefix
"""
"""Section 13: name, arguments (optional ones in brackets), aliases behind =, hidden ones with a hyphen behind them."""


def catalogue_entry(macro: Macro) -> str:
    words = [macro.name]
    for argument in macro.arguments:
        types = "" if argument.type_names == ("string",) else ":" + "/".join(argument.type_names)
        words.append(f"[{argument.name}{types}]" if argument.optional else argument.name + types)
    words += ["..."] * (macro.rest is not None) + ["(lenient)"] * (not macro.strict)
    return " ".join(words + [f"={alias.name}" + "-" * (not alias.visible) for alias in macro.aliases])


def test_the_vocabulary_is_that_of_the_specification() -> None:
    expected = [entry.strip() for line in CATALOGUE.strip().splitlines() for entry in line.split("|")]
    assert sorted(map(catalogue_entry, MACROS)) == sorted(expected)
    registry = MacroEngine().registry
    assert (len(registry), len(MACROS)) == (125, 98)
    assert len(set(registry.names(hidden=True)) - set(registry.names(hidden=False))) == 4


# -- documentation ---------------------------------------------------------------------------------------------------


def test_the_page_of_macros_is_current() -> None:
    page = Path(__file__).parents[2] / "docs" / "macros.md"
    assert page.read_text(encoding="utf-8") == documentation(MacroEngine().registry), "run `make docs`"


def test_the_page_names_every_macro_once_with_its_examples() -> None:
    page = documentation(MacroEngine().registry)
    for macro in MACROS:
        assert page.count(f"\n### {macro.name}\n") == 1
        assert f"`{macro.signature}`" in page
    assert page.count(" gives ") >= sum(len(macro.examples) for macro in MACROS)


# -- safety ----------------------------------------------------------------------------------------------------------

FORBIDDEN = {"os", "io", "pathlib", "subprocess", "socket", "ssl", "http", "urllib", "shutil", "tempfile", "importlib",
             "ctypes", "pickle", "sqlite3", "asyncio", "httpx", "secrets", "builtins", "sys"}  # fmt: skip


def imports_of(module: str) -> set[str]:
    """What a module imports, by its source."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


def test_no_macro_reaches_files_network_or_secrets() -> None:
    seen: set[str] = set()
    waiting = {macro.handler.__module__ for macro in MACROS}
    while waiting:
        module = waiting.pop()
        seen.add(module)
        found = imports_of(module)
        assert not {name.partition(".")[0] for name in found} & FORBIDDEN, module
        inside = {name for name in found if name.startswith("stcore.")}
        assert all(
            name.startswith(("stcore.macros", "stcore.errors", "stcore.spans", "stcore.clock")) for name in inside
        ), module
        waiting |= {name for name in inside if name in sys.modules} - seen - OUTSIDE_OF_HANDLERS
    assert "stcore.macros.environment" in seen


OUTSIDE_OF_HANDLERS = {"stcore.clock", "stcore.macros.parser", "stcore.macros.builtin", "stcore.macros.depth"}
"""The clock waits (asyncio) for scripts; the parser reads the grammar that lies beside it; the list of groups imports
them; depth.py raises a limit of Python. No macro calls any of it."""


@pytest.mark.parametrize("name", ["open", "eval", "exec", "compile", "__import__", "input", "breakpoint"])
def test_no_macro_calls_a_dangerous_builtin(name: str) -> None:
    for module in {macro.handler.__module__ for macro in MACROS}:
        for node in ast.walk(ast.parse(inspect.getsource(sys.modules[module]))):
            assert not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name)


# -- without surroundings --------------------------------------------------------------------------------------------


def test_a_macro_that_needs_nothing_works_without_any_surroundings() -> None:
    engine, remarks = MacroEngine(), []
    env = Environment(diagnostics=remarks.append)
    for macro in MACROS:
        if macro.minimum == 0 and macro.name != "original":
            engine.expand("{{" + macro.name + "}}", env)
    assert remarks == []
