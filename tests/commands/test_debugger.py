"""Watching a script run: breakpoints, steps, what is in scope, expressions, traces (spec/stscript.md 14.4)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from stcore.commands.debugger import Debugger, Step
from stcore.commands.runtime import Result
from stcore.commands.watching import Trace
from stcore.errors import UserError
from stcore.testing.memory import MemoryHost

pytestmark = pytest.mark.anyio


class Session:
    """A script under the debugger; ``stops`` says where it waited, a command and its line each time."""

    def __init__(self, script: str, **how: Any) -> None:
        self.host = MemoryHost()
        self.paused = asyncio.Event()
        self.debugger = Debugger(lambda state: self.paused.set(), **how)
        self.run = self.host.interpreter.start(script, self.host.services, watcher=self.debugger)
        self.task = asyncio.ensure_future(self.run.result())

    async def wait(self) -> dict[str, Any] | None:
        """The state at the next stop, ``None`` when the script has ended."""
        stopped = asyncio.ensure_future(self.paused.wait())
        await asyncio.wait((stopped, self.task), timeout=5, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not self.paused.is_set():
            return None
        self.paused.clear()
        return self.debugger.state()

    async def go(self, step: Step) -> dict[str, Any] | None:
        self.debugger.go(step)
        return await self.wait()

    async def evaluate(self, expression: str) -> str:
        return str(await self.debugger.evaluate(expression, self.host.interpreter))

    async def result(self) -> Result:
        return await asyncio.wait_for(self.task, 5)


SCRIPT = """/let x 1 |
/breakpoint |
/times 2 {:
  /var key=x {{timesIndex}} |
  /pass inner {{var::x}}
:} |
/pass end"""


def place(state: dict[str, Any] | None) -> tuple[str, int] | None:
    return None if state is None else (state["command"], state["where"]["line"])


async def test_a_breakpoint_holds_the_script_before_the_next_statement() -> None:
    session = Session(SCRIPT)
    state = await session.wait()
    assert place(state) == ("times", 2)
    assert state is not None
    assert state["unnamed"]["value"][0] == "2"
    assert state["scopes"][0]["variables"] == {"x": "1"}
    assert state["pipe"] == "1"
    assert await session.go("resume") is None
    assert (await session.result()).text == "end"


async def test_over_stays_in_the_closure_and_into_goes_down() -> None:
    session = Session(SCRIPT)
    await session.wait()
    assert place(await session.go("over")) == ("pass", 6)
    session.debugger.go()
    other = Session(SCRIPT)
    await other.wait()
    assert place(await other.go("into")) == ("var", 3)
    assert place(await other.go("over")) == ("pass", 4)
    assert place(await other.go("over")) == ("var", 3), "the second pass of the loop"
    assert place(await other.go("out")) == ("pass", 6)
    assert await other.go("over") is None
    await asyncio.gather(session.result(), other.result())


async def test_the_stack_and_the_scopes_go_outwards() -> None:
    session = Session("/let f {: a=5 /let b 6 | /breakpoint | /pass {{var::a}} :} | /:f a=7")
    state = await session.wait()
    assert state is not None
    assert [frame["command"] for frame in state["stack"]] == ["pass", ":"]
    assert state["scopes"][0]["variables"] == {"a": "7", "b": "6"}
    assert list(state["scopes"][1]["variables"]) == ["f"]
    assert state["unnamed"] == {"written": "{{var::a}}", "value": "7"}
    session.debugger.go()
    assert (await session.result()).text == "7"


async def test_an_expression_sees_the_scope_and_may_change_it() -> None:
    session = Session("/let x 3 | /breakpoint | /add x 1")
    await session.wait()
    assert await session.evaluate("{{var::x}}!") == "3!"
    assert await session.evaluate("/mul x 10") == "30"
    assert await session.evaluate("/var key=x 8 | /breakpoint | /pass set") == "set", "breakpoints do not count here"
    session.debugger.go()
    assert (await session.result()).text == "9"


async def test_lines_are_breakpoints_and_a_run_may_pause_at_once() -> None:
    assert place(await Session(SCRIPT.replace("/breakpoint |", ""), lines=[6]).wait()) == ("pass", 6)
    session = Session("/pass a | /pass b", at_start=True)
    assert place(await session.wait()) == ("pass", 0)
    state = await session.go("over")
    assert state is not None and state["pipe"] == "a"


async def test_a_stop_ends_a_waiting_script_without_running_the_statement() -> None:
    session = Session("/breakpoint | /setvar key=done yes")
    await session.wait()
    session.run.stop()
    assert (await session.result()).aborted
    assert not session.host.local.has("done")


async def test_going_on_needs_a_script_that_waits() -> None:
    with pytest.raises(UserError, match="not waiting"):
        Debugger(lambda state: None).go()


async def test_without_a_debugger_a_breakpoint_does_nothing() -> None:
    assert (await MemoryHost().run("/pass kept | /breakpoint | /upper")).text == "KEPT"


async def test_a_trace_holds_every_command_with_arguments_pipe_and_time() -> None:
    host, trace = MemoryHost(), Trace()
    run = host.interpreter.start(
        "/let n 2 | /times {{var::n}} {: /upper a{{timesIndex}} :}", host.services, watcher=trace
    )
    assert (await run.result()).text == "A1"
    assert [(entry["command"], entry["depth"], entry["pipe"]) for entry in trace.entries] == [
        ("let", 0, "2"),
        ("times", 0, "A1"),
        ("upper", 1, "A0"),
        ("upper", 1, "A1"),
    ]
    assert trace.entries[2]["unnamed"] == {"written": "a{{timesIndex}}", "value": "a0"}
    assert all(entry["milliseconds"] >= 0 for entry in trace.entries)


async def test_a_watched_script_does_what_it_does_alone() -> None:
    """Closures that run at once, breaks, aborts and errors pass through a watched run unchanged."""
    scripts = (
        "/pass {: /pass 3 :}() | /add {{pipe}} 4",
        "/times 5 {: /if left={{timesIndex}} right=2 {: /break out :} :}",
        "/abort over",
        "/let x 1 | /let x 2",
        "/while left=i right=3 rule=lt {: /incvar i :}",
    )
    for script in scripts:
        assert await outcome(script, Trace()) == await outcome(script, None)


async def outcome(script: str, watcher: Trace | None) -> object:
    host = MemoryHost()
    try:
        result = await host.interpreter.start(script, host.services, watcher=watcher).result()
    except UserError as error:
        return error.message
    return result, host.local.to_dict()
