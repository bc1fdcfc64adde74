"""From a line of input to a picture in the chat, on a real host with a plugin of one small file."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from stcore.chat.records import NewMessage
from stcore.errors import StcoreError, UserError
from stcore.host import Host

pytestmark = pytest.mark.anyio

PLUGIN = '''
"""Paints every picture in one colour: the seed is the colour."""

import io

from PIL import Image

from stcore import Capabilities, ImageSource, Options, Picture, RangeField, SizeField, SizeSpec, TextField, hookimpl


class Plain(ImageSource):
    id = "plain"
    label = "Plain"
    where = "local"
    embedded = True

    class Options(Options):
        brightness: int = 255

    async def capabilities(self, connection, model):
        return Capabilities(
            fields={
                "prompt": TextField(),
                "size": SizeField(specs=(SizeSpec(kind="free", min_side=16, max_side=512),)),
                "seed": RangeField(integer=True),
            }
        )

    async def generate(self, request, connection):
        if "storm" in request.prompt:
            raise RuntimeError("the paint ran out")
        colour = (request.seed or 0) % 256
        picture = Image.new("RGB", (request.size.width, request.size.height), (colour, colour, 0))
        picture.putpixel((0, 0), tuple(connection.random.randbytes(3)))
        file = io.BytesIO()
        picture.save(file, "PNG")
        return Picture(file.getvalue(), seed=request.seed, seed_origin="sent")


@hookimpl
def stcore_image_sources():
    return [Plain()]
'''


class Recorder:
    """The person in front of it: writes down what is shown."""

    def __init__(self) -> None:
        self.toasts: list[str] = []
        self.errors: list[StcoreError] = []

    def toast(self, text: str, level: str = "info", title: str = "") -> None:
        self.toasts.append(text)

    def error(self, error: StcoreError) -> None:
        self.errors.append(error)

    def show(self, markdown: str, title: str = "") -> None:
        self.toasts.append(markdown)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    (folder / "plugins").mkdir(parents=True)
    (folder / "plugins" / "plain.py").write_text(PLUGIN)
    (folder / "settings.toml").write_text('[images]\nsource = "plain"\nwidth = 64\nheight = 80\n')
    return folder


async def said(host: Host, chat_id: str | None, *lines: str) -> Recorder:
    ui = Recorder()
    session = await host.session(chat_id, ui)  # type: ignore[arg-type]
    for line in lines:
        await session.say(line)
    return ui


async def test_a_dropped_in_plugin_paints_into_the_chat(data: Path) -> None:
    async with Host.open(data, face="web") as host:
        chat = await host.chats.create()
        ui = await said(host, chat.id, '/sd seed=42 width=96 height=64 negative="fog" harbour at dawn')
        assert not ui.errors
        [message] = await host.chats.messages(chat.id)
        [picture] = message.pictures
        made = picture["generation"]
        assert (picture["width"], picture["height"], made["seed"]) == (96, 64, "42")
        assert (made["prompt"], made["source"], message.hidden) == ("harbour at dawn", "plain", True)
        assert any(change["field"] == "negative_prompt" for change in made["details"]["adjustments"])


@pytest.mark.feature("REC-3")
async def test_everything_is_there_after_a_restart(data: Path) -> None:
    async with Host.open(data, face="web") as host:
        chat = await host.chats.create("Harbour")
        await said(host, chat.id, "hello", "/sd boats", "/setvar key=mood calm")
    async with Host.open(data, face="web") as host:
        assert [entry.title for entry in await host.chats.list()] == ["Harbour"]
        messages = await host.chats.messages(chat.id)
        assert [message.role for message in messages] == ["user", "assistant", "assistant"]
        assert messages[1].text
        bytes_, media_type = await host.library.read(messages[2].pictures[0]["id"])
        assert (bytes_[:4], media_type) == (b"\x89PNG", "image/png")
        assert (await said(host, chat.id, "/echo {{getvar::mood}}")).toasts == ["calm"]


@pytest.mark.feature("F250", "F251")
async def test_a_quiet_picture_is_piped_by_its_file_and_posts_nothing(data: Path) -> None:
    async with Host.open(data, face="once") as host:
        ui = await said(host, None, "/sd quiet=true apple tree | /echo {{pipe}}")
        assert not ui.errors
        assert Path(ui.toasts[0]).read_bytes()[:4] == b"\x89PNG"
        page = await host.library.page()
        assert len(page.pictures) == 1


async def test_a_source_that_breaks_is_named_and_the_script_goes_on(data: Path) -> None:
    async with Host.open(data, face="web") as host:
        chat = await host.chats.create()
        ui = await said(host, chat.id, "/sd storm | /echo after [{{pipe}}]")
        assert ui.toasts == ["after []"]
        [error] = ui.errors
        assert "Plain" in error.message
        assert "Traceback" not in str(error.to_dict())
        [job] = await host.jobs.list()
        assert job["state"] == "failed"


@pytest.mark.feature("F252", "F253")
async def test_again_adds_a_picture_with_another_seed_to_the_same_message(data: Path) -> None:
    async with Host.open(data, face="web") as host:
        chat = await host.chats.create()
        await said(host, chat.id, "/sd seed=7 boats")
        first = (await host.chats.messages(chat.id))[0].pictures[0]
        session = await host.session(chat.id)
        job = await session.pictures.further(first["id"])
        assert job is not None
        job = await host.jobs.wait(job["id"])
        assert job["state"] == "done"
        [message] = await host.chats.messages(chat.id)
        one, two = message.pictures
        assert one["id"] == first["id"]
        assert two["generation"]["final_prompt"] == "boats"
        assert two["generation"]["seed"] != "7"


async def test_macros_see_what_came_into_the_chat_meanwhile(data: Path) -> None:
    async with Host.open(data, face="web") as host:
        chat = await host.chats.create()
        ui = Recorder()
        session = await host.session(chat.id, ui)  # type: ignore[arg-type]
        await session.say("/sd boats | /echo {{lastMessageId}}")
        await host.chats.append(chat.id, NewMessage("user", "Ann", "from another page"))
        await session.say("/echo {{lastMessageId}}")
        assert not ui.errors
        assert ui.toasts == ["0", "1"]


CLOSING = """
    async def aclose(self):
        from pathlib import Path

        Path(__file__).with_name("closed.txt").write_text("yes")

