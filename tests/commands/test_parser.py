"""Reading scripts: what is refused and where, and that no text can do more harm than be refused."""

from __future__ import annotations

from contextlib import suppress
from time import perf_counter

import pytest
from hypothesis import given, settings, strategies as st

from stcore.commands import standard_registry
from stcore.commands.parser import Parser
from stcore.commands.syntax import ClosureNode, CommandNode, Flags, Text
from stcore.errors import ParseError

PARSER = Parser(standard_registry())
STRICT, LAX = Flags(), Flags(strict_escaping=False)


def parse(text: str, flags: Flags = STRICT) -> ClosureNode:
    return PARSER.parse(text, flags).root


def command(node: ClosureNode, number: int = 0) -> CommandNode:
    statement = node.statements[number]
    assert isinstance(statement, CommandNode)
    return statement


@pytest.mark.parametrize(
    ("text", "offset", "line", "column"),
    [
        ("/pass ok |\n  /bogus", 14, 1, 3),
        ("/bogus   x", 1, 0, 1),
        ("/run {: /bogus :}", 9, 0, 9),
        ("/ x", 1, 0, 1),
        ("/:name more words", 7, 0, 7),
        ("/parser-flag", 1, 0, 1),
        ("/parser-flag  STRICT_ESCAPING", 1, 0, 1),
        ("/pass a | /breakpoint", 11, 0, 11),
        ("/* never closed", 14, 0, 14),
        ("/run {: /pass a", 14, 0, 14),
    ],
)
def test_error_points_at_the_place(text: str, offset: int, line: int, column: int) -> None:
    with pytest.raises(ParseError) as caught:
        parse(text)
    span = caught.value.span
    assert span is not None
    assert (span.start, span.line, span.column) == (offset, line, column)
    assert caught.value.hint


@pytest.mark.parametrize(
    "text", ['/pass "open', "/setvar key=[1,2", "/pass a // b | /# open", "/run {: /pass {: a :}", "// open"]
)
def test_what_is_left_open_is_refused(text: str) -> None:
    with pytest.raises(ParseError, match="not closed"):
        parse(text)


def test_unknown_command_comes_with_a_suggestion() -> None:
    with pytest.raises(ParseError) as caught:
        parse("/ecko hi")
    assert "/echo" in caught.value.hint


def test_lax_quotes_refuse_symbols_that_strict_ones_keep() -> None:
    assert parse('/pass "a|b"')
    with pytest.raises(ParseError):
        parse('/pass "a|b"', LAX)
    with pytest.raises(ParseError):
        parse('/run {: /pass "a :} b" :}', LAX)


def test_spans_cover_what_was_written() -> None:
    text = "/pass one | /run {: a=1 /upper  two :}() rest"
    run = command(parse(text), 1)
    closure = run.parts[0]
    assert isinstance(closure, ClosureNode)
    assert text[run.start : run.end] == "run {: a=1 /upper  two :}() rest"
    assert text[closure.start : closure.end] == "{: a=1 /upper  two :}()"
    assert text[closure.body_start : closure.body_end] == " a=1 /upper  two "
    upper = command(closure)
    assert text[upper.start : upper.end].rstrip() == "upper  two"


def test_unbalanced_braces_in_quotes_and_comments_swallow_nothing() -> None:
    """Quirk Q3: only text and words count macro braces."""
    assert len(parse('/pass "{{" | /pass b').statements) == 2
    assert len(parse("// {{ | /pass a | /pass b").statements) == 2
    assert len(parse("/pass {{ | /pass b").statements) == 1


def test_flag_acts_on_everything_behind_it() -> None:
    root = parse("/run {: /parser-flag STRICT_ESCAPING off :} | /pass x")
    assert command(root, 0).flags == STRICT
    assert command(root, 1).flags == LAX


def test_commands_are_injected_unless_first_or_behind_two_pipes() -> None:
    root = parse("/pass a | // c | /pass b || /pass c | text | /pass d || /: | /pass e")
    assert [statement.inject for statement in root.statements if isinstance(statement, CommandNode)] == [
        False,
        True,
        False,
        True,
        False,
        True,
    ]


