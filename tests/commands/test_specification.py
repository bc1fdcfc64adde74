"""The examples of the specification, as data: what scripts of the wild do, they do here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from stcore.chat.session import Session
from stcore.commands.runtime import Result
from stcore.commands.syntax import Flags
from stcore.errors import ExecutionError, ParseError
from stcore.testing.memory import MemoryHost, MemoryUi, make_interpreter
from stcore.testing.stage import stage

pytestmark = pytest.mark.anyio

FOLDER = Path(__file__).parent / "cases"
INTERPRETER = make_interpreter()
_TEXT = r'"(?:[^"\\]|\\.)*"'
_RESULT = re.compile(rf"({_TEXT}|closure|parse error|execution error|aborted)(.*)")
_VARIABLE = re.compile(rf"; (?:local|global) (.+?)=({_TEXT}|[-\d.]+)")
_TOAST = re.compile(rf"; toast ({_TEXT})")
_THEN = re.compile(rf"; then (.+?) ⇒ ({_TEXT})")
_NOTICE = re.compile(r"; (warns|fails)")


@dataclass(frozen=True)
class Case:
    """``setup`` runs before the script and ``then`` after it, in the same chat; ``staged`` needs a real host."""

    script: str
    outcome: str
    flags: Flags = field(default_factory=Flags)
    setup: tuple[str, ...] = ()
    staged: bool = False
    variables: dict[str, Any] = field(default_factory=dict)
    toasts: tuple[str, ...] = ()
    notice: str = ""
    then: tuple[str, str] | None = None


def read_cases(*, staged: bool) -> list[Any]:
    """The cases of all files that run on a real host, or all the others."""
    return [
        pytest.param(case, id=f"{path.stem}-{place}")
        for path in sorted(FOLDER.glob("*.st-cases"))
        for place, case in read_file(path)
        if case.staged == staged
    ]


def read_file(path: Path) -> Iterator[tuple[str, Case]]:
    heading = ""
    setup: tuple[str, ...] = ()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("## "):
            heading, setup = line, ()
        elif line.startswith("> "):
            setup = (*setup, line[2:])
        elif "⇒" in line and not line.startswith("# "):
            section = heading[3:].split(" ")[0].rstrip(".")
            yield f"{section}-line{number}", read_case(line, setup, staged=heading.endswith("(stage)"))


def read_case(line: str, setup: tuple[str, ...], *, staged: bool) -> Case:
    script, _, result = line.partition(" ⇒ ")
    lax = script.startswith("[lax] ")
    script = script.removeprefix("[lax] ").replace("⏎", "\n").replace("␠", " ")
    match = _RESULT.fullmatch(result)
    assert match, line
    outcome, rest = match.groups()
    then, notice = _THEN.search(rest), _NOTICE.search(rest)
    return Case(
        script,
        json.loads(outcome) if outcome.startswith('"') else outcome,
        Flags(not lax, not lax),
        setup,
        staged,
        {name: json.loads(value) for name, value in _VARIABLE.findall(rest)},
        tuple(json.loads(text) for text in _TOAST.findall(rest)),
        notice.group(1) if notice else "",
        (then.group(1), json.loads(then.group(2))) if then else None,
    )


@pytest.mark.parametrize("case", read_cases(staged=False))
async def test_example_of_the_specification(case: Case) -> None:
    host = MemoryHost(interpreter=INTERPRETER)
    await check(host, host.ui, case)
    if case.variables:
        assert dict(host.local.items()) == case.variables


@pytest.mark.parametrize("case", read_cases(staged=True))
async def test_example_of_the_specification_on_a_real_host(case: Case) -> None:
    async with stage() as session:
        assert isinstance(session.ui, MemoryUi)
        await check(session, session.ui, case)


async def check(host: MemoryHost | Session, ui: MemoryUi, case: Case) -> None:
    for script in case.setup:
        await host.run(script)
    assert await outcome_of(host, case) == case.outcome
    assert set(case.toasts) <= {toast.text for toast in ui.toasts}
    levels = {toast.level for toast in ui.toasts} | ({"error"} if ui.errors else set())
    assert {"warns": "warning", "fails": "error"}.get(case.notice) in {None, *levels}
    if case.then:
        script, expected = case.then
        assert (await host.run(script)).text == expected


async def outcome_of(host: MemoryHost | Session, case: Case) -> str:
    try:
        result = await run(host, case)
    except ParseError:
        return "parse error"
    except ExecutionError:
        return "execution error"
    return "aborted" if result.aborted else result.pipe if isinstance(result.pipe, str) else "closure"


async def run(host: MemoryHost | Session, case: Case) -> Result:
    return await (host.run(case.script, flags=case.flags) if isinstance(host, MemoryHost) else host.run(case.script))
