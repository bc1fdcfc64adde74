"""Trying again and asking again (spec/sources/README.md 3.7): what may be repeated, how often, how fast."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from stcore.errors import BadResponse, DeadlinePassed, JobLost, NetworkError, ProviderError, ServerError

if TYPE_CHECKING:
    import random as randomness

    from stcore.clock import Clock

T = TypeVar("T")

FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
SERVER_TRIES = 3
POLL_FAULTS = 10


def _backoff(tried: int) -> float:
    """0.5 s doubling to 30 s; ``tried`` counts from 1."""
    return float(min(LONGEST_WAIT, FIRST_WAIT * 2 ** (tried - 1)))


async def retry(
    call: Callable[[], Awaitable[T]],
    *,
    clock: Clock,
    random: randomness.Random,
    budget: float | None = 120.0,
) -> T:
    """Call until it works, as long as the error says that nothing was accepted.

    The far side's ``retry_after`` wins over our own back-off. Server and network faults get three tries in all, rate
    limits and cold starts as many as fit into ``budget`` seconds (``None`` = without end). The last error is raised.
    """
    start, tried = clock.monotonic(), 0
    while True:
        try:
            return await call()
        except ProviderError as error:
            tried += 1
            if not error.retryable or (isinstance(error, ServerError | NetworkError) and tried >= SERVER_TRIES):
                raise
            wait = error.retry_after if error.retry_after is not None else _backoff(tried) * random.uniform(0.8, 1.3)
            if budget is not None and clock.monotonic() - start + wait > budget:
                raise
        await clock.sleep(wait)


async def poll(
    fetch: Callable[[], Awaitable[T]],
    *,
    clock: Clock,
    interval: float = 1.0,
    growth: float = 1.0,
    longest: float = 10.0,
    deadline: float | None = None,
    grace: float = 0.0,
) -> AsyncIterator[T]:
    """What ``fetch`` says, again and again; the caller leaves the loop when it has seen enough.

    ``interval`` seconds lie between two questions and grow by the factor ``growth`` up to ``longest``. A ``JobLost``
    within the first ``grace`` seconds means "not known yet". Ten faults in a row are borne: of server or network,
    silence, and answers that broke off or make no sense.
    Raises :class:`DeadlinePassed` after ``deadline`` seconds.
    """
    start, faults, wait = clock.monotonic(), 0, interval
    while True:
        pause = wait
        try:
            value = await fetch()
        except JobLost:
            if clock.monotonic() - start >= grace:
                raise
        except ProviderError as error:
            faults += 1
            bearable = error.retryable or isinstance(error, DeadlinePassed | BadResponse)
            if not bearable or faults > POLL_FAULTS:
                raise
            pause = error.retry_after if error.retry_after is not None else _backoff(faults)
        else:
            faults, wait = 0, min(longest, wait * growth)
            yield value
        if deadline is not None and clock.monotonic() - start + pause > deadline:
            raise DeadlinePassed(f"No result within {deadline:.0f} s.", hint="It may still be running over there.")
        await clock.sleep(pause)
