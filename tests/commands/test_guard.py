"""Searching with expressions of strangers."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings, strategies as st

from stcore.commands.guard import Searcher, longest_text
from stcore.commands.regex import compile_expression
from stcore.errors import UserError


@pytest.fixture(scope="module")
def searcher() -> Iterator[Searcher]:
    searcher = Searcher(seconds=0.3)
    yield searcher
    searcher.close()


@pytest.mark.parametrize(
    ("notation", "longest"),
    [
        ("/drag(on|ons)/i", 200_000),
        (r"/\bdragons?\b/", 200_000),
        ("/[0-9]{4}/", 200_000),
        ("/[*+]/", 200_000),
        (r"/a\+b/", 200_000),
        ("/drag.*/", 4_000),
        ("/a{2,}/", 4_000),
        ("/a.*b.*c/", 252),
        (r"/^(\w+) (\w+) (\w+)$/", 63),
        ("/(a|b)*/", 0),
        ("/(a{9}){9}/", 0),
        (r"/(a)\1/", 0),
        ("/a?a?a?a?a?a?a?a?a?/", 0),
    ],
)
def test_how_much_is_surely_searched_in_a_moment(notation: str, longest: int) -> None:
    assert longest_text(compile_expression(notation).pattern.pattern) == longest


@settings(max_examples=20, deadline=None)
@given(st.text(st.sampled_from("ab.*+?[]"), max_size=12), st.sampled_from("ab"))
def test_what_is_called_quick_is(pattern: str, letter: str) -> None:
    try:
        compiled = re.compile(pattern + "c")
    except re.error:
        return
    text = letter * longest_text(compiled.pattern)
    before = time.perf_counter()
    compiled.search(text)
    assert time.perf_counter() - before < 5, "on a busy machine; half a second on an idle one"


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
