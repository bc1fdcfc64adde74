"""``stcore run``: a slash script without any face, for people, for other programs, and for measuring."""

from __future__ import annotations

import asyncio
import os
import select
import stat
import sys
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from stcore.cli.common import data_option, json_option, print_json, quiet_log
from stcore.cli.files import read_script, read_stdin
from stcore.cli.once import OnceUi
from stcore.errors import StcoreError, UserError

if TYPE_CHECKING:
    from stcore.chat.session import Session
    from stcore.commands.runtime import Result
    from stcore.commands.watching import Trace
    from stcore.host import Host

_PATIENCE = 0.25
"""Seconds to wait for the first bytes of the standard input where the script would take a pipe but names none."""


@dataclass(frozen=True)
class Wish:
    """What was asked for on the command line. ``pipe`` is ``None`` when the standard input may stand for it."""

    text: str
    data: str | None
    chat_id: str | None
    arguments: dict[str, str]
    pipe: str | None
    reads_stdin: bool
    repeat: int
    trace: bool


@dataclass
class Outcome:
    """How the last run ended, and how long each took."""

    result: Result | None = None
    error: StcoreError | None = None
    milliseconds: list[float] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    trace: Trace | None = None

    def to_dict(self, ui: OnceUi) -> dict[str, Any]:
        """The report of ``--json``."""
        result = self.result
        report: dict[str, Any] = {
            "pipe": None if result is None or result.pipe is None else result.text,
            "error": self.error.to_dict() if self.error else None,
            "aborted": result is not None and result.aborted,
            "reason": result.abort_reason if result else "",
            "said": ui.said,
            "variables": self.variables,
            "messages": self.messages,
            "milliseconds": self.milliseconds,
        }
        if self.trace is not None:
            report["trace"] = self.trace.entries
            report["trace_left_out"] = self.trace.left_out
        return report


@click.command()
@click.argument("file", required=False, metavar="[FILE | -]")
@click.option("-c", "script", metavar="SCRIPT", help="The script itself.")
@click.option("--arg", "arguments", multiple=True, metavar="NAME=VALUE", help="Read as {{arg::NAME}}; repeatable.")
@click.option("--answer", "answers", multiple=True, metavar="TEXT", help="Answers to questions, in order; repeatable.")
@click.option("--pipe", metavar="TEXT", help="What the pipe holds at the start; - reads the standard input.")
@click.option("--chat", "chat_id", metavar="ID", help="Run in this chat instead of a temporary one.")
@click.option(
    "--repeat", type=click.IntRange(1, 100_000), default=1, metavar="N", help="Run N times, in a fresh chat each."
)
@click.option("--trace", is_flag=True, help="Tell each command with its arguments, pipe and time.")
@json_option
@data_option
def run(
    file: str | None,
    script: str | None,
    arguments: tuple[str, ...],
    answers: tuple[str, ...],
    pipe: str | None,
    chat_id: str | None,
    repeat: int,
    trace: bool,
    as_json: bool,
    data: str | None,
) -> int:
    """Run a slash script: `-c SCRIPT`, a FILE, or `-` for standard input.

    What the script leaves in the pipe goes to stdout, notices and errors to stderr. The exit status is 1 when the
    script or something in it failed (a picture, say), or when it was aborted with an error. A script that reads the
    pipe before anything filled it gets the standard input: `date | stcore run -c '/echo {{pipe}}'`.

    With --json the report on stdout holds the pipe, the error with its place, what was said, the variables (global
    ones when the script touched any), the messages added, and the milliseconds of each run.
    """
    quiet_log()
    if chat_id and repeat > 1:
        raise click.UsageError("--repeat needs a fresh chat each time, so it does not go with --chat.")
    given = dict(map(_argument, arguments))
    pipe = read_stdin("The pipe") if pipe == "-" else pipe
    wish = Wish(read_script(file, script), data, chat_id, given, pipe, file != "-", repeat, trace)
    ui = OnceUi(answers, silent=as_json)
    outcome = asyncio.run(_run(wish, ui))
    if as_json:
        print_json(outcome.to_dict(ui))
    else:
        _tell(outcome, wish.text, ui)
    result = outcome.result
    return int(result is None or (result.aborted and not result.abort_quiet) or ui.failed)


def _tell(outcome: Outcome, text: str, ui: OnceUi) -> None:
    """The outcome for people; the error of the script is raised."""
    if outcome.trace is not None:
        _print_trace(outcome.trace)
    if outcome.error is not None:
        raise outcome.error
    result = outcome.result
    assert result is not None  # else there is an error
    if not (result.text or result.aborted or ui.said or text.lstrip().startswith("/")) and text.strip():
        raise UserError(
            "Nothing ran: this is no script, it does not begin with a slash.",
            hint="`stcore run -c '/help slash'` lists the commands; messages belong to `stcore chat`.",
        )
    if len(outcome.milliseconds) > 1:
        times = sorted(outcome.milliseconds)
        ui.note(f"{len(times)} runs: median {times[len(times) // 2]:.2f} ms, fastest {times[0]:.2f} ms.")
    if result.text and not _already_seen(result.text, ui):
        print(result.text)