"""


async def test_a_source_hears_that_the_host_shuts_down(data: Path) -> None:
    plugin = data / "plugins" / "plain.py"
    plugin.write_text(PLUGIN.replace("    async def generate", f"{CLOSING.strip(chr(10))}\n\n    async def generate"))
    async with Host.open(data, face="web") as host:
        assert "plain" in host.plugins.sources
    assert (data / "plugins" / "closed.txt").exists()


VETO = """
from stcore import UserError, hookimpl

@hookimpl
def stcore_request(request):
    if request.seed is None:
        raise UserError("Nothing by chance today.")
"""


async def test_a_plugin_may_veto_a_picture_also_the_second_time(data: Path) -> None:
    (data / "plugins" / "veto.py").write_text(VETO)
    async with Host.open(data, face="web") as host:
        chat = await host.chats.create()
        await said(host, chat.id, "/sd seed=7 boats")
        first = (await host.chats.messages(chat.id))[0].pictures[0]
        with pytest.raises(UserError, match="by chance"):
            await (await host.session(chat.id)).pictures.further(first["id"])


async def test_two_lines_at_once_are_not_mixed_up(data: Path) -> None:
    async with Host.open(data, face="web") as host:
        chat = await host.chats.create()
        ui = Recorder()
        session = await host.session(chat.id, ui)  # type: ignore[arg-type]
        await asyncio.gather(session.say("hello"), session.say("hello again"))
        assert [error.kind for error in ui.errors] == ["busy"]
        assert [message.role for message in await host.chats.messages(chat.id)] == ["user", "assistant"]
        await session.say("/echo free again")
        assert ui.toasts == ["free again"]


async def test_a_style_changes_the_prompt_and_its_absence_is_named(data: Path) -> None:
    (data / "styles").mkdir()
    (data / "styles" / "ink.toml").write_text('name = "Ink"\nprefix = "ink drawing of {prompt}"\nnegative = "colour"\n')
    async with Host.open(data, face="web") as host:
        chat = await host.chats.create()
        ui = await said(host, chat.id, "/imagine-style Ink | /echo {{pipe}}", "/sd boats", "/imagine-style Inkk")
        assert ui.toasts == ["Ink"]
        made: Any = (await host.chats.messages(chat.id))[0].pictures[0]["generation"]
        assert (made["prompt"], made["final_prompt"]) == ("boats", "ink drawing of boats")
        assert "Inkk" in ui.errors[0].message


@pytest.mark.parametrize(
    ("line", "kind", "words"),
    [
        ("/pass {: never closed", "parse", "closed"),
        ("/ech hello", "parse", "echo"),
        ("/sd steps=many boats", "execution", "steps"),
        ("/var nothing", "execution", "nothing"),
    ],
)
async def test_bad_lines_are_explained_with_their_place(data: Path, line: str, kind: str, words: str) -> None:
    async with Host.open(data, face="once") as host:
        [error] = (await said(host, None, line)).errors
        told = error.to_dict()
        assert told["kind"] == kind
        assert words in told["message"] + told.get("hint", "")
        assert told["where"]["excerpt"].startswith(line)


async def test_macros_know_the_model_the_message_box_and_the_last_reply(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('[chat]\nuser_name = "Mira"\ncontext_tokens = 4000\n')
    async with Host.open(tmp_path, face="web") as host:
        chat = await host.chats.create()
        session = await host.session(chat.id)
        text = "[{{lastGenerationType}}|{{firstIncludedMessageId}}|{{input}}|{{maxContext}}|{{hasExtension::offline}}]"
        assert session.expand(text) == "[|||4000|true]"
        session.surroundings.facts.input = "half a"
        await session.say("hello")
        # Another line is another session; what is known of the chat stays.
        later = await host.session(chat.id)
        assert later.expand(text) == "[normal|0|half a|4000|true]"
        other = await host.session((await host.chats.create()).id)
        assert other.expand("[{{lastGenerationType}}{{input}}]") == "[]"


async def test_remarks_on_texts_are_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "stcore.macros")
    async with Host.open(tmp_path, face="once") as host:
        session = await host.session()
        assert session.expand("{{reverse::a|b}}") == "{{reverse::a|b}}"
    assert "A pipe in an argument makes reverse text" in caplog.text
