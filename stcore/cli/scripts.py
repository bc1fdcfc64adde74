"""``stcore check``, ``stcore fmt`` and ``stcore lsp``: scripts as files."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stcore.cli.common import data_option, json_option, on_host, print_json, quiet_log
from stcore.cli.files import read_file, read_script, read_stdin
from stcore.errors import ParseError, UserError

if TYPE_CHECKING:
    from stcore.host import Host
    from stcore.macros.checking import Problem

_STDIN = "<stdin>"


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE ... | -]")
@click.option("-c", "script", metavar="SCRIPT", help="The script itself.")
@json_option
@data_option
def check(files: tuple[str, ...], script: str | None, as_json: bool, data: str | None) -> int:
    """Find what is wrong with scripts, without running them.

    The exit status is 1 when a script has an error, 0 when there are at most warnings. With --json a list of
    problems: file, severity, message, hint, and the place (line and column from 0, offsets in characters).
    """
    texts = dict(_texts(files, script))

    async def work(host: Host) -> dict[str, list[Problem]]:
        from stcore.commands.checking import check_script

        return {name: check_script(text, host.interpreter) for name, text in texts.items()}

    found = on_host(data, work)
    if as_json:
        print_json([{"file": name, **problem.to_dict()} for name, problems in found.items() for problem in problems])
    else:
        for name, problems in found.items():
            for problem in problems:
                print(_shown(name, texts[name], problem))
        _sum_up(found)
    return int(any(problem.severity == "error" for problems in found.values() for problem in problems))


def _texts(files: tuple[str, ...], script: str | None) -> Iterator[tuple[str, str]]:
    if len(files) <= 1:
        name = files[0] if files else None
        yield (_STDIN if name == "-" else name or "script"), read_script(name, script)
        return
    if script is not None:
        raise click.UsageError("Give either -c SCRIPT or files.")
    for name in files:
        yield name, read_stdin("The script") if name == "-" else read_file(name)


def _shown(name: str, text: str, problem: Problem) -> str:
    """``file:line:column: severity: message``, the line with a caret, and what to do."""
    from stcore.terminal.wording import printable

    span = problem.span
    head = f"{name}:{span.line + 1}:{span.column + 1}: {problem.severity}: {problem.message}"
    excerpt = "\n".join(f"    {line}" for line in span.excerpt(text).split("\n"))
    hint = f"\n    {problem.hint}" if problem.hint else ""
    return printable(f"{head}\n{excerpt}{hint}")


def _sum_up(found: dict[str, list[Problem]]) -> None:
    problems = [problem for each in found.values() for problem in each]
    errors = sum(problem.severity == "error" for problem in problems)
    scripts = _many(len(found), "script")
    if problems:
        warnings = len(problems) - errors
        print(f"{scripts}: {_many(errors, 'error')}, {_many(warnings, 'warning')}.", file=sys.stderr)
    else:
        print(f"{scripts}: nothing to complain about.", file=sys.stderr)


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE ... | -")
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit with 1 when a file would change.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@data_option
def fmt(files: tuple[str, ...], only_check: bool, diff: bool, data: str | None) -> int:
    """Lay scripts out: a statement on each line, closures indented. Texts stay as they are written.

    Files are changed in place; `-` reads the standard input and prints the result.
    """

    async def work(host: Host) -> bool:
        changed = [_format_file(host, name, writes=not (only_check or diff), diff=diff) for name in files]
        return any(changed)

    return int(on_host(data, work) and (only_check or diff))


def _format_file(host: Host, name: str, *, writes: bool, diff: bool) -> bool:
    """Whether the file changes; an unreadable script is left as it is and raises."""
    from stcore.commands.formatter import format_script

    before = read_stdin("The script") if name == "-" else read_file(name)
    try:
        after = format_script(before, host.interpreter.registry)
    except ParseError as error:
        place = f"{name}, line {error.span.line + 1}: " if error.span else f"{name}: "
        raise UserError(f"{place}{error.message}", hint=f"{error.hint} The file was left as it is.") from error
    if diff:
        lines = before.splitlines(keepends=True), after.splitlines(keepends=True)
        sys.stdout.writelines(difflib.unified_diff(*lines, name, name))
    elif name == "-" and writes:
        sys.stdout.write(after)
    elif after != before:
        if writes:
            _write(Path(name), after)
        print(f"{name} {'was laid out' if writes else 'would change'}.", file=sys.stderr)
    return after != before


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}.") from error


@click.command()
@data_option
def lsp(data: str | None) -> None:
    """A language server for slash scripts, over standard input and output.

    Start it from an editor: diagnostics, completion, hover, signature help, formatting and an outline.
    """
    from stcore.lsp import make_server

    quiet_log()
    make_server(data).start_io()
