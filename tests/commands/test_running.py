"""Running scripts: errors, ending, progress, and the event loop that others need too."""

from __future__ import annotations

import asyncio
from time import perf_counter

import pytest

from stcore.commands.services import Services, StoredScript
from stcore.errors import ExecutionError, UserError
from stcore.macros import Environment
from stcore.testing.clock import ManualClock
from stcore.testing.memory import MemoryHost

pytestmark = pytest.mark.anyio


async def failure(script: str, host: MemoryHost | None = None) -> ExecutionError:
    with pytest.raises(ExecutionError) as caught:
        await (host or MemoryHost()).run(script)
    return caught.value


# -- errors ----------------------------------------------------------------------------------------------------------


async def test_the_outermost_command_is_reported_and_the_way_is_kept() -> None:
    error = await failure("/pass a |\n/run {: /times 2 {: /var ghost :} :}")
    assert error.command == "run"
    assert error.trace == ("run", "times", "var")
    assert "ghost" in error.message
    assert error.span is not None
    assert (error.span.line, error.span.column) == (1, 1)
    assert "/run" in error.span.excerpt(error.source)


async def test_a_failing_immediate_closure_is_not_blamed_on_its_command() -> None:
    error = await failure("/pass {: /var ghost :}()")
    assert error.command == "var"


async def test_effects_before_the_error_stay() -> None:
    host = MemoryHost()
    await failure("/setvar key=done yes | /var ghost", host)
    assert host.local.get("done") == "yes"


async def test_a_string_body_that_cannot_be_read_fails_its_command() -> None:
    error = await failure('/if left=1 "/nonsense"')
    assert (error.command, error.kind) == ("if", "execution")
    assert "nonsense" in error.message


async def test_a_fault_inside_a_command_is_told_without_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    from stcore.commands import Registry, command, standard_registry
    from stcore.commands.runtime import Interpreter
    from stcore.macros import MacroEngine

    @command("broken", summary="Fails.", group="test")
    def broken(call: object) -> str:
        raise KeyError("inner")

    registry: Registry = standard_registry()
    registry.add(broken, plugin="frail")
    error = await failure("/broken", MemoryHost(interpreter=Interpreter(registry, MacroEngine())))
    assert "KeyError" in error.message
    assert "frail" in error.hint
    assert "/broken failed" in caplog.text


async def test_what_is_missing_is_named() -> None:
    host = MemoryHost()
    bare = Services(Environment())
    for script, word in (("/send x", "chat"), ("/echo x", "someone"), ("/imagine-style", "image")):
        with pytest.raises(ExecutionError, match=word):
            await host.interpreter.run(script, bare)


async def test_a_script_that_calls_itself_without_end_ends() -> None:
    error = await failure("/let f {: /:f :} | /:f")
    assert "too deeply" in error.message
    assert len(error.trace) <= 20


async def test_a_closure_that_cannot_begin_says_where_it_stands() -> None:
    error = await failure("/pass ok | /pass {: a=1 a=2 /pass x :}()")
    assert (error.command, error.span and error.span.start) == ("", 17)
    error = await failure("/let f {: /pass {: /:f :}() :} | /:f")
    assert "too deeply" in error.message


async def test_scripts_that_call_each_other_without_end_are_told_in_a_line() -> None:
    host = MemoryHost()
    await host.run("/qr-set-create Loop || /qr-create set=Loop label=again /run Loop.again")
    error = await failure("/run Loop.again", host)
    assert error.message == "The script “Loop.again” failed: The script calls itself too deeply."


async def test_thousands_of_levels_are_fine() -> None:
    script = (
        "/let down {: n=0 /if left=n rule=lt right=2000 else={: /pass {{var::n}} :}"
        " {: /add n 1 | /:down n={{pipe}} :} :} | /:down"
    )
    assert (await MemoryHost().run(script)).pipe == "2000"


# -- ending, pausing, progress ---------------------------------------------------------------------------------------


async def test_abort_keeps_its_reason_and_shows_it_when_it_is_not_quiet() -> None:
    host = MemoryHost()
    result = await host.run("/times 3 {: /run {: /abort quiet=false no fuel :} :} | /setvar key=later 1")
    assert (result.aborted, result.abort_quiet, result.abort_reason, result.pipe) == (True, False, "no fuel", None)
    assert [toast.text for toast in host.ui.toasts] == ["no fuel"]
    assert not host.local.has("later")


async def test_abort_while_arguments_are_resolved_is_an_abort() -> None:
    """Quirk Q12, mended."""
    assert (await MemoryHost().run("/pass {: /abort stop :}() | /pass on")).aborted


@pytest.mark.parametrize(
    "loop",
    [
        "/while guard=off left=1 no command at all",
        "/while guard=off left=1 {: :}",
        '/while guard=off left=1 ""',
        "/times guard=off Infinity {: :}",
        '/times guard=off Infinity "/pass a"',
        "/times guard=off Infinity text",
        "/while guard=off left=1 {: /run {: :} :}",
    ],
)
async def test_an_endless_loop_around_nothing_can_be_stopped(loop: str) -> None:
    host = MemoryHost()
    run = host.interpreter.start(loop, host.services)
    task = asyncio.create_task(run.result())
    await asyncio.sleep(0.01)
    run.stop("enough")
    async with asyncio.timeout(5):
        assert (await task).aborted


