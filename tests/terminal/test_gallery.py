"""The gallery in the terminal."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from stcore.host import Host
from stcore.terminal.gallery import NEWEST, print_gallery
from stcore.terminal.pictures import Terminal
from stcore.terminal.screen import Screen
from tests.terminal.test_chat import run


def coloured(red: int) -> bytes:
    out = BytesIO()
    Image.new("RGB", (32, 32), (red, 0, 0)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.anyio
@pytest.mark.feature("F255", "F256")
async def test_the_newest_are_shown_with_numbers_names_and_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    screen = Screen(live=False, colours=False, width=lambda: 60)
    async with Host.open(tmp_path, face="once") as host:
        mia = await host.characters.create("Mia")
        chat = await host.chats.create(character_id=mia.id)

        async def shown(manner: str, subject_id: str | None = mia.id) -> str:
            terminal = Terminal(manner)  # type: ignore[arg-type]
            await print_gallery(host, screen, terminal, subject_id=subject_id, chat_id=chat.id)
            return capsys.readouterr().out

        assert "The gallery of Mia is empty." in await shown("path")
        for number in range(NEWEST + 3):
            await host.galleries.add(mia.id, coloured(number), f"study {number} {'of the harbour ' * 9}.png")
        out = await shown("path")
        assert f"The gallery of Mia: {NEWEST + 3} pictures" in out
        lines = [line for line in out.splitlines() if "32x32" in line]
        assert [line.split(" of")[0] for line in lines] == [f"{n + 1}. study {n}" for n in range(3, NEWEST + 3)]
        assert all(len(line) <= 60 for line in lines)
        files = [line for line in out.splitlines() if line.endswith(".png")]
        assert len(files) == NEWEST and all(Path(file).is_file() for file in files)
        assert "▀" in await shown("blocks")
        assert "The gallery of this chat is empty." in await shown("path", None)
        await host.galleries.look_into(mia.id, "Summer")
        assert "it shows “Summer”" in await shown("path")


@pytest.mark.slow
@pytest.mark.feature("F256")
def test_a_command_opens_it(tmp_path: Path) -> None:
    lines = ("/char-create name=Mia first_mes=Hello. | /go Mia", "/sd width=64 height=64 oak", "/show-gallery")
    done = run(tmp_path / "data", "chat", "--new", stdin="\n".join(lines) + "\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "The gallery of Mia: 1 picture\n" in done.stdout
    assert "1. oak · " in done.stdout
