"""kill -9 in every phase of a job, with real processes; two programs on one data folder.

The program that is killed is ``tests/images/studio.py`` run by itself; the one that comes next runs in the test. The
far side keeps its books in files, so what was really rendered is counted, not believed.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from stcore.images import job_rows
from stcore.images.intent import Intent
from stcore.images.request import ImageRequest
from stcore.storage.tables import jobs as jobs_table
from tests.images.studio import FarSide, Scripted, Studio

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(sys.platform == "win32", reason="needs signals")]

ROOT = Path(__file__).parents[2]


class Program:
    """``studio.py`` as a process of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.lines: list[dict[str, Any]] = []

    async def start(self, **options: Any) -> Program:
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.images.studio", str(self.data), json.dumps(options)),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        return self

    async def says(self, **wanted: Any) -> dict[str, Any]:
        """Read lines until one has the wanted fields."""
        assert self.process.stdout is not None
        async with asyncio.timeout(20):
            while True:
                line = await self.process.stdout.readline()
                assert line, f"it ended without saying {wanted}; it said {self.lines}"
                self.lines.append(json.loads(line))
                if wanted.items() <= self.lines[-1].items() or (
                    set(wanted) <= set(self.lines[-1]) and None in wanted.values()
                ):
                    return self.lines[-1]

    async def kill(self) -> None:
        self.process.kill()
        await self.process.wait()

    async def close(self) -> None:
        """Ask it to stop, as a person would."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")
        await asyncio.wait_for(self.process.wait(), 20)


@pytest.fixture
async def program(tmp_path: Path) -> AsyncIterator[Program]:
    program = Program(tmp_path)
    yield program
    if program.process.returncode is None:
        await program.kill()


@pytest.fixture
def far(tmp_path: Path) -> FarSide:
    return FarSide(tmp_path / "far")


async def chat_in(data: Path) -> str:
    async with Studio(data, Scripted(FarSide(data / "far"))) as studio:
        return (await studio.chats.create()).id


async def after(data: Path, job_id: str, **abilities: bool) -> tuple[dict[str, Any], int]:
    """Start the next program, wait for the job, count the messages."""
    async with Studio(data, Scripted(FarSide(data / "far"), **abilities), durable=True) as studio:
        over = await studio.done(job_id)
        for asset_id in over["results"]:
            assert (await studio.library.read(asset_id))[0].startswith(b"\x89PNG")
        return over, await studio.count_messages()


@pytest.mark.feature("JOB-2")
@pytest.mark.parametrize(
    ("moment", "abilities", "state", "renders"),
    [
        # Standing at the door: nothing was sent, and only a source that can look is able to say so.
        ("start", {"findable": True}, "done", 1),
        ("start", {}, "failed", 0),
        # The far side has it, the token is not noted.
        ("accepted", {"findable": True}, "done", 1),
        ("accepted", {}, "failed", 1),
        # Rendering.
        ("render", {"resumable": True}, "done", 1),
        ("render", {}, "failed", 1),
    ],
)
async def test_killed_at_any_moment_nothing_is_rendered_twice(
    tmp_path: Path, program: Program, far: FarSide, moment: str, abilities: dict[str, bool], state: str, renders: int
) -> None:
    chat_id = await chat_in(tmp_path)
    await program.start(hold=[moment], tell=[moment], submit=[{"chat_id": chat_id}], **abilities)
    job_id = (await program.says(submitted=None))["submitted"]
    await program.says(reached=moment)
    await asyncio.sleep(0.05)  # the token of an accepted run is being written
    await program.kill()
    over, messages = await after(tmp_path, job_id, **abilities)
    assert (over["state"], far.renders, messages) == (state, renders, 1 if state == "done" else 0)
    if state == "failed":
        assert over["error"]["kind"] == "interrupted"
        assert "Try again" in over["error"]["hint"]


@pytest.mark.feature("REC-3")
async def test_pictures_stored_before_the_crash_are_kept_and_not_doubled(
    tmp_path: Path, program: Program, far: FarSide
) -> None:
    chat_id = await chat_in(tmp_path)
    options: dict[str, Any] = {"hold": ["after 0"], "tell": ["after 0"], "resumable": True}
    await program.start(submit=[{"chat_id": chat_id, "count": 2}], **options)
    job_id = (await program.says(submitted=None))["submitted"]
    await program.says(reached="after 0")
    await asyncio.sleep(0.2)
    await program.kill()
    async with Studio(tmp_path, Scripted(far)) as looking:
        (stored,) = (await looking.jobs.get(job_id))["results"]
    over, messages = await after(tmp_path, job_id, resumable=True)
    assert (over["state"], over["error"], messages, far.renders) == ("done", None, 1, 1)
    assert over["results"][0] == stored
    assert len(over["results"]) == 2
    async with Studio(tmp_path, Scripted(far)) as looking:
        assert len((await looking.library.page()).pictures) == 2


@pytest.mark.feature("STO-6")
async def test_killed_while_publishing_there_is_one_message_in_the_end(
    tmp_path: Path, program: Program, far: FarSide
) -> None:
    chat_id = await chat_in(tmp_path)
    await program.start(hold_publish=True, submit=[{"chat_id": chat_id}])
    job_id = (await program.says(submitted=None))["submitted"]
    await program.says(reached="publish")
    await program.kill()
    async with Studio(tmp_path, Scripted(far)) as looking:
        assert await looking.count_messages() == 0
        assert (await looking.jobs.get(job_id))["state"] == "saving"
    over, messages = await after(tmp_path, job_id)
    assert (over["state"], messages, far.renders) == ("done", 1, 1)


@pytest.mark.feature("JOB-2")
async def test_waiting_still_waits_queued_completes_running_is_interrupted(
    tmp_path: Path, program: Program, far: FarSide
) -> None:
    await program.start(hold=["render"], tell=["render"], submit=[{"prompt": "a"}, {"prompt": "b"}, {"prompt": "c"}])
    submitted = [(await program.says(submitted=None))["submitted"] for _ in range(3)]
    await program.says(reached="render")
    async with Studio(tmp_path, Scripted(far)) as looking:
        while len(await looking.jobs.list(active=True)) < 3 or far.renders < 2:
            await asyncio.sleep(0.02)
        before = {job["id"]: job["state"] for job in await looking.jobs.list()}
        waiting = job_rows.new_job(
            ImageRequest(prompt="needs approval"),
            Intent(destination="quiet"),
            source="scripted",
            connection="home",
            executor="",
            retry_of=None,
            now=1,
        )
        await looking.database.write(lambda c: job_rows.insert_job(c, waiting))
        await looking.database.write(
            lambda c: c.execute(jobs_table.update().where(jobs_table.c.id == waiting.id).values(state="waiting"))
        )
    await program.kill()
    assert sorted(before.values()) == ["queued", "running", "running"]
    async with Studio(tmp_path, Scripted(far), durable=True) as studio:
        for job_id in submitted:
            over = await studio.done(job_id)
            assert over["state"] == {"queued": "done", "running": "failed"}[before[job_id]]
        assert (await studio.jobs.get(waiting.id))["state"] == "waiting"
    assert far.renders == 3


async def test_a_killed_one_shot_is_finished_by_the_next_durable_program(
    tmp_path: Path, program: Program, far: FarSide
) -> None:
    await program.start(durable=False, hold=["render"], tell=["render"], resumable=True, submit=[{}])
    job_id = (await program.says(submitted=None))["submitted"]
    await program.says(reached="render")
    await asyncio.sleep(0.05)
    await program.kill()
    async with Studio(tmp_path, Scripted(far, resumable=True)) as one_shot:
        await asyncio.sleep(0.1)
        assert (await one_shot.jobs.get(job_id))["state"] == "running"  # a one-shot does not adopt
    over, _ = await after(tmp_path, job_id, resumable=True)
    assert (over["state"], far.renders) == ("done", 1)


async def test_a_stopped_program_leaves_resumable_runs_to_the_next(
    tmp_path: Path, program: Program, far: FarSide
) -> None:
    await program.start(hold=["render"], tell=["render"], resumable=True, submit=[{}])
    job_id = (await program.says(submitted=None))["submitted"]
    await program.says(reached="render")
    await asyncio.sleep(0.05)
    await program.close()
    assert not far.cancelled(job_id)
    assert list((tmp_path / "run").iterdir()) == []
    over, _ = await after(tmp_path, job_id, resumable=True)
    assert (over["state"], far.renders) == ("done", 1)


async def test_two_programs_share_a_folder(tmp_path: Path, program: Program, far: FarSide) -> None:
    """The other's jobs are left alone, seen, cancelled within a second, and count against the connection's limit."""
    await program.start(hold=["render"], tell=["render"], submit=[{"prompt": "a"}, {"prompt": "b"}])
    first, second = [(await program.says(submitted=None))["submitted"] for _ in range(2)]
    await program.says(reached="render")
    async with Studio(tmp_path, Scripted(far), durable=True) as studio:
        while [job["state"] for job in await studio.jobs.list()] != ["running", "running"]:
            await asyncio.sleep(0.02)
        own = await studio.submit("own")
        await asyncio.sleep(0.3)
        assert (await studio.jobs.get(own["id"]))["state"] == "queued"  # the source takes two at once
        assert await studio.jobs.cancel(first) == "requested"
        async with asyncio.timeout(1.5):
            while not far.cancelled(first):
                await asyncio.sleep(0.02)
        assert (await studio.done(own["id"]))["state"] == "done"
        assert (await studio.jobs.get(second))["state"] == "running"
        assert not far.cancelled(second)
        waiting = asyncio.create_task(studio.done(second))
        await program.kill()
        # Noticed while we run, not only at a start.
        assert (await waiting)["error"]["kind"] == "interrupted"


async def test_a_program_that_stops_while_it_comes_up_leaves_nothing_behind(tmp_path: Path) -> None:
    from stcore.images.durable import Durable

    for pause in (0.0, 0.005, 0.05):
        async with Studio(tmp_path, Scripted(FarSide(tmp_path / "far")), durable=True):
            await asyncio.sleep(pause)
        assert Durable.current is None
        assert list((tmp_path / "run").iterdir()) == []


async def test_a_second_durable_host_in_one_process_runs_its_jobs_all_the_same(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    async with Studio(first, Scripted(FarSide(first / "far")), durable=True) as one:
        await one.jobs._ready.wait()
        async with Studio(second, Scripted(FarSide(second / "far")), durable=True) as two:
            assert (await two.done((await two.submit())["id"]))["state"] == "done"
        assert (await one.done((await one.submit())["id"]))["state"] == "done"


@pytest.mark.parametrize("table", ["workflow_status", "operation_outputs"])
async def test_a_job_does_not_need_dbos_to_be_finished(tmp_path: Path, table: str) -> None:
    """Its tables are taken away while it runs, as a full disk would: the picture is published, and made once."""
    source = Scripted(FarSide(tmp_path / "far"))
    async with Studio(tmp_path, source, durable=True) as studio:
        await studio.jobs._ready.wait()
        chat = await studio.chats.create()
        gate = source.hold("render")
        early = await studio.submit(chat_id=chat.id)
        await source.until("render")
        await studio.database.write(lambda c: c.execute(text(f"ALTER TABLE {table} RENAME TO gone")))
        late = await studio.submit(chat_id=chat.id)
        gate.set()
        for job in (early, late):
            over = await studio.done(job["id"])
            assert (over["state"], over["error"]) == ("done", None)
        assert await studio.count_messages() == 2
        assert [source.far.submissions(job["id"]) for job in (early, late)] == [1, 1]
        await studio.database.write(lambda c: c.execute(text(f"ALTER TABLE gone RENAME TO {table}")))


async def test_dbos_forgets_what_is_over(tmp_path: Path) -> None:
    """Its tables do not grow for ever: yesterday's workflows go at the next start."""
    from dbos import DBOS

    async with Studio(tmp_path, Scripted(FarSide(tmp_path / "far")), durable=True) as studio:
        await studio.done((await studio.submit())["id"])
        await asyncio.sleep(0.1)
        old = "UPDATE workflow_status SET created_at = created_at - 90000000"
        await studio.database.write(lambda c: c.execute(text(old)))
        assert len(await asyncio.to_thread(DBOS.list_workflows)) == 1
    async with Studio(tmp_path, Scripted(FarSide(tmp_path / "far")), durable=True) as studio:
        await studio.jobs._ready.wait()
        async with asyncio.timeout(5):
            while await asyncio.to_thread(DBOS.list_workflows):
                await asyncio.sleep(0.05)
