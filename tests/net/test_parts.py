"""The pure parts of the HTTP client: retrying, polling, event streams, addresses, masking."""

from __future__ import annotations

import asyncio
import itertools
import random
import subprocess
import sys
from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import given, strategies as st

from stcore.errors import (
    BadRequest,
    ColdStart,
    DeadlinePassed,
    JobLost,
    NetworkError,
    ProviderError,
    RateLimited,
    ServerError,
    UnknownOutcome,
)
from stcore.net import SseEvent, parse_headers, poll, retry
from stcore.net.address import Base, in_own_network, is_public, may_have_credentials
from stcore.net.scrub import Scrubber
from stcore.net.sse import SseParser
from stcore.testing.clock import ManualClock

pytestmark = pytest.mark.anyio
T = TypeVar("T")


class Script:
    """A far side that raises or answers what it was told, one item per call."""

    def __init__(self, *items: object) -> None:
        self.items, self.calls = list(items), 0

    async def __call__(self) -> object:
        self.calls += 1
        item = self.items.pop(0) if len(self.items) > 1 else self.items[0]
        if isinstance(item, Exception):
            raise item
        return item


async def finish(task: asyncio.Task[T], clock: ManualClock, done: Callable[[], bool] | None = None) -> float:
    """Let time pass until the task is over; how long it took."""
    for _ in range(20_000):
        if task.done() or (done and done()):
            break
        await clock.advance(0.1)
    return clock.monotonic()


def test_the_library_is_not_imported_before_it_is_needed() -> None:
    code = "import sys, stcore.net; sys.exit('httpx' in sys.modules or 'websockets' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# -- retrying --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "calls"),
    [
        (ServerError("x"), 3),
        (NetworkError("x"), 3),
        (BadRequest("x"), 1),
        (UnknownOutcome("x"), 1),
        (DeadlinePassed("x"), 1),
        (JobLost("x"), 1),
    ],
)
async def test_only_what_was_not_accepted_is_tried_again(error: ProviderError, calls: int) -> None:
    clock, far = ManualClock(), Script(error)
    task = asyncio.create_task(retry(far, clock=clock, random=random.Random(1)))
    await finish(task, clock)
    assert task.exception() is error
    assert far.calls == calls


async def test_the_servers_wish_wins_over_our_own_pace() -> None:
    clock, far = ManualClock(), Script(RateLimited("x", retry_after=17), ServerError("x", retry_after=3), "there")
    task = asyncio.create_task(retry(far, clock=clock, random=random.Random(1)))
    assert await finish(task, clock) == pytest.approx(20, abs=0.3)
    assert task.result() == "there"


async def test_rate_limits_end_with_the_budget() -> None:
    clock, far = ManualClock(), Script(ColdStart("x", retry_after=10))
    task = asyncio.create_task(retry(far, clock=clock, random=random.Random(1), budget=35))
    assert await finish(task, clock) == pytest.approx(30, abs=0.3)
    assert isinstance(task.exception(), ColdStart)
    assert far.calls == 4


# -- polling ---------------------------------------------------------------------------------------------------------


async def collect(far: Script, clock: ManualClock, stop_at: object = None, **how: float) -> list[object]:
    found = []
    async for value in poll(far, clock=clock, **how):
        found.append(value)
        if value == stop_at:
            break
    return found


async def test_polling_bears_faults_and_slows_down() -> None:
    clock, far = ManualClock(), Script("a", NetworkError("x"), DeadlinePassed("x"), "b", "end")
    task = asyncio.create_task(collect(far, clock, "end", interval=1, growth=2))
    took = await finish(task, clock)
    assert task.result() == ["a", "b", "end"]
    assert took == pytest.approx(1 + 0.5 + 1 + 2, abs=0.5)


async def test_polling_gives_up_after_ten_faults_in_a_row() -> None:
    clock, far = ManualClock(), Script("a", ServerError("x"))
    task = asyncio.create_task(collect(far, clock))
    await finish(task, clock)
    assert isinstance(task.exception(), ServerError)
    assert far.calls == 12


async def test_not_known_yet_is_borne_within_the_grace() -> None:
    clock, far = ManualClock(), Script(JobLost("x"), JobLost("x"), "end")
    task = asyncio.create_task(collect(far, clock, "end", grace=5))
    await finish(task, clock)
    assert task.result() == ["end"]
    late = asyncio.create_task(collect(Script(JobLost("x")), clock, grace=5))
    await finish(late, clock)
    assert isinstance(late.exception(), JobLost)