# -- running ---------------------------------------------------------------------------------------------------------


async def _run(wish: Wish, ui: OnceUi) -> Outcome:
    from stcore.host import Host

    outcome = Outcome()
    async with Host.open(wish.data, face="once") as host:
        pipe = wish.pipe
        if pipe is None and wish.reads_stdin:
            pipe = await asyncio.to_thread(_piped, wish.text, host)
        for _ in range(wish.repeat):
            await _run_once(host, wish, pipe, ui, outcome)
    return outcome


async def _run_once(host: Host, wish: Wish, pipe: str | None, ui: OnceUi, outcome: Outcome) -> None:
    session = await host.session(wish.chat_id, ui)
    before = await host.chats.count(wish.chat_id) if wish.chat_id else 0
    how: dict[str, Any] = {"arguments": wish.arguments, "pipe": pipe}
    if wish.trace:
        from stcore.commands.watching import Trace

        how["watcher"] = outcome.trace = Trace()
    outcome.result = outcome.error = None
    begun = perf_counter()
    try:
        outcome.result = await session.run(wish.text, **how)
    except StcoreError as error:
        outcome.error = error
    outcome.milliseconds.append(round((perf_counter() - begun) * 1000, 3))
    outcome.variables = {"local": session.surroundings.local.touched, "global": session.surroundings.globals.touched}
    outcome.messages = await _added(session, wish.chat_id, before)


async def _added(session: Session, chat_id: str | None, before: int) -> list[dict[str, Any]]:
    """The messages behind the first ``before`` ones of the chat; nothing is opened for a script without any chat."""
    if session.chat_id is None:
        return []
    skip = before if session.chat_id == chat_id else 0
    return [
        {
            "name": message.name,
            "text": message.text,
            "is_user": message.role == "user",
            "is_system": message.hidden,
        }
        for message in (await session.host.chats.texts(session.chat_id))[skip:]
    ]


# -- what comes in ---------------------------------------------------------------------------------------------------


def _piped(text: str, host: Host) -> str | None:
    """The standard input where it is a pipe or a file and the script would use it; without the final line break.

    A script that says ``{{pipe}}`` waits for its end. One whose first command merely takes a pipe waits a moment for
    the beginning: whoever started us may keep an open pipe there that nobody ever writes to.
    """
    if not _is_stream():
        return None
    if "{{pipe" not in text.replace(" ", "").lower() and not (_takes_pipe(text, host) and _is_ready()):
        return None
    piped = read_stdin("The pipe")
    return piped.removesuffix("\n") if piped else None


def _is_stream() -> bool:
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError, AttributeError):  # closed, or none at all
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode)


def _takes_pipe(text: str, host: Host) -> bool:
    """Whether the first command of the script has no text of its own."""
    from stcore.commands.syntax import CommandNode
    from stcore.errors import ParseError

    try:
        statements = host.interpreter.parse(text).root.statements
    except ParseError:
        return False
    first = statements[0] if statements else None
    return isinstance(first, CommandNode) and bool(first.command.unnamed) and not first.parts


def _is_ready() -> bool:
    # Windows can only wait for sockets; there --pipe - says it.
    return sys.platform != "win32" and bool(select.select([sys.stdin], [], [], _PATIENCE)[0])


def _argument(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise click.BadParameter(f"{text!r} should look like NAME=VALUE.", param_hint="--arg")
    return name, value


# -- what goes out ---------------------------------------------------------------------------------------------------


def _print_trace(trace: Trace) -> None:
    """One line per command on stderr: where, what, what it left in the pipe, how long it took."""
    from stcore.terminal.wording import fitted, printable

    for entry in trace.entries:
        arguments = [f"{each['name']}={each['value']}" for each in entry.get("named", ())]
        unnamed = entry.get("unnamed", {}).get("value")
        if unnamed is not None:
            arguments.append(" ".join(map(str, unnamed)) if isinstance(unnamed, list) else str(unnamed))
        indent = "  " * min(entry["depth"], 10)
        words = indent + fitted(f"/{entry['command']} {' '.join(arguments)}".replace("\n", "⏎"), 60 - len(indent))
        place = f"{entry['source']}:" if entry["source"] else ""
        line = f"{place}{entry['line'] + 1}:{entry['column'] + 1}"
        took = f"{entry.get('milliseconds', 0):.2f} ms"
        pipe = str(entry.get("pipe", "")).replace("\n", "⏎")
        print(printable(f"{line:>8}  {words:<60}  => {fitted(pipe, 30):<30} {took:>10}"), file=sys.stderr)
    if trace.left_out:
        print(f"... and {trace.left_out} further commands.", file=sys.stderr)


def _already_seen(text: str, ui: OnceUi) -> bool:
    """A notice on the same screen has just said exactly this (`/echo`)."""
    last = ui.said[-1] if ui.said else {}
    same = last.get("kind") == "toast" and last.get("text") == text
    return same and sys.stdout.isatty() and sys.stderr.isatty()
