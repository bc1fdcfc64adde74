"""Runs conformance cases and says what happened: ``python -m stcore.testing run KIND CASES.jsonl [--check]``.

One JSON line a case, in the order of the file, with all result fields of the kind: what was observed, never what was
expected. ``check`` compares the fields that a case carries. Each kind is a function from a case to its observation; a
new kind is one entry in :data:`KINDS`.
"""

from __future__ import annotations

import asyncio
import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

Case = Mapping[str, Any]
Observe = Callable[[Case], Any]
"""From a case to its result fields; for cases with ``expected`` to one value in its shape."""

KINDS: dict[str, str] = {
    "stscript": "stcore.testing.conformance:observe_script",
    "macros": "stcore.testing.conformance_macros:observe",
    "interactive": "stcore.testing.conformance_images:observe_interactive",
    "prompts": "stcore.testing.conformance_images:observe_prompt",
}
"""Where the function of each kind lives: ``module:function``, imported when it is needed."""

_INPUT_FIELDS = frozenset(
    {"id", "category", "script", "setup", "flags", "macro_engine", "env", "note", "quirk", "input"}
)
_BY_MEANING = frozenset({"error_message", "quirk_advice"})
"""Fields whose wording is free."""


def read_cases(path: Path) -> Iterator[Case]:
    """The cases of a file, one JSON object a line."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def observer(kind: str) -> Observe:
    """The function that runs cases of a kind."""
    module, _, function = KINDS[kind].partition(":")
    observe: Observe = getattr(import_module(module), function)
    return observe


def run_cases(kind: str, path: Path, *, check: bool = False, out: TextIO | None = None) -> int:
    """Run all cases and print; gives the number of mismatches, always 0 without ``check``."""
    out = out or sys.stdout
    observe = observer(kind)
    passed = failed = 0
    for case in read_cases(path):
        observed = observe(case)
        if not check:
            print(json.dumps({"id": case["id"], "observed": observed}, ensure_ascii=False), file=out)
            continue
        found = difference(case, observed)
        passed, failed = passed + (found is None), failed + (found is not None)
        if found is not None:
            line = {"id": case["id"], "expected": found[0], "observed": found[1]}
            print(json.dumps(line, ensure_ascii=False), file=out)
    if check:
        print(f"{passed} passed, {failed} failed", file=out)
    return failed


def difference(case: Case, observed: Any) -> tuple[Any, Any] | None:
    """What a case expects and what was observed, as far as they differ; ``None`` when they do not."""
    if "expected" in case:
        return None if _same(case["expected"], observed) else (case["expected"], observed)
    wrong = mismatches(case, observed)
    return ({name: case[name] for name in wrong}, {name: observed.get(name) for name in wrong}) if wrong else None


def mismatches(case: Case, observed: Mapping[str, Any]) -> list[str]:
    """The fields of a case that were observed otherwise. A field that the case does not carry is not judged."""
    judged = [name for name in case if name not in _INPUT_FIELDS and name not in _BY_MEANING and name in observed]
    return [name for name in judged if not _same(case[name], observed[name])]


def _same(expected: Any, observed: Any) -> bool:
    """Equal as JSON: 5 and 5.0 are one number, ``true`` and 1 are not."""
    if isinstance(expected, bool) or isinstance(observed, bool):
        return expected is observed
    if isinstance(expected, float) and isinstance(observed, (int, float)):
        return math.isclose(expected, observed, rel_tol=0, abs_tol=0)
    if isinstance(expected, dict) and isinstance(observed, dict):
        return expected.keys() == observed.keys() and all(_same(expected[key], observed[key]) for key in expected)
    if isinstance(expected, list) and isinstance(observed, list):
        return len(expected) == len(observed) and all(map(_same, expected, observed))
    return bool(expected == observed)


# -- scripts ---------------------------------------------------------------------------------------------------------


def observe_script(case: Case) -> dict[str, Any]:
    """Run one script in a fresh host and note all that can be seen of it."""
    return asyncio.run(_observe_script(case))


async def _observe_script(case: Case) -> dict[str, Any]:
    from stcore.chat.replies.records import ReplySet
    from stcore.chat.replies.shelf import EVERYWHERE
    from stcore.commands.syntax import Flags
    from stcore.errors import ScriptError
    from stcore.testing.memory import MemoryHost

    given = case.get("flags") or {}
    flags = Flags(given.get("STRICT_ESCAPING", True), given.get("REPLACE_GETVAR", True))
    host = MemoryHost(
        user=(case.get("env") or {}).get("user", "User"), interpreter=_interpreter(case.get("macro_engine", "default"))
    )
    # What was observed is a fresh installation: it has one set of quick replies, empty and switched on everywhere.
    await host.replies.add(ReplySet("Default"))
    await host.replies.switch(EVERYWHERE, "Default", True)
    observed: dict[str, Any] = {"pipe": None, "error": False, "aborted": False}
    try:
        for script in case.get("setup") or ():
            await host.run(script, flags=flags)
        host.ui.toasts.clear()
        result = await host.run(case["script"], flags=flags)
    except ScriptError as error:
        observed |= _error_fields(error)
    else:
        observed["pipe"] = _pipe(result.pipe)
        if result.aborted:
            quiet, reason = result.abort_quiet, result.abort_reason
            observed |= {"aborted": True, "abort_quiet": quiet, "abort_reason": reason}
    observed["locals"] = dict(host.local.items())
    observed["globals"] = dict(host.globals.items())
    observed["toasts"] = [
        {"type": toast.level, "text": toast.text, "title": toast.title or None} for toast in host.ui.toasts
    ]
    observed["messages"] = [
        {"name": message.name, "text": message.text, "is_user": message.role == "user", "is_system": message.hidden}
        for message in host.chat.messages_added
    ]
    return observed


def _pipe(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else {"closure": value.source}


def _error_fields(error: Any) -> dict[str, Any]:
    from stcore.macros.numbers import utf16_length, utf16_offset

    fields: dict[str, Any] = {"error": True, "error_kind": error.kind, "error_message": error.message}
    if error.span is not None:
        source, start = error.source, error.span.start
        line_start = start - error.span.column
        fields["error_index"] = utf16_offset(source, start)
        fields["error_line"] = error.span.line
        fields["error_column"] = utf16_length(source[line_start:start])
    if error.kind == "execution":
        fields["error_command"] = error.command
    return fields


@cache
def _interpreter(macro_engine: str) -> Any:
    """One interpreter for all cases of a macro engine: it holds no state of a script, only what was read."""
    from stcore.testing.memory import make_interpreter

    if macro_engine == "legacy":
        from stcore.macros.older import OlderEngine

        return make_interpreter(OlderEngine())
    return make_interpreter()
