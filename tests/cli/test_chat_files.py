"""Chats as files on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .conftest import Program

HEADER = {"user_name": "Ann", "character_name": "Mira", "create_date": "2024-7-12@01h31m37s", "chat_metadata": {}}


def message(text: str) -> dict[str, Any]:
    return {"name": "Mira", "is_user": False, "is_system": False, "send_date": "June 19, 2023 2:20pm", "mes": text}


def write(path: Path, *lines: Any) -> Path:
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
    return path


def read(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_in_and_out_again(stcore: Program, tmp_path: Path) -> None:
    file = write(tmp_path / "At the lake.jsonl", HEADER, message("one"), "{broken", message("two"))
    done = stcore("chats", "import", str(file))
    assert (done.status, "At the lake is here with 3 messages" in done.out) == (0, True)
    assert "Line 3 is kept as a note, because it is no JSON" in done.err
    [chat] = stcore("chats", "list", "--json").json
    done = stcore("chats", "export", chat["id"], str(tmp_path))
    assert (done.status, "exists already" in done.err) == (1, True)
    assert stcore("chats", "export", chat["id"], str(tmp_path / "again.jsonl")).out.strip().endswith("again.jsonl")
    assert (tmp_path / "again.jsonl").read_text().splitlines()[2] == "{broken"
    assert [json.loads(line) for line in stcore("chats", "export", chat["id"], "-").out.splitlines()[3:]] == [
        message("two")
    ]


def test_pictures_travel_beside_the_file(stcore: Program, tmp_path: Path) -> None:
    stcore("run", "-c", "/newchat")
    chat = next(iter(stcore("chats", "list", "--json").json), None)
    assert chat is None, "a script that runs alone opens no chat"
    write(tmp_path / "sea.jsonl", HEADER, message("one"))
    stcore("chats", "import", str(tmp_path / "sea.jsonl"))
    [chat] = stcore("chats", "list", "--json").json
    assert stcore("run", "--chat", chat["id"], "-c", "/sd width=64 height=64 the sea").status == 0
    (tmp_path / "out").mkdir()
    assert stcore("chats", "export", chat["id"], str(tmp_path / "out"), "--pictures").status == 0
    [line] = [line for line in read(tmp_path / "out" / "sea.jsonl")[1:] if "media" in line.get("extra", {})]
    [medium] = line["extra"]["media"]
    assert medium["url"].startswith("sea%20pictures/")
    elsewhere = Program(tmp_path / "elsewhere")
    [found] = elsewhere("chats", "import", "--json", str(tmp_path / "out" / "sea.jsonl")).json
    assert (found["messages"], found["pictures"]) == (2, 1)
    assert len(elsewhere("pictures", "list", "--json").json) == 1


def test_what_is_no_chat_is_named(stcore: Program, tmp_path: Path) -> None:
    good, bad = write(tmp_path / "good.jsonl", HEADER, message("one")), write(tmp_path / "bad.jsonl", "no chat")
    done = stcore("chats", "import", str(bad), str(good))
    assert (done.status, "good is here" in done.out, "bad.jsonl: The file holds no chat" in done.err) == (1, True, True)
    done = stcore("chats", "import", "--character", "Nobody", str(good))
    assert (done.status, "Nobody" in done.err) == (1, True)


def test_a_chat_to_read(stcore: Program, tmp_path: Path) -> None:
    assert stcore("chats", "transcript").out == "There are no chats yet.\n"
    stcore("chats", "import", str(write(tmp_path / "At the lake.jsonl", HEADER, message("*one*"), message("two"))))
    page = tmp_path / "talk.html"
    assert stcore("chats", "transcript", "-o", str(page)).out == f"{page}\n"
    assert "<em>one</em>" in page.read_text() and "<h1>At the lake</h1>" in page.read_text()
    done = stcore("chats", "transcript", "-o", str(page))
    assert (done.status, "exists already" in done.err) == (1, True)
    assert stcore("chats", "transcript", "--as", "text", "-o", str(page), "--force").status == 0
    assert page.read_text().startswith("At the lake\n")
    assert stcore("chats", "transcript", "-o", str(tmp_path), "--as", "markdown").out.endswith("At the lake.md\n")
    assert (tmp_path / "At the lake.md").read_text().startswith("# At the lake\n")


def test_a_chat_to_read_with_a_template(stcore: Program, tmp_path: Path) -> None:
    stcore("chats", "import", str(write(tmp_path / "At the lake.jsonl", HEADER, message("one & two"))))
    (stcore.data / "templates" / "words.txt.jinja").write_text("{{ messages | map(attribute='text') | join }}")
    assert stcore("chats", "transcript", "--template", "words.txt.jinja").out == "one & two"
    file = tmp_path / "broken.jinja"
    file.write_text("{{ chat.nothing }}")
    done = stcore("chats", "transcript", "--template", str(file))
    assert (done.status, "broken.jinja, line 1: There is no 'nothing'" in done.err) == (1, True)
    for missing in ("nowhere.jinja", str(tmp_path / "nowhere.jinja")):
        assert stcore("chats", "transcript", "--template", missing).status == 1
