"""Ids sort in the order in which they were made, cannot be guessed, and are recognised before they become paths."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from stcore.storage.ids import is_id, new_id


def test_ids_sort_in_the_order_of_making() -> None:
    made = [new_id() for _ in range(5000)]
    assert made == sorted(set(made))
    same_moment = [new_id(1_700_000_000_000) for _ in range(5000)]
    assert same_moment == sorted(set(same_moment))
    assert all(is_id(one) for one in made + same_moment)


def test_an_id_carries_its_time() -> None:
    assert new_id(1_700_000_000_000).startswith(f"{1_700_000_000_000:012x}")


def test_threads_never_share_an_id() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = [one for batch in pool.map(lambda _: [new_id(5) for _ in range(500)], range(8)) for one in batch]
    assert len(set(made)) == len(made)


@pytest.mark.feature("STO-5")
@pytest.mark.parametrize("text", ["", "../x", "a" * 31, "a" * 33, "A" * 32, "g" * 32, "a" * 32 + "\n", "/" * 32])
def test_what_is_no_id_is_told_apart(text: str) -> None:
    assert not is_id(text)
