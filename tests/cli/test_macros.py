"""``stcore macros`` and ``stcore expand`` as people and programs use them."""

from __future__ import annotations

from .conftest import Program

PLUGIN = '''
"""The weather."""
from stcore import Argument, hookimpl, macro

@macro("weather", Argument("place", "Where."), summary="The weather of a place.")
def weather(call, place):
    return f"fog at {place}"

@hookimpl
def stcore_macros():
    return [weather]
'''


def test_macros_are_listed_searched_and_explained(stcore: Program) -> None:
    listed = stcore("macros").out
    assert "{{setvar::name::value}}" in listed and "{{user}}" in listed
    assert len(stcore("macros", "--json").json) == 98
    described = stcore("macros", "{{greeting}}").out
    assert "charFirstMessage" in described and "gives `Ahoy, Mira!`" in described
    assert stcore("macros", "reverse", "--json").json["signature"] == "{{reverse::value}}"
    assert {record["name"] for record in stcore("macros", "global variable", "--json").json} >= {"setglobalvar"}
    unknown = stcore("macros", "no such thing")
    assert (unknown.status, "stcore macros" in unknown.err) == (1, True)


def test_macros_of_plugins_are_among_them(stcore: Program) -> None:
    (stcore.data / "plugins").mkdir(parents=True)
    (stcore.data / "plugins" / "weather.py").write_text(PLUGIN)
    assert "From the plugin weather." in stcore("macros", "weather").out
    assert stcore("expand", "{{weather::sea}}").out == "fog at sea\n"


def test_a_text_is_expanded_with_the_names_of_the_settings(stcore: Program) -> None:
    stcore.data.mkdir(parents=True)
    (stcore.data / "settings.toml").write_text('[chat]\nuser_name = "Mira"\ncharacter_name = "Tobin"\n')
    assert stcore("expand", "{{user}} meets {{char}}").out == "Mira meets Tobin\n"
    assert stcore("expand", "-", stdin="{{reverse::ton}}\nsecond\n").out == "not\nsecond\n"


def test_remarks_go_beside_the_result(stcore: Program) -> None:
    ended = stcore("expand", "a\n{{reverse::x|y}}")
    assert (ended.status, ended.out) == (0, "a\n{{reverse::x|y}}\n")
    assert "warning: line 2, column 1: A pipe" in ended.err
    found = stcore("expand", "{{space::x}}", "--json").json
    assert found["text"] == "{{space::x}}"
    [remark] = found["diagnostics"]
    assert (remark["macro"], remark["place"]["start"], remark["level"]) == ("space", 0, "warning")


def test_a_text_reads_as_in_a_chat(stcore: Program) -> None:
    assert stcore("chat", "--new", stdin="/send What a night\n/setvar key=mood calm\n").status == 0
    [chat] = [entry["id"] for entry in stcore("chats", "list", "--json").json]
    assert stcore("expand", "--chat", chat, "{{lastMessage}} {{.mood}} {{.mood = x}}").out == "What a night calm \n"
    assert stcore("expand", "--chat", chat, "{{.mood}}").out == "calm\n"
    assert stcore("expand", "--chat", "nosuch", "x").status == 1
