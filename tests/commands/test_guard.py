"""Searching with expressions of strangers."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings, strategies as st

from stcore.commands.guard import Searcher, kind_of
from stcore.commands.regex import compile_expression
from stcore.errors import UserError


@pytest.fixture(scope="module")
def searcher() -> Iterator[Searcher]:
    searcher = Searcher(seconds=0.3)
    yield searcher
    searcher.close()


@pytest.mark.parametrize(
    ("notation", "kind"),
    [
        ("/drag(on|ons)/i", "straight"),
        (r"/\bdragons?\b/", "straight"),
        ("/[0-9]{4}/", "straight"),
        ("/[*+]/", "straight"),
        (r"/a\+b/", "straight"),
        ("/drag.*/", "harmless"),
        ("/a{2,}/", "harmless"),
        ("/a.*b.*c/", "risky"),
        ("/(a|b)*/", "risky"),
        ("/(a{9}){9}/", "risky"),
        (r"/(a)\1/", "risky"),
        ("/a?a?a?a?a?a?a?a?a?/", "risky"),
    ],
)
def test_kinds_of_expressions(notation: str, kind: str) -> None:
    assert kind_of(compile_expression(notation).pattern.pattern) == kind


def test_a_search_without_end_is_ended_and_not_tried_again(searcher: Searcher) -> None:
    endless = re.compile(r"(a+)+\Z")
    for _ in range(2):
        with pytest.raises(UserError, match="takes too long"):
            searcher.search(endless, "a" * 50 + "b")
    before = time.perf_counter()
    with pytest.raises(UserError):
        searcher.search(endless, "a" * 60 + "b")
    assert time.perf_counter() - before < 0.2, "it is known by now"
    assert searcher.search(endless, "aaa") == (0, 3), "on less text it may be tried"


@settings(max_examples=60)
@given(st.text(st.sampled_from("ab(|)*+?.[]c"), max_size=8), st.text("abc", max_size=12))
def test_it_finds_what_the_engine_finds(searcher: Searcher, pattern: str, text: str) -> None:
    try:
        compiled = re.compile(pattern)
    except re.error:
        return
    found = compiled.search(text)
    assert searcher.search(compiled, text) == (found.span() if found else None)
