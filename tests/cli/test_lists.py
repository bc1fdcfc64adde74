"""Lists for people and for programs: plugins, commands, chats, pictures, jobs."""

from __future__ import annotations

from pathlib import Path

from .conftest import Program

BROKEN = "from stcore import ImageSource, no_such_thing\n"
WORKING = '''
"""A plugin of forty letters."""
from stcore import hookimpl, command

@command("twice", summary="Say it twice.")
def twice(call):
    return call.text * 2

@hookimpl
def stcore_commands():
    return [twice]
'''


def test_plugins(stcore: Program) -> None:
    folder = stcore.data / "plugins"
    folder.mkdir(parents=True)
    (folder / "broken.py").write_text(BROKEN)
    (folder / "twice.py").write_text(WORKING)
    records = {record["name"]: record for record in stcore("plugins", "list", "--json").json}
    assert records["offline"]["origin"] == "bundled"
    assert "no_such_thing" in records["broken"]["problem"]
    assert records["twice"]["provides"] == ["stcore_commands"]
    listed = stcore("plugins", "list").out
    assert "broken" in listed
    assert records["broken"]["hint"] in listed
    assert stcore("run", "-c", "/twice ab").out == "abab\n", "the host runs on beside a broken plugin"
    assert "off from the next start" in stcore("plugins", "disable", "twice").out
    assert stcore("run", "-c", "/twice ab").status == 1
    assert "state  off" in stcore("plugins", "show", "twice").out
    assert stcore("plugins", "enable", "twice").status == 0
    assert stcore("run", "-c", "/twice ab").out == "abab\n"
    unknown = stcore("plugins", "disable", "nosuch")
    assert (unknown.status, "nosuch" in unknown.err) == (1, True)


def test_commands(stcore: Program) -> None:
    described = {command["name"]: command for command in stcore("commands", "--json").json}
    assert described["echo"]["summary"]
    assert described["imagine"]["aliases"]
    assert "## Examples" in stcore("commands", "echo").out
    assert "/echo" in stcore("commands").out


def test_chats_pictures_and_jobs(stcore: Program, tmp_path: Path) -> None:
    for words in (("chats", "list"), ("pictures", "list"), ("jobs", "list"), ("chats", "show")):
        assert stcore(*words).status == 0
    assert stcore("chats", "list", "--json").json == []
    talked = stcore("chat", "--new", stdin="hello\n/sd width=64 height=64 seed=5 apple tree\n")
    assert talked.status == 0, talked.err
    (chat,) = stcore("chats", "list", "--json").json
    shown = stcore("chats", "show", chat["id"], "--json").json
    assert [message["role"] for message in shown["messages"]] == ["user", "assistant", "assistant"]
    (picture,) = stcore("pictures", "list", "--json").json
    assert (picture["width"], picture["height"], picture["title"]) == (64, 64, "apple tree")
    assert Path(picture["file"]).is_file()
    assert picture["id"] in stcore("chats", "show").out
    (job,) = stcore("jobs", "list", "--json").json
    assert (job["state"], job["results"]) == ("done", [picture["id"]])

    saved = stcore("pictures", "save", picture["id"], str(tmp_path))
    assert Path(saved.out.strip()).read_bytes() == Path(picture["file"]).read_bytes()
    again = stcore("pictures", "save", picture["id"], str(tmp_path))
    assert (again.status, "exists already" in again.err) == (1, True)
    assert stcore("pictures", "save", "nosuch").status == 1

    late = stcore("jobs", "cancel", job["id"][:8])
    assert (late.status, late.out) == (1, "It was over already.\n")
    retried = stcore("jobs", "retry", job["id"], "--json").json
    assert (retried["state"], retried["retry_of"]) == ("done", job["id"])
    assert stcore("jobs", "cancel", "nosuch").status == 1

    asked = stcore("chats", "delete", chat["id"], stdin="n\n")
    assert asked.status == 130
    assert stcore("chats", "delete", chat["id"], "--yes").status == 0
    assert stcore("chats", "list", "--json").json == []
    assert stcore("chats", "show", chat["id"]).status == 1