async def test_an_endless_loop_leaves_time_for_others_and_can_be_stopped() -> None:
    host = MemoryHost()
    run = host.interpreter.start("/while guard=off left=1 {: /incvar n :}", host.services)
    task = asyncio.create_task(run.result())
    longest, last = 0.0, perf_counter()
    for _ in range(10):
        await asyncio.sleep(0)
        now = perf_counter()
        longest, last = max(longest, now - last), now
    run.stop("enough")
    result = await asyncio.wait_for(task, 5)
    assert (result.aborted, result.abort_reason) == (True, "enough")
    assert longest < 0.1
    assert int(str(host.local.get("n"))) > 1


async def test_a_paused_script_waits_between_commands() -> None:
    host = MemoryHost()
    run = host.interpreter.start("/times guard=off 1000 {: /incvar n :}", host.services)
    run.pause()
    task = asyncio.create_task(run.result())
    for _ in range(5):
        await asyncio.sleep(0)
    assert run.paused
    assert not host.local.has("n")
    run.resume()
    assert (await asyncio.wait_for(task, 5)).pipe == "1000"


async def test_stop_ends_a_waiting_delay() -> None:
    clock = ManualClock()
    host = MemoryHost(environment=Environment(clock=clock))
    run = host.interpreter.start("/delay 60000 | /setvar key=later 1", host.services)
    task = asyncio.create_task(run.result())
    while clock.sleepers == 0:
        await asyncio.sleep(0)
    run.stop()
    assert (await asyncio.wait_for(task, 5)).aborted
    assert not host.local.has("later")


async def test_delay_waits_by_the_clock_of_the_host() -> None:
    clock = ManualClock()
    host = MemoryHost(environment=Environment(clock=clock))
    task = asyncio.create_task(host.run("/delay 1500 | /pass on"))
    await clock.advance(1.4)
    assert not task.done()
    await clock.advance(0.2)
    assert (await asyncio.wait_for(task, 5)).pipe == "on"


async def test_progress_counts_every_written_statement_once_and_never_goes_back() -> None:
    seen: list[tuple[int, int]] = []
    await MemoryHost().run(
        "/pass a | /times 3 {: /pass b | /if left=0 {: /pass never :} :} | /pass c",
        progress=lambda done, total: seen.append((done, total)),
    )
    assert {total for _, total in seen} == {6}
    assert seen == sorted(seen)
    assert seen[0] == (0, 6)
    assert seen[-1] == (5, 6)


# -- closures as values ----------------------------------------------------------------------------------------------


async def test_break_in_a_closure_that_outlived_its_loop_only_ends_itself() -> None:
    script = (
        "/run {: /pass {: /break left | /pass no :} :} | /let key=kept || /if left=1 {{var::kept}} | /pass <{{pipe}}>"
    )
    assert (await MemoryHost().run(script)).pipe == "<left>"


async def test_break_leaves_through_an_immediate_closure() -> None:
    host = MemoryHost()
    result = await host.run("/run {: /pass {: /break out :}() | /setvar key=later 1 :}")
    assert result.pipe == "out"
    assert not host.local.has("later")


async def test_provided_arguments_are_expanded_once() -> None:
    """Quirk Q6, mended."""
    assert (await MemoryHost().run("/let f {: v= /pass {{var::v}} :} | /:f v=\\{\\{user}}")).pipe == "{{user}}"


async def test_a_stored_script_runs_apart_and_sees_its_arguments() -> None:
    class Stored:
        async def find(self, name: str, *, of_character: bool = True) -> StoredScript | None:
            text = {"hello": "/pass {{arg::who}}-{{pipe}}-{{arg::none}}", "bad": "/nope"}.get(name)
            return StoredScript(name, text, "run", text) if text else None

        async def at(self, position: int) -> StoredScript | None:
            return None

        async def names(self) -> list[str]:
            return ["hello", "bad"]

        listed = names

        async def say(self, text: str, *, send: bool) -> None:
            raise AssertionError("nothing here is a message")

    host = MemoryHost()
    services = Services(host.environment, ui=host.ui, scripts=Stored())
    result = await host.interpreter.run("/pass hidden | /run who=Ann hello", services)
    assert result.pipe == "Ann--"
    result = await host.interpreter.run("/:bad | /pass on {{pipe}}", services)
    assert result.pipe == "on "
    assert [error.kind for error in host.ui.errors] == ["parse"]
    with pytest.raises(ExecutionError, match="There is no closure and no quick reply “nobody”"):
        await host.interpreter.run("/run nobody", services)


async def test_blank_text_is_nothing_to_run() -> None:
    assert (await MemoryHost().run("  \n")).pipe is None


async def test_commands_may_fail_with_errors_of_their_own() -> None:
    error = await failure("/imagine-style nowhere")
    assert isinstance(error.__cause__, UserError)
    assert "nowhere" in error.message


async def test_a_script_may_be_fed_a_pipe_that_its_first_command_takes() -> None:
    host = MemoryHost()

    async def fed(script: str) -> str:
        return (await host.interpreter.start(script, host.services, pipe="hello").result()).text

    assert await fed("/upper") == "HELLO"
    assert await fed("/pass [{{pipe}}] | /pass {{pipe}}!") == "[hello]!"
    assert await fed("") == "hello"
    assert (await host.run("/upper")).text == "", "without one there is nothing to take"
