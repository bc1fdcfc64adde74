"""What is printed above the input line, and how errors and tables are worded."""

from __future__ import annotations

import contextlib
import io

import pytest
from hypothesis import example, given, strategies as st

from stcore.errors import ExecutionError, NotFound, Span
from stcore.terminal.screen import Screen
from stcore.terminal.wording import error_text, fitted, printable, table, width_of


def screen(width: int = 20, *, live: bool = True, colours: bool = False) -> Screen:
    return Screen(live=live, colours=colours, width=lambda: width)


def test_a_reply_is_printed_line_by_line_and_the_rest_stays_live(capsys: pytest.CaptureFixture[str]) -> None:
    shown = screen()
    shown.begin("Mira")
    assert shown.tail == ("Mira: ", "")
    for words in ("The lamp ", "is ", "lit, and ", "the sea is ", "calm."):
        shown.words(words)
    assert capsys.readouterr().out == "Mira: The lamp is\nlit, and the sea is\n"
    assert shown.tail == ("", "calm.")
    assert shown.speaking
    shown.end()
    assert capsys.readouterr().out == "calm.\n"
    assert shown.tail == ("", "")
    assert not shown.speaking


def test_names_are_coloured_once(capsys: pytest.CaptureFixture[str]) -> None:
    shown = screen(colours=True)
    shown.begin("Mira")
    shown.words("one two three four five six")
    shown.end()
    shown.say("hello", name="Ann", who="user")
    assert capsys.readouterr().out == (
        "\x1b[1;32mMira:\x1b[0m one two three\nfour five six\n\x1b[1;36mAnn:\x1b[0m hello\n"
    )


def test_without_somebody_typing_words_are_printed_as_they_come(capsys: pytest.CaptureFixture[str]) -> None:
    shown = screen(live=False)
    shown.begin("Mira")
    shown.words("a much longer line than twenty columns ")
    assert capsys.readouterr().out == "Mira: a much longer line than twenty columns "
    shown.end()
    assert capsys.readouterr().out == "\n"


def test_escape_sequences_of_a_model_do_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    shown = screen()
    shown.begin("M\x1b[2Jira")
    shown.words("a\x1b]0;title\x07b\r\x9b31m")
    shown.end()
    assert capsys.readouterr().out == "M[2Jira:\na]0;titleb31m\n"


@given(st.text(st.characters(blacklist_categories=["Cs"])), st.integers(10, 60))
@example("00\u0e5c ", 10)
def test_no_line_is_wider_than_the_terminal_and_no_word_is_lost(text: str, width: int) -> None:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        shown = screen(width)
        shown.begin("Mira")
        for at in range(0, len(text), 7):
            shown.words(text[at : at + 7])
        shown.end()
    lines = out.getvalue().split("\n")
    assert all(width_of(line) <= width for line in lines)
    expected = "".join(f"Mira: {printable(text)}".split())
    assert "".join(out.getvalue().split()) in (expected, "")


# -- wording ---------------------------------------------------------------------------------------------------------


def test_an_error_points_at_its_place() -> None:
    source = "/let x 1 |\n/var nosuch"
    error = ExecutionError("There is no variable.", source=source, span=Span.at(source, 12, 22), hint="Declare it.")
    assert error_text(error) == (
        "error: line 2, column 2: There is no variable.\n  /var nosuch\n   ^^^^^^^^^^\nDeclare it."
    )


def test_of_a_long_line_the_neighbourhood_is_shown() -> None:
    source = "/pass " + "x" * 500 + " | /nosuch " + "y" * 500
    at = source.index("nosuch")
    lines = error_text(ExecutionError("No.", source=source, span=Span.at(source, at, at + 6))).splitlines()
    assert len(lines[1]) <= 102
    caret = lines[2].index("^")
    assert lines[1][caret : caret + 6] == "nosuch"


def test_an_error_without_a_place() -> None:
    assert error_text(NotFound("There is none.\x1b[2J", hint="Make one.")) == "error: There is none.[2J\nMake one."


@given(st.text(), st.integers(1, 40))
def test_fitted_text_fits(text: str, width: int) -> None:
    assert width_of(fitted(text, width)) <= width
    assert "\n" not in fitted(text, width)


def test_tables_are_aligned_also_with_wide_letters() -> None:
    rows = [("灯台", "one"), ("ab", "two words that do not fit into so few columns")]
    lines = table(rows, ("name", "text"), 24)
    assert lines == ["NAME  TEXT", "灯台  one", "ab    two words that do…"]
