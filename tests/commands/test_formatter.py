"""Laying scripts out: the result says the same, is stable, and looks as people write it."""

from __future__ import annotations

import pytest
from hypothesis import example, given, strategies as st

from stcore.commands import standard_registry
from stcore.commands.formatter import format_script, same_program
from stcore.commands.parser import Parser
from stcore.commands.syntax import ClosureNode, Flags
from stcore.errors import ParseError

REGISTRY = standard_registry()
PARSER = Parser(REGISTRY)


def read(script: str) -> ClosureNode:
    return PARSER.parse(script, Flags()).root


def laid_out(script: str) -> str:
    return format_script(script, REGISTRY)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", ""),
        ("  /pass   a  ", "/pass a\n"),
        ("/pass a|/upper|  |/lower", "/pass a |\n/upper |\n/lower\n"),
        ("/pass a || /len", "/pass a ||\n/len\n"),
        ("/setvar   key=a   as=number  1", "/setvar key=a as=number 1\n"),
        ("/times 3 {:/pass {{timesIndex}}:}", "/times 3 {: /pass {{timesIndex}} :}\n"),
        ("/let f {: a=1 /pass x | /upper :} | /:f a=2", "/let f {: a=1\n  /pass x |\n  /upper\n:} |\n/:f a=2\n"),
        (
            "/if left=1 else={:/pass b|/len:} {:/pass a:}",
            "/if left=1 else={:\n  /pass b |\n  /len\n:} {: /pass a :}\n",
        ),
        ("// why | /* and\nmore *| /breakpoint | ", "// why |\n/* and\nmore *|\n/breakpoint |\n"),
        ("/pass pre {:/pass x:}() post", "/pass pre {: /pass x :}() post\n"),
        ('/pass "a  b"   c', '/pass "a  b"   c\n'),
        ("/pass one\n  two|/len", "/pass one\n  two |\n/len\n"),
    ],
)
def test_layout(written: str, expected: str) -> None:
    assert laid_out(written) == expected
    assert laid_out(expected) == expected


def test_the_lines_of_a_text_in_a_closure_are_not_indented() -> None:
    written = "/times 1 {: /pass a\nb | /len :}"
    assert laid_out(written) == "/times 1 {:\n  /pass a\nb |\n  /len\n:}\n"


def test_what_cannot_be_read_is_refused_with_its_place() -> None:
    with pytest.raises(ParseError) as caught:
        laid_out("/pass a |\n/nosuch")
    assert caught.value.span is not None and caught.value.span.line == 1


PIECES = st.sampled_from(
    [
        "/pass",
        "/echo",
        "/let",
        "/if",
        "/times",
        "/break",
        "/run",
        "/upper",
        "/:f",
        "/parser-flag",
        "/breakpoint",
        "{:",
        ":}",
        ":}()",
        "|",
        "||",
        '"',
        "[",
        "]",
        "\\",
        "a=",
        "key=",
        "x=",
        "1",
        "2",
        "left=1",
        "right=2",
        "{{pipe}}",
        "{{",
        "}}",
        '"a',
        "/*c*|",
        "//c|",
        "\\|",
        '\\"',
        "\\{",
        "STRICT_ESCAPING",
        "off",
        "on",
        "word",
        '"two|words"',
        "[1,2]",
        "---",
    ]
)
SCRIPTS = st.lists(st.tuples(PIECES, st.sampled_from(["", " ", "  ", "\n"])), max_size=25).map(
    lambda pieces: "".join(piece + space for piece, space in pieces)
)


@given(SCRIPTS)
@example("/pass a\\|/pass b")
@example("/pass a\\\\|/pass b")
@example("/pass a\\ |/pass b")
@example("/times 1 {:/pass a\\\\:}")
@example("/times 1 {:{: :}() | /pass a:}")
@example("| || /upper")
@example("|a=")
@example("/let \\")
@example("/let \\ ")
@example("/times 1 {: /let \\  :}")
@example("x=1 | a=2 | /pass b")
@example("x=1 /pass {{var::x}}")
def test_reading_the_result_gives_the_same_program(script: str) -> None:
    try:
        before = read(script)
    except ParseError:
        return
    result = laid_out(script)
    assert same_program(before, read(result)), result
    assert laid_out(result) == result


def test_deep_closures_do_not_exhaust_the_stack() -> None:
    deep = "/pass {: " * 3000 + "/pass x" + " :}" * 3000
    assert same_program(read(deep), read(laid_out(deep)))


def test_programs_that_differ_are_told_apart() -> None:
    scripts = [
        "/pass a",
        "/pass b",
        '/pass "a"',
        "/upper a",
        "/pass a | /len",
        "/pass a || /len",
        "/pass {: /pass a :}",
    ]
    for one in scripts:
        for other in scripts:
            assert same_program(read(one), read(other)) == (one == other)
