"""Fixtures that every room of the tests shares."""

from __future__ import annotations

import gc

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes depends on what else the machine does: time is measured by `make bench`, not by tests.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Collect garbage as rarely as the program does, and never look at what was imported: a fifth of a test's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
