"""The examples of the specification, as data: what scripts of the wild do, they do here."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from stcore.commands.syntax import Flags
from stcore.errors import ExecutionError, ParseError
from stcore.testing.memory import MemoryHost, make_interpreter

pytestmark = pytest.mark.anyio

CASES = Path(__file__).parent / "cases" / "specification.st-cases"
INTERPRETER = make_interpreter()
_TEXT = r'"(?:[^"\\]|\\.)*"'
_RESULT = re.compile(rf"({_TEXT}|closure|parse error|execution error|aborted)(.*)")
_VARIABLE = re.compile(rf"; (?:local|global) (.+?)=({_TEXT}|[-\d.]+)")
_TOAST = re.compile(rf"; toast ({_TEXT})")


@dataclass(frozen=True)
class Case:
    script: str
    flags: Flags
    outcome: str
    variables: dict[str, Any] = field(default_factory=dict)
    toasts: tuple[str, ...] = ()


def read_cases() -> list[Any]:
    cases, heading = [], ""
    for number, line in enumerate(CASES.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("## "):
            heading = line[3:].split(" ")[0].rstrip(".")
        elif "⇒" in line and not line.startswith("# "):
            cases.append(pytest.param(read_case(line), id=f"{heading}-line{number}"))
    return cases


def read_case(line: str) -> Case:
    script, _, result = line.rpartition(" ⇒ ")
    lax = script.startswith("[lax] ")
    script = script.removeprefix("[lax] ").replace("⏎", "\n").replace("␠", " ")
    match = _RESULT.fullmatch(result)
    assert match, line
    outcome, rest = match.groups()
    return Case(
        script,
        Flags(not lax, not lax),
        json.loads(outcome) if outcome.startswith('"') else outcome,
        {name: json.loads(value) for name, value in _VARIABLE.findall(rest)},
        tuple(json.loads(text) for text in _TOAST.findall(rest)),
    )


@pytest.mark.parametrize("case", read_cases())
async def test_example_of_the_specification(case: Case) -> None:
    host = MemoryHost(interpreter=INTERPRETER)
    try:
        result = await host.run(case.script, flags=case.flags)
        outcome = "aborted" if result.aborted else result.pipe if isinstance(result.pipe, str) else "closure"
    except ParseError:
        outcome = "parse error"
    except ExecutionError:
        outcome = "execution error"
    assert outcome == case.outcome
    if case.variables:
        assert dict(host.local.items()) == case.variables
    assert set(case.toasts) <= {toast.text for toast in host.ui.toasts}
