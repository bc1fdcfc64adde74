"""``stcore jobs``: pictures that are being made, here or by another program on the same data folder."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import click

from stcore.cli.common import data_option, json_option, on_host, print_json, print_table
from stcore.errors import NotFound, UserError

if TYPE_CHECKING:
    from stcore.host import Host

_SHORT = 8


@click.group(no_args_is_help=True)
def jobs() -> None:
    """Pictures being made."""


@jobs.command("list")
@click.option("--active", is_flag=True, help="Only those that are not over.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="The newest so many.")
@json_option
@data_option
def list_jobs(active: bool, limit: int, as_json: bool, data: str | None) -> None:
    """The newest first."""

    async def work(host: Host) -> list[dict[str, Any]]:
        found = await host.jobs.list(active=True, limit=limit)
        if not active:
            found += await host.jobs.list(active=False, limit=limit - len(found)) if len(found) < limit else []
        return found

    found = on_host(data, work)
    if as_json:
        print_json(found)
    else:
        rows = [(job["id"][:_SHORT], job["state"], job["connection"], _note(job)) for job in found]
        print_table(rows, ("id", "state", "source", "prompt"), empty="No pictures are being made.")


def _note(job: dict[str, Any]) -> str:
    error = job.get("error")
    return f"{job['prompt']}  [{error['message']}]" if error else str(job["prompt"])


async def find_job(host: Host, wanted: str) -> str:
    """The full id of a job, by itself or by its unambiguous beginning."""
    found = [*await host.jobs.list(active=True, limit=1000), *await host.jobs.list(active=False, limit=1000)]
    ids = [job["id"] for job in found if job["id"].startswith(wanted)]
    if len(ids) > 1:
        raise UserError(f"Several jobs begin with {wanted!r}.", hint=f"They are: {', '.join(ids[:5])}.")
    if not ids:
        raise NotFound(f"There is no job {wanted!r}.", hint="`stcore jobs list` shows those there are.")
    return str(ids[0])


@jobs.command("cancel")
@click.argument("job_id", metavar="ID")
@json_option
@data_option
def cancel_job(job_id: str, as_json: bool, data: str | None) -> int:
    """Stop a picture; of it nothing is published any more."""

    async def work(host: Host) -> str:
        return str(await host.jobs.cancel(await find_job(host, job_id)))

    outcome = on_host(data, work)
    if as_json:
        print_json({"outcome": outcome})
    else:
        print(_OUTCOMES.get(outcome, outcome))
    return int(outcome == "too_late")


_OUTCOMES = {
    "stopped": "It is stopped.",
    "will_not_start": "It will not start.",
    "requested": "It was asked to stop.",
    "detached": "We stopped listening; the source may go on, and bill it.",
    "too_late": "It was over already.",
    "unsupported": "This source cannot stop a picture.",
}


@jobs.command("retry")
@click.argument("job_id", metavar="ID")
@json_option
@data_option
def retry_job(job_id: str, as_json: bool, data: str | None) -> int:
    """Make the same picture again and wait for it."""

    async def work(host: Host) -> tuple[dict[str, Any], list[str]]:
        again = await host.jobs.retry(await find_job(host, job_id))
        job = await host.jobs.wait(again["id"])
        return job, [await host.images.address(asset) for asset in job["results"]]

    job, files = on_host(data, work)
    if as_json:
        print_json({**job, "files": files})
    else:
        print("\n".join(files) or _line(job))
    return int(job["state"] != "done")


@jobs.command("watch")
@data_option
def watch_jobs(data: str | None) -> None:
    """Follow what happens to pictures until Ctrl-C, a line for every change."""

    async def work(host: Host) -> None:
        for job in await host.jobs.list(active=True):
            print(_line(job), flush=True)
        news = await host.bus.subscribe()
        async for entry in news:
            if entry.kind == "job.changed":
                print(_line(entry.data["job"]), flush=True)

    try:
        on_host(data, work)
    except asyncio.CancelledError:
        return


def _line(job: dict[str, Any]) -> str:
    error = job.get("error")
    tail = f"  {error['message']}" if error else f"  {len(job['results'])} picture(s)" if job["results"] else ""
    return f"{job['id'][:_SHORT]}  {job['state']:<9}  {job['prompt']}{tail}"
