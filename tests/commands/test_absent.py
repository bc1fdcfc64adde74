"""Commands that do not exist here say why, and do not stand in the way of those that do."""

from __future__ import annotations

import pytest

from stcore.commands import standard_registry
from stcore.commands.completion import complete
from stcore.errors import ExecutionError
from stcore.testing.memory import MemoryHost, make_interpreter

pytestmark = pytest.mark.anyio
REGISTRY = standard_registry()


@pytest.mark.parametrize("name", ["theme", "speak", "narrate", "secret-get", "db-search", "pm-render", "peek"])
async def test_it_says_why_and_what_to_do(name: str) -> None:
    host = MemoryHost(interpreter=make_interpreter())
    with pytest.raises(ExecutionError, match=f"/{name} does not exist here") as caught:
        await host.run(f"/echo before | /{name} some=argument any text")
    assert caught.value.span is not None
    assert host.ui.toasts[0].text == "before"


async def test_completion_offers_it_last() -> None:
    services = MemoryHost().services
    for typed in ("/", "/re", "/db-"):
        offered = [item.label[1:] for item in (await complete(typed, len(typed), REGISTRY, services)).items]
        absent = [bool((found := REGISTRY.find(name)) and found.absent) for name in offered]
        assert absent == sorted(absent), f"{typed}: {offered}"
    assert not absent[0]


def test_a_misspelt_name_is_not_led_to_it() -> None:
    assert "db-search" not in REGISTRY.suggest("db-serch")
    assert "db-delete" in REGISTRY.suggest("db-delet")
