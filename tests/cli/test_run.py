"""``stcore run``: scripts without a face, in a process of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Program


def test_version_and_help_import_nothing_heavy(stcore: Program) -> None:
    assert stcore("--version").out.startswith("stcore 0.")
    assert "stcore sources add KIND --url URL    connect" in stcore("--help").out
    code = "import sys; sys.argv = ['stcore', *{argv}]; from stcore.cli import main; main(); print(sorted(sys.modules))"
    heavy = {"fastapi", "uvicorn", "sqlalchemy", "pydantic", "httpx", "dbos", "prompt_toolkit", "PIL", "jinja2"}
    for argv in (["--version"], ["run", "-c", "/pass x"]):
        done = subprocess.run(
            [sys.executable, "-c", code.format(argv=argv)],
            capture_output=True,
            text=True,
            env=stcore.environment(),
            check=True,
        )
        loaded = set(eval(done.stdout.splitlines()[-1]))
        assert not heavy & loaded


def test_the_pipe_goes_to_stdout_and_notices_to_stderr(stcore: Program) -> None:
    done = stcore("run", "-c", "/echo severity=warning seen | /pass result {{pipe}}")
    assert (done.status, done.out, done.err) == (0, "result seen\n", "warning: seen\n")
    left = [path.name for path in stcore.data.glob("*")]
    assert left in ([], ["cache"]), "a script that stores nothing leaves nothing behind"


def test_file_stdin_and_arguments(stcore: Program, tmp_path: Path) -> None:
    script = tmp_path / "greet.st"
    script.write_text("/let who {{arg::name}} |\n/pass Hello {{var::who}}, {{arg::more}}", encoding="utf-8-sig")
    assert stcore("run", str(script), "--arg", "name=Ann", "--arg", "more=a=b").out == "Hello Ann, a=b\n"
    assert stcore("run", "-", stdin="/pass from stdin").out == "from stdin\n"


@pytest.mark.parametrize(
    ("script", "place", "excerpt"),
    [
        ("/pass a |\n/nosuch b", "line 2, column 2", "  /nosuch b\n   ^^^^^^"),
        ("/pass {: /pass a", "line 1,", "not closed"),
        ("/pass a | /var nosuch", "line 1, column 12", "            ^"),
        ("\t/pass a | /nosuch", "line 1, column 13", "\t           ^"),
    ],
)
def test_errors_name_the_place(stcore: Program, script: str, place: str, excerpt: str) -> None:
    done = stcore("run", "-c", script)
    assert done.status == 1
    assert done.out == ""
    assert f"error: {place}" in done.err
    assert excerpt in done.err


def test_a_message_is_no_script(stcore: Program) -> None:
    done = stcore("run", "-c", "hello")
    assert (done.status, done.out) == (1, "")
    assert "Nothing ran" in done.err
    assert stcore("run", "-c", "  ").status == 0


def test_errors_as_json(stcore: Program) -> None:
    done = stcore("run", "--json", "-c", "/nosuch")
    assert done.status == 1
    error = done.json["error"]
    assert (error["kind"], error["whose"], error["where"]["line"], error["where"]["column"]) == ("parse", "user", 0, 1)
    assert done.err == ""


def test_json_holds_the_pipe_and_what_was_said(stcore: Program) -> None:
    done = stcore("run", "--json", "-c", '/echo title=T hello | /abort quiet=false "enough"')
    assert done.status == 1
    assert done.json["aborted"] is True
    assert done.json["reason"] == "enough"
    assert done.json["said"][0] == {"kind": "toast", "level": "info", "title": "T", "text": "hello"}
    done = stcore("run", "--json", "-c", "/pass [1,2]")
    assert (done.status, done.json["pipe"], done.json["aborted"]) == (0, "[1,2]", False)


def test_questions_take_answers_in_order(stcore: Program) -> None:
    script = '/input Name? | /setvar key=n | /buttons labels=["red","green"] Colour? | /pass {{getvar::n}} {{pipe}}'
    assert stcore("run", "-c", script, "--answer", "Ann", "--answer", "green").out == "Ann green\n"
    wrong = stcore("run", "-c", script, "--answer", "Ann", "--answer", "blue")
    assert wrong.status == 1
    assert "'blue' is none of the buttons" in wrong.err
    missing = stcore("run", "-c", script, "--answer", "Ann")
    assert missing.status == 1
    assert "nobody is there to answer" in missing.err
    assert "--answer" in missing.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run",), "Give either -c SCRIPT, a FILE, or -"),
        (("run", "x.st", "-c", "/pass"), "Give either"),
        (("run", "-c", "/pass", "--arg", "novalue"), "NAME=VALUE"),
        (("run", "-c"), "requires an argument"),
        (("nosuch",), "No such command"),
        (("serve", "--port", "99999"), "99999"),
    ],
)
def test_a_wrong_command_line_ends_with_2(stcore: Program, words: tuple[str, ...], said: str) -> None:
    done = stcore(*words)
    assert done.status == 2
    assert said in done.err


def test_files_that_cannot_be_read(stcore: Program, tmp_path: Path) -> None:
    assert "cannot be read" in stcore("run", str(tmp_path / "none.st")).err
    binary = tmp_path / "binary.st"
    binary.write_bytes(b"/pass \xff\xfe")
    done = stcore("run", str(binary))
    assert (done.status, "not UTF-8" in done.err) == (1, True)


def test_control_characters_do_not_reach_the_terminal(stcore: Program) -> None:
    done = stcore("run", "-", stdin="/echo a\x1b[2Jb")
    assert "\x1b" not in done.err


def test_a_picture_by_script(stcore: Program) -> None:
    done = stcore("run", "-c", "/sd quiet=true width=64 height=64 apple tree | /echo {{pipe}}")
    assert done.status == 0, done.err
    path = Path(done.out.strip())
    assert path.read_bytes().startswith(b"\x89PNG")
    assert stcore.data in path.parents
    assert done.err.strip() == str(path)


def test_a_picture_that_fails_lets_the_script_go_on_and_ends_with_1(stcore: Program) -> None:
    stcore("sources", "add", "comfyui", "--url", "http://127.0.0.1:1")
    done = stcore("run", "-c", "/sd quiet=true castle | /pass went on")
    assert (done.status, done.out) == (1, "went on\n")
    assert "error: Cannot reach 127.0.0.1:1" in done.err


def test_ctrl_c_ends_with_130(stcore: Program) -> None:
    process = subprocess.Popen(
        stcore.command("run", "-c", "/echo started | /delay 60000"),
        env=stcore.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert process.stderr.readline() == "started\n"
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=20)
    assert process.returncode == 130
    assert rest.strip() == ""


def test_a_reader_that_leaves_is_no_error(stcore: Program) -> None:
    read, write = os.pipe()
    process = subprocess.Popen(
        stcore.command("commands"), env=stcore.environment(), stdout=write, stderr=subprocess.PIPE, text=True
    )
    os.close(write)
    os.close(read)
    _, said = process.communicate(timeout=20)
    assert said == ""


def test_no_rights_on_the_data_folder(stcore: Program, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    done = stcore("--data", str(blocked / "inside"), "chats", "list")
    assert done.status == 1
    assert "data folder" in done.err
    assert "--data" in done.err


def test_a_settings_file_edited_wrongly(stcore: Program) -> None:
    stcore.data.mkdir(parents=True)
    settings = stcore.data / "settings.toml"
    settings.write_text('[chat]\nuser_name = "Ann"\n\n[images]\nwidth = "wide"\n')
    done = stcore("run", "-c", "/pass {{user}}")
    assert done.status == 1
    assert "settings.toml, line 5: images.width" in done.err
    assert settings.read_text().endswith('width = "wide"\n'), "the file is left as it is"
    error = stcore("sources", "list", "--json").json["error"]
    assert (error["kind"], error["line"], error["key"]) == ("settings", 5, "images.width")


def test_the_standard_input_becomes_the_pipe(stcore: Program) -> None:
    assert stcore("run", "-c", "/pass <{{pipe}}> | /pass {{pipe}}!", stdin="a b\n").out == "<a b>!\n"
    assert stcore("run", "-c", "/upper", stdin="a b\n").out == "A B\n"
    assert stcore("run", "-c", "/upper", "--pipe", "given", stdin="unread").out == "GIVEN\n"
    assert stcore("run", "-c", "/upper", "--pipe", "-", stdin="é").out == "É\n"
    assert stcore("run", "-c", "/pass text of its own", stdin="unread").out == "text of its own\n"


def test_an_open_standard_input_that_nobody_writes_to_is_not_waited_for(stcore: Program) -> None:
    with subprocess.Popen(
        stcore.command("run", "-c", "/upper | /pass [{{pipe}}]".replace("{{pipe}}", "x")),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=stcore.environment(),
    ) as program:
        assert program.stdout is not None
        assert program.stdout.read() == "[x]\n"


def test_the_report_tells_everything_of_a_run(stcore: Program) -> None:
    script = "/setvar key=n 3 | /setglobalvar key=g {{arg::who}} | /send Hi {{arg::who}} | /comment note || /getvar n"
    report = stcore("run", "--json", "--arg", "who=Ann", "--repeat", "3", "-c", script).json
    assert (report["pipe"], report["error"]) == ("3", None)
    assert report["variables"] == {"local": {"n": "3"}, "global": {"g": "Ann"}}
    assert [(m["name"], m["text"], m["is_user"], m["is_system"]) for m in report["messages"]] == [
        ("User", "Hi Ann", True, False),
        ("Note", "note", False, True),
    ], "each run has a fresh chat"
    assert len(report["milliseconds"]) == 3
    assert all(took > 0 for took in report["milliseconds"])


def test_the_report_of_a_failure_keeps_what_happened_before(stcore: Program) -> None:
    done = stcore("run", "--json", "-c", "/setvar key=n 3 |\n/let x 1 | /let x 2")
    report = done.json
    assert done.status == 1
    assert (report["error"]["kind"], report["error"]["where"]["line"], report["error"]["command"]) == (
        "execution",
        1,
        "let",
    )
    assert report["variables"]["local"] == {"n": "3"}


def test_a_trace_shows_commands_pipes_and_times(stcore: Program) -> None:
    done = stcore("run", "--trace", "-c", "/times 2 {: /add 1 {{timesIndex}} :} |\n/let x 1 | /let x 2")
    assert done.status == 1
    lines = done.err.splitlines()
    assert "/times 2" in lines[0]
    assert "1:14" in lines[1] and "  /add 1 0" in lines[1] and "=> 1" in lines[1] and lines[1].endswith("ms")
    assert "There is a variable “x”" in done.err
    traced = stcore("run", "--trace", "--json", "-c", "/upper a").json["trace"]
    assert [(entry["command"], entry["pipe"]) for entry in traced] == [("upper", "A")]


def test_repeating_needs_fresh_chats(stcore: Program) -> None:
    assert stcore("run", "--repeat", "2", "--chat", "x", "-c", "/pass a").status == 2
    done = stcore("run", "--repeat", "5", "-c", "/pass a")
    assert done.out == "a\n"
    assert "5 runs: median" in done.err