async def test_a_deadline_ends_polling() -> None:
    clock = ManualClock()
    task = asyncio.create_task(collect(Script("still at it"), clock, deadline=30))
    assert await finish(task, clock) <= 31
    assert isinstance(task.exception(), DeadlinePassed)


# -- event streams ---------------------------------------------------------------------------------------------------

lines = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=20)


@given(
    events=st.lists(st.lists(lines, min_size=1, max_size=3), max_size=5),
    separator=st.sampled_from(["\n", "\r\n", "\r"]),
    cuts=st.lists(st.integers(0, 400), max_size=10),
)
def test_any_cut_of_a_stream_gives_the_same_events(events: list[list[str]], separator: str, cuts: list[int]) -> None:
    text = "".join("".join(f"data: {line}{separator}" for line in event) + separator for event in events)
    raw = f": hello{separator}{text}".encode()
    edges = sorted({min(cut, len(raw)) for cut in cuts} | {0, len(raw)})
    parser, found = SseParser(), []
    for start, end in itertools.pairwise(edges):
        found += parser.feed(raw[start:end])
    found += parser.finish()
    assert found == [SseEvent("\n".join(event)) for event in events]


def test_fields_of_an_event() -> None:
    parser = SseParser()
    raw = b"\xef\xbb\xbfevent: done\nid:7\ndata:no space\nretry: 5\nunknown\n\ndata\n\ndata: unfinished"
    assert [*parser.feed(raw), *parser.finish()] == [
        SseEvent("no space", "done", "7"),
        SseEvent("", "message", "7"),
        SseEvent("unfinished", "message", "7"),
    ]


# -- addresses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "path", "url"),
    [
        ("http://h:1", "/a", "http://h:1/a"),
        ("http://h:1/", "a?x=1", "http://h:1/a?x=1"),
        ("http://h:1/sub/", "/a", "http://h:1/sub/a"),
        ("https://h/sub?token=t", "/a?x=1", "https://h/sub/a?token=t&x=1"),
        ("http://[::1]:8188", "/a", "http://[::1]:8188/a"),
        ("http://h", "https://other/x?y=1", "https://other/x?y=1"),
        ("http://h/sub", "", "http://h/sub"),
    ],
)
def test_joining(base: str, path: str, url: str) -> None:
    assert Base.parse(base).join(path) == url


@pytest.mark.feature("SRC-8")
@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://api.vendor.com/x", True),
        ("https://api.vendor.com:444/x", True),
        ("http://api.vendor.com/x", False),
        ("https://cdn.trusted.com/x", True),
        ("https://trusted.com.evil.net/x", False),
        ("https://evil.net/api.vendor.com", False),
        ("https://api.vendor.com@evil.net/", False),
    ],
)
def test_who_may_have_the_key(url: str, allowed: bool) -> None:
    base = Base.parse("https://api.vendor.com/v1")
    assert may_have_credentials(url, base, ("*.trusted.com",)) is allowed


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("::ffff:192.168.1.1", False),
        ("2002:a00:1::", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


# -- secrets and headers ---------------------------------------------------------------------------------------------


@given(secret=st.text(min_size=4, max_size=30), before=st.text(max_size=10), after=st.text(max_size=10))
def test_a_secret_is_masked_wherever_it_stands(secret: str, before: str, after: str) -> None:
    masked = Scrubber([secret])(before + secret + after)
    assert secret not in masked.replace("***", "") or secret in before + after


def test_headers_as_typed() -> None:
    assert parse_headers("A: 1\n\n X-Key :  two words \r\n") == {"A": "1", "X-Key": "two words"}
    for text in ("no colon", "A: 1\n: x", "Two Words: x"):
        with pytest.raises(ValueError, match="line"):
            parse_headers(text)


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("http://127.0.0.1:5001/v1", True),
        ("http://localhost:8188", True),
        ("http://[::1]:7860", True),
        ("http://192.168.1.20", True),
        ("http://box.local:8188", True),
        ("https://api.example.com/v1", False),
        ("https://localhost.example.com", False),
        ("http://8.8.8.8", False),
        ("", False),
    ],
)
def test_a_server_in_the_own_network_is_told_by_its_address(url: str, own: bool) -> None:
    assert in_own_network(url) is own
