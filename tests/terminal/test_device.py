"""What a terminal, and a script without a person, do for sounds, the clipboard and busy indicators."""

from __future__ import annotations

import base64

import pytest

from stcore.cli.once import OnceUi
from stcore.commands.services import Loader, Notice
from stcore.errors import UserError
from stcore.terminal.screen import Screen
from stcore.terminal.ui import TerminalUi

pytestmark = pytest.mark.anyio


@pytest.fixture
def ui() -> TerminalUi:
    return TerminalUi(Screen(live=True, colours=False, width=lambda: 80))


async def test_a_terminal_is_asked_to_copy_and_never_to_tell(
    ui: TerminalUi, capsys: pytest.CaptureFixture[str]
) -> None:
    await ui.write_clipboard("höher")
    told = capsys.readouterr().out
    assert told == f"\x1b]52;c;{base64.b64encode('höher'.encode()).decode()}\x07"
    assert await ui.read_clipboard() is None
    ui.beep()
    assert capsys.readouterr().out == "\a"


async def test_the_same_notice_is_printed_once(ui: TerminalUi, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        await ui.notify(Notice("Again", title="T", once=True), wait=True)
    assert capsys.readouterr().out == "T: Again\n"


def test_a_busy_indicator_is_a_line(ui: TerminalUi, capsys: pytest.CaptureFixture[str]) -> None:
    ui.show_loader(Loader("a-1", "Wait", "Work"))
    ui.show_loader(Loader("a-2", "Hidden", toast="none"))
    assert capsys.readouterr().out == "Work: Wait (Ctrl+C stops)\n"


async def test_without_a_person_there_is_no_clipboard(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UserError, match="no clipboard"):
        await OnceUi([], silent=False).write_clipboard("x")
    silent = OnceUi(["given"], silent=True)
    await silent.write_clipboard("x")
    silent.beep()
    assert [entry["kind"] for entry in silent.said] == ["clipboard", "beep"]
    assert (await silent.read_clipboard(), await silent.read_clipboard()) == ("given", None)
    ui = OnceUi([], silent=False)
    ui.show_loader(Loader("a-1", "Wait"))
    assert capsys.readouterr().err == "Wait\n"
