"""The pytest plugin that comes with stcore, for authors of plugins and for stcore's own tests."""

from __future__ import annotations

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Make the marks known that the kit understands."""
    config.addinivalue_line("markers", "feature(*ids): rows or facts of a register that this test proves")
