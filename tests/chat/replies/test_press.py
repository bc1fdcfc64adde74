"""What pressing a quick reply does with its text and what was typed."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from stcore.chat.replies.library import Found
from stcore.chat.replies.press import along_menu, chained, press
from stcore.chat.replies.records import MenuLink, Reply, ReplySet
from stcore.errors import NotFound


@pytest.mark.parametrize(
    ("message", "options", "typed", "deed", "text"),
    [
        ("/echo a", {}, "", "run", "/echo a "),
        ("/echo a", {}, "typed", "run", "/echo a "),
        ("hello", {}, "", "send", "hello"),
        ("", {}, "typed", "run", ""),
        ("hello", {"no_send": True}, "", "insert", "hello "),
        ("/echo a", {"no_send": True}, "", "insert", "/echo a "),
        ("/echo", {"inject": True, "before": True}, "b", "run", "/echo b"),
        ("/echo a", {"inject": True}, "b", "send", "b /echo a"),
        ("/echo a", {"inject": True}, "", "run", "/echo a "),
        ("hello", {"inject": True}, "/run x", "run", "/run x hello"),
        ("hello", {"before": True}, "b", "send", "hello"),
    ],
)
def test_what_is_done_with_which_text(message: str, options: dict[str, bool], typed: str, deed: str, text: str) -> None:
    ready = press(Found(ReplySet("S", **options), Reply(2, "L", message)), typed=typed)  # type: ignore[arg-type]
    assert (ready.deed, ready.text, ready.name) == (deed, text, "S.L")
    assert ready.takes_input == ("inject" in options and bool(typed))


@pytest.mark.parametrize(
    ("own", "chosen", "whole"),
    [
        ("/a", "/b", "/a | /b"),
        ("/a |", "/b", "/a | /b"),
        ("/a \\|", "/b", "/a \\| | /b"),
        ("Dear", "friend", "Dear friend"),
        ("", "/b", "/b"),
    ],
)
def test_chained_texts(own: str, chosen: str, whole: str) -> None:
    assert chained(own, chosen) == whole


def step(set_name: str, message: str, *menu: MenuLink) -> Found:
    return Found(ReplySet(set_name), Reply(2, "x", message, menu=menu))


def test_a_way_through_menus_takes_along_what_is_chained() -> None:
    first = step("A", "/one", MenuLink("B", chained=True))
    second = step("B", "/two", MenuLink("C", chained=False), MenuLink("D", chained=True))
    assert along_menu([first]) == "/one"
    assert along_menu([first, second]) == "/one | /two"
    assert along_menu([first, second, step("C", "/three")]) == "/three"
    assert along_menu([first, second, step("D", "/four")]) == "/one | /two | /four"
    with pytest.raises(NotFound, match="no set “E”"):
        along_menu([first, step("E", "/five")])


@given(st.text(), st.text(), st.booleans(), st.booleans(), st.booleans())
def test_nothing_runs_that_is_no_script_when_it_is_pressed(
    message: str, typed: str, no_send: bool, inject: bool, before: bool
) -> None:
    of = ReplySet("S", no_send=no_send, inject=inject, before=before)
    ready = press(Found(of, Reply(2, "L", message)), typed=typed)
    if ready.deed == "run":
        assert not no_send
        assert ready.text == "" or ready.text.startswith("/")