def test_thousands_of_closures_inside_each_other() -> None:
    depth = 5000
    node = parse("/run {: " * depth + "/pass x" + " :}" * depth)
    for _ in range(depth):
        inner = command(node).parts[0]
        assert isinstance(inner, ClosureNode)
        node = inner
    assert command(node).name == "pass"


# -- any text --------------------------------------------------------------------------------------------------------

COMMANDS = ["/pass", "/let", "/if", "/times", "/run", "/:", "/echo", "/add", "/break", "/breakpoint", "/parser-flag "]
MARKS = ["|", "||", "{:", ":}", ":}()", '"', "[", "]", "{{", "}}", "\\", "//", "/*", "*|", "{", "}", ":"]
WORDS = [" ", " ", "\n", "x", "a=", "raw=off", "STRICT_ESCAPING off", "𝄞"]
PIECES = st.sampled_from([*COMMANDS, *MARKS, *WORDS])
SCRIPTS = st.lists(PIECES, max_size=20).map("".join)


@given(SCRIPTS | st.text(max_size=40), st.booleans())
@settings(max_examples=400, deadline=None)
def test_any_text_is_read_or_refused_inside_itself(text: str, strict: bool) -> None:
    try:
        root = parse(text, Flags(strict))
    except ParseError as error:
        assert error.span is not None
        assert 0 <= error.span.start <= max(0, len(text))
        assert error.message
    else:
        assert root.end <= len(text)


@given(SCRIPTS)
@settings(max_examples=200, deadline=None)
def test_the_body_of_a_closure_reads_as_what_it_was(text: str) -> None:
    """Round trip of ``/closure-serialize`` and ``/closure-deserialize``."""
    try:
        root = parse("/run {:" + text + ":}")
    except ParseError:
        return
    closure = command(root).parts[0] if command(root).parts else None
    if not isinstance(closure, ClosureNode) or closure.body_end - closure.body_start != len(text):
        return
    assert shape(parse(text)) == shape(closure) or ":}" in text


def shape(node: ClosureNode) -> object:
    """The content of a closure without places."""

    def part(value: Text | ClosureNode) -> object:
        return (value.value, value.quoted) if isinstance(value, Text) else (shape(value), value.immediate)

    statements = [
        (getattr(statement, "name", type(statement)), [part(value) for value in getattr(statement, "parts", ())])
        for statement in node.statements
    ]
    return [(argument.name, part(argument.value)) for argument in node.declarations], statements


@given(st.text(alphabet=st.characters(blacklist_categories=("Cs",)), max_size=60))
@settings(max_examples=200, deadline=None)
def test_quoted_text_comes_out_as_it_was_meant(text: str) -> None:
    """A backslash before every run of backslashes and quote is all that quoting needs."""
    escaped = "".join("\\" * (2 * len(run) + 1) + '"' if quote else run for run, quote in runs(text))
    if text.endswith("\\"):
        escaped += "\\" * (len(text) - len(text.rstrip("\\")))
    parts = command(parse(f'/pass "{escaped}" |')).parts
    assert "".join(part.value for part in parts if isinstance(part, Text)) == text


def runs(text: str) -> list[tuple[str, bool]]:
    """Pieces of ``text``: backslashes directly before a quote (with True), and everything else."""
    pieces: list[tuple[str, bool]] = []
    rest = text
    while (place := rest.find('"')) >= 0:
        before = rest[:place]
        plain = before.rstrip("\\")
        pieces += [(plain, False), (before[len(plain) :], True)]
        rest = rest[place + 1 :]
    return [*pieces, (rest, False)]


@pytest.mark.parametrize(
    "unit",
    ["/pass a|", "\\", '"', "{{", "}}", "[", "/*", "a=", "{: ", "/pass {{x}} \\| y | ", "/setvar key=a {: /pass :} | "],
)
def test_reading_takes_time_in_proportion(unit: str) -> None:
    def seconds(length: int) -> float:
        text = "/pass " + unit * (length // len(unit))
        best = 10.0
        for _ in range(3):
            start = perf_counter()
            with suppress(ParseError):
                PARSER._parse(text, STRICT, 0)  # past the cache
            best = min(best, perf_counter() - start)
        return best

    small, large = seconds(4_000), seconds(32_000)
    assert large < 8 * 4 * small + 0.05, f"{unit!r}: {small:.4f} s, then {large:.4f} s for eight times the text"
