"""Texts and expressions, checked against what the same words do in a browser."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, strategies as st

from stcore.commands.fuzzy import fewest_errors
from stcore.commands.guard import shared_searcher
from stcore.commands.regex import Hit, compile_expression, fill, replace_hits, replace_literal
from stcore.errors import ExecutionError
from stcore.testing.memory import MemoryHost, make_interpreter

INTERPRETER = make_interpreter()


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("script", "pipe"),
    [
        ("/substr start=-4 end=-1 A quiet harbour", "bou"),
        ("/substr end=0 abc", ""),
        ("/substr start=x abc", "abc"),
        ("/substr start=1 end=x abc", ""),
        ("/substr start=2 end=1 abc", ""),
        ("/trimstart wait! go", "wait! go"),
        ("/trimstart wait! go. now", "go. now"),
        ('/trimend She called "halt" and', 'She called "halt"'),
        ("/trimend done ! maybe", "done"),
        ("/trimend nothing ends here", "nothing ends here"),
        ('/replace pattern=e replacer="$&$&" red', "reed"),
        ('/replace mode=regex pattern="([" abc', "abc"),
        ('/replace mode=regex pattern="/red/gi" replacer=X Red red', "X X"),
        ('/match pattern="(a)|(b)" b', '["b",null,"b"]'),
        ("/match pattern=/z/g abc", "[]"),
        ("/match pattern=z abc", ""),
        ('/fuzzy list=["pine","oak"] an oak and a pine', "pine"),
        ('/fuzzy list=["pines","elms"] threshold=0.0 under the pine', ""),
        ('/fuzzy list=["qqq"] threshold=1 we rest', ""),
        ("/fuzzy list=[1,2] 1", ""),
        ('/fuzzy list=["a"] threshold=x a', ""),
        ('/setvar key=trees ["oak"] || /fuzzy list=trees old oaks', "oak"),
        ("/len true", "0"),
        ("/len null", "0"),
        ('/sort ["b",2,"a",1,true]', '[true,1,2,"a","b"]'),
        ("/sort null", "null"),
        ("/sort hello", "hello"),
        ("/array-wrap stringify=false null", "[null]"),
        ("/array-wrap [bad", '["[bad"]'),
        ('/array-wrap {"a":1}', '[{"a":1}]'),
        ("/array-unwrap [null]", ""),
        ('/array-unwrap [{"a":1}]', '{"a":1}'),
        ("/upper {: /pass a :}", ""),
    ],
)
async def test_text_command(script: str, pipe: str) -> None:
    assert (await MemoryHost(interpreter=INTERPRETER).run(script)).pipe == pipe


@pytest.mark.parametrize(
    ("notation", "text", "groups"),
    [
        (r"/\d+/", "a12", ["12"]),
        (r"(?<year>\d{4})-\k<year>", "1999-1999", ["1999-1999", "1999"]),
        (r"/^b$/m", "a\nb\nc", ["b"]),
        (r"a$", "a\n", None),
        (r"/a.c/s", "a\nc", ["a\nc"]),
        (r"a.c", "a\nc", None),
        (r"\w+", "été", ["t"]),
        (r"\bt", "été", ["t"]),
        (r"[\w-]+", "a-b c", ["a-b"]),
        (r"\u0041\x42", "AB", ["AB"]),
        (r"a{,2}", "a{,2}", ["a{,2}"]),
        (r"x{", "x{", ["x{"]),
        (r"[^]", "\n", ["\n"]),
        (r"[]", "x", None),
        (r"\/", "/", ["/"]),
        ("/a/ii", "/a/ii", ["/a/ii"]),
    ],
)
def test_expressions_mean_what_they_mean_in_a_browser(notation: str, text: str, groups: list[str] | None) -> None:
    assert [[hit.group(), *hit.groups] for hit in hits(notation, text)] == ([] if groups is None else [groups])


def hits(notation: str, text: str) -> list[Hit]:
    """What an expression finds."""
    expression = compile_expression(notation)
    return expression.hits(text, shared_searcher().find(expression.pattern, text, every=expression.every))


def replaced(notation: str, text: str, replacement: str) -> str:
    return replace_hits(text, hits(notation, text), lambda hit: fill(replacement, hit))


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("command", "letter"), [("/test", "a"), ("/match", "b"), ("/replace mode=regex replacer=x", "c")]
)
async def test_an_expression_without_end_is_an_error_and_the_host_goes_on(command: str, letter: str) -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.02)
            ticks += 1

    ticking = asyncio.create_task(tick())
    with pytest.raises(ExecutionError, match="takes too long") as caught:
        await MemoryHost(interpreter=INTERPRETER).run(f'{command} pattern="/({letter}|{letter * 2})+$/" {letter * 60}-')
    ticking.cancel()
    assert caught.value.hint
    assert ticks >= 3


@pytest.mark.parametrize(
    ("notation", "text", "found"),
    [
        (r"/(?<=^|\s)b/g", "b ab b", ["b", "b"]),
        (r"/(?<=ab|c)d/g", "abd cd bd", ["d", "d"]),
        (r"/(?<!un|in)able/g", "unable able inable", ["able"]),
        (r"/(?<=(x|y)\))1/", "y)1", ["1"]),
        (r"/(?<=[|)])1/", "|1", ["1"]),
    ],
)
def test_look_behind_may_have_alternatives_of_different_widths(notation: str, text: str, found: list[str]) -> None:
    assert [hit.group() for hit in hits(notation, text)] == found


@pytest.mark.parametrize("notation", ["(", "[a", "a\\", "/a/x", "(?<=a*)b", "a**"])
def test_invalid_expressions_are_told_apart(notation: str) -> None:
    with pytest.raises(ValueError) as caught:
        compile_expression(notation)
    assert str(caught.value)


@given(st.text(max_size=30))
def test_no_expression_does_worse_than_being_invalid(notation: str) -> None:
    try:
        compile_expression(notation)
    except ValueError as error:
        assert str(error)


@given(st.text("abc.$ ", max_size=20), st.text("abc.", min_size=1, max_size=3), st.text("xyz", max_size=3))
def test_literal_replacement_is_that_of_texts(text: str, wanted: str, replacement: str) -> None:
    assert replace_literal(text, wanted, replacement) == text.replace(wanted, replacement)


@given(st.text("ab", min_size=1, max_size=6), st.text("ab", max_size=8))
def test_fewest_errors_is_the_smallest_distance_to_any_part(pattern: str, text: str) -> None:
    parts = {text[i:j] for i in range(len(text) + 1) for j in range(i, len(text) + 1)}
    assert fewest_errors(pattern, text) == min(distance(pattern, part) for part in parts)


def distance(a: str, b: str) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (x != y))
    return row[-1]


def test_replacement_signs() -> None:
    assert replaced("/(a)(b)?/g", "xaby", "[$1$2$3$$]") == "x[ab$3$]y"
    assert replaced("/(a)(b)?/g", "xay", "<$`|$&|$'|$2>") == "x<x|a|y|>y"
    assert replaced("(?<n>a)", "ca", "$<n>$<n>") == "caa"
