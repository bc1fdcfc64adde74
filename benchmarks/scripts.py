"""Eight scripts of the kinds people write. Budget: a tenth of what SillyTavern 1.18 needs on a comparable machine."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from benchmarks.table import Row, median_ms
from stcore.commands.runtime import Interpreter
from stcore.testing.memory import MemoryHost, make_interpreter

ECHO = "/echo hello"
PIPED = " | ".join(["/pass 1", *["/add {{pipe}} 1"] * 199])
WHILE = "/setvar key=i 0 | /while guard=off left=i right=1000 rule=lt {: /incvar i :}"
TIMES_MATH = "/times guard=off 1000 {: /add {{timesIndex}} 2 | /mul {{pipe}} 3 | /sub {{pipe}} 1 :}"
LET_IF = (
    "/times guard=off 1000 {: /let x {{timesIndex}} | /if left=x right=500 rule=lt "
    "else={: /var key=x big :} {: /var key=x small :} | /var x :}"
)
CALLS = "/let f {: n=1 /mul {{var::n}} 2 :} | " + " | ".join(f"/:f n={n}" for n in range(500))
STRINGS = (
    "/times guard=off 500 {: /upper some words | /lower | /substr start=1 end=4 | /replace pattern=o replacer=0 :}"
)
LINES = """\
// Step {n} of the journey: what the weather brings. |
/setvar key=day{n} "a day of wind and some rain" |
/let mood{n} {{{{getvar::day{n}}}}} |
/if left={{{{getvar::day{n}}}}} rule=in right=rain {{: /setvar key=wet{n} yes | /echo severity=info Wet! :}} |
/add 1 {n} | /setvar key=sum{n} |
/echo title="Step {n}" {{{{user}}}} sees {{{{var::mood{n}}}}}, {{{{getvar::sum{n}}}}} |
"""
"""Six lines of the kinds that make up longer scripts; each time other ones."""


def rows() -> Iterator[Row]:
    """Every row of this room."""
    interpreter = make_interpreter()
    yield _row("script: an echo", ECHO, 0.6, interpreter, 200)
    yield _row("script: 200 piped commands", PIPED, 22, interpreter)
    yield _row("script: /while to 1,000", WHILE, 218, interpreter)
    yield _row("script: /times 1000 with math", TIMES_MATH, 87, interpreter)
    yield _row("script: /times 1000 with /let and /if", LET_IF, 231, interpreter)
    yield _row("script: 500 calls of a closure", CALLS, 79, interpreter)
    yield _parsing()
    yield _row("script: 2,000 operations on text", STRINGS, 70, interpreter)


def _row(what: str, script: str, theirs: float, interpreter: Interpreter, repeat: int = 7) -> Row:
    """A script that is known already, each time in a fresh chat."""
    hosts = iter([MemoryHost(interpreter=interpreter) for _ in range(repeat + 1)])
    with asyncio.Runner() as runner:
        return Row(what, median_ms(lambda: runner.run(next(hosts).run(script)), repeat), theirs / 10, "ms")


def _parsing() -> Row:
    """A text that was never seen: nothing comes from a cache."""
    interpreter, texts = make_interpreter(), iter(range(1_000_000))

    def read() -> None:
        number = next(texts)
        interpreter.parse("".join(LINES.format(n=number * 1000 + part) for part in range(150)))

    return Row("script: 900 lines to read", median_ms(read, 3), 72.8, "ms")
