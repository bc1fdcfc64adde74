"""What all commands share: the data folder, JSON output, tables, and running something on a host."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from stcore.host import Host

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


def _inherited(ctx: click.Context, _: click.Parameter, value: str | None) -> str | None:
    """``--data`` may stand before the command or behind it."""
    inherited: str | None = ctx.find_root().params.get("data")
    return value or inherited


def data_option(function: F) -> F:
    """``--data FOLDER``."""
    return click.option("--data", metavar="FOLDER", callback=_inherited, help="The data folder (also STCORE_DATA).")(
        function
    )


def json_option(function: F) -> F:
    """``--json``, as the argument ``as_json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(function)


def quiet_log() -> None:
    """Keep the log off the screen: what people should know is said in plain words. ``STCORE_LOG=debug`` shows it."""
    import logging

    level = os.environ.get("STCORE_LOG", "")
    if level:
        logging.basicConfig(level=level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    else:
        logging.getLogger().addHandler(logging.NullHandler())


def on_host(data: str | None, work: Callable[[Host], Awaitable[T]]) -> T:
    """Open a host on the data folder, do the work, close it."""
    from stcore.host import Host

    quiet_log()

    async def main() -> T:
        async with Host.open(data, face="once") as host:
            return await work(host)

    return asyncio.run(main())


def print_json(value: Any) -> None:
    """A value for programs."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(rows: Sequence[Sequence[Any]], heads: Sequence[str], *, empty: str) -> None:
    """Rows for people; ``empty`` is said instead when there are none."""
    from stcore.terminal.wording import table

    if not rows:
        print(empty)
        return
    # Into a pipe nothing is cut off.
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 10_000
    for line in table([[str(cell) for cell in row] for row in rows], heads, width):
        print(line)


def tell_imported(outcome: Sequence[dict[str, Any]], tell: Callable[[dict[str, Any]], None], *, as_json: bool) -> None:
    """What became of files that were read in: ``tell`` says it of one that came in, its error is said of any other.

    Ends the program with 1 when one was refused.
    """
    if as_json:
        print_json(outcome)
    else:
        for entry in outcome:
            if "error" in entry:
                click.echo(f"{entry['file']}: {entry['error']}", err=True)
            else:
                tell(entry)
    if any("error" in entry for entry in outcome):
        raise SystemExit(1)
