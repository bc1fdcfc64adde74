"""What a hostile or unlucky script may do: fail in plain words. Never crash, hang, or hold up what else runs here."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import time
from pathlib import Path

import pytest
from lark import Lark

import stcore
from stcore.commands.syntax import Flags, Script
from stcore.errors import ScriptError
from stcore.grammars.stream import TokenStream
from stcore.testing.memory import MemoryHost, make_interpreter

INTERPRETER = make_interpreter()
CASES = Path(__file__).parent / "cases"
MUTATIONS = int(os.environ.get("STCORE_MUTATIONS", "400"))
"""``STCORE_MUTATIONS=10000 pytest tests/commands/test_robustness.py`` takes a minute."""


@pytest.mark.parametrize(("language", "start"), [("commands", "script"), ("macros", "document")])
def test_the_grammar_is_free_of_conflicts(language: str, start: str) -> None:
    grammar = (Path(stcore.__file__).parent / language / "grammar.lark").read_text(encoding="utf-8")
    Lark(grammar, parser="lalr", lexer=TokenStream, start=start, strict=True)


# -- scripts that somebody typed wrong -------------------------------------------------------------------------------

PIECES = (
    *("|", "||", "{:", ":}", ":}()", '"', "[", "]", "{{", "}}", "\\", "//", "/*", "*|", "/", "=", " ", "\n", "𝄞", "\0"),
    *("a=", "left=", "{{pipe}}", "{{var::x}}", "/break", "/abort", "/:", "guard=off ", "/times 3 ", "0", "-1", "9e9"),
    "/parser-flag STRICT_ESCAPING off |",
)


def written_scripts() -> list[str]:
    lines = [line for path in sorted(CASES.glob("*.st-cases")) for line in path.read_text("utf-8").splitlines()]
    scripts = [line.partition(" ⇒ ")[0] for line in lines if " ⇒ " in line and not line.startswith("# ")]
    return [script for script in scripts if not any(word in script for word in ("/delay", "/wait", "/sleep"))]


def mutated(script: str, others: list[str], choose: random.Random) -> str:
    """``script`` with up to four slips of the hand: something put in, left out, moved, or from elsewhere."""
    for _ in range(choose.randint(1, 4)):
        at, length = choose.randint(0, len(script)), choose.randint(1, 12)
        match choose.randrange(4):
            case 0:
                script = script[:at] + choose.choice(PIECES) + script[at:]
            case 1:
                script = script[:at] + script[at + length :]
            case 2:
                to = choose.randint(0, len(script))
                script = script[:to] + script[at : at + length] + script[to:]
            case _:
                other = choose.choice(others)
                script = script[:at] + other[choose.randint(0, len(other)) :]
    return script


@pytest.mark.anyio
@pytest.mark.timeout(0 if "STCORE_MUTATIONS" in os.environ else 60)
async def test_a_mutated_script_works_or_fails_in_its_place() -> None:
    choose, scripts = random.Random(int(os.environ.get("STCORE_SEED", "1"))), written_scripts()
    for _ in range(MUTATIONS):
        script = mutated(choose.choice(scripts), scripts, choose)
        flags = Flags(strict_escaping=choose.random() < 0.8)
        error = await failure_within(script, flags, seconds=5)
        if error is not None:
            assert error.span is not None, script
            assert 0 <= error.span.start <= len(error.source), script
            assert "failed inside" not in error.message, script


async def failure_within(script: str, flags: Flags, *, seconds: float) -> ScriptError | None:
    """How a script fails. One that runs for ever is stopped, which must succeed."""
    host = MemoryHost(interpreter=INTERPRETER)
    try:
        run = INTERPRETER.start(script, host.services, flags=flags)
        stopping = asyncio.get_running_loop().call_later(0.2, run.stop)
        try:
            async with asyncio.timeout(seconds):
                await run.result()
        finally:
            stopping.cancel()
    except ScriptError as error:
        return error
    return None


# -- large scripts ---------------------------------------------------------------------------------------------------

MEGABYTE = 1_000_000
DEEP = 5_000


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("/run {: ", " :}"),
        ("/pass {: ", " :}()"),
        ("/if left=1 {: ", " :}"),
        ("/if left=0 else={: ", " :} x"),
    ],
)
async def test_thousands_of_closures_inside_each_other_run(before: str, after: str) -> None:
    script = before * DEEP + "/pass bottom" + after * DEEP
    assert (await MemoryHost(interpreter=INTERPRETER).run(script)).pipe == "bottom"


@pytest.mark.anyio
@pytest.mark.parametrize(
    "script",
    [
        "/len " + "x" * MEGABYTE,
        "/len " + "\\" * MEGABYTE,
        "/len " + "{" * MEGABYTE,
        '/len "' + '\\"' * (MEGABYTE // 2) + '"',
        "/len " + "{{a" * (MEGABYTE // 6) + "}}" * (MEGABYTE // 6),
        "// " + "x " * (MEGABYTE // 2) + "| /len",
        "x " * (MEGABYTE // 2) + "| /len",
        "/* " * (MEGABYTE // 3),
        "/run {: " * (MEGABYTE // 80),
        "/let a [" + "1," * (MEGABYTE // 2) + "1] | /var index=5 a",
    ],
    ids=lambda script: script[:10],
)
async def test_a_megabyte_is_run_or_refused_in_seconds(script: str) -> None:
    before = time.process_time()
    try:
        assert (await MemoryHost().run(script)).text.isdigit()
    except ScriptError as error:
        assert "not closed" in error.message
    assert time.process_time() - before < 10


@pytest.mark.anyio
async def test_long_scripts_are_not_kept() -> None:
    """What is kept of scripts is bounded by their number, so the long ones must go."""
    host = MemoryHost(interpreter=make_interpreter())
    for number in range(10):
        await host.run(f"/pass {number} | " + "long " * 6_000)
    gc.collect()
    kept = [thing for thing in gc.get_objects() if isinstance(thing, Script) and thing.source.endswith("long long ")]
    assert len(kept) <= 4


# -- others want to go on --------------------------------------------------------------------------------------------


@pytest.mark.anyio
@pytest.mark.parametrize(
    "script",
    [
        "/times guard=off 100000 {: /incvar n :}",
        '/times guard=off 100000 "/pass a"',
        "/times guard=off 100000 {: :}",
        "/setvar key=n 30000 || /while guard=off left=n {: /let x 1 | /if left=x right=1 {: /decvar n :} :}",
        "/pass a | " * 10_000,
    ],
    ids=lambda script: script[:30],
)
async def test_a_script_leaves_the_loop_to_others(script: str) -> None:
    """A tick every 10 ms is never late by more than 50 ms of work, counted in the time of this thread alone."""
    longest, ended = 0.0, asyncio.Event()

    async def tick() -> None:
        nonlocal longest
        while not ended.is_set():
            before = time.thread_time()
            await asyncio.sleep(0.01)
            longest = max(longest, time.thread_time() - before)

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0)
    await MemoryHost(interpreter=INTERPRETER).run(script)
    ended.set()
    await ticking
    assert longest < 0.05
