"""``stcore workflows``: graphs with placeholders that some sources make pictures with."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stcore.cli.common import data_option, json_option, on_host, print_json, print_table, tell_imported
from stcore.errors import NotFound, UserError

if TYPE_CHECKING:
    from stcore.host import Host
    from stcore.images.workflows import WorkflowEntry

_FROM = {"stcore": "stcore", "plugin": "a plugin", "own": "your own"}


@click.group(no_args_is_help=True)
def workflows() -> None:
    """Workflows: graphs that pictures are made with, and their placeholders.

    Files that you put into the folder `workflows` of the data folder are listed too.
    """


@workflows.command("list")
@json_option
@data_option
def list_workflows(as_json: bool, data: str | None) -> None:
    """All workflows, where each comes from, and what is wrong with it."""
    found = on_host(data, lambda host: host.workflow_desk.list())
    if as_json:
        print_json([entry.to_dict() for entry in found])
        return
    rows = [(entry.name, _origin(entry), entry.nodes or "", entry.problem or "") for entry in found]
    print_table(rows, ("name", "from", "nodes", "problem"), empty="There are no workflows.")


@workflows.command("show")
@click.argument("name")
@json_option
@data_option
def show(name: str, as_json: bool, data: str | None) -> None:
    """Print the text of the workflow NAME; with --json what is known of it too."""

    async def work(host: Host) -> dict[str, Any]:
        entry = await host.workflow_desk.entry(name)
        text = await host.workflow_desk.text(entry.name)
        report = await host.workflow_desk.report(text)
        return {**entry.to_dict(), "text": text, "report": report.to_dict()}

    found = on_host(data, work)
    if as_json:
        print_json(found)
    else:
        click.echo(found["text"], nl=not found["text"].endswith("\n"))


@workflows.command("new")
@click.argument("name")
@click.argument("file", required=False)
@json_option
@data_option
def new(name: str, file: str | None, as_json: bool, data: str | None) -> None:
    """Add the workflow NAME with the text in FILE (`-` is standard input) as it stands; without FILE it is empty."""
    text = "" if file is None else _decoded(_read(file), file)
    _tell(on_host(data, lambda host: host.workflow_desk.create(name, text)), as_json)


@workflows.command("edit")
@click.argument("name")
@json_option
@data_option
def edit(name: str, as_json: bool, data: str | None) -> None:
    """Change the text of NAME in your editor; a shipped one becomes one of your own, which hides it."""

    async def work(host: Host) -> WorkflowEntry | None:
        text = await host.workflow_desk.text(name)
        changed = await asyncio.to_thread(lambda: click.edit(text, extension=".json"))
        return None if changed is None or changed == text else await host.workflow_desk.save(name, changed)

    entry = on_host(data, work)
    if entry is None:
        print("Nothing was changed.")
    else:
        _tell(entry, as_json)


@workflows.command("copy")
@click.argument("name")
@click.argument("to", required=False, default="")
@json_option
@data_option
def copy(name: str, to: str, as_json: bool, data: str | None) -> None:
    """Copy NAME to TO, or to a name like it."""
    _tell(on_host(data, lambda host: host.workflow_desk.copy(name, to)), as_json)


@workflows.command("rename")
@click.argument("name")
@click.argument("to")
@json_option
@data_option
def rename(name: str, to: str, as_json: bool, data: str | None) -> None:
    """Call NAME, which is one of your own, TO; where it was chosen it stays chosen."""
    _tell(on_host(data, lambda host: host.workflow_desk.rename(name, to)), as_json)


@workflows.command("delete")
@click.argument("name")
@data_option
def delete(name: str, data: str | None) -> None:
    """Delete NAME, which is one of your own; a shipped one of its name shows again."""
    on_host(data, lambda host: host.workflow_desk.delete(name))


@workflows.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--name", default="", help="Call it so, instead of as the file.")
@json_option
@data_option
def import_files(files: tuple[str, ...], name: str, as_json: bool, data: str | None) -> None:
    """Take over workflows: JSON of “Export (API)”, or a PNG with the graph it was made with; `-` is standard input."""
    if name and len(files) > 1:
        raise click.UsageError("--name is for one file.")

    async def work(host: Host) -> list[dict[str, Any]]:
        outcome: list[dict[str, Any]] = []
        for file in files:
            try:
                entry = await host.workflow_desk.add_file(file, await asyncio.to_thread(_read, file), name)
                outcome.append({"file": file, **entry.to_dict()})
            except UserError as error:
                outcome.append({"file": file, "error": f"{error.message} {error.hint}".strip()})
        return outcome

    tell_imported(on_host(data, work), lambda entry: print(entry["name"]), as_json=as_json)


@workflows.command("check")
@click.argument("names", metavar="[NAME...]", nargs=-1)
@json_option
@data_option
def check(names: tuple[str, ...], as_json: bool, data: str | None) -> int:
    """Say what is wrong with workflows and which placeholders they hold; NAME may be a file. Without NAME: all."""
    from stcore.images.workflows import problem_of

    async def work(host: Host) -> list[dict[str, Any]]:
        found = []
        for name in names or await host.workflow_desk.names():
            text = await _text(host, name)
            problem, nodes = problem_of(text)
            report = await host.workflow_desk.report(text)
            found.append({"name": name, "problem": problem, "nodes": nodes, "report": report.to_dict()})
        return found

    found = on_host(data, work)
    if as_json:
        print_json(found)
    else:
        for one in found:
            _say(one)
    return int(any(one["problem"] for one in found))


@workflows.command("placeholders")
@json_option
@data_option
def list_placeholders(as_json: bool, data: str | None) -> None:
    """Your own placeholders; a script sets them with /imagine-workflow-placeholder."""

    async def work(host: Host) -> list[dict[str, Any]]:
        return [one.model_dump(mode="json") for one in host.workflow_desk.placeholders()]

    found = on_host(data, work)
    if as_json:
        print_json(found)
        return
    rows = [(f'"%{one["find"]}%"', one["kind"], one["replace"], ", ".join(one["choices"])) for one in found]
    print_table(rows, ("placeholder", "kind", "value", "choices"), empty="There are none of your own.")


# --------------------------------------------------------------------------------------------------------------------


def _origin(entry: WorkflowEntry) -> str:
    return f"{_FROM[entry.origin]}, hides a shipped one" if entry.hides else _FROM[entry.origin]


def _tell(entry: WorkflowEntry, as_json: bool) -> None:
    if as_json:
        print_json(entry.to_dict())
    else:
        print(f"{entry.name}: {entry.problem}" if entry.problem else entry.name)


def _say(found: dict[str, Any]) -> None:
    """One workflow of ``check`` in words."""
    print(f"{found['name']}: {found['problem'] or 'ready'}")
    report = found["report"]
    for key, title in (
        ("present", "filled"),
        ("unknown", "nothing fills"),
        ("unquoted", "without quotes around it, so it stays"),
    ):
        if report[key]:
            print(f"  {title}: {', '.join(report[key])}")


async def _text(host: Host, name: str) -> str:
    """The text of a workflow, or of a file that is none of the library."""
    try:
        return await host.workflow_desk.text(name)
    except NotFound:
        if not Path(name).is_file():
            raise
    return _decoded(await asyncio.to_thread(_read, name), name)


def _read(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise NotFound(f"{file} cannot be read: {error.strerror}.") from error


def _decoded(content: bytes, file: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{file} is not UTF-8 text (byte {error.start}).") from error
