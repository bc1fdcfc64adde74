"""Jobs in one program: states, order, cancelling, retrying, partial success, limits. Nothing here is killed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from stcore.errors import (
    ConfigurationError,
    NetworkError,
    NotFound,
    RateLimited,
    Refused,
    ServerError,
    StorageError,
    Unsupported,
    UserError,
)
from stcore.images import job_rows
from stcore.images.events import Accepted, Done, Failed, Queued, Refusal, Result, Running
from stcore.images.intent import Intent
from stcore.images.jobs import Jobs
from stcore.images.request import ImageRequest, Plan
from stcore.images.source import Connection, SourceJob
from stcore.storage.tables import jobs as jobs_table
from stcore.testing.clock import ManualClock
from tests.images.pictures import picture
from tests.images.studio import FarSide, Scripted, Studio

pytestmark = pytest.mark.anyio


@pytest.fixture
def source(tmp_path: Path) -> Scripted:
    return Scripted(FarSide(tmp_path / "far"))


@pytest.fixture
async def studio(tmp_path: Path, source: Scripted) -> AsyncIterator[Studio]:
    async with Studio(tmp_path, source) as studio:
        yield studio


async def states(studio: Studio, job_id: str) -> list[str]:
    """Every state that the journal tells of a job, in order."""
    from stcore.storage import journal

    entries = await studio.database.read(lambda c: journal.since(c, 0))
    found = [e.data["job"]["state"] for e in entries if e.kind == "job.changed" and e.data["job"]["id"] == job_id]
    return [state for n, state in enumerate(found) if n == 0 or found[n - 1] != state]


# -- the way of a picture --------------------------------------------------------------------------------------------


@pytest.mark.feature("F108", "REC-4")
async def test_a_picture_from_the_wish_to_the_message(studio: Studio) -> None:
    chat = await studio.chats.create()
    job = await studio.submit("apple tree", chat_id=chat.id, seed=7, steps=5)
    assert (job["state"], job["prompt"], job["count"], job["model"]) == ("queued", "apple tree", 1, "dream")
    over = await studio.done(job["id"])
    assert (over["state"], over["error"]) == ("done", None)
    assert over["created"] <= over["started"] <= over["finished"]
    assert await states(studio, job["id"]) == ["queued", "running", "saving", "done"]
    (message,) = await studio.chats.messages(chat.id)
    (shown,) = message.pictures
    assert over["results"] == [shown["id"]]
    assert (shown["title"], shown["media_type"], shown["width"], shown["height"]) == ("apple tree", "image/png", 48, 32)
    made = shown["generation"]
    assert (made["prompt"], made["final_prompt"]) == ("apple tree", "apple tree, best quality")
    assert (made["negative_prompt"], made["seed"], made["model"]) == ("fog", "7", "dream")
    assert (made["source"], made["connection"]) == ("scripted", "home")
    assert made["details"]["steps"] == 5


async def test_publishing_and_the_end_of_the_job_are_one_transaction(studio: Studio) -> None:
    """Whoever sees the message sees the job done, and the other way round."""
    from stcore.storage import journal

    chat = await studio.chats.create()
    job = await studio.submit(chat_id=chat.id)
    await studio.done(job["id"])
    kinds = [entry.kind for entry in await studio.database.read(lambda c: journal.since(c, 0))]
    assert kinds[-2:] == ["message.added", "job.changed"]


@pytest.mark.feature("JOB-5")
async def test_previews_are_shown_and_never_kept(studio: Studio, source: Scripted) -> None:
    news = await studio.bus.subscribe()
    source.hold("after 0")
    job = await studio.submit()
    seen = []
    while "job.preview" not in [entry.kind for entry in seen]:
        seen.append(await asyncio.wait_for(anext(news), 5))
    preview = seen[-1]
    assert preview.data["id"] == job["id"]
    assert preview.data["mime"] == "image/jpeg"
    assert preview.id == 0
    source.gates["after 0"].set()
    over = await studio.done(job["id"])
    assert len(over["results"]) == 1
    assert len((await studio.library.page()).pictures) == 1


async def test_progress_is_throttled_and_the_last_word_counts(studio: Studio, source: Scripted) -> None:
    source.stream = [Running(fraction=n / 1000) for n in range(1000)]
    news = await studio.bus.subscribe()
    gate = source.hold("end")

    async def events(job: SourceJob) -> AsyncIterator[Any]:
        for event in source.stream or []:
            yield event
        await source.pass_gate("end")
        yield Result(picture())

    source.events = events  # type: ignore[method-assign,assignment]
    job = await studio.submit()
    await source.until("end")
    told: list[dict[str, Any]] = []
    while not told or told[-1].get("fraction") != 0.999:
        entry = await asyncio.wait_for(anext(news), 2)
        if entry.kind == "job.progress":
            told.append(entry.data)
    assert len(told) < 20
    assert (await studio.jobs.get(job["id"]))["progress"] == told[-1]
    gate.set()
    assert (await studio.done(job["id"]))["progress"] is None


@pytest.mark.feature("REC-1")
async def test_several_pictures_are_stored_as_they_arrive(studio: Studio, source: Scripted) -> None:
    gate = source.hold("after 0")
    chat = await studio.chats.create()
    job = await studio.submit(chat_id=chat.id, count=3)
    await source.until("after 0")
    while not (half := await studio.jobs.get(job["id"]))["results"]:
        await asyncio.sleep(0.01)
    assert (half["state"], len(half["results"])) == ("running", 1)
    assert (await studio.library.get(half["results"][0]))["generation"]["seed"] == "7"
    gate.set()
    over = await studio.done(job["id"])
    (message,) = await studio.chats.messages(chat.id)
    assert [shown["id"] for shown in message.pictures] == over["results"]
    assert [shown["generation"]["seed"] for shown in message.pictures] == ["7", "8", "9"]


async def test_the_same_request_twice_is_one_job(studio: Studio, source: Scripted) -> None:
    request, intent = ImageRequest(prompt="fox", negative_prompt="fog", model="dream"), Intent(destination="quiet")
    first = await studio.jobs.submit(request, connection="home", intent=intent)
    second = await studio.jobs.submit(request, connection="home", intent=intent)
    assert first["id"] == second["id"]
    await studio.done(first["id"])
    third = await studio.jobs.submit(request, connection="home", intent=intent)
    assert third["state"] == "done"
    assert source.far.renders == 1


# -- what goes wrong -------------------------------------------------------------------------------------------------


async def test_a_failure_is_kept_with_the_job(studio: Studio, source: Scripted) -> None:
    source.stream = [Failed(Refused("The prompt was refused.", stage="input"))]
    chat = await studio.chats.create()
    over = await studio.done((await studio.submit(chat_id=chat.id))["id"])
    assert (over["state"], over["error"]["kind"], over["error"]["stage"]) == ("failed", "refused", "input")
    assert await studio.chats.count(chat.id) == 0


async def test_partial_success_is_a_success_with_a_reason(studio: Studio, source: Scripted) -> None:
    source.stream = [
        Result(picture(), index=0),
        Refusal(Refused("Withheld.", stage="output"), index=1),
        Done(asked=2, delivered=1, refused=1),
    ]
    chat = await studio.chats.create()
    over = await studio.done((await studio.submit(chat_id=chat.id, count=2))["id"])
    assert (over["state"], over["error"]["kind"], len(over["results"])) == ("done", "refused", 1)
    assert len((await studio.chats.messages(chat.id))[0].pictures) == 1


async def test_pictures_that_came_before_a_failure_stay(studio: Studio, source: Scripted) -> None:
    source.stream = [Result(picture()), Failed(ServerError("The server fell over."))]
    over = await studio.done((await studio.submit(count=2))["id"])
    assert (over["state"], over["error"]["kind"], len(over["results"])) == ("done", "server", 1)


async def test_a_damaged_picture_is_no_picture(studio: Studio, source: Scripted) -> None:
    good = picture(200, 200, noise=True)
    source.stream = [Result(good[:5000] + b"garbage" + good[5007:])]
    over = await studio.done((await studio.submit())["id"])
    assert (over["state"], over["error"]["kind"]) == ("failed", "bad_response")
    assert (await studio.library.page()).pictures == []
    assert [path for path in (studio.data / "pictures").rglob("*") if path.is_file()] == []


async def test_what_the_source_cannot_do_is_said_before_anything_is_sent(studio: Studio, source: Scripted) -> None:
    def plan(*_: object) -> Plan:
        raise Unsupported("Scripted cannot do this.")

    source.plan = plan  # type: ignore[method-assign]
    over = await studio.done((await studio.submit())["id"])
    assert (over["state"], over["error"]["kind"]) == ("failed", "unsupported")
    assert await states(studio, over["id"]) == ["queued", "failed"]
    assert source.started == []


async def test_a_connection_that_is_not_set_up_makes_no_job(studio: Studio) -> None:
    async def missing(name: str) -> Connection:
        raise ConfigurationError(f"There is no connection {name!r}.")

    object.__setattr__(studio.jobs._tools, "open_connection", missing)
    with pytest.raises(ConfigurationError):
        await studio.submit()
    assert await studio.jobs.list() == []


async def test_a_source_that_breaks_is_told_in_plain_words(studio: Studio, source: Scripted) -> None:
    source.stream = [RuntimeError("secret address 10.0.0.1")]
    over = await studio.done((await studio.submit())["id"])
    assert over["state"] == "failed"
    assert "10.0.0.1" not in str(over["error"])


async def test_a_source_that_breaks_before_it_begins_is_the_one_to_blame(studio: Studio, source: Scripted) -> None:
    source.start_errors = [KeyError("secret")]
    over = await studio.done((await studio.submit())["id"])
    assert (over["state"], over["error"]["kind"], over["error"]["whose"]) == ("failed", "provider", "provider")
    assert over["error"]["message"].startswith("Scripted stumbled")
    assert "secret" not in str(over["error"])


async def test_a_source_that_never_says_whether_it_takes_the_job(studio: Studio, source: Scripted) -> None:
    source.hold("start")
    over = await studio.done((await studio.submit(budget={"max_seconds": 0.05}))["id"])
    assert (over["state"], over["error"]["kind"]) == ("failed", "unknown_outcome")
    assert len(source.started) == 1


async def test_a_missing_message_costs_no_picture(tmp_path: Path, source: Scripted) -> None:
    def gone(*_: object) -> None:
        raise NotFound("This message no longer exists.")

    async with Studio(tmp_path, source, publish=gone) as studio:
        over = await studio.done((await studio.submit())["id"])
        assert (over["state"], over["error"]["kind"]) == ("done", "not_found")
        assert len((await studio.library.page()).pictures) == 1


async def test_a_plugin_may_change_a_picture_and_may_fail(tmp_path: Path, source: Scripted) -> None:
    behaviour: list[Any] = [lambda data, request: picture(16, 16), lambda data, request: 1 / 0]

    def change(data: bytes, request: ImageRequest) -> bytes:
        return behaviour.pop(0)(data, request)  # type: ignore[no-any-return]

    async with Studio(tmp_path, source, change_picture=change) as studio:
        sizes = []
        for _ in range(2):
            over = await studio.done((await studio.submit())["id"])
            sizes.append((await studio.library.get(over["results"][0]))["width"])
        assert sizes == [16, 48]


@pytest.mark.feature("STO-6")
async def test_a_full_disk_is_told_and_nothing_half_done_stays(studio: Studio, source: Scripted) -> None:
    async def full(key: str, data: bytes) -> bool:
        raise StorageError("The pictures cannot be stored: the disk is full.", hint="Free some space.")

    studio.blobs.put = full  # type: ignore[method-assign]
    chat = await studio.chats.create()
    over = await studio.done((await studio.submit(chat_id=chat.id))["id"])
    assert (over["state"], over["error"]["kind"]) == ("failed", "storage")
    assert over["error"]["hint"] == "Free some space."
    assert await studio.chats.count(chat.id) == 0
    assert (await studio.library.page()).pictures == []


@pytest.mark.parametrize(("resumable", "renders"), [(True, 1), (False, 2)])
async def test_a_retry_after_a_full_disk_fetches_what_was_rendered(
    tmp_path: Path, source: Scripted, resumable: bool, renders: int
) -> None:
    source.resumable = resumable
    async with Studio(tmp_path, source) as studio:
        put = studio.blobs.put

        async def full(key: str, data: bytes) -> bool:
            raise StorageError("The pictures cannot be stored: the disk is full.")

        studio.blobs.put = full  # type: ignore[method-assign]
        failed = await studio.done((await studio.submit())["id"])
        studio.blobs.put = put  # type: ignore[method-assign]
        again = await studio.done((await studio.jobs.retry(failed["id"]))["id"])
        assert (failed["state"], again["state"], again["retry_of"]) == ("failed", "done", failed["id"])
        assert len(again["results"]) == 1
    assert source.far.renders == renders


async def test_when_even_the_end_cannot_be_written_the_one_who_waits_is_told(tmp_path: Path, source: Scripted) -> None:
    clock = ManualClock()
    full = [True]

    def stubborn(*_: object) -> None:
        if full[0]:
            raise StorageError("The database cannot be used: database or disk is full.")

    async with Studio(tmp_path, source, clock=clock, publish=stubborn) as studio:
        job = await studio.submit()
        with pytest.raises(StorageError, match="full"):
            await studio.done(job["id"])
        assert (await studio.jobs.get(job["id"]))["state"] == "saving"
        full[0] = False
        waiting = asyncio.create_task(studio.done(job["id"]))
        await asyncio.sleep(0.01)
        await clock.advance(6)
        assert (await waiting)["state"] == "done"
    assert source.far.renders == 1


# -- trying again by itself ------------------------------------------------------------------------------------------


async def test_rate_limits_before_acceptance_are_waited_for(tmp_path: Path, source: Scripted) -> None:
    clock = ManualClock()
    source.start_errors = [RateLimited("Too fast.", retry_after=20)]
    async with Studio(tmp_path, source, clock=clock) as studio:
        job = await studio.submit()
        while not source.started or clock.sleepers == 0:
            await asyncio.sleep(0.005)
        assert (await studio.jobs.get(job["id"]))["progress"]["eta"] == 20
        other = await studio.submit("second")
        await asyncio.sleep(0.05)
        assert len(source.started) == 1  # the whole connection pauses
        for _ in range(50):
            await clock.advance(0.5)
            await asyncio.sleep(0.002)
        assert [(await studio.done(one["id"]))["state"] for one in (job, other)] == ["done", "done"]
        assert source.far.renders == 2


async def test_a_blocking_source_is_asked_again_only_before_it_showed_signs_of_work(
    tmp_path: Path, source: Scripted
) -> None:
    clock = ManualClock()
    streams = [
        [Failed(ServerError("502"))],
        [Running(fraction=0.1), Failed(ServerError("It died in the middle."))],
    ]

    async def events(job: SourceJob) -> AsyncIterator[Any]:
        for event in streams.pop(0):
            yield event

    source.events = events  # type: ignore[method-assign,assignment]
    async with Studio(tmp_path, source, clock=clock) as studio:
        job = await studio.submit()
        for _ in range(40):
            await clock.advance(0.2)
            await asyncio.sleep(0.003)
        over = await studio.done(job["id"])
        assert over["error"]["message"] == "It died in the middle."
        assert len(source.started) == 2


@pytest.mark.parametrize("accepted", [Accepted(token="t1"), Queued(position=3)])
async def test_network_trouble_after_acceptance_is_not_sent_again(
    studio: Studio, source: Scripted, accepted: Any
) -> None:
    source.stream = [accepted, Failed(NetworkError("The line broke."))]
    over = await studio.done((await studio.submit())["id"])
    assert (over["state"], over["error"]["kind"]) == ("failed", "network")
    assert source.far.renders == 1


# -- order and limits ------------------------------------------------------------------------------------------------


async def test_no_more_at_once_than_the_source_takes_and_asked_for_first(studio: Studio, source: Scripted) -> None:
    gate = source.hold("render")
    running = [await studio.submit(f"{n}") for n in range(2)]
    while len(source.started) < 2:
        await asyncio.sleep(0.005)
    automatic = await studio.submit("automatic", automatic=True)
    asked = await studio.submit("asked for")
    while ((await studio.jobs.get(automatic["id"]))["progress"] or {}).get("position") != 2:
        await asyncio.sleep(0.005)
    waiting = await studio.jobs.get(asked["id"])
    assert (waiting["state"], waiting["progress"]["state"], waiting["progress"]["position"]) == ("queued", "queued", 1)
    assert len(source.started) == 2
    gate.set()
    for job in (*running, automatic, asked):
        assert (await studio.done(job["id"]))["state"] == "done"
    assert source.started[2:] == [asked["id"], automatic["id"]]


# -- cancelling ------------------------------------------------------------------------------------------------------


@pytest.mark.feature("JOB-3")
async def test_cancelling_one_of_two_leaves_the_other(studio: Studio, source: Scripted) -> None:
    gate = source.hold("render")
    first, second = await studio.submit("a"), await studio.submit("b")
    while len(source.started) < 2:
        await asyncio.sleep(0.005)
    await asyncio.sleep(0.02)
    assert await studio.jobs.cancel(first["id"]) == "stopped"
    gate.set()
    assert (await studio.done(first["id"]))["state"] == "cancelled"
    assert (await studio.done(second["id"]))["state"] == "done"
    assert source.far.cancelled(first["id"])
    assert not source.far.cancelled(second["id"])
    assert first["id"] in source.closed


async def test_a_queued_job_is_cancelled_at_once_and_never_sent(studio: Studio, source: Scripted) -> None:
    gate = source.hold("render")
    for n in range(2):
        await studio.submit(f"{n}")
    while len(source.started) < 2:
        await asyncio.sleep(0.005)
    waits = await studio.submit("waits")
    assert await studio.jobs.cancel(waits["id"]) == "will_not_start"
    assert (await studio.done(waits["id"]))["state"] == "cancelled"
    assert await studio.jobs.cancel(waits["id"]) == "too_late"
    gate.set()
    assert (await studio.done((await studio.submit("next"))["id"]))["state"] == "done"
    assert waits["id"] not in source.started


async def test_a_result_that_comes_after_the_cancellation_is_not_published(studio: Studio, source: Scripted) -> None:
    """The source cannot stop (``detached``), and its picture arrives while it is being asked."""
    source.cancel_outcome = "detached"
    render, cancelling = source.hold("render"), source.hold("cancel")
    chat = await studio.chats.create()
    job = await studio.submit(chat_id=chat.id)
    await source.until("render")
    cancel = asyncio.create_task(studio.jobs.cancel(job["id"]))
    await source.until("cancel")
    assert (await studio.jobs.get(job["id"]))["state"] == "cancelled"  # at once, not when the source has answered
    render.set()
    await asyncio.sleep(0.1)
    cancelling.set()
    assert await cancel == "detached"
    assert (await studio.done(job["id"]))["state"] == "cancelled"
    assert await studio.chats.count(chat.id) == 0
    assert (await studio.library.page()).pictures == []
    assert [path for path in (studio.data / "pictures").rglob("*") if path.is_file()] == []


async def test_a_job_being_handed_over_is_cancelled_once_it_has_a_name(studio: Studio, source: Scripted) -> None:
    accepted = source.hold("accepted")
    job = await studio.submit()
    await source.until("accepted")
    cancel = asyncio.create_task(studio.jobs.cancel(job["id"]))
    await asyncio.sleep(0.02)
    accepted.set()
    assert await cancel == "stopped"
    assert source.far.cancelled(job["id"])


async def test_the_place_of_a_cancelled_job_is_free_again(studio: Studio, source: Scripted) -> None:
    source.hold("render")
    for n in range(2):
        job = await studio.submit(f"{n}")
        await source.until("render")
        await studio.jobs.cancel(job["id"])
    source.gates.clear()
    assert (await studio.done((await studio.submit("next"))["id"]))["state"] == "done"


async def test_a_job_whose_chat_is_deleted_ends(studio: Studio, source: Scripted) -> None:
    source.hold("render")
    chat = await studio.chats.create()
    job = await studio.submit(chat_id=chat.id)
    await source.until("render")
    waiting = asyncio.create_task(studio.done(job["id"]))
    await asyncio.sleep(0.02)
    await studio.chats.delete(chat.id)
    with pytest.raises(NotFound):
        await waiting
    while studio.jobs._runner.flights:
        await asyncio.sleep(0.01)
    assert source.far.cancelled(job["id"])


async def test_what_does_not_exist_cannot_be_cancelled_read_or_waited_for(studio: Studio) -> None:
    for act in (studio.jobs.cancel("x"), studio.jobs.get("x"), studio.jobs.wait("x"), studio.jobs.retry("../x")):
        with pytest.raises(NotFound):
            await act


# -- retry, lists ----------------------------------------------------------------------------------------------------


async def test_retry_is_a_new_job_from_the_same_request(studio: Studio, source: Scripted) -> None:
    source.stream = [Failed(ServerError("Down.")), Done()]
    source.stream.insert(0, Running())
    chat = await studio.chats.create()
    failed = await studio.done((await studio.submit(chat_id=chat.id, seed=42))["id"])
    source.stream = None
    again = await studio.jobs.retry(failed["id"])
    assert again["id"] != failed["id"]
    assert again["retry_of"] == failed["id"]
    over = await studio.done(again["id"])
    assert (over["state"], over["prompt"], over["chat_id"]) == ("done", "apple tree", chat.id)
    assert (await studio.jobs.get(failed["id"]))["state"] == "failed"


async def test_a_job_under_way_cannot_be_retried(studio: Studio, source: Scripted) -> None:
    source.hold("render")
    job = await studio.submit()
    with pytest.raises(UserError):
        await studio.jobs.retry(job["id"])
    await studio.jobs.cancel(job["id"])


async def test_lists(studio: Studio, source: Scripted) -> None:
    chat = await studio.chats.create()
    done = await studio.done((await studio.submit(chat_id=chat.id))["id"])
    source.hold("render")
    active = await studio.submit("active")
    assert [job["id"] for job in await studio.jobs.list()] == [active["id"], done["id"]]
    assert [job["id"] for job in await studio.jobs.list(active=True)] == [active["id"]]
    assert [job["id"] for job in await studio.jobs.list(active=False)] == [done["id"]]
    assert [job["id"] for job in await studio.jobs.list(chat_id=chat.id)] == [done["id"]]
    assert len(await studio.jobs.list(limit=1)) == 1
    day = job_rows.LISTED_MS + 1000
    await studio.database.write(lambda c: c.execute(update(jobs_table).values(finished=jobs_table.c.finished - day)))
    assert [job["id"] for job in await studio.jobs.list()] == [active["id"]]
    assert await studio.jobs.clear_finished() == 1
    with pytest.raises(NotFound):
        await studio.jobs.get(done["id"])
    assert (await studio.library.get(done["results"][0]))["id"] == done["results"][0]
    await studio.jobs.cancel(active["id"])


async def test_stopping_ends_what_cannot_be_found_again_honestly(tmp_path: Path) -> None:
    source = Scripted(FarSide(tmp_path / "far"))
    async with Studio(tmp_path, source) as studio:
        source.hold("render")
        running = await studio.submit("running")
        await source.until("render")
        held = [await studio.submit(f"{n}") for n in range(3)]
        while len(source.started) < 2:
            await asyncio.sleep(0.005)
    async with Studio(tmp_path, Scripted(FarSide(tmp_path / "far"))) as studio:
        over = await studio.jobs.get(running["id"])
        assert (over["state"], over["error"]["kind"]) == ("failed", "interrupted")
        assert source.far.cancelled(running["id"])
        assert [(await studio.jobs.get(job["id"]))["state"] for job in held] == ["failed", "queued", "queued"]


async def test_jobs_that_were_never_needed_leave_no_trace(tmp_path: Path, source: Scripted) -> None:
    async with Studio(tmp_path, source) as studio:
        idle = Jobs(
            database=studio.database,
            bus=studio.bus,
            library=studio.library,
            clock=studio.clock,
            folder=tmp_path / "other",
            open_connection=studio.open,
            publish=studio.publish,
        )
        assert await idle.list() == []
        await idle.stop()
        assert not (tmp_path / "other").exists()


async def test_jobs_submitted_at_once_before_the_start_are_nobodys_orphans(tmp_path: Path, source: Scripted) -> None:
    async with Studio(tmp_path, source) as studio:
        jobs = [await studio.submit(f"{n}") for n in range(2)]
        names = await studio.database.read(job_rows.executors_at_work)
        assert all(studio.jobs._executors.is_alive(name) for name in names)
        assert [(await studio.done(job["id"]))["state"] for job in jobs] == ["done", "done"]
